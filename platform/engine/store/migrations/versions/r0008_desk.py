"""What people keep on their desks and do to many records at once."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _many()


def _many() -> None:
    op.create_table(
        "hanok_bulk",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("chosen", JsonText, nullable=False),
        sa.Column("change", JsonText, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("counts", JsonText, nullable=False),
        sa.Column("job", RecordId),
        sa.Column("ended", Moment),
    )
    op.create_index("hanok_bulk_user", "hanok_bulk", ["user_id", "id"])
    op.create_table(
        "hanok_bulk_row",
        sa.Column("bulk", RecordId, primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("before", JsonText),
        sa.Column("problem", JsonText),
    )
