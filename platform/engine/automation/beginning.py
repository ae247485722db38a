"""The beginning of every run: its row and its job, in the transaction of what began it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.cause import Cause
from hanok.engine.automation.switching import is_active
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Message, say, written
from hanok.engine.fields import Linked
from hanok.engine.jobs.queue import enqueue
from hanok.engine.records.within_trace import keep_version
from hanok.engine.store import new_id
from hanok.engine.store.automation_tables import once, run
from hanok.engine.store.moments import here

NONE: Mapping[str, Any] = MappingProxyType({})
#: The kind of job that does the steps of a run.
RUN = "workflow.run"
#: How many runs may lead to another one.
DEEPEST = 10
TOO_DEEP = say("Stopped: {count} runs of workflows led to this one already.", count=DEEPEST)


def begin(
    conn: sa.Connection, catalog: Catalog, workflow: Workflow, record: Linked | None, cause: Cause, *,
    values: Mapping[str, Any] = NONE,
) -> UUID | None:  # fmt: skip
    """Begins a run of the workflow for this record (None: it is about none), in the caller's transaction; its id.

    `values` are those that came along (of a web form, a webhook), as plain JSON. None where it was refused: it is
    switched off and nobody began it by hand, or one that runs once a record ran already (which leave no row), or too
    many runs led here (which leaves one, stopped).
    """
    if cause.kind != "manual" and not is_active(conn, workflow):
        return None
    if record is not None and ran_already(conn, workflow, record.id):
        return None
    keep_version(conn, workflow)
    id = write_run(conn, workflow, record, cause, values)
    if cause.depth > DEEPEST:
        return None
    enqueue(conn, RUN, {"run": str(id)}, unique=job_key(id))
    return id


def write_run(
    conn: sa.Connection, workflow: Workflow, record: Linked | None, cause: Cause, values: Mapping[str, Any] = NONE
) -> UUID:
    """Writes the row of a run, one that too many runs led to as stopped; its id."""
    id = new_id()
    row = {
        "id": id, "workflow": workflow.key, "hash": workflow.hash, "module": workflow.module,
        "record": record.id if record else None, "title": record.title if record else "", "state": "waiting",
        "trigger": cause.kind, "cause": cause.kept(values), "depth": cause.depth, "parent": cause.parent,
        "watches": False, "created_at": here(conn),
    }  # fmt: skip
    conn.execute(run.insert().values(row | (_stopped(conn, TOO_DEEP) if cause.depth > DEEPEST else {})))
    return id


def wake(conn: sa.Connection, id: UUID) -> None:
    """Has a run go on: it looks at once whether what it waits for is there."""
    enqueue(conn, RUN, {"run": str(id)}, unique=job_key(id))


def job_key(id: UUID) -> str:
    return f"{RUN}:{id}"


def ran_already(conn: sa.Connection, workflow: Workflow, record: UUID) -> bool:
    """Whether it runs once a record, and did for this one."""
    wanted = sa.select(once.c.run).where(once.c.workflow == workflow.key, once.c.record == record)
    return workflow.run == "once" and conn.execute(wanted).first() is not None


def _stopped(conn: sa.Connection, why: Message) -> dict[str, Any]:
    return {"state": "stopped", "error": written(why), "ended_at": here(conn)}
