"""From events to runs: which workflows what happened to a record begins, and which runs it wakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID
from weakref import ref

import sqlalchemy as sa

from hanok.engine.automation.beginning import begin, wake
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.run import WAITING
from hanok.engine.automation.seeing import actor_of, asked_of, event_of
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.fields import Linked
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.jobs.surroundings import House
from hanok.engine.store import live_revision
from hanok.engine.store.automation_tables import run

TOPIC = "record."
#: By what happened, the kinds of triggers that ask for it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "created": ("created", "saved"), "changed": ("changed", "saved"), "deleted": ("deleted",), "linked": ("linked",),
    "unlinked": ("unlinked",),
}  # fmt: skip
Index = Mapping[tuple[str, str], tuple[Workflow, ...]]


class Events:
    """Hears what happened to records, for the catalog that is live. It begins runs; conditions are their first step."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._catalog: Catalog | None = None
        self._index: Index = {}
        self._within: Callable[[], Any] = lambda: None
        self._watched = True

    @property
    def subscriber(self) -> Subscriber:
        return Subscriber(TOPIC, self.take)

    def take(self, conn: sa.Connection, event: Event) -> None:
        """Begins the runs of one event, in the transaction that takes it from the outbox."""
        if event.record is None:
            return
        catalog = self._current(conn)
        if self._watched:
            wake_watching(conn, event.module, event.record)
        action = event.topic.removeprefix(TOPIC)
        found = [each for kind in KINDS.get(action, ()) for each in self._index.get((event.module, kind), ())]
        for workflow in found:
            if concerns(conn, catalog, workflow, event):
                title = title_of(conn, catalog, event.module, event.record)
                begin(conn, catalog, workflow, Linked(event.module, event.record, title), cause_of(workflow, event))

    def _current(self, conn: sa.Connection) -> Catalog:
        """The catalog of the live revision: another process may have deployed. Asked once a transaction."""
        within = conn.get_transaction()
        if self._catalog is not None and within is not None and self._within() is within:
            return self._catalog
        self._within = ref(within) if within is not None else lambda: None
        self._watched = is_watching(conn)
        if live_revision(conn) != self.house.catalog.revision:
            self.house.refresh()
        catalog = self.house.catalog
        if catalog is not self._catalog:
            self._catalog, self._index = catalog, indexed(catalog)
        return catalog


def indexed(catalog: Catalog) -> Index:
    """The workflows that events begin, by module and kind of trigger; those within a save are the save's."""
    found: dict[tuple[str, str], tuple[Workflow, ...]] = {}
    for workflow in catalog.workflows.values():
        if not workflow.inside:
            key = (workflow.module, workflow.trigger.kind)
            found[key] = (*found.get(key, ()), workflow)
    return found


def concerns(conn: sa.Connection, catalog: Catalog, workflow: Workflow, event: Event) -> bool:
    """Whether an event is what the trigger asks for: the fields, from what to what, the end, an import."""
    settings, changes = workflow.trigger.settings, event.payload.get("changes", {})
    if event.payload.get("imported") and settings.get("import") is False:
        return False
    if "end" in settings and settings["end"] not in changes:
        return False
    fields, node = workflow.trigger.fields, workflow.trigger.node
    if fields and not any(key in changes for key in fields):
        return False
    if node is None:
        return True
    module = catalog.module(workflow.module)
    what = event_of(catalog, module, changes, new=event.topic == "record.created")
    return bool(asked_of(conn, catalog, actor_of(catalog, workflow), node, {"id": event.record}, what)["held"])


def cause_of(workflow: Workflow, event: Event) -> Cause:
    """What an event says to the run that it begins."""
    payload = event.payload
    known: Mapping[str, Any] = payload.get("cause") or {}
    actor = payload.get("actor")
    return Cause(
        workflow.trigger.kind, event.id, payload.get("changes", {}), event.topic == "record.created",
        UUID(actor) if actor else None, payload.get("by", ""), known["depth"] + 1 if known else 0,
        UUID(known["run"]) if known else None, {"at": event.at.isoformat(), "version": payload.get("version")},
    )  # fmt: skip


def title_of(conn: sa.Connection, catalog: Catalog, module: str, id: UUID) -> str:
    """What the record is called now, also in the bin; nothing where it is gone."""
    table = catalog.module(module).table
    return conn.scalar(sa.select(table.c.title).where(table.c.id == id)) or ""


def wake_watching(conn: sa.Connection, module: str, record: UUID) -> None:
    """Has the runs look again that wait for something of this record."""
    for id in _watching(conn, module, record):
        wake(conn, id)


def is_watching(conn: sa.Connection) -> bool:
    """Whether any run waits for something of its record."""
    return conn.execute(sa.select(run.c.id).where(run.c.state == WAITING, run.c.watches).limit(1)).first() is not None


def _watching(conn: sa.Connection, module: str, record: UUID) -> Iterator[UUID]:
    wanted = sa.select(run.c.id).where(
        run.c.module == module, run.c.record == record, run.c.state == WAITING, run.c.watches
    )
    yield from conn.scalars(wanted).all()
