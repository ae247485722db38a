"""Entries of the trail say which run of a workflow made them."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import RecordId

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hanok_audit", sa.Column("run", RecordId))
