"""The system tables of automation: what a workflow said when a run of it began, the runs, and what each step did."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

#: Workflows as they were written when a run began, each under the hash of its document: runs keep what they began by.
workflow_version = sa.Table(
    "hanok_workflow_version",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("workflow", sa.String(80), nullable=False),
    sa.Column("document", JsonText, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("hanok_workflow_version_workflow", "workflow", "at"),
)

#: Runs of workflows. `state`: waiting, running, done, failed, cancelled, stopped (by a step, or by the guard against
#: loops), skipped (its condition did not hold). `title` is that of the record when it began; `cause` what began it
#: (event, changed fields with old and new values, values of a web form, by whom); `seen` stands for the values that
#: the workflow looks at; `depth` is how many runs led to it, the last of them `parent`. `checkpoint` is where it goes
#: on, at `due` (None: when it is woken); one that `watches` is woken when its record changes.
run = sa.Table(
    "hanok_run",
    metadata,
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
    sa.Index("hanok_run_created", "created_at", "id"),
    sa.Index("hanok_run_state", "state", "created_at", "id"),
    sa.Index("hanok_run_workflow", "workflow", "created_at", "id"),
    sa.Index("hanok_run_record", "module", "record", "created_at"),
    sa.Index("hanok_run_parent", "parent"),
)

#: What a run did, step by step. `path` says where the step stands ("do.2.branch.0.do.1"), `key` is what others know
#: this very step of this run by; `told`: the conditions with the values that they saw, what was done, what was
#: answered. `state`: done, failed, waiting, skipped, stopped.
run_step = sa.Table(
    "hanok_run_step",
    metadata,
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

#: For which records a workflow that runs once a record ran already.
once = sa.Table(
    "hanok_once",
    metadata,
    sa.Column("workflow", sa.String(80), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("run", RecordId, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

#: Whose turn it was last, where several get records one after the other. `key` says among whom.
turn = sa.Table(
    "hanok_turn",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

#: Workflows that were switched on or off on this site, whatever their documents say.
workflow_switch = sa.Table(
    "hanok_workflow_switch",
    metadata,
    sa.Column("workflow", sa.String(80), primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("user_id", RecordId),
)
