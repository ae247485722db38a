"""Lists and single records: one statement each, the actor's predicate in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, context_of, predicate, row_rule
from hanok.engine.access.assigning import assignable
from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.conditions import ConditionError, named, parse, to_sql
from hanok.engine.conditions.sql import everything
from hanok.engine.conditions.tree import ends_within
from hanok.engine.errors import Invalid, NotFound, say
from hanok.engine.records import cursor, reaching
from hanok.engine.records.closing import asks_beyond, closes, without_details
from hanok.engine.records.deriving.living import with_live
from hanok.engine.records.grams import phrases
from hanok.engine.records.query import Page, Query, Record
from hanok.engine.records.search import hides_searched, in_title
from hanok.engine.records.selection import Selection, alias_of, every_key, known_keys
from hanok.engine.records.standing import standing
from hanok.engine.records.strands import braided
from hanok.engine.store import search as index
from hanok.engine.store.tables import search as search_table

LARGEST_PAGE = 1000
MOST_SORTS = 8
#: To-many ends within each other in an actor's own condition: with 100 records each, three of them are a million.
MOST_ENDS = 2
NOT_EVERYWHERE = say("You see this field in some records only, so nothing can be looked for by it.")


def page(conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query) -> Page:
    """One page of a list, by one statement. Raises Invalid for a condition, sort or cursor that cannot be read."""
    module = catalog.module(query.module)
    selection = Selection(catalog, actor, module, known_keys(catalog, module, query.columns), query.action)
    if query.under:
        selection.stand(query.under)
    sort = query.sort or module.views.list.sort
    keys = _keys(selection, sort)
    size = max(1, min(query.size, LARGEST_PAGE))
    backwards = query.before is not None and query.after is None
    turn = cursor.Turn(conn.dialect.name, query.before if backwards else query.after, backwards, size + 1)
    wheres = _wheres(conn, catalog, actor, query, module, selection.table)
    braid = braided(catalog, actor, module, query, sort, selection.table, wheres, turn)
    if braid is not None:
        wheres = [selection.table.c.id.in_(braid.ids)]
    else:
        ways = reaching.ways(conn, catalog, actor, module, query.action, selection.table, _first_key(sort))
        wheres = _by_ways(ways, selection.table, keys, wheres, turn)
    statement = selection.statement().where(*wheres).order_by(*turn.order(keys)).limit(turn.size)
    rows = _rows(conn, statement, braid.values if braid else None, cursor_given=turn.here is not None)
    found = _page(selection, keys, rows, size=size, here=turn.here, backwards=backwards)
    living = with_live(conn, catalog, actor, module, found.rows)
    shown = (one if one.may_view else without_details(module, one, selection.own) for one in living)
    return replace(found, rows=tuple(shown))


def _first_key(sort: Sequence[str]) -> str:
    return sort[0].removeprefix("-") if sort else ""


def _by_ways(
    ways: Sequence[reaching.Way], table: Any, keys: Sequence[cursor.Key], wheres: Sequence[ColumnElement[bool]],
    turn: cursor.Turn,
) -> list[ColumnElement[bool]]:  # fmt: skip
    """What narrows the list to the rows of the page, and perhaps to some more behind them."""
    ranges = turn.beyond(keys)
    if not all(key.plain for key in keys) or (len(ranges) <= 1 and len(ways) <= 1 and not ways[0].gathered):
        rules = sa.or_(*(way.rule for way in ways))
        return [rules, *wheres, *([sa.or_(sa.false(), *ranges)] if ranges else [])]
    ids: list[sa.Select[Any]] = []
    for number, way in enumerate(ways):
        order = turn.order(keys, apart=way.gathered)
        ids += _near(table, [way.rule, *wheres], ranges, order, turn.size, f"near{number}_")
    return [table.c.id.in_(sa.union_all(*ids) if len(ids) > 1 else ids[0])]


def _near(
    table: Any, wheres: Sequence[ColumnElement[bool]], ranges: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]], size: int, name: str,
) -> list[sa.Select[Any]]:  # fmt: skip
    """The first `size` rows of these ranges, the nearest range first; one that is not needed any more is not read."""
    parts: list[sa.CTE] = []
    for number, found in enumerate(ranges or [sa.true()]):
        rows = sa.select(table.c.id).where(*wheres, found).order_by(*order).limit(size)
        counts = [sa.select(sa.func.count()).select_from(part).scalar_subquery() for part in parts]
        if counts:
            missing = sa.case((sum(counts[1:], start=counts[0]) < size, size), else_=0)
            rows = sa.select(rows.subquery("near").c.id).limit(missing)
        parts.append(rows.cte(f"{name}{number}"))
    return [sa.select(part.c.id) for part in parts]


def _rows(
    conn: sa.Connection, statement: sa.Select[Any], values: Mapping[str, Any] | None, *, cursor_given: bool
) -> list[Any]:
    try:
        return list(conn.execute(statement, values))
    except (sa.exc.StatementError, OverflowError) as error:
        bad_value = not isinstance(error, sa.exc.DBAPIError) or isinstance(
            error, sa.exc.DataError | sa.exc.ProgrammingError
        )
        if cursor_given and bad_value:
            raise Invalid({"": [cursor.GONE]}) from error
        raise


def _page(
    selection: Selection, keys: Sequence[cursor.Key], rows: list[Any], *, size: int, here: str | None,
    backwards: bool,
) -> Page:  # fmt: skip
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    ahead, behind = (True, more) if backwards else (more, here is not None)
    ends = [cursor.encode([row[key.place] for key in keys]) for row in (rows[0], rows[-1])] if rows else ["", ""]
    return Page(
        tuple(selection.record(row) for row in rows),
        next=ends[1] if rows and ahead else None, previous=ends[0] if rows and behind else None,
    )  # fmt: skip


def count(conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, *, cap: int | None = 1000) -> int:
    """How many records a list has, counted up to `cap` + 1 (None: all of them)."""
    module = catalog.module(query.module)
    table = alias_of(module, "r")
    wheres = _wheres(conn, catalog, actor, query, module, table)
    for rule in reaching.counted(conn, catalog, actor, module, query.action, table, cap=cap):
        found = _count(conn, sa.select(sa.literal(1)).select_from(table).where(rule, *wheres), cap)
        if cap is not None and found > cap:
            break
    return found


def _count(conn: sa.Connection, found: sa.Select[Any], cap: int | None) -> int:
    if cap is not None:
        found = found.limit(cap + 1)
    return conn.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def get(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, *, deleted: bool = False,
    action: str = "view", lock: bool = False,
) -> Record:  # fmt: skip
    """One record with all its fields, and what the paths of its form lead to.

    Raises NotFound, also when the actor may not see it.
    `deleted` looks among deleted records instead; `lock` holds the row until the transaction ends. Without an `action`
    it is a record that the actor was let in to in this transaction: her own change may have taken it out of her sight.
    """
    found = catalog.module(module)
    selection = Selection(catalog, actor, found, (*every_key(found), *_along(found)))
    table = selection.table
    rule = predicate(catalog, actor, found, action, table) if action else sa.true()
    gone = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
    statement = selection.statement().where(table.c.id == identity(id), rule, gone)
    if lock:
        statement = statement.with_for_update(of=table)
    row = conn.execute(statement).one_or_none()
    if row is None:
        raise NotFound(say("There is no such record, or you may not see it."))
    return with_live(conn, catalog, actor, found, [selection.record(row)])[0]


def _along(module: Module) -> tuple[str, ...]:
    """The dotted paths of a module's form and detail."""
    asked = (*module.views.form.fields(), *module.views.detail.fields())
    return tuple(dict.fromkeys(key for key in asked if key in module.paths)) if module.paths else ()


def identity(id: UUID | str) -> UUID:
    """The id as a UUID. Raises NotFound when it is none."""
    try:
        return id if isinstance(id, UUID) else UUID(str(id))
    except ValueError:
        raise NotFound(say("There is no such record, or you may not see it.")) from None


def _keys(selection: Selection, sort: Sequence[str]) -> list[cursor.Key]:
    keys = []
    if len(sort) > MOST_SORTS:
        raise Invalid({"": [say("Lists are sorted by at most {most} fields.", most=MOST_SORTS)]})
    for written in dict.fromkeys(sort):
        key, descending = written.removeprefix("-"), written.startswith("-")
        found = selection.find(key)
        if found is None or not found.type.sortable:
            raise Invalid({"": [say("Lists cannot be sorted by “{key}”.", key=key)]})
        if (found.module, found.key.partition(".")[0]) in selection.catalog.masks:
            raise Invalid({"": [NOT_EVERYWHERE]})
        column = selection.order(key)
        nullable = not found.system or key.endswith("_by") or "." in key
        plain = getattr(column, "table", None) is selection.table
        keys.append(cursor.Key(column, descending, nullable, selection.add(column), plain))
    tie = selection.table.c.id
    return [*keys, cursor.Key(tie, keys[0].descending if keys else True, False, selection.add(tie))]


def _wheres(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, module: Module, table: Any
) -> list[ColumnElement[bool]]:
    deleted = table.c.deleted_at.is_not(None) if query.deleted else table.c.deleted_at.is_(None)
    found = [deleted]
    context = context_of(actor, catalog)
    closed = closes(catalog, actor, module, query.action)
    if query.where:
        node = _parsed(catalog.whole, catalog.whole.module(module.key), query.where)
        found.append(to_sql(node, table, context, rule=everything))
    own = _asked(catalog, module, query.asked) if query.asked else None
    if own is not None:
        found.append(to_sql(own, table, context, rule=row_rule(catalog, actor)))
    if closed and asks_beyond(module, query, own):
        found.append(predicate(catalog, actor, module, "view", table))
    if query.limit is not None:
        found.append(to_sql(query.limit, table, replace(context, record=query.record)))
    if query.words.strip():
        found.append(_worded(conn, catalog, actor, query, module, table, closed=closed))
    if query.assigned:
        found.append(assignable(catalog, query.assigned, table))
    if query.under:
        found.append(standing(catalog, query.under, table))
    return found


def _worded(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, module: Module, table: Any, *, closed: bool
) -> ColumnElement[bool]:
    """What the words are in: of rows that stay closed only in the title."""
    if hides_searched(catalog, module):
        return in_title(table, query.words, conn.dialect.name)
    matching = _matching(conn, module, query.words, table)
    if not closed:
        return matching
    opened = predicate(catalog, actor, module, "view", table)
    return sa.or_(in_title(table, query.words, conn.dialect.name), sa.and_(matching, opened))


def _asked(catalog: Catalog, module: Module, condition: Mapping[str, Any]) -> Any:
    """A condition of the actor's own. Raises Invalid where it asks too deep, or by what she sees in some rows only."""
    node = _parsed(catalog, module, condition)
    if ends_within(node) > MOST_ENDS:
        raise Invalid({"": [say("A condition asks for some of several within some of several, no deeper.")]})
    for found in named(node) if catalog.masks else ():
        if (found.module, found.key.partition(".")[0]) in catalog.masks:
            raise Invalid({found.key: [NOT_EVERYWHERE]})
    return node


def _parsed(catalog: Catalog, module: Module, condition: Mapping[str, Any]) -> Any:
    try:
        return parse(condition, ModuleScope(module, catalog.every))
    except ConditionError as error:
        raise Invalid({".".join(map(str, fault.path)): [fault.message] for fault in error.faults}) from error


def _matching(conn: sa.Connection, module: Module, words: str, table: Any) -> ColumnElement[bool]:
    wanted = phrases(words)
    if not wanted:
        return sa.false()
    hits = sa.select(search_table.c.record).where(
        search_table.c.module == module.key, index.found(conn.dialect.name, wanted)
    )
    matching: ColumnElement[bool] = table.c.id.in_(hits)
    return matching
