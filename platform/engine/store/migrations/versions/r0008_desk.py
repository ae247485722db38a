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
    _own()
    _imports()
    _many()


def _own() -> None:
    op.create_table(
        "hanok_saved_filter",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document", JsonText, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("changed", Moment, nullable=False),
    )
    op.create_index("hanok_saved_filter_module", "hanok_saved_filter", ["module", "user_id"])
    op.create_table(
        "hanok_favourite",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "hanok_recent",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("hanok_recent_at", "hanok_recent", ["user_id", "at"])


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


def _imports() -> None:
    op.create_table(
        "hanok_import",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("file", RecordId, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("facts", JsonText, nullable=False),
        sa.Column("job", RecordId),
        sa.Column("ended", Moment),
    )
    op.create_index("hanok_import_user", "hanok_import", ["user_id", "id"])
    op.create_table(
        "hanok_import_row",
        sa.Column("import_id", RecordId, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("record", RecordId),
        sa.Column("title", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("changes", JsonText),
        sa.Column("tied", JsonText),
        sa.Column("problems", JsonText),
        sa.Column("cells", JsonText),
    )
    op.create_index("hanok_import_row_action", "hanok_import_row", ["import_id", "action", "number"])
