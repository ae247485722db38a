"""Records that were merged: what became of them, and what moved along."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_merge",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("stays", RecordId, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("facts", JsonText, nullable=False),
        sa.Column("job", RecordId),
        sa.Column("ended", Moment),
    )
    op.create_index("hanok_merge_user", "hanok_merge", ["user_id", "id"])
    op.create_table(
        "hanok_merged",
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("stays", RecordId, nullable=False),
        sa.Column("merge", RecordId, nullable=False),
    )
    op.create_index("hanok_merged_stays", "hanok_merged", ["module", "stays"])
    op.create_table(
        "hanok_merge_row",
        sa.Column("merge", RecordId, primary_key=True),
        sa.Column("place", sa.String(200), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("former", RecordId, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("before", JsonText),
    )
