"""Rows of the trail as a log tells them: with the record that each is about, as it is today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.records.history import Entry
from hanok.engine.records.history import told as told_of


@dataclass(frozen=True, slots=True)
class About:
    """The record of an entry today. `deleted`: it is in the bin; `parent` is the record that a line stands in."""

    title: str
    deleted: bool
    version: int
    may_edit: bool
    may_delete: bool
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a log. `module` is None where there is no such module any more, `about` where the record is gone.

    `key` is the module's key.
    """

    entry: Entry
    key: str
    module: Module | None
    record: UUID
    about: About | None
    owner_from: UUID | None
    owner_to: UUID | None


def tell(conn: sa.Connection, catalog: Catalog, actor: Actor, rows: Sequence[Any]) -> tuple[Told, ...]:
    """These rows in their order, by as many statements whatever their number."""
    found = [(catalog.every.get(catalog.names.renamed.get(row.module, row.module)), row) for row in rows]
    known = [(module, row) for module, row in found if module is not None]
    entries = iter(told_of(conn, catalog, actor, known))
    about = _about(conn, catalog, actor, known)
    return tuple(
        Told(
            next(entries) if module is not None else _bare(row), module.key if module else row.module, module,
            row.record, about.get((module.key, row.record)) if module else None, row.owner_from, row.owner_to,
        )
        for module, row in found
    )  # fmt: skip


def _bare(row: Any) -> Entry:
    """An entry of a module that is there no more: that something happened, for nothing knows its fields."""
    return Entry(row.id, row.at, row.actor_name, row.actor_id, row.action, (), row.by_name or "", row.run)


def _about(
    conn: sa.Connection, catalog: Catalog, actor: Actor, rows: Sequence[tuple[Module, Any]]
) -> Mapping[tuple[str, UUID], About]:
    """The records of these rows, by one statement for all their modules."""
    asked: dict[str, set[UUID]] = {}
    for module, row in rows:
        asked.setdefault(module.key, set()).add(row.record)
    parts = [_part(catalog, actor, catalog.every[key], ids) for key, ids in asked.items()]
    if not parts:
        return {}
    statement: Any = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    return {
        (row.module, row.id): About(row.title or "", bool(row.gone), row.version, bool(row.may_edit),
                                    bool(row.may_delete), row.parent)
        for row in conn.execute(statement)
    }  # fmt: skip


def _part(catalog: Catalog, actor: Actor, module: Module, ids: set[UUID]) -> sa.Select[Any]:
    table = module.table
    stands = table.c[module.field(PARENT).columns[""]] if module.parent else sa.cast(sa.null(), table.c.id.type)
    return sa.select(
        sa.literal(module.key).label("module"), table.c.id, table.c.title, table.c.version,
        sa.case((table.c.deleted_at.is_(None), 0), else_=1).label("gone"),
        *(_asked(catalog, actor, module, action) for action in ("edit", "delete")), stands.label("parent"),
    ).where(table.c.id.in_(sorted(ids)))  # fmt: skip


def _asked(catalog: Catalog, actor: Actor, module: Module, action: str) -> Any:
    rule = predicate(catalog, actor, module, action, module.table)
    return sa.case((rule, 1), else_=0).label(f"may_{action}")
