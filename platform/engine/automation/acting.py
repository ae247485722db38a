"""Actions whose steps take time: a button begins a run, which does them in the name of whoever pressed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, Because
from hanok.engine.accounts.acting import actor_with
from hanok.engine.automation.beginning import begin
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.run import Run
from hanok.engine.automation.seeing import actor_of
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Action
from hanok.engine.catalog.workflows import Workflow, of_action
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.records.acting.asking import answered

#: The fact of a cause that says which action it was.
ACTION = "action"


def begin_action(
    conn: sa.Connection, catalog: Catalog, actor: Actor, action: Action, ask: Mapping[str, Any], record: Record
) -> None:
    """Begins a run of an action's steps for a record, with the raw answers to its questions."""
    workflow = of_action(catalog.whole, record.module, action.key)
    cause = Cause("manual", actor=actor.id, by=str(actor), facts={ACTION: action.key})
    begin(conn, catalog, workflow, Linked(record.module, record.id, record.title), cause, values=dict(ask))


def who_acts(conn: sa.Connection, catalog: Catalog, workflow: Workflow, run: Run) -> Actor:
    """In whose name a run acts: of an action whoever pressed the button, with the rights of today; else the system.

    Raises NotFound where she may not log in any more.
    """
    cause = run.cause
    if ACTION not in cause.get("facts", {}) or not cause.get("actor"):
        return actor_of(catalog, workflow, run)
    return replace(actor_with(conn, catalog, UUID(cause["actor"])), cause=Because(run.id, run.depth))


def answers_of(
    conn: sa.Connection, catalog: Catalog, actor: Actor, workflow: Workflow, run: Run
) -> Mapping[str, Any]:
    """What was answered when somebody pressed the button. Raises Invalid."""
    if not workflow.ask:
        return {}
    asking = Action(workflow.key, workflow.label, (), ask=workflow.ask)
    return answered(conn, catalog, actor, asking, run.cause.get("values", {}))
