"""What each value of the site was decided against, kept with the revision."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.store.columns import JsonText

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hanok_revision", sa.Column("leaves", JsonText))
