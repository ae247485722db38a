"""The table of uploaded files."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_file",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("thumbnail", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("module", sa.String(40)),
        sa.Column("record", RecordId),
        sa.Column("field", sa.String(40)),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", RecordId),
        sa.Column("until", Moment),
    )
    op.create_index("hanok_file_sha256", "hanok_file", ["sha256"])
    op.create_index("hanok_file_thumbnail", "hanok_file", ["thumbnail"])
    op.create_index("hanok_file_record", "hanok_file", ["module", "record"])
    op.create_index("hanok_file_until", "hanok_file", ["until"])
