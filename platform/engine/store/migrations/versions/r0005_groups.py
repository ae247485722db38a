"""Roles of teams and security groups, and the groups of records."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import RecordId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("ALTER TABLE hanok_grant RENAME COLUMN user_id TO holder"))
    op.create_table(
        "hanok_group_record",
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("group_id", RecordId, primary_key=True),
        sa.Column("via", sa.String(8), primary_key=True),
    )
    op.create_index("hanok_group_record_group", "hanok_group_record", ["group_id", "module", "record"])
