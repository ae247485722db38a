"""Records that are there already, when groups change: which ones may have to follow, a batch at a time.

What a record inherits is settled by `sharing.settle`. Of its owner and of the record that it belongs to it has the
groups of now; of whoever made it those of the moment when it was made, until somebody applies a group anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.inheriting import parents_first
from hanok.engine.records.sharing import BATCH, settle, tell_below
from hanok.engine.records.ways import CREATOR, OWNER, PARENT, ways
from hanok.engine.store.tables import group_record


@dataclass(frozen=True, slots=True)
class Sweep:
    """The records of one module that are in a group by one way, or should be. `again`: they form a tree, so what one
    gets its branches get the next time; it is done until nothing changes any more."""

    module: str
    via: str
    again: bool = False


def sweeps(catalog: Catalog, *, creators: bool = False) -> tuple[Sweep, ...]:
    """What is looked at when a group changed, in an order in which each follows from those before it."""
    catalog = catalog.whole
    modules = catalog.modules.values()
    found = [Sweep(each.key, CREATOR) for each in modules] if creators else []
    found += [Sweep(each.key, OWNER) for each in modules if set(owners(each)) - {"created_by"}]
    for each in parents_first(catalog.modules):
        tree = any(each.key in found.targets for found in each.fields.values() if found.settings.get("inherit"))
        found.append(Sweep(each.key, PARENT, again=tree))
    return tuple(found)


def concerned(
    conn: sa.Connection, catalog: Catalog, sweep: Sweep, group: UUID, *, after: UUID | None = None
) -> list[UUID]:
    """The next records, by id, that are in the group by this way or should be: 500 at most, some of them right."""
    catalog = catalog.whole
    module = catalog.modules[sweep.module]

    def later(id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
        return sa.true() if after is None else id > after

    of = group_record.c
    there = sa.select(of.record).where(
        of.group_id == group, of.module == module.key, of.via == sweep.via, later(of.record)
    )
    arms = [there.order_by(of.record).limit(BATCH)]
    for way in ways(catalog, module, (sweep.via,), later, (group,)):
        id = way.selected_columns["record"]
        arms.append(way.with_only_columns(id).order_by(id).limit(BATCH))
    some = [sa.select(arm.subquery().c[0].label("record")) for arm in arms]
    found = sa.union(*some).subquery()
    return list(conn.scalars(sa.select(found.c.record).order_by(found.c.record).limit(BATCH)))


def heirs_of(
    conn: sa.Connection, module: Module, link: str, above: str, ids: Collection[UUID], *, after: UUID | None = None
) -> list[UUID]:
    """The next records of a module, by id, whose link leads to one of these records of `above`."""
    table, field = module.table, module.field(link)
    wanted: list[sa.ColumnElement[bool]] = [table.c[field.columns[""]].in_(list(ids))]
    if "module" in field.columns:
        wanted.append(table.c[field.columns["module"]] == above)
    if after is not None:
        wanted.append(table.c.id > after)
    return list(conn.scalars(sa.select(table.c.id).where(*wanted).order_by(table.c.id).limit(BATCH)))


def follow(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], via: str, groups: Collection[UUID], *,
    tell: bool = False,
) -> int:  # fmt: skip
    """Settles what these records have of these groups by this way; how many of them came to one or left one.

    `tell` says so to those that inherit from them.
    """
    moves = settle(conn, catalog.whole, module, ids, (via,), groups=groups)
    if tell:
        tell_below(conn, catalog, module, moves)
    return len({record for record, _ in moves})


def amounts(conn: sa.Connection, catalog: Catalog, group: UUID) -> dict[str, int]:
    """How many records that are not deleted a group has, by module; those without any are left out."""
    of = group_record.c
    some = []
    for module in catalog.whole.modules.values():
        table = module.table
        mine = sa.select(of.record).where(of.group_id == group, of.module == module.key)
        counted = sa.select(sa.literal(module.key).label("module"), sa.func.count().label("count")).select_from(table)
        some.append(counted.where(table.c.id.in_(mine), table.c.deleted_at.is_(None)))
    return {key: number for key, number in conn.execute(sa.union_all(*some)) if number} if some else {}
