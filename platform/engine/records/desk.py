"""Records that somebody keeps at hand: their titles, as far as she may still view them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may, predicate
from hanok.engine.catalog import Catalog, Module

Place = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class AtHand:
    """One record by its title."""

    module: str
    id: UUID
    title: str


def at_hand(conn: sa.Connection, catalog: Catalog, actor: Actor, places: Sequence[Place]) -> tuple[AtHand, ...]:
    """Those of these records that are there and may be viewed, in this order; one statement for all modules."""
    by_module: dict[str, list[UUID]] = {}
    for module, id in places:
        if module in catalog.modules and may(catalog, actor, module, "view"):
            by_module.setdefault(module, []).append(id)
    if not by_module:
        return ()
    parts = [_of(catalog, actor, catalog.module(key), ids) for key, ids in by_module.items()]
    found = {(row.module, row.id): row.title for row in conn.execute(sa.union_all(*parts))}
    return tuple(AtHand(*place, found[place]) for place in dict.fromkeys(places) if place in found)


def _of(catalog: Catalog, actor: Actor, module: Module, ids: Sequence[UUID]) -> sa.Select[Any]:
    table = module.table.alias()
    return sa.select(sa.literal(module.key).label("module"), table.c.id, table.c.title).where(
        table.c.id.in_(ids), table.c.deleted_at.is_(None), predicate(catalog, actor, module, "view", table)
    )
