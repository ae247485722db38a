"""A record as it will be written: its row, what it shows, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, allows, may
from hanok.engine.access.levels import tells
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, say
from hanok.engine.fields import Linked
from hanok.engine.records.deriving.working import own_values
from hanok.engine.records.naming import title_of, titled
from hanok.engine.records.permitting import allowed_actions
from hanok.engine.records.query import Record
from hanok.engine.records.selection import DONE_TO_ONE
from hanok.engine.records.trail import differences
from hanok.engine.records.values import today
from hanok.engine.store import new_id
from hanok.engine.store.counters import draw

#: Says that what somebody wants to make would not be among what she may make.
NOT_YOURS = say("You may create only records of your own.")
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Draft:
    """One record as it will be written: `row` are its columns, `shown` its Python values with the system's.

    `action` is created or changed; `changes` are the differences in dump form, `own` the values that are searched.
    """

    module: Module
    id: UUID
    action: str
    version: int
    at: datetime
    title: str
    row: Mapping[str, Any]
    own: Mapping[str, Any]
    shown: Mapping[str, Any]
    changes: Mapping[str, Any]

    def record(self, conn: sa.Connection, catalog: Catalog, actor: Actor) -> Record:
        """The record, once it is written."""
        may_be = allowed_actions(conn, catalog, actor, self.module, self.id, self.shown, DONE_TO_ONE)
        return Record(
            self.module.key, self.id, self.version, self.title, self.shown, may_edit="edit" in may_be,
            may_delete="delete" in may_be, may_assign="assign" in may_be,
        )  # fmt: skip

    def allows(self, conn: sa.Connection, catalog: Catalog, actor: Actor, action: str) -> bool:
        """Whether the actor may do this to the record, once it is written."""
        return bool(allowed_actions(conn, catalog, actor, self.module, self.id, self.shown, (action,)))


def check_creating(catalog: Catalog, actor: Actor, module: Module) -> None:
    """Raises Denied when this actor creates nothing here."""
    if not may(catalog, actor, module.key, "create"):
        raise Denied(say("You may not create records of this kind."))


def check_changing(current: Record) -> None:
    """Raises Denied when this actor may not change the record."""
    if not current.may_edit:
        raise Denied(say("You may see this record but not change it."))


def check_created(conn: sa.Connection, catalog: Catalog, actor: Actor, drafts: Iterable[Draft]) -> None:
    """Raises Denied when this actor may not have made records that are written: where groups and conditions decide."""
    for draft in drafts:
        decided = draft.action != "created" or draft.module.parent is not None
        if not decided and not draft.allows(conn, catalog, actor, "create"):
            raise Denied(NOT_YOURS)


def check_assigning(module: Module, current: Record, changes: Mapping[str, Any]) -> None:
    """Raises Denied when the owner changes and this actor may not hand the record over."""
    if set(module.owners) & changes.keys() and not current.may_assign:
        raise Denied(say("You may not give this record to somebody else."))


def new_draft(
    catalog: Catalog, actor: Actor, module: Module, values: Mapping[str, Any], *, id: UUID | None = None,
    at: datetime | None = None,
) -> Draft:  # fmt: skip
    """A new record of validated values. Raises Denied."""
    now, made = at or datetime.now(UTC), id or new_id()
    values = {**values, **own_values(catalog, module, values)}
    plain = tells(catalog, actor, module, "create")
    if plain and not allows(catalog, actor, module, "create", {**values, "created_by": actor.id}):
        raise Denied(NOT_YOURS)
    title, author = title_of(catalog, module, values), _author(actor)
    system = {"id": made, "created_at": now, "updated_at": now, "version": 1}
    row = {
        **system, "created_by": actor.id, "updated_by": actor.id, **titled(title), **_columns(module, values),
    }  # fmt: skip
    shown = {**system, **values, "title": title, "created_by": author, "updated_by": author}
    return Draft(module, made, "created", 1, now, title, row, values, shown, differences(module, {}, values))


def changed_draft(
    catalog: Catalog, actor: Actor, module: Module, current: Record, values: Mapping[str, Any], *,
    beside: Mapping[str, Any] = NOTHING,
) -> Draft | None:  # fmt: skip
    """A record with other validated values; None when nothing differs. Raises Denied.

    `beside` are changes that stand in other tables (its lines), by field.
    """
    changes = differences(module, current.values, values) | dict(beside)
    if not changes:
        return None
    values = {**values, **own_values(catalog, module, {**current.values, **values})}
    changes = differences(module, current.values, values) | dict(beside)
    after = {**current.values, **values}
    check_assigning(module, current, changes)
    now, version = datetime.now(UTC), current.version + 1
    own = {key: after[key] for key, found in module.fields.items() if not found.type.apart}
    title = title_of(catalog, module, own)
    mine = {key: after[key] for key in changes if key not in beside}
    row = {**titled(title), **_columns(module, mine), "version": version, "updated_at": now, "updated_by": actor.id}
    shown = {**after, "title": title, "version": version, "updated_at": now, "updated_by": _author(actor)}
    return Draft(module, current.id, "changed", version, now, title, row, own, shown, changes)


def _author(actor: Actor) -> Linked | None:
    return None if actor.id is None else Linked("user", actor.id, actor.title)


def _columns(module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in values.items():
        found = module.field(key)
        row |= {found.columns[part]: bound for part, bound in found.type.write(found, value).items()}
    return row


def drawn(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module) -> dict[str, Any]:
    """The next numbers of the fields that the engine makes."""
    numbers = {}
    for found in module.fields.values():
        counter = found.type.counter(found, today(catalog, actor))
        if counter is not None:
            numbers[found.key] = counter.write(draw(conn, counter.key, start=counter.start))
    return numbers
