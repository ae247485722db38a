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
    """One change of a record: created, changed, deleted, restored, linked or unlinked, by whom and when (UTC).

    `by` is the administrator who was logged in as that person, "" where nobody was; `run` that of the workflow which
    did it, None where none did.
    """

    id: UUID
    at: datetime
    who: str
    who_id: UUID | None
    action: str
    changes: tuple[Change, ...]
    by: str = ""
    run: UUID | None = None


def history(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, *, size: int = 50,
    before: UUID | None = None, record: Record | None = None, but: Sequence[str] = (),
) -> tuple[Entry, ...]:  # fmt: skip
    """The entries of a record that the actor may view. `before` is the id of the last entry of an earlier answer.

    `record` is the record itself where it was read for this actor already; else it is read to know that he may see it.
    Entries of the actions in `but` are left out.
    """
    found = record or get(conn, catalog, actor, module, id)
    statement = sa.select(audit).where(audit.c.module.in_(called(catalog, module)), audit.c.record == found.id)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    if but:
        statement = statement.where(audit.c.action.not_in(but))
    rows = conn.execute(statement.order_by(audit.c.id.desc()).limit(size)).all()
    return told(conn, catalog, actor, [(catalog.module(module), row) for row in rows])


def told(
    conn: sa.Connection, catalog: Catalog, actor: Actor, rows: Sequence[tuple[Module, Any]]
) -> tuple[Entry, ...]:
    """Rows of the trail, each with its module as the actor sees it, without what she may not see of them."""
    known = [_open(catalog, module, today(catalog, module, row.changes)) for module, row in rows]
    secret = hidden(conn, catalog, actor, (end for changes in known for pair in changes.values() for end in pair))
    return tuple(_entry(module, row, changed, secret) for (module, row), changed in zip(rows, known, strict=True))


def _open(catalog: Catalog, module: Module, changed: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """What is seen in some records only is told of none."""
    return {key: pair for key, pair in changed.items() if (module.key, key) not in catalog.masks}


def _entry(module: Module, row: Any, changed: Mapping[str, Sequence[Any]], secret: set[str]) -> Entry:
    changes = tuple(
        Change(key, *(today_value(module, key, without_title(end, secret)) for end in pair))
        for key, pair in changed.items()
        if module.has(key) or key in module.ends or key in BESIDE
    )
    return Entry(row.id, row.at, row.actor_name, row.actor_id, row.action, changes, row.by_name or "", row.run)


def today_value(module: Module, key: str, dumped: Any) -> Any:
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
