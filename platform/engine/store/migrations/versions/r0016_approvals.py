"""Approvals: what runs of workflows ask people for, and what these said."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_approval",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("run", RecordId, nullable=False),
        sa.Column("key", RecordId, nullable=False),
        sa.Column("module", sa.String(40)),
        sa.Column("record", RecordId),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", JsonText, nullable=False),
        sa.Column("need", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("due", Moment),
        sa.Column("ended", Moment),
        sa.UniqueConstraint("key", name="hanok_approval_key"),
    )
    op.create_index("hanok_approval_record", "hanok_approval", ["module", "record", "state"])
    op.create_index("hanok_approval_run", "hanok_approval", ["run"])
    op.create_table(
        "hanok_approver",
        sa.Column("approval", RecordId, primary_key=True),
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("by_id", RecordId),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("hanok_approver_user", "hanok_approver", ["user_id", "state", "approval"])
