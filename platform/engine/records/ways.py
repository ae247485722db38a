"""By which ways records come into security groups: whoever made them, their owner, the record that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.inheriting import inheriting
from hanok.engine.store.tables import group_record

HAND, CREATOR, OWNER, PARENT = "hand", "creator", "owner", "parent"
GROUP, USERS = "security_group", "users"
Which = Callable[[Any], sa.ColumnElement[bool]]


def among(ids: Sequence[UUID]) -> Which:
    """Those with these ids."""
    def chosen(id: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = id.in_(ids)
        return found

    return chosen


def ways(
    catalog: Catalog, module: Module, vias: Collection[str], which: Which, groups: Collection[UUID] | None = None
) -> Sequence[sa.Select[Any]]:
    """A statement for each way by which records inherit: the module, the record, the group and the way.

    `which` says of the column of ids whose; `groups` which groups are meant, all unless said.
    """
    table = module.table.alias()
    wanted, found = which(table.c.id), list[sa.Select[Any]]()
    if CREATOR in vias:
        found.append(_of_people(catalog, module, table.c.created_by, CREATOR, table, groups).where(wanted))
    if OWNER in vias:
        columns = [module.field(key).columns for key in owners(module) if key != "created_by"]
        found += [_of_people(catalog, module, table.c[one[""]], OWNER, table, groups).where(wanted)
                  for one in columns if "" in one]  # fmt: skip
    if PARENT in vias:
        found += [each.where(wanted) for each in _of_parents(catalog, module, table, groups)]
    return found


def _of_people(
    catalog: Catalog, module: Module, person: Any, via: str, table: Any, wanted: Collection[UUID] | None
) -> sa.Select[Any]:
    """The groups of the users in this column, of those groups that go this way."""
    groups = catalog.every[GROUP]
    through = groups.ends[USERS].through
    assert through is not None, "the users of a group are tied"
    tie, group = through.alias(), groups.table.alias()
    goes = group.c[groups.field(f"from_{via}").columns[""]]
    return (
        sa.select(sa.literal(module.key).label("module"), table.c.id.label("record"), group.c.id.label("group_id"),
                  sa.literal(via).label("via"))
        .select_from(table).join(tie, tie.c.right == person).join(group, group.c.id == tie.c.left)
        .where(group.c.deleted_at.is_(None), goes, _only(tie.c.left, wanted))
    )  # fmt: skip


def _of_parents(
    catalog: Catalog, module: Module, table: Any, wanted: Collection[UUID] | None
) -> Iterator[sa.Select[Any]]:
    groups = catalog.every[GROUP]
    for key in parents(module):
        found = module.field(key)
        there, group = group_record.alias(), groups.table.alias()
        link = table.c[found.columns[""]]
        target = table.c[found.columns["module"]] if "module" in found.columns else sa.literal(found.targets[0])
        goes = group.c[groups.field("from_parent").columns[""]]
        yield (
            sa.select(sa.literal(module.key).label("module"), table.c.id.label("record"),
                      there.c.group_id.label("group_id"), sa.literal(PARENT).label("via"))
            .select_from(table).join(there, sa.and_(there.c.module == target, there.c.record == link))
            .join(group, group.c.id == there.c.group_id)
            .where(group.c.deleted_at.is_(None), goes, _only(there.c.group_id, wanted))
        )  # fmt: skip


def _only(column: Any, groups: Collection[UUID] | None) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = sa.true() if groups is None else column.in_(list(groups))
    return found


def parents(module: Module) -> tuple[str, ...]:
    """The links by which records inherit groups."""
    return tuple(key for key, _ in inheriting(module))


def from_parents(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], groups: Collection[UUID] | None = None
) -> set[tuple[UUID, UUID, str]]:
    """What these records inherit from the records that they belong to.

    In steps, each by an index: joined, a planner without statistics begins with all that a group has.
    """
    above: dict[str, dict[UUID, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for key, targets in inheriting(module):
        columns, table = module.field(key).columns, module.table.c
        link, target = table[columns[""]], table[columns["module"]] if "module" in columns else sa.literal(targets[0])
        rows = sa.select(table.id, link.label("above"), target.label("target")).where(table.id.in_(ids))
        for row in conn.execute(rows.where(link.is_not(None))):
            above[row.target][row.above].append(row.id)
    there = [(below[record], group) for target, below in above.items()
             for record, group in _groups_of_many(conn, target, list(below))]  # fmt: skip
    goes = _passing_on(conn, catalog, {group for _, group in there if groups is None or group in groups})
    return {(id, group, PARENT) for heirs, group in there if group in goes for id in heirs}


def _groups_of_many(conn: sa.Connection, module: str, ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    of = group_record.c
    found = sa.select(of.record, of.group_id).where(of.module == module, of.record.in_(ids)).distinct()
    return [(row.record, row.group_id) for row in conn.execute(found)]


def _passing_on(conn: sa.Connection, catalog: Catalog, groups: Collection[UUID]) -> frozenset[UUID]:
    """Of these groups those whose records pass them on."""
    module = catalog.every[GROUP]
    table, goes = module.table.c, module.table.c[module.field("from_parent").columns[""]]
    found = sa.select(table.id).where(table.id.in_(list(groups)), table.deleted_at.is_(None), goes)
    return frozenset(conn.scalars(found)) if groups else frozenset()
