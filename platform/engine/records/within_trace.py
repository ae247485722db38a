"""What is left of workflows that ran within a save: a run that is done, in the transaction of the save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.catalog.behaviour import Workflow
from hanok.engine.fields import Linked
from hanok.engine.records.within import Within
from hanok.engine.store import new_id
from hanok.engine.store.automation_tables import run, run_step, workflow_version
from hanok.engine.store.moments import now

DONE = "done"


def keep_version(conn: sa.Connection, workflow: Workflow) -> None:
    """Keeps what the workflow says, by its hash, unless it is kept already."""
    known = sa.select(workflow_version.c.hash).where(workflow_version.c.hash == workflow.hash)
    if conn.execute(known).first() is not None:
        return
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(workflow_version)
    row = {"hash": workflow.hash, "workflow": workflow.key, "document": dict(workflow.data), "at": now(conn)}
    conn.execute(insert.values(row).on_conflict_do_nothing())


def leave_within(
    conn: sa.Connection, actor: Actor, record: Linked, within: Sequence[Within], changes: Mapping[str, Any], *,
    new: bool,
) -> None:  # fmt: skip
    """Writes a run and its trace for each workflow that ran within the save of this record."""
    for one in within:
        workflow, at, id = one.workflow, now(conn), new_id()
        keep_version(conn, workflow)
        cause = {
            "event": None, "changes": dict(changes), "new": new, "actor": str(actor.id) if actor.id else None,
            "by": str(actor) if actor.id else "", "facts": {"inside": True}, "values": {},
        }  # fmt: skip
        conn.execute(run.insert().values(
            id=id, workflow=workflow.key, hash=workflow.hash, module=record.module, record=record.id,
            title=record.title, state=DONE, trigger=workflow.trigger.kind, cause=cause,
            depth=actor.cause.depth + 1 if actor.cause else 0, parent=actor.cause.run if actor.cause else None,
            watches=False, created_at=at, started_at=at, ended_at=at,
        ))  # fmt: skip
        conn.execute(run_step.insert(), [{**row, "at": at} for row in _steps(id, one, changes)])


def _steps(id: UUID, one: Within, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    told: dict[str, Any] = {"trigger": one.workflow.trigger.kind, "inside": True}
    rows = [("when", "trigger", told | ({"when": one.when} if one.when is not None else {}))]
    if one.set:
        rows.append(("do", "set", {"changes": {key: changes[key] for key in one.set if key in changes}}))
    return [
        {"run": id, "number": number, "path": path, "kind": kind, "state": DONE, "seconds": 0.0, "tries": 0,
         "key": uuid5(id, path), "told": said}
        for number, (path, kind, said) in enumerate(rows)
    ]  # fmt: skip
