"""What begins workflows from outside of a save: how far sweeps came, secrets of webhooks, calls that were taken."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_sweep",
        sa.Column("schedule", sa.String(80), primary_key=True),
        sa.Column("until", Moment, nullable=False),
    )
    op.create_table(
        "hanok_hook",
        sa.Column("workflow", sa.String(80), primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )
    op.create_table(
        "hanok_hook_call",
        sa.Column("workflow", sa.String(80), primary_key=True),
        sa.Column("call", sa.String(80), primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("run", RecordId),
    )
    op.create_index("hanok_hook_call_at", "hanok_hook_call", ["at"])
