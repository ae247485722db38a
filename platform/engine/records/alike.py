"""Records that are like one another: what may be the same customer twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Linked
from hanok.engine.records.candidates import at_hand
from hanok.engine.records.values import unique_columns

#: Records that are named of each kind of likeness.
MOST = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that is like the one asked about, by the `duplicates` of this key; `refused`: no save goes past it."""

    key: str
    record: Linked
    refused: bool


def duplicates(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, values: Mapping[str, Any], *,
    but: UUID | None = None,
) -> tuple[Alike, ...]:  # fmt: skip
    """The records that the actor may see and that are like one with these values (raw or loaded), `but` itself."""
    found = catalog.module(module)
    known = at_hand(found, values, actor.zone or catalog.app.zone)
    hits: list[Alike] = []
    for key, said in found.duplicates.items():
        if not all(key in found.fields and (module, key) not in catalog.masks for key in said.match):
            continue  # who does not see a field everywhere finds nothing by it
        bound = _bound(found, said.match, known)
        if bound is not None:
            rows = conn.execute(_like(catalog, actor, found, said.match, bound, but))
            hits += [Alike(key, Linked(module, row.id, row.title), said.refuses) for row in rows]
    return tuple(hits)


def _like(
    catalog: Catalog, actor: Actor, module: Module, match: tuple[str, ...], bound: list[Any], but: UUID | None
) -> sa.Select[Any]:
    table = module.table
    wheres = [column == value for column, value in zip(unique_columns(module, match), bound, strict=True)]
    if but is not None:
        wheres.append(table.c.id != but)
    wheres += [table.c.deleted_at.is_(None), predicate(catalog, actor, module, "view", table)]
    return sa.select(table.c.id, table.c.title).where(*wheres).order_by(table.c.id).limit(MOST)


def _bound(module: Module, match: tuple[str, ...], values: Mapping[str, Any]) -> list[Any] | None:
    """What the columns hold for these values; None when one of them is empty."""
    bound = []
    for key in match:
        field, value = module.fields[key], values.get(key)
        if value is None:
            return None
        bound.append(field.type.write(field, value)[field.type.compared(field)])
    return bound
