"""Workflows that people begin by hand, from the menu of a record."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.beginning import begin
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.switching import switches
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Denied, NotFound, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.records.acting.permitted import is_so
from hanok.engine.records.read import get


def offered(conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record) -> tuple[Workflow, ...]:
    """Those that the actor may begin for this record: it is hers to change, and their condition holds for it now."""
    if not record.may_edit:
        return ()
    found = [each for each in catalog.whole.workflows.values() if _fits(each, record.module)]
    said = switches(conn) if found else {}
    active = [each for each in found if (said[each.key].active if each.key in said else each.active)]
    return tuple(each for each in active if each.when is None or is_so(conn, catalog, actor, each.when, record))


def start(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID, key: str) -> UUID:
    """Begins a workflow for a record; the run. Raises NotFound, Denied, and Refused where it begins none."""
    record = get(conn, catalog, actor, module, id)
    if not record.may_edit:
        raise Denied(say("You may not change this record."))
    workflow = next((each for each in offered(conn, catalog, actor, record) if each.key == key), None)
    if workflow is None:
        raise NotFound(say("There is no workflow “{key}” for this record now.", key=key))
    cause = Cause("manual", actor=actor.id, by=str(actor))
    run = begin(conn, catalog, workflow, Linked(module, record.id, record.title), cause)
    if run is None:
        raise Refused(say("This workflow ran for this record already, and runs once."))
    return run


def _fits(workflow: Workflow, module: str) -> bool:
    return workflow.trigger.kind == "manual" and workflow.module == module
