"""Jobs, the workers that run them, schedules, limits and outgoing mail."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LIVING = "state IN ('waiting', 'running')"


def upgrade() -> None:
    op.create_table(
        "hanok_job",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("title", JsonText),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("checkpoint", JsonText),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("unique_key", sa.String(200)),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.Column("actor_id", RecordId),
        sa.Column("request", sa.String(64)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
        sa.Column("worker", RecordId),
        sa.Column("lease_until", Moment),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger),
        sa.Column("message", JsonText),
        sa.Column("result", JsonText),
        sa.Column("error", JsonText),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
    )
    op.create_index("hanok_job_due", "hanok_job", ["state", "priority", "due", "id"])
    op.create_index("hanok_job_worker", "hanok_job", ["worker"])
    op.create_index("hanok_job_actor", "hanok_job", ["actor_id", "created_at"])
    op.create_index("hanok_job_ended", "hanok_job", ["state", "ended_at"])
    op.create_index(
        "hanok_job_unique", "hanok_job", ["unique_key"], unique=True,
        sqlite_where=sa.text(LIVING), postgresql_where=sa.text(LIVING),
    )  # fmt: skip
    op.create_table(
        "hanok_worker",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("threads", sa.Integer, nullable=False),
        sa.Column("code_version", sa.Text, nullable=False),
        sa.Column("started", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("ran", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "hanok_schedule",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("label", JsonText, nullable=False),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("missed", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("next", Moment, nullable=False),
        sa.Column("last", Moment),
    )
    op.create_index("hanok_schedule_next", "hanok_schedule", ["active", "next"])
    op.create_table(
        "hanok_rate",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("used", JsonText, nullable=False),
    )
    op.create_table(
        "hanok_mail",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("account", RecordId),
        sa.Column("sender", RecordId),
        sa.Column("recipients", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("letter", JsonText),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("module", sa.String(40)),
        sa.Column("record", RecordId),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reached", JsonText, nullable=False),
        sa.Column("refused", JsonText, nullable=False),
        sa.Column("via", sa.Text),
        sa.Column("error", JsonText),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment),
    )
    op.create_index("hanok_mail_message", "hanok_mail", ["message_id"], unique=True)
    op.create_index("hanok_mail_due", "hanok_mail", ["state", "account", "priority", "due", "id"])
    op.create_index("hanok_mail_record", "hanok_mail", ["module", "record"])
    op.create_index("hanok_mail_created", "hanok_mail", ["created_at"])
