"""What would move with records that go, as far as the actor sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may, predicate
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.catalog.ends import rows
from hanok.engine.fields import Labels
from hanok.engine.records.merging.asked import Merge
from hanok.engine.records.merging.ways import LEFT, LINES, LINK, Way, ways_to
from hanok.engine.store.merge_tables import merge_row

#: Records of one kind that are counted before it is "more than".
CAP = 1000


@dataclass(frozen=True, slots=True)
class Amount:
    """Records at one end: what they are called there, and how many; one more than CAP where there are more."""

    key: str
    label: Labels
    icon: str
    count: int


def amounts(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, ids: Sequence[UUID]
) -> tuple[Amount, ...]:
    """By the ends of the module, how many records of these ones move; ends without any are left out."""
    found = []
    for end in module.ends.values():
        if end.kind in ("union", "lines") or not may(catalog, actor, end.module, "list"):
            continue
        number = _count(conn, catalog, actor, module, end, ids)
        if number:
            found.append(Amount(end.key, end.label, catalog.every[end.module].icon, number))
    return tuple(found)


def _count(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, end: End, ids: Sequence[UUID]
) -> int:
    here = module.table.alias()
    stands = rows(end, catalog.every, here, home=module.key)
    rule = predicate(catalog, actor, catalog.every[end.module], "list", stands.table)
    some = (
        sa.select(sa.literal(1)).select_from(here).join(stands.source, stands.where)
        .where(here.c.id.in_(list(ids)), rule).limit(CAP + 1)
    )  # fmt: skip
    return conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def moved_along(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Merge) -> int:
    """How many records moved with a merge, as far as the actor sees them. Its lines count for a record that is seen."""
    counts = plan.facts.get("counts", {})
    total = 0
    for way in ways_to(catalog, catalog.whole.every[plan.wish.module]):
        if way.kind == LINES:
            total += counts.get(way.place, 0) if _has(catalog, way) else 0
        elif way.place in counts:
            total += sum(_seen(conn, catalog, actor, plan, way, key) for key in _shown_as(way))
    return total


def _has(catalog: Catalog, way: Way) -> bool:
    """Whether the lines of a way stand in a field that the actor's catalog has."""
    parent = way.home.parent
    return parent is not None and parent.module in catalog.every and catalog.every[parent.module].has(parent.field)


def _shown_as(way: Way) -> tuple[str, ...]:
    """The modules of what moves: the record that has the link, or what is at the other side of the tie."""
    return way.field.members if way.kind == LEFT else (way.home.key,)


def _seen(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Merge, way: Way, key: str) -> int:
    if key not in catalog.every or not may(catalog, actor, key, "list"):
        return 0
    there = catalog.every[key].table.alias()
    at = merge_row.c.record if way.kind == LINK else way.other
    wheres = [merge_row.c.merge == plan.id, merge_row.c.place == way.place, there.c.deleted_at.is_(None),
              predicate(catalog, actor, catalog.every[key], "list", there)]  # fmt: skip
    if way.kind == LEFT and way.several:
        wheres.append(way.table.c.right_module == key)
    some = sa.select(sa.func.count()).select_from(merge_row)
    if way.kind != LINK:
        some = some.join(way.table, way.table.c.id == merge_row.c.record)
    return conn.scalar(some.join(there, there.c.id == at).where(*wheres)) or 0


def size(conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], *, cap: int) -> int:
    """How many rows would move in all, seen or not, counted up to a little more than `cap`."""
    total = 0
    for way in ways_to(catalog, module):
        some = sa.select(sa.literal(1)).select_from(way.table).where(way.at(ids)).limit(cap + 1)
        total += conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
        if total > cap:
            break
    return total
