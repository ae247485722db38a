"""Links to set a password, and what browsers called themselves at each login."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_reset",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("expires", Moment, nullable=False),
    )
    op.create_index("hanok_reset_token", "hanok_reset", ["token"], unique=True)
    op.add_column("hanok_login", sa.Column("agent", sa.Text))
    op.create_index("hanok_login_user", "hanok_login", ["user_id", "id"])
