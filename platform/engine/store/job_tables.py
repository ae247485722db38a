"""The system tables of jobs, schedules and outgoing mail."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

LIVING = "state IN ('waiting', 'running')"

#: Work to be done apart from requests. `state`: waiting, running, done, failed (a dead letter), cancelled. `claims`
#: counts how often a worker took it and fences off a former one; `tries` its failures, `crashes` the workers that died
#: with it. `checkpoint` is how far it came. `again`: somebody asked for it while it ran.
job = sa.Table(
    "hanok_job",
    metadata,
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
    sa.Column("by_id", RecordId),
    sa.Column("by_name", sa.Text),
    sa.Index("hanok_job_due", "state", "priority", "due", "id"),
    sa.Index("hanok_job_worker", "worker"),
    sa.Index("hanok_job_actor", "actor_id", "created_at"),
    sa.Index("hanok_job_ended", "state", "ended_at"),
    sa.Index(
        "hanok_job_unique", "unique_key", unique=True, sqlite_where=sa.text(LIVING), postgresql_where=sa.text(LIVING)
    ),
)

#: Processes that run jobs. `seen` is when one last said that it lives.
worker = sa.Table(
    "hanok_worker",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("threads", sa.Integer, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("started", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("ran", sa.BigInteger, nullable=False),
)

#: Jobs that come back by the clock. `next` is the tick that was not fired yet.
schedule = sa.Table(
    "hanok_schedule",
    metadata,
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
    sa.Index("hanok_schedule_next", "active", "next"),
)

#: How much was taken of a limit, by minute: {"29391840": 12}. `key` says which limit.
rate = sa.Table(
    "hanok_rate",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("used", JsonText, nullable=False),
)

#: Outgoing mail. `state`: waiting, sending, sent, failed, bounced, cancelled. `letter` is what it says (jobs.mail),
#: None once a private one has left; `account` the record of the outbound account, None for the primary one; `sender`
#: who wrote it. `reached` are the addresses that a server took, `refused` those that it did not, each with what it
#: said; `via` is that server, or the file in the folder. `error` is what a letter waits for, or failed by.
mail = sa.Table(
    "hanok_mail",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("message_id", sa.String(255), nullable=False),
    sa.Column("account", RecordId),
    sa.Column("sender", RecordId),
    sa.Column("recipients", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("letter", JsonText),
    sa.Column("private", sa.Boolean, nullable=False, default=False),
    sa.Column("module", sa.String(40)),
    sa.Column("record", RecordId),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("priority", sa.SmallInteger, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reached", JsonText, nullable=False, default=list),
    sa.Column("refused", JsonText, nullable=False),
    sa.Column("via", sa.Text),
    sa.Column("error", JsonText),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Index("hanok_mail_message", "message_id", unique=True),
    sa.Index("hanok_mail_due", "state", "account", "priority", "due", "id"),
    sa.Index("hanok_mail_record", "module", "record"),
    sa.Index("hanok_mail_created", "created_at"),
)
