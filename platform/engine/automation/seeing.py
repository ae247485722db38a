"""What a run sees of its record: as the event left it when it begins, as it is from then on; and how that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor, Because, context_of
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.conditions import Context, Node
from hanok.engine.conditions.telling import Told, tell
from hanok.engine.errors import NotFound
from hanok.engine.fields import Field, Linked
from hanok.engine.records import Record
from hanok.engine.records.around import Around
from hanok.engine.records.former import today
from hanok.engine.records.read import get
from hanok.engine.records.within import workflow_actor

if TYPE_CHECKING:
    from hanok.engine.automation.run import Run
    from hanok.engine.automation.steps.base import Doing

Changes = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a record: the values before and after, where it changed them; `new` says that it was made."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    new: bool = False


def actor_of(catalog: Catalog, workflow: Workflow, run: Run | None = None) -> Actor:
    """The system in the name of the workflow. It may do everything, and its day is the site's."""
    return replace(workflow_actor(catalog, workflow), cause=Because(run.id, run.depth) if run else None)


def record_of(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID) -> tuple[Record | None, bool]:
    """The record, held until the transaction ends, and whether it is there still: it may lie in the bin, or be gone."""
    for deleted in (False, True):
        try:
            found = get(conn, catalog, actor, module, id, deleted=deleted, lock=conn.dialect.name == "postgresql")
        except NotFound:
            continue
        return found, not deleted
    return None, False


def event_of(catalog: Catalog, module: Module, changes: Changes, *, new: bool) -> Event:
    """The values that a trail tells of; what cannot be read any more, or is secret, is left out."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, pair in today(catalog, module, changes).items():
        field = module.fields.get(key) or module.system.get(key)
        if field is None or field.type.apart or field.type.secret:
            continue
        for place, kept in zip((before, after), pair, strict=True):
            try:
                place[key] = read_kept(field, kept, catalog.app.zone)
            except (ma.ValidationError, ValueError, TypeError, KeyError):
                continue
    return Event(before, after, new)


def read_kept(field: Field, kept: Any, zone: str) -> Any:
    """A value from how the trail keeps it."""
    if kept is None:
        return None
    if isinstance(kept, Mapping) and "title" in kept and field.targets:
        return Linked(kept["module"], UUID(kept["id"]), kept["title"])
    return field.type.former(field).deserialize(kept, zone=zone)


def asked_of(
    conn: sa.Connection, catalog: Catalog, actor: Actor, node: Node, values: Mapping[str, Any], event: Event
) -> Told:
    """What comes of a condition about a record with these values, which the event left so."""
    around = Around(conn, catalog)
    after = {**values, **event.after}
    context = replace(context_of(actor, catalog), before={} if event.new else {**after, **event.before}, new=event.new)
    return tell(node, after, context, follow=around.follow, members=around.members)


def condition_told(doing: Doing, node: Node) -> Told:
    """What comes of a condition in a step: about the record as it is now."""
    around = Around(doing.conn, doing.catalog)
    context: Context = replace(context_of(doing.actor, doing.catalog), record=doing.words.record.values)
    subject = doing.running.subject or doing.words.record
    return tell(node, subject.values, context, follow=around.follow, members=around.members)
