"""Many records of which others are worked out: what a save costs does not grow with them, nor what a refill holds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.records.derived import refill
from hanok.engine.records.deriving.looking import BATCH
from hanok.engine.store import Store
from tests.builders import Statements, a_catalog, an_administrator, with_tables
from tests.evidence import Evidence, sizes

ADMIN = an_administrator()
MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
FILES = {
    "modules/firm.yaml": (
        "label: {en: Firm}\nfields:\n  name: {type: text}\n  rate: {type: decimal, places: 2}\n"
        "  owed: {type: decimal, places: 2, rollup: {sum: bills.amount}}\n"
        "  rank: {type: text, formula: \"'A' if owed > 1000 else 'B'\"}\ntitle: '{{ name }} {{ rank }}'\n"
    ),
    "modules/bill.yaml": (
        "label: {en: Bill}\nfields:\n  name: {type: text, search: true}\n"
        "  firm: {type: link, to: firm, reverse: bills}\n"
        "  amount: {type: decimal, places: 2}\n  fee: {type: decimal, places: 2, formula: amount * firm.rate}\n"
        "  whose: {type: text, formula: firm.name}\ntitle: '{{ name }} / {{ whose }}'\n"
    ),
}
#: Bills of the first firm; all the others share what is left.
FEW, MANY = 10, 3 * BATCH
#: Statements of a save, whatever the number of records, on SQLite; and how many more PostgreSQL needs to hold rows.
BASELINE = {
    "a bill is made": 26, "its amount changes": 21, "it moves to another firm": 29, "a firm of few is renamed": 23,
}  # fmt: skip
HOLDING = 16
#: Statements for each further batch of bills that follow from one firm.
EACH_BATCH = 8
#: What a refill holds at most, whatever the number of records.
MOST_BYTES = 16 << 20


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


@dataclass
class Ledger:
    """So many bills of firms: `many` has a lot of them, `few` and `other` have ten each."""

    store: Store
    catalog: Catalog
    many: UUID
    few: UUID
    other: UUID

    def save(self, module: str, id: UUID | None, **raw: Any) -> Record:
        with self.store.write() as conn:
            if id is None:
                return records.create(conn, self.catalog, ADMIN, module, raw)
            version = records.get(conn, self.catalog, ADMIN, module, id).version
            return records.update(conn, self.catalog, ADMIN, module, id, raw, version=version)

    def one_of(self, firm: UUID) -> UUID:
        table = self.catalog.modules["bill"].table
        with self.store.read() as conn:
            found: UUID = conn.scalars(sa.select(table.c.id).where(table.c.firm == firm).limit(1)).one()
            return found


def a_ledger(store: Store, catalog: Catalog, size: int) -> Ledger:
    """The rows as they stand before their first refill: nothing is worked out yet."""
    firms = [UUID(int=(1 << 80) + number) for number in range(max(size // FEW, 3))]
    same = {"title": "", "title$folded": "", "created_at": MOMENT, "updated_at": MOMENT, "version": 1}
    rows = [{**same, "id": id, "name": f"F{number}", "rate": Decimal(2)} for number, id in enumerate(firms)]

    def whose(number: int) -> UUID:
        return firms[0 if number < MANY else 1 + (number // FEW) % (len(firms) - 1)]

    with with_tables(store, catalog).write() as conn:
        conn.execute(sa.insert(catalog.modules["firm"].table), rows)
        for start in range(0, size, 5000):
            numbers = range(start, min(start + 5000, size))
            conn.execute(sa.insert(catalog.modules["bill"].table), [
                {**same, "id": UUID(int=(2 << 80) + number), "name": f"B{number}", "name$folded": f"b{number}",
                 "amount": Decimal(number % 100), "firm": whose(number)}
                for number in numbers
            ])  # fmt: skip
    few, other, *_ = sorted({whose(number) for number in range(MANY, size)})
    return Ledger(store, catalog, firms[0], few, other)


def refilled(ledger: Ledger, module: str) -> int:
    """Refills a module as a deploy does, each batch in a transaction of its own; how many batches."""
    after, batches = None, 0
    while True:
        with ledger.store.write() as conn:
            after = refill(conn, ledger.catalog, module, after=after)
        batches += 1
        if after is None:
            return batches


@sizes(sample=MANY + 40, full=100_000)
def test_a_save_costs_the_same_and_a_refill_holds_the_same(
    store: Store, catalog: Catalog, evidence: Evidence, size: int, dialect: str
) -> None:
    ledger = a_ledger(store, catalog, size)
    tracemalloc.start()
    batches = refilled(ledger, "bill") + refilled(ledger, "firm")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_BYTES
    check(ledger)
    evidence.count(f"{dialect}: records, worked out in batches", size)
    evidence.count(f"{dialect}: batches", batches)
    evidence.count(f"{dialect}: most bytes that a refill held", peak)
    bill = ledger.one_of(ledger.few)
    works: dict[str, Callable[[], Any]] = {
        "a bill is made": lambda: ledger.save("bill", None, name="new", firm=str(ledger.few), amount="5"),
        "its amount changes": lambda: ledger.save("bill", bill, amount="77"),
        "it moves to another firm": lambda: ledger.save("bill", bill, firm=str(ledger.other)),
        "a firm of few is renamed": lambda: ledger.save("firm", ledger.few, name="Few", rate="3"),
    }
    more = HOLDING if dialect == "postgresql" else 0
    costs = {name: counted(store, work) for name, work in works.items()}
    assert {name: cost for name, cost in costs.items() if cost > BASELINE[name] + more} == {}
    many = counted(store, lambda: ledger.save("firm", ledger.many, name="Many", rate="5"))
    assert many <= BASELINE["a firm of few is renamed"] + more + EACH_BATCH * (MANY // BATCH)
    evidence.count(f"{dialect}: statements of a firm with {MANY} bills that is renamed", many)
    check(ledger)


def counted(store: Store, work: Callable[[], Any]) -> int:
    seen = Statements(store)
    work()
    return len(seen.texts)


def check(ledger: Ledger) -> None:
    """What is stored is what follows from what was written."""
    firm, bill = (ledger.catalog.modules[key].table for key in ("firm", "bill"))
    with ledger.store.read() as conn:
        firms = {row.id: row for row in conn.execute(sa.select(firm))}
        owed = dict.fromkeys(firms, Decimal(0))
        for row in conn.execution_options(yield_per=5000).execute(sa.select(bill)):
            owed[row.firm] += row.amount
            whose = firms[row.firm]
            found = row.fee, row.whose, row.title
            assert found == (row.amount * whose.rate, whose.name, f"{row.name} / {whose.name}")
    for id, row in firms.items():
        rank = "A" if owed[id] > 1000 else "B"
        assert (row.owed, row.rank, row.title) == (owed[id], rank, f"{row.name} {rank}")
