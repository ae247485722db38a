"""Pages together are the list: each record once, forwards and backwards, however many values are equal or empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import with_tables
from tests.evidence import Evidence, sizes
from tests.sweeps.everything import ADMIN, EVERYTHING, Filler, everything, raw_values, writable

MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
#: How many different values a field has in the list.
FEW = 5
#: What stands first on each database, by the seed of the rows and the order: both agree.
ORDERS: dict[tuple[str, tuple[str, ...]], list[UUID]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return everything()


def fill(store: Store, catalog: Catalog, drawn: Random, count: int) -> None:
    """So many records with few different values, written as rows."""
    filler = Filler(store, catalog, drawn)
    module = catalog.modules[EVERYTHING]
    pools = {}
    for found in writable(module):
        raws = [filler.value(found) for _ in range(FEW)] if found.targets else raw_values(found)[:FEW]
        pools[found.key] = [None, *(found.type.value(found).deserialize(raw, zone="Asia/Seoul") for raw in raws)]
    rows = [row_of(catalog, pools, drawn, number) for number in range(count)]
    with store.write() as conn:
        for start in range(0, count, 1000):
            conn.execute(sa.insert(module.table), rows[start : start + 1000])


def row_of(catalog: Catalog, pools: dict[str, list[Any]], drawn: Random, number: int) -> dict[str, Any]:
    module = catalog.modules[EVERYTHING]
    at = MOMENT + timedelta(seconds=drawn.randrange(3))
    title = drawn.choice(["", "한빛", "a", "B"])
    row: dict[str, Any] = {
        "id": UUID(int=(number << 64) + drawn.getrandbits(64)), "title": title, "title$folded": title.lower(),
        "created_at": at, "updated_at": at, "version": drawn.randrange(1, 4),
    }  # fmt: skip
    for found in module.fields.values():
        value = drawn.choice(pools[found.key]) if found.key in pools else f"{drawn.randrange(3)}"
        row |= {found.columns[part]: bound for part, bound in found.type.write(found, value).items()}
    return row


def forwards(store: Store, catalog: Catalog, **asked: Any) -> Iterator[list[UUID]]:
    """The ids of each page from the first on, then of each page from the last but one back to the first."""
    query = {"module": EVERYTHING, "columns": ("text_1",), **asked}
    with store.read() as conn:
        found = records.page(conn, catalog, ADMIN, records.Query(**query))
        yield [row.id for row in found.rows]
        while found.next:
            found = records.page(conn, catalog, ADMIN, records.Query(**query, after=found.next))
            yield [row.id for row in found.rows]
        yield []
        while found.previous:
            found = records.page(conn, catalog, ADMIN, records.Query(**query, before=found.previous))
            yield [row.id for row in found.rows]


def sortable(catalog: Catalog) -> list[str]:
    module = catalog.modules[EVERYTHING]
    return [key for key in (*module.fields, *module.system) if module.field(key).type.sortable and key != "deleted_at"]


def some_sorts(catalog: Catalog, drawn: Random, count: int) -> list[tuple[str, ...]]:
    """Every sortable field in both directions, alone or before others; so many of them."""
    signed = [sign + key for key in sortable(catalog) for sign in ("", "-")]
    drawn.shuffle(signed)
    return [(first, *drawn.sample(signed, drawn.choice([0, 0, 1, 2]))) for first in signed[:count]]


@sizes(sample=300, full=20_000)
def test_every_record_stands_on_one_page(
    store: Store, catalog: Catalog, evidence: Evidence, size: int, dialect: str
) -> None:
    drawn = Random(evidence.seed)  # the same rows and orders on both databases
    fill(with_tables(store, catalog), catalog, drawn, size)
    for sort in some_sorts(catalog, drawn, 16 if size > 1000 else 8):
        page_size = drawn.choice([size // 20, size // 20, size // 57])
        pages = list(forwards(store, catalog, sort=sort, size=page_size))
        turn = pages.index([])
        there, back = pages[:turn], pages[turn + 1 :]
        ids = [id for page in there for id in page]
        assert len(ids) == len(set(ids)) == size, sort
        assert back[::-1] == there[: len(back)] and len(back) == len(there) - 1, sort
        first = {column.removeprefix("-") for column in sort}
        if not first & {"created_by", "updated_by", "deleted_by"}:
            assert ORDERS.setdefault((f"{evidence.seed} {size}", sort), ids) == ids, sort
        evidence.count(f"{dialect}: orders, in each of which every record stood once, forwards and backwards")
        evidence.count(f"{dialect}: pages", len(there) + len(back))
    evidence.counts[f"{dialect}: records"] = size


def test_every_field_that_sorts_has_a_second_page(store: Store, catalog: Catalog) -> None:
    fill(with_tables(store, catalog), catalog, Random(7), 12)
    for sort in sortable(catalog):
        pages = list(forwards(store, catalog, sort=(sort,), size=5))
        there = pages[: pages.index([])]
        assert [len(page) for page in there] == [5, 5, 2], sort
        assert len({id for page in there for id in page}) == 12, sort
