"""Totals are right whoever adds, changes and drops lines at once, and nobody waits for ever."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.deploy import deploy, load_live, make_plan
from hanok.engine.store import Store
from tests.builders import CORE, TYPES, a_catalog, a_layer, with_tables
from tests.evidence import Evidence, sizes
from tests.sweeps.processes import PROCESSES, running
from tests.sweeps.totals import ADMIN, FILES, write_lines

WRITERS = 6


@sizes(sample=12, full=250)
def test_totals_are_what_the_lines_add_up_to(
    store: Store, database: str, evidence: Evidence, size: int, dialect: str
) -> None:
    deploy(store, make_plan(store, [CORE, a_layer(FILES)], TYPES))
    live = load_live(store, TYPES)
    accounts = [str(live.write(lambda conn, catalog: make(conn, catalog, "account", name="A")).id) for _ in range(2)]
    given = [accounts[number % 2] for number in range(3)]
    quotes = [
        str(live.write(lambda conn, catalog: make(conn, catalog, "quote", name="Q", account=account)).id)  # noqa: B023
        for account in given
    ]
    told, writers = PROCESSES.Queue(), WRITERS if size > 100 else 3
    works = [(write_lines, (database, evidence.seed + turn, size, quotes, accounts, told)) for turn in range(writers)]
    with running(works):
        done = [told.get(timeout=500) for _ in works]
    assert [error for each in done for error in each.errors] == []
    assert deadlocks(store) == 0
    lines, found = everything_of(live)
    for quote in found["quote"]:
        own = [line for line in lines if line["parent"].id == quote.id]
        assert all(line["net"] == line["price"] * line["times"] for line in own)
        assert (quote["many"], quote["total"]) == (len(own), sum((line["net"] for line in own), Decimal(0)))
        assert quote.title == f"Q {quote['total']}"
    for account in found["account"]:
        owed = sum((quote["total"] for quote in found["quote"] if quote["account"].id == account.id), Decimal(0))
        assert (account["owed"], account["twice"]) == (owed, owed * 2)
    evidence.count(f"{dialect}: writing processes", writers)
    evidence.count(f"{dialect}: saves at once, after which every total was right", sum(each.saved for each in done))
    evidence.count(f"{dialect}: conflicts told", sum(each.conflicts for each in done))


def test_a_form_that_brings_lines_leaves_the_title_that_they_add_up_to(store: Store) -> None:
    catalog = a_catalog(FILES)
    with with_tables(store, catalog).write() as conn:
        quote = make(conn, catalog, "quote", name="Q", lines=[{"name": "a", "price": "2", "times": 1}])
        assert quote.title == "Q 2.00"
        raw = {"name": "R", "lines": [{"name": "b", "price": "3", "times": 2}]}
        quote = records.update(conn, catalog, ADMIN, "quote", quote.id, raw, version=quote.version)
        stored = records.get(conn, catalog, ADMIN, "quote", quote.id)
    assert (stored.title, stored["total"], quote.title) == ("R 6.00", Decimal(6), "R 6.00")


def deadlocks(store: Store) -> int:
    """How often two waited for each other in this database since it was made; SQLite knows one writer."""
    if store.dialect != "postgresql":
        return 0
    with store.read() as conn:
        conn.execute(sa.select(sa.func.pg_stat_clear_snapshot()))
        statistics = sa.table("pg_stat_database", sa.column("deadlocks"), sa.column("datname"))
        asked = sa.select(statistics.c.deadlocks).where(statistics.c.datname == sa.func.current_database())
        return int(conn.scalar(asked) or 0)


def make(conn: Any, catalog: Any, module: str, **raw: Any) -> records.Record:
    return records.create(conn, catalog, ADMIN, module, raw)


def everything_of(live: Any) -> tuple[list[records.Record], dict[str, list[records.Record]]]:
    """All lines, quotes and accounts as they are stored."""
    found: dict[str, list[records.Record]] = defaultdict(list)
    with live.read() as (conn, catalog):
        for module in ("quote.lines", "quote", "account"):
            after = None
            while True:
                query = records.Query(module=module, sort=("id",), size=500, after=after)
                page = records.page(conn, catalog, ADMIN, query)
                found[module] += page.rows
                after = page.next
                if after is None:
                    break
    return found.pop("quote.lines"), found
