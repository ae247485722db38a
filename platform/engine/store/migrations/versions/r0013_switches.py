"""Workflows that were switched on or off on a site."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_workflow_switch",
        sa.Column("workflow", sa.String(80), primary_key=True),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("user_id", RecordId),
    )
