"""A board: the records of a list by the options of one choice, counted, summed up, and a page of each lane.

What a list asks is asked of a board too; `Query.where` and `Query.asked` narrow all lanes alike. Two statements draw a
board, however many lanes it has; the next page of one lane is a page of the list, narrowed to that lane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, say
from hanok.engine.fields import Field
from hanok.engine.records import cursor, reaching
from hanok.engine.records.closing import VIEW, closes, told, without_details
from hanok.engine.records.deriving.living import with_live
from hanok.engine.records.query import Page, Query
from hanok.engine.records.read import NOT_EVERYWHERE, _keys, _near, _wheres, page
from hanok.engine.records.selection import Selection, field_at, known_keys

#: So many records are counted and summed up; of more only some are counted, and nothing is summed up.
CAP = 200_000
#: So many lanes are drawn at most: more options make no board.
MOST_LANES = 50


@dataclass(frozen=True, slots=True)
class Lane:
    """What stands in one lane: the option (None: no value), how many records, and the sum of those that have one."""

    key: str | None
    count: int
    total: Any = None


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes in which records stand. `capped`: there are more records than are counted, and no sums."""

    found: Mapping[str | None, Lane]
    capped: bool = False


def lanes(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, by: str, total: str = "", *, cap: int = CAP
) -> Lanes:  # fmt: skip
    """Counts and sums by the options of `by`, in one statement; `total` names a number, money in the site's currency.

    Raises Invalid for a condition that cannot be read, and where the actor sees one of the fields in some records only.
    """
    module = catalog.module(query.module)
    selection = Selection(catalog, actor, module, ())
    choice = selection.table.c[_own(catalog, module, by).columns[""]]
    columns = [choice.label("lane"), *([_summed(selection, query, total).label("total")] if total else [])]
    source: Any = selection.table
    for there, tied in selection.joins if "." in total else ():
        source = source.outerjoin(there, tied)
    wheres = _rules(conn, selection, query, by)
    inner = sa.select(*columns).select_from(source).where(*wheres).limit(cap + 1).subquery("some")
    summed = [sa.func.sum(inner.c.total)] if total else []
    rows = conn.execute(sa.select(inner.c.lane, sa.func.count(), *summed).group_by(inner.c.lane)).all()
    capped = sum(row[1] for row in rows) > cap
    return Lanes({row[0]: Lane(row[0], row[1], row[2] if total and not capped else None) for row in rows}, capped)


def _summed(selection: Selection, query: Query, total: str) -> ColumnElement[Any]:
    """The number of a record; of a row that stays closed only what its row shows."""
    _own(selection.catalog, selection.module, total)
    number, module = selection.order(total), selection.module
    if total in told(module) or not closes(selection.catalog, selection.actor, module, query.action):
        return number
    opened = predicate(selection.catalog, selection.actor, module, VIEW, selection.table)
    return sa.case((opened, number), else_=sa.null())


def _rules(conn: sa.Connection, selection: Selection, query: Query, by: str) -> list[ColumnElement[bool]]:
    """Which records stand on the board: a row that stays closed only where it shows in which lane it is."""
    catalog, actor, module, table = selection.catalog, selection.actor, selection.module, selection.table
    (rule,) = reaching.counted(conn, catalog, actor, module, query.action, table, cap=None)
    hides = closes(catalog, actor, module, query.action) and by not in told(module)
    opened = [predicate(catalog, actor, module, VIEW, table)] if hides else []
    return [rule, *opened, *_wheres(conn, catalog, actor, query, module, table)]


def _own(catalog: Catalog, module: Module, key: str) -> Field:
    """The field of a board. Raises Invalid where there is none, or the actor sees it in some records only."""
    found = field_at(catalog, module, key)
    if found is None:
        raise Invalid({"": [say("There is no field {field}.", field=key)]})
    if (found.module, found.key.partition(".")[0]) in catalog.masks:
        raise Invalid({"": [NOT_EVERYWHERE]})
    return found


def pages(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, by: str, wanted: Sequence[str | None]
) -> Mapping[str | None, Page]:
    """The first page of each of these lanes, in one statement where the list is sorted by columns of its own."""
    module = catalog.module(query.module)
    columns = known_keys(catalog, module, (*query.columns, by)) if query.columns else ()
    query = replace(query, columns=columns, after=None, before=None)
    wanted = tuple(wanted)[:MOST_LANES]
    selection = Selection(catalog, actor, module, known_keys(catalog, module, columns), query.action)
    keys = _keys(selection, query.sort or module.views.list.sort)
    if not wanted or not all(key.plain for key in keys):
        return {lane: lane_page(conn, catalog, actor, query, by, lane) for lane in wanted}
    column = selection.table.c[_own(catalog, module, by).columns[""]]
    place = selection.add(column)
    order = [key.ordered(conn.dialect.name, backwards=False) for key in keys]
    wheres = _rules(conn, selection, query, by)
    ids: list[sa.Select[Any]] = []
    for number, lane in enumerate(wanted):
        here = column.is_(None) if lane is None else column == lane
        ids += _near(selection.table, [*wheres, here], (), order, query.size + 1, f"lane{number}_")
    listed = selection.table.c.id.in_(sa.union_all(*ids) if len(ids) > 1 else ids[0])
    rows = conn.execute(selection.statement().where(listed).order_by(*order)).all()
    sorted_out: dict[str | None, list[Any]] = {lane: [] for lane in wanted}
    for row in rows:
        sorted_out.setdefault(row[place], []).append(row)
    return _cut(conn, selection, keys, sorted_out, query.size)


def _cut(
    conn: sa.Connection, selection: Selection, keys: Sequence[cursor.Key], lanes: Mapping[str | None, list[Any]],
    size: int,
) -> Mapping[str | None, Page]:  # fmt: skip
    found = [selection.record(row) for rows in lanes.values() for row in rows[:size]]
    live = with_live(conn, selection.catalog, selection.actor, selection.module, found)
    shown = iter([one if one.may_view else without_details(selection.module, one, selection.own) for one in live])
    made = {}
    for lane, rows in lanes.items():
        kept = rows[:size]
        ahead = cursor.encode([kept[-1][key.place] for key in keys]) if len(rows) > size else None
        made[lane] = Page(tuple(next(shown) for _ in kept), next=ahead)
    return made


def lane_page(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, by: str, lane: str | None
) -> Page:
    """One page of one lane: of the list, narrowed to that lane. Raises Invalid for a cursor that cannot be read."""
    _own(catalog, catalog.module(query.module), by)
    test: Mapping[str, Any] = {by: {"empty": True}} if lane is None else {by: {"eq": lane}}
    return page(conn, catalog, actor, replace(query, asked={"all": [query.asked, test]} if query.asked else test))
