"""Groups of records that the `duplicates` of a module call the same, by one statement over their normalised values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Duplicate
from hanok.engine.errors import NotFound, say
from hanok.engine.records.many import among
from hanok.engine.records.merging.asked import MOST
from hanok.engine.records.values import unique_columns

#: Groups on a page, and the last page that is counted to.
SIZE, LAST = 20, 500


@dataclass(frozen=True, slots=True)
class Alikes:
    """Records that are alike: how many there are, and the ids of those changed last, MOST at most."""

    count: int
    ids: tuple[UUID, ...]


def rules_of(catalog: Catalog, module: Module) -> tuple[Duplicate, ...]:
    """The rules by which this actor may look for duplicates: those of fields that she sees everywhere."""
    return tuple(
        said for said in module.duplicates.values()
        if all(key in module.fields and (module.key, key) not in catalog.masks for key in said.match)
    )  # fmt: skip


def alikes(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, rule: str, *, page: int = 1
) -> tuple[tuple[Alikes, ...], bool]:
    """A page of the groups, the largest first, and whether there are more. Two statements. Raises NotFound."""
    said = next((one for one in rules_of(catalog, module) if one.key == rule), None)
    if said is None or not 1 <= page <= LAST:
        raise NotFound(say("There is no such rule for duplicates."))
    columns = unique_columns(module, said.match)
    wheres = _wheres(catalog, actor, module, columns)
    number = sa.func.count().label("number")
    asked = (
        sa.select(*columns, number).where(*wheres).group_by(*columns).having(sa.func.count() > 1)
        .order_by(number.desc(), *columns).limit(SIZE + 1).offset((page - 1) * SIZE)
    )  # fmt: skip
    found = [(tuple(row[:-1]), row[-1]) for row in conn.execute(asked)]
    members = _members(conn, module, columns, wheres, [bound for bound, _ in found[:SIZE]])
    return tuple(Alikes(count, members.get(bound, ())) for bound, count in found[:SIZE]), len(found) > SIZE


def _wheres(
    catalog: Catalog, actor: Actor, module: Module, columns: Sequence[sa.Column[Any]]
) -> list[sa.ColumnElement[bool]]:
    table = module.table
    rules = [predicate(catalog, actor, module, action, table) for action in ("list", "view")]
    return [table.c.deleted_at.is_(None), *(column.is_not(None) for column in columns), *rules]


def _members(
    conn: sa.Connection, module: Module, columns: Sequence[sa.Column[Any]], wheres: Sequence[sa.ColumnElement[bool]],
    bounds: Sequence[tuple[Any, ...]],
) -> dict[tuple[Any, ...], tuple[UUID, ...]]:  # fmt: skip
    if not bounds:
        return {}
    table = module.table
    place = sa.func.row_number().over(partition_by=columns, order_by=(table.c.updated_at.desc(), table.c.id))
    ranked = sa.select(*columns, table.c.id.label("one"), place.label("place")).where(*wheres, among(columns, bounds))
    rows = ranked.subquery()
    found: dict[tuple[Any, ...], list[UUID]] = {}
    for row in conn.execute(sa.select(rows).where(rows.c.place <= MOST).order_by(rows.c.place)):
        found.setdefault(tuple(row[: len(columns)]), []).append(row.one)
    return {bound: tuple(ids) for bound, ids in found.items()}
