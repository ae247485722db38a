"""What administrators do about a run: cancel it, let it go on where it failed, begin it anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation import guard
from hanok.engine.automation.beginning import begin, wake
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.ending import end
from hanok.engine.automation.run import CANCELLED, FAILED, LIVING, WAITING, Run, run_of
from hanok.engine.automation.switching import is_active
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records.deeds import tell
from hanok.engine.store.automation_tables import run as table

OFF = say("The workflow is switched off: switch it on first.")
ENDED_ALREADY = say("This run has ended already.")


def cancel(conn: sa.Connection, actor: Actor, id: UUID) -> Run:
    """Ends a run: what it did stays, its next step is not done. Raises Denied, NotFound, and Refused for ended ones."""
    found = _held(conn, actor, id)
    if not end(conn, id, CANCELLED):
        raise Refused(ENDED_ALREADY)
    _leave(conn, actor, found, "cancelled")
    return found


def resume(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> UUID:
    """Lets a run that failed or was cancelled go on with the step at which it ended; its id.

    Raises Denied, NotFound, and Refused for one that has no place to go on from.
    """
    found = _held(conn, actor, id)
    if found.state not in (FAILED, CANCELLED) or found.checkpoint is None:
        raise Refused(say("This run has no step to go on with."))
    checkpoint = {**found.checkpoint, "tries": 0}
    anew = {"state": WAITING, "error": None, "ended_at": None, "due": None, "checkpoint": checkpoint}
    conn.execute(table.update().where(table.c.id == id).values(anew))
    wake(conn, id)
    _leave(conn, actor, found, "retried")
    return id


def repeat(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> UUID:
    """Begins the workflow, as it is today, for the same record and cause once more; the id of the new run.

    Raises Denied, NotFound, and Refused for a run that lives, a workflow that is gone or switched off.
    """
    found = _held(conn, actor, id)
    if found.state in LIVING:
        raise Refused(say("This run has not ended yet."))
    workflow = catalog.workflows.get(found.workflow)
    if workflow is None:
        raise Refused(say("There is no workflow “{key}” any more.", key=found.workflow))
    if not is_active(conn, workflow):
        raise Refused(OFF)
    guard.forget(conn, found.workflow, found.record)
    record = Linked(found.module, found.record, found.title) if found.record else None
    made = begin(conn, catalog, workflow, record, _cause(found), values=found.cause.get("values") or {})
    if made is None:
        raise Refused(OFF)
    _leave(conn, actor, found, "run")
    return made


def _held(conn: sa.Connection, actor: Actor, id: UUID) -> Run:
    if not actor.governs and actor.id is not None:
        raise Denied(say("Only administrators may do this."))
    return run_of(conn, id, lock=conn.dialect.name == "postgresql")


def _cause(found: Run) -> Cause:
    """What began a run, to begin another one by; no run led to that one."""
    said: Any = found.cause
    event, actor = said.get("event"), said.get("actor")
    return Cause(
        found.trigger, event=UUID(event) if event else None, changes=said.get("changes") or {},
        new=bool(said.get("new")), actor=UUID(actor) if actor else None, by=said.get("by") or "",
        facts={**(said.get("facts") or {}), "again": str(found.id)},
    )  # fmt: skip


def _leave(conn: sa.Connection, actor: Actor, found: Run, action: str) -> None:
    title = f"{found.workflow} · {found.title}" if found.title else found.workflow
    tell(conn, actor, "workflow", action, about=found.id, title=title)
