"""What happened to a record, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Linked
from hanok.engine.records.former import called, today
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.titles import hidden, is_link, without_title
from hanok.engine.records.trail import BESIDE
from hanok.engine.store.tables import audit


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry; the values are Python values of its type."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a record: created, changed, deleted, restored, linked or unlinked, by whom and when (UTC)."""

    id: UUID
    at: datetime
    who: str
    who_id: UUID | None
    action: str
    changes: tuple[Change, ...]


def history(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, *, size: int = 50,
    before: UUID | None = None, record: Record | None = None,
) -> tuple[Entry, ...]:  # fmt: skip
    """The entries of a record that the actor may view. `before` is the id of the last entry of an earlier answer.

    `record` is the record itself where it was read for this actor already; else it is read to know that he may see it.
    """
    found = record or get(conn, catalog, actor, module, id)
    statement = sa.select(audit).where(audit.c.module.in_(called(catalog, module)), audit.c.record == found.id)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    rows = conn.execute(statement.order_by(audit.c.id.desc()).limit(size)).all()
    told = [today(catalog, catalog.module(module), row.changes) for row in rows]
    secret = hidden(conn, catalog, actor, (end for changes in told for pair in changes.values() for end in pair))
    entries = zip(rows, told, strict=True)
    masked = {key for where, key in catalog.masks if where == module}  # seen in some records only, and so told of none
    open_ = ((row, {key: pair for key, pair in changed.items() if key not in masked}) for row, changed in entries)
    return tuple(_entry(catalog.module(module), row, changed, secret) for row, changed in open_)


def _entry(module: Module, row: Any, changed: Mapping[str, Sequence[Any]], secret: set[str]) -> Entry:
    changes = tuple(
        Change(key, *(_value(module, key, without_title(end, secret)) for end in pair))
        for key, pair in changed.items()
        if module.has(key) or key in module.ends or key in BESIDE
    )
    return Entry(row.id, row.at, row.actor_name, row.actor_id, row.action, changes)


def _value(module: Module, key: str, dumped: Any) -> Any:
    """A kept value as its type reads it today; what it no longer understands is shown as it was written."""
    if is_link(dumped):
        return Linked(dumped["module"], UUID(dumped["id"]), dumped["title"])
    if dumped is None:
        return None
    if not module.has(key):
        return dumped
    found = module.field(key)
    try:
        return found.type.former(found).deserialize(dumped)
    except ma.ValidationError:
        return dumped
