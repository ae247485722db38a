"""A page far in begins to read where the page before it ended: seen in the plans of both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy.physical import Physical
from hanok.engine.store import Store, new_id
from tests.builders import Statements, a_catalog, an_administrator

ADMIN = an_administrator()
AT = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 3000
DEAL = """
label: {en: Deal}
fields:
  name:  {type: text, length: 40}
  stage: {type: choice, options: stage}
  place: {type: integer}
  rate:  {type: decimal}
views: {list: {columns: [name], sort: [-created_at]}}
index: [[place, name]]
saved_filters:
  won: {label: {en: Won}, where: {stage: won}, sort: [-rate]}
"""
STAGE = "label: {en: Stage}\noptions:\n  new: {label: {en: New}}\n  won: {label: {en: Won}}\n"
WON = {"stage": "won"}


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog({"modules/deal.yaml": DEAL, "options/stage.yaml": STAGE})


@pytest.fixture
def many(store: Store, deals: Catalog) -> Store:
    """Three thousand deals, many places and rates empty, with the indexes that a deploy makes."""
    copies = Physical.of(deals, store.dialect).tables.values()
    with store.write() as conn:
        next(iter(copies)).metadata.create_all(conn)
        conn.execute(sa.insert(deals.module("deal").table), list(rows(random.Random(3))))
    store.analyze("m_deal")
    return store


def rows(rolled: random.Random) -> Iterator[dict[str, Any]]:
    """All of them made at once, as an import does."""
    for _ in range(ROWS):
        title = f"deal {rolled.randrange(ROWS):04d}"
        name = rolled.choice([None, title])
        yield {
            "id": new_id(), "title": title, "title$folded": title, "version": 1, "created_at": AT, "updated_at": AT,
            "name": name, "name$folded": name, "stage": rolled.choice(["new", "won"]),
            "place": rolled.choice([None, rolled.randrange(ROWS), rolled.randrange(10)]),
            "rate": rolled.choice([None, rolled.randrange(ROWS), rolled.randrange(10)]),
        }  # fmt: skip


def page(store: Store, catalog: Catalog, **asked: Any) -> records.Page:
    with store.read() as conn:
        return records.page(conn, catalog, ADMIN, records.Query(module="deal", **{"columns": ("name",), **asked}))


def far(store: Store, catalog: Catalog, share: float, **asked: Any) -> str:
    """The cursor of a page so far in."""
    with store.read() as conn:
        whole = records.count(conn, catalog, ADMIN, records.Query(module="deal", where=asked.get("where")), cap=None)
    after = None
    for _ in range(4):
        after = page(store, catalog, **asked, size=int(whole * share / 4), after=after).next
    assert after
    return after


def plan(store: Store, catalog: Catalog, **asked: Any) -> list[str]:
    """How the database runs the one statement of a page, line by line."""
    seen = Statements(store)
    kept: list[tuple[str, Any]] = []
    reading = store.engines[0]

    def see(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        kept.append((statement, parameters))

    sa.event.listen(reading, "before_cursor_execute", see)
    page(store, catalog, **asked)
    sa.event.remove(reading, "before_cursor_execute", see)
    assert len(seen.queries) == 1
    statement, parameters = kept[-1]
    word = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN (COSTS OFF) "
    with store.read() as conn:
        return [str(row[-1]).strip() for row in conn.exec_driver_sql(word + statement, parameters)]


#: What is sorted, how far in and where to; then what the index does for it, on SQLite and on PostgreSQL.
FAR = (
    (("-created_at",), None, 0.5, "after", "(created_at,id)<(?,?)", "ROW(created_at, id) < ROW("),
    (("-created_at",), None, 0.5, "before", "(created_at,id)>(?,?)", "ROW(created_at, id) > ROW("),
    (("-rate",), WON, 0.3, "after", "stage=? AND (rate,id)<(?,?)", "ROW(rate, id) < ROW("),
    (("-rate",), WON, 0.3, "before", "stage=? AND (rate,id)>(?,?)", "ROW(rate, id) > ROW("),
    (("-rate",), WON, 0.9, "after", "stage=? AND rate=? AND id<?", "(rate IS NULL) AND (id < "),
    (("-rate",), WON, 0.9, "before", "stage=? AND rate<?", "(rate IS NOT NULL)"),
    (("rate",), WON, 0.9, "after", "stage=? AND (rate,id)>(?,?)", "ROW(rate, id) > ROW("),
    (("rate",), WON, 0.9, "before", "stage=? AND (rate,id)<(?,?)", "ROW(rate, id) < ROW("),
    (("rate",), WON, 0.1, "after", "stage=? AND rate<?", "(rate IS NOT NULL)"),
    (("place", "name"), None, 0.9, "after", "(place,name$folded,id)>(?,?,?)", 'ROW(place, "name$folded", id) > ROW('),
    (("-place", "-name"), None, 0.2, "after", "place<?", "(place < "),
    (("-place", "-name"), None, 0.2, "after", "place=? AND (name$folded,id)<(?,?)", 'ROW("name$folded", id) < ROW('),
    (("title",), None, 0.5, "after", "(title$folded,id)>(?,?)", 'ROW("title$folded", id) > ROW('),
)


def test_the_index_begins_where_the_page_begins(many: Store, deals: Catalog) -> None:
    for sort, where, share, way, sqlite, postgresql in FAR:
        cursor = far(many, deals, share, sort=sort, where=where)
        lines = plan(many, deals, sort=sort, where=where, **{way: cursor})
        wanted = sqlite if many.dialect == "sqlite" else postgresql
        reads = [line for line in lines if line.startswith(("SEARCH r USING INDEX i_", "Index Cond:"))]
        assert any(wanted in line for line in reads), "\n".join([f"{sort} {way}", *lines])
        assert not [line for line in lines if line.startswith("SCAN r")]


#: Mixed directions, keys of few values, of one, and of none.
SORTS = (
    ("place",), ("-place",), ("rate", "-place"), ("-rate", "place", "name"), ("-rate", "-place", "-name"),
    ("place", "rate", "-name"), ("-created_at", "rate"), ("stage", "-rate"), ("created_by", "-place"),
)  # fmt: skip


def test_pages_with_many_empty_values_are_the_whole_list_both_ways(many: Store, deals: Catalog) -> None:
    for sort in SORTS:
        pages = [page(many, deals, sort=sort, size=700)]
        while pages[-1].next:
            pages.append(page(many, deals, sort=sort, size=700, after=pages[-1].next))
        every = sorted_ids(many, deals, sort)
        assert [row.id for found in pages for row in found.rows] == every, sort
        back = [pages[-1]]
        while back[-1].previous:
            back.append(page(many, deals, sort=sort, size=500, before=back[-1].previous))
        assert [row.id for found in reversed(back) for row in found.rows] == every, sort


def sorted_ids(store: Store, catalog: Catalog, sort: tuple[str, ...]) -> list[Any]:
    """What a list of all records is, sorted here: by the last key first, empty as the smallest."""
    fields = [key.removeprefix("-") for key in sort]
    found = page(store, catalog, columns=tuple(fields), sort=("title",), size=1000)
    every = list(found.rows)
    while found.next:
        found = page(store, catalog, columns=tuple(fields), sort=("title",), size=1000, after=found.next)
        every += found.rows
    every.sort(key=lambda row: row.id, reverse=sort[0].startswith("-"))
    for key, field in reversed(list(zip(sort, fields, strict=True))):
        empty = [row for row in every if row[field] is None]
        filled = sorted(
            (row for row in every if row[field] is not None), key=lambda row: row[field], reverse=key.startswith("-")
        )
        every = [*filled, *empty] if key.startswith("-") else [*empty, *filled]
    return [row.id for row in every]


def test_equal_queries_are_compiled_once(many: Store, deals: Catalog) -> None:
    hits: list[Any] = []
    reading = many.engines[0]

    def see(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, several: bool) -> None:
        hits.append(context.cache_hit.name)

    cursor = far(many, deals, 0.3, sort=("-rate",), where=WON)
    sa.event.listen(reading, "before_cursor_execute", see)
    for after in (cursor, far(many, deals, 0.2, sort=("-rate",), where=WON)):
        hits.clear()
        page(many, deals, sort=("-rate",), where=WON, after=after)
    sa.event.remove(reading, "before_cursor_execute", see)
    assert hits[-1] == "CACHE_HIT"
