"""Workflows that run within a save: they change what is saved, or refuse it with what they say.

They are asked wherever values are checked, so nobody saves past them: a form, the API, an import, a change of many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, context_of
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Step, Workflow
from hanok.engine.conditions import Context, Node
from hanok.engine.conditions.operands import NOBODY
from hanok.engine.conditions.telling import Told, tell
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.records.around import Around
from hanok.engine.records.deriving.working import own_values
from hanok.engine.records.query import Record
from hanok.engine.store.automation_tables import workflow_switch

Values = Mapping[str, Any]


class Loaded(Protocol):
    """A validation whose values were loaded and whose links are known (`values.Loading`)."""

    catalog: Catalog
    actor: Actor
    module: Module
    current: Record | None
    values: dict[str, Any]
    errors: dict[str, list[Message]]
    within: list[Within]

    def wrong(self, key: str, message: Message) -> None: ...

    def load_one(self, found: Field, raw: Any) -> None:
        """Loads a raw value of a field."""


@dataclass(frozen=True, slots=True)
class Within:
    """What a workflow did within a save: its condition as it was told, and the fields that it set."""

    workflow: Workflow
    when: Told | None
    set: tuple[str, ...]


def workflow_actor(catalog: Catalog, workflow: Workflow) -> Actor:
    """The system in the name of a workflow. It may do everything, and its day is the site's."""
    title = in_language(workflow.label, catalog.app.languages[0])
    return Actor(None, f"workflow:{workflow.key}", title, admin=True, zone=catalog.app.zone)


def run_within(loaded: Loaded, around: Around) -> None:
    """Has the workflows of this module do their steps, in their order; each sees what those before it set."""
    whole = loaded.catalog.whole
    found = [each for each in whole.workflows.values() if each.inside and each.module == loaded.module.key]
    if not found or loaded.errors:
        return
    switched = _switched(around.conn, [each.key for each in found])
    for workflow in found:
        if switched.get(workflow.key, workflow.active) and _concerns(workflow, loaded):
            _Running(loaded, around, workflow).run()


def _switched(conn: sa.Connection, keys: Sequence[str]) -> Mapping[str, bool]:
    wanted = sa.select(workflow_switch.c.workflow, workflow_switch.c.active).where(workflow_switch.c.workflow.in_(keys))
    return {row.workflow: row.active for row in conn.execute(wanted)}


def _concerns(workflow: Workflow, loaded: Loaded) -> bool:
    """Whether this save is what its trigger asks for."""
    trigger, current = workflow.trigger, loaded.current
    if loaded.actor.imports and trigger.settings.get("import") is False:
        return False
    if current is None:
        return trigger.kind in ("created", "saved")
    changed = {key for key, value in loaded.values.items() if value != current.values.get(key)}
    if trigger.kind == "created" or not changed:
        return False
    return not trigger.fields or any(key in changed for key in trigger.fields)


class _Running:
    """One workflow within one save."""

    def __init__(self, loaded: Loaded, around: Around, workflow: Workflow) -> None:
        self.loaded = loaded
        self.around = around
        self.workflow = workflow
        self.actor = workflow_actor(loaded.catalog, workflow)
        self.set: list[str] = []
        self.stopped = False

    def run(self) -> None:
        asked = [node for node in (self.workflow.trigger.node, self.workflow.when) if node is not None]
        told = [self._told(node) for node in asked]
        if all(each["held"] for each in told):
            self._do(self.workflow.do)
            self.loaded.within.append(Within(self.workflow, told[-1] if told else None, tuple(self.set)))

    def _do(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if self.stopped or self.loaded.errors:
                return
            if step.kind == "set":
                self._set(step.data)
            elif step.kind == "branch":
                self._branch(step)
            elif step.kind == "stop":
                self._stop(step.data)

    def _branch(self, step: Step) -> None:
        for number, steps in step.steps.items():
            node = step.nodes.get(number)
            if node is None or self._told(node)["held"]:
                self._do(steps)
                return

    def _stop(self, data: Any) -> None:
        self.stopped = True
        if isinstance(data, Mapping):
            self.loaded.wrong("", say("{message}", message=dict(data["message"])))

    def _set(self, data: Mapping[str, Any]) -> None:
        from hanok.engine.records.acting.giving import given  # it reads records, whose saves ask this file
        from hanok.engine.records.acting.looking import Words

        words = Words(self.around.conn, self.loaded.catalog.whole, self.actor, self._record())
        for key, written in data.items():
            found = self.loaded.module.fields[key]
            try:
                raw = given(words, found, written)
            except Invalid as wrong:
                self.loaded.wrong(key, next((each[0] for each in wrong.errors.values()), wrong.message))
                return
            if self.loaded.current is not None:
                self.loaded.values.pop(key, None)
            self.loaded.load_one(found, raw)
            self._title(found)
            self.set.append(key)
            words.record = self._record()

    def _title(self, found: Field) -> None:
        """Puts its title beside the id of a linked record."""
        value = self.loaded.values.get(found.key)
        if not found.targets or value is None:
            return
        target = value.module if isinstance(value, Linked) else found.targets[0]
        id = value.id if isinstance(value, Linked) else value
        table = self.loaded.catalog.whole.every[target].table
        title = self.around.conn.scalar(sa.select(table.c.title).where(table.c.id == id, table.c.deleted_at.is_(None)))
        if title is None:
            self.loaded.wrong(found.key, say("The linked record does not exist, or you may not see it."))
        else:
            self.loaded.values[found.key] = Linked(target, id, title)

    # -- what it sees ----------------------------------------------------------------------------------------------
    def _values(self) -> dict[str, Any]:
        """The record as it will be."""
        loaded = self.loaded
        merged = {**(loaded.current.values if loaded.current else {}), **loaded.values}
        return {**merged, **own_values(loaded.catalog.whole, loaded.module, merged)}

    def _record(self) -> Record:
        current = self.loaded.current
        id: UUID = current.id if current else NOBODY
        title = current.title if current else ""
        return Record(self.loaded.module.key, id, current.version if current else 0, title, self._values())

    def _told(self, node: Node) -> Told:
        current = self.loaded.current
        context: Context = replace(
            context_of(self.actor, self.loaded.catalog.whole), before=current.values if current else {},
            new=current is None,
        )  # fmt: skip
        return tell(node, self._values(), context, follow=self.around.follow, members=self.around.members)
