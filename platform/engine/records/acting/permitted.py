"""Which actions can be run, and which of them for this record by this actor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import Actor, context_of, may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Action, Step
from hanok.engine.conditions import Node, holds
from hanok.engine.records.around import Around
from hanok.engine.records.query import Record

#: The kinds of steps that are about records.
RUNNABLE = ("set", "create", "link", "unlink", "assign", "branch", "each", "delete", "stop")
#: Those that go on behind the scenes: what they are in begins a run of automation.
BACKGROUND = ("email", "notify", "webhook", "wait", "approval", "workflow", "signal", "message", "python")
#: Those that change the record itself, and no more.
EDITING = ("set", "link", "unlink", "assign")


def not_yet(action: Action) -> str:
    """The first kind of step that cannot be run yet, "" where the whole action can."""
    return next((step.kind for step in _flat(action.do) if not _runs(step)), "")


def takes_time(action: Action) -> str:
    """The first kind of step that is not done at once: the action begins a run then. "" where there is none."""
    return next((step.kind for step in _flat(action.do) if step.kind in BACKGROUND), "")


def _flat(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for inner in step.steps.values():
            yield from _flat(inner)


def _runs(step: Step) -> bool:
    if step.kind == "assign":
        return isinstance(step.data["to"], Mapping) or is_worked_out(step.data["to"])
    if step.kind in BACKGROUND:
        return not _asks(step.data)
    if step.kind not in RUNNABLE:
        return False
    written = step.data.get("values", {}) if step.kind == "create" else step.data if step.kind in EDITING else {}
    return not any(isinstance(value, Mapping) and set(value) == {"ask"} for value in written.values())


def _asks(data: Any) -> bool:
    """Whether a step asks whoever runs it (`template: {ask: true}`), or wants to be looked at first (`review`)."""
    if not isinstance(data, Mapping):
        return False
    asks = any(isinstance(value, Mapping) and set(value) == {"ask"} for value in data.values())
    return asks or bool(data.get("review")) or "pdf" in data


def is_worked_out(written: Any) -> bool:
    """Whether a value says a record or an expression, not a plain word."""
    return isinstance(written, str) and written[:1] in ("$", "=") and not written.startswith("$$")


def doable(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, place: str
) -> tuple[Action, ...]:
    """The actions to offer at a place (`record`, `row`, `bulk`) for this record, in their order."""
    module = catalog.module(record.module)
    return tuple(
        action
        for action in module.actions.values()
        if place in action.at
        and not not_yet(action)
        and permits(catalog, actor, action, record)
        and (action.when is None or is_so(conn, catalog, actor, action.when, record))
    )


def is_so(conn: sa.Connection, catalog: Catalog, actor: Actor, node: Node, record: Record) -> bool:
    """Whether a condition of metadata holds for the record as it is."""
    around = Around(conn, catalog)
    return holds(
        node, record.values, context_of(actor, catalog), follow=around.follow, members=around.members
    )


def permits(catalog: Catalog, actor: Actor, action: Action, record: Record) -> bool:
    """Whether the actor may do what the action does: change this record, make others. Of a branch one way is enough."""
    return _may_all(catalog, actor, catalog.module(record.module), action.do, record)


def _may_all(catalog: Catalog, actor: Actor, module: Module, steps: Sequence[Step], record: Record) -> bool:
    return all(_may(catalog, actor, module, step, record) for step in steps)


def _may(catalog: Catalog, actor: Actor, module: Module, step: Step, record: Record) -> bool:
    if step.kind == "create":
        return may(catalog, actor, step.module, "create")
    if step.kind == "branch":
        return any(_may_all(catalog, actor, module, steps, record) for steps in step.steps.values())
    if step.kind == "each":
        return True
    if step.kind == "delete":
        return record.may_delete
    return step.kind not in EDITING or record.may_edit
