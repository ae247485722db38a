"""Runs of workflows, what their steps did, and what workflows said when the runs began."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hanok_workflow_version",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("workflow", sa.String(80), nullable=False),
        sa.Column("document", JsonText, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("hanok_workflow_version_workflow", "hanok_workflow_version", ["workflow", "at"])
    op.create_table(
        "hanok_run",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("workflow", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("record", RecordId),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("trigger", sa.String(32), nullable=False),
        sa.Column("cause", JsonText, nullable=False),
        sa.Column("seen", sa.String(64)),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("parent", RecordId),
        sa.Column("checkpoint", JsonText),
        sa.Column("watches", sa.Boolean, nullable=False),
        sa.Column("due", Moment),
        sa.Column("error", JsonText),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
    )
    op.create_index("hanok_run_created", "hanok_run", ["created_at", "id"])
    op.create_index("hanok_run_state", "hanok_run", ["state", "created_at", "id"])
    op.create_index("hanok_run_workflow", "hanok_run", ["workflow", "created_at", "id"])
    op.create_index("hanok_run_record", "hanok_run", ["module", "record", "created_at"])
    op.create_index("hanok_run_parent", "hanok_run", ["parent"])
    op.create_table(
        "hanok_run_step",
        sa.Column("run", RecordId, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("path", sa.String(400), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("key", RecordId, nullable=False),
        sa.Column("told", JsonText, nullable=False),
    )
    op.create_table(
        "hanok_once",
        sa.Column("workflow", sa.String(80), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("run", RecordId, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "hanok_turn",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
