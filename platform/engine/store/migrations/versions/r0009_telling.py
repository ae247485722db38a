"""What people chose for themselves, whom they follow and what they are told."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_preference",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("value", JsonText, nullable=False),
    )
    op.create_table(
        "hanok_follow",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("hanok_follow_record", "hanok_follow", ["module", "record"])
    op.create_table(
        "hanok_notice",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", JsonText, nullable=False),
        sa.Column("module", sa.String(40)),
        sa.Column("record", RecordId),
        sa.Column("by_id", RecordId),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("read", Moment),
        sa.UniqueConstraint("user_id", "key", name="hanok_notice_once"),
    )
    op.create_index("hanok_notice_user", "hanok_notice", ["user_id", "id"])
