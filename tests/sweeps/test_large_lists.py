"""A list of very many rows opens, filters, sorts and pages with one statement each, found by an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from time import perf_counter

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from hanok.app import create_app
from hanok.cli.bench.house import House, built
from hanok.engine.store import Store
from hanok.web.visit import SESSION_COOKIE
from tests.evidence import Evidence, sizes

#: Whose session it is, and how she wants the list to look.
BESIDE = ("BEGIN", "hanok_session", "hanok_preference")
NEXT = re.compile(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"')
#: PostgreSQL rather reads so few rows from end to end.
FEW = 100_000
#: What somebody does with the list, by address.
WAYS = {
    "it opens": "/bench_deal",
    "sorted by its first column": "/bench_deal?filter=all&sort=name",
    "sorted backwards": "/bench_deal?filter=all&sort=-name",
    "a saved filter with its own order": "/bench_deal?filter=won",
    "oldest first": "/bench_deal?filter=all&sort=close_date",
    "other columns": "/bench_deal?filter=all&columns=name,owner,created_at",
}
#: What no index of the site has: one statement too, which looks at as many rows as the filter leaves.
UNPREPARED = {
    "a filter of a tenth": "/bench_deal?stage=won",
    "a filter of two": "/bench_deal?filter=all&stage=won&stage=lost",
    "from a day": "/bench_deal?filter=all&close_date.from=2026-01-01",
    "sorted by amount, empty ones last": "/bench_deal?filter=all&sort=-amount",
}


@dataclass
class Visitor:
    """Somebody at the list, and every statement that her requests run, as text with its values."""

    client: FlaskClient
    store: Store
    seen: list[tuple[str, object]]

    def open(self, address: str) -> tuple[str, list[tuple[str, object]], float]:
        """The page, its statements beside the session's and her preferences, and how many seconds it took."""
        self.seen.clear()
        began = perf_counter()
        answer = self.client.get(address)
        took = perf_counter() - began
        assert answer.status_code == 200, f"{address}: {answer.status}"
        return answer.text, [one for one in self.seen if not any(word in one[0] for word in BESIDE)], took

    def plan(self, statement: str, values: object) -> str:
        word = "EXPLAIN QUERY PLAN " if self.store.dialect == "sqlite" else "EXPLAIN (COSTS OFF) "
        with self.store.read() as conn:
            return "\n".join(str(row[-1]) for row in conn.exec_driver_sql(word + statement, values).all())


@pytest.fixture
def visit(tmp_path: Path, empty_database: str) -> Iterator[Callable[[int], Visitor]]:
    """Builds the list of so many rows and lets somebody in."""
    address = "" if empty_database.startswith("sqlite") else empty_database
    opened = []

    def begin(rows: int) -> Visitor:
        building = built(tmp_path / "site", rows=rows, database=address, progress=lambda *_: None)
        house: House = building.__enter__()
        opened.append(building)
        client = create_app(house.live, {"secret_key": "of the test"}).test_client()
        client.set_cookie(SESSION_COOKIE, house.token)
        seen: list[tuple[str, object]] = []

        def see(conn: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
            if not statement.startswith("EXPLAIN"):
                seen.append((statement, parameters))

        sa.event.listen(house.live.store.engines[0], "before_cursor_execute", see)
        return Visitor(client, house.live.store, seen)

    yield begin
    for building in opened:
        building.__exit__(None, None, None)


@sizes(sample=3_000, full=1_000_000)
def test_one_statement_a_page_by_an_index(
    visit: Callable[[int], Visitor], size: int, evidence: Evidence
) -> None:
    visitor = visit(size)
    name = visitor.store.dialect
    first = min(visitor.open(WAYS["it opens"])[2] for _ in range(5))
    planned = size > FEW or name == "sqlite"
    for way, address in (WAYS | UNPREPARED).items():
        for step in ("first page", "next page"):
            text, statements, took = visitor.open(address)
            assert len(statements) == 1, f"{way}: " + "\n\n".join(one for one, _ in statements)
            assert text.count("<tr") > 20, f"{way}, {step}: the page is empty"
            plan = visitor.plan(*statements[0])
            assert not (planned and way in WAYS and reads_all(plan)), f"{way}, {step}: {plan}"
            evidence.counts[f"{name}: {way}, {step}: hundredths of the first look"] = round(took / first * 100)
            after = NEXT.search(text)
            assert after, f"{way}: no next page"
            address = unescape(after[1])
    evidence.counts[f"{name}: rows"] = size


def reads_all(plan: str) -> bool:
    """Whether every row of the table is looked at, or sorted, before the first one is shown.

    The rows of one page may be sorted once more: SQLite then looked for them by a list of their ids.
    """
    if "Seq Scan on m_bench_deal" in plan or re.search(r"^SCAN r$", plan, re.MULTILINE):
        return True
    return "USE TEMP B-TREE FOR ORDER BY" in plan and "LIST SUBQUERY" not in plan
