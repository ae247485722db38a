"""The law: SQL and Python say the same of every condition and every row, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanok.engine import records
from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import Context, holds, parse, to_sql
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, an_administrator, with_tables

ADMIN = an_administrator()
TEXTS = ["한빛전자", "한빛", "Straße", "STRASSE", "100%", "_", "a\\b", "z"]
CONTEXT = Context(None, datetime(2026, 11, 21, 3, tzinfo=UTC), "Asia/Seoul")
DAYS = ["2026-11-21", "2026-11-20", "2026-12-31", "today", "+1d", "-1M", "this_month", "last_year"]

numbers = st.integers(-2, 6)
number_tests = st.one_of(
    numbers, st.lists(numbers, min_size=1, max_size=3),
    st.builds(lambda key, value: {key: value}, st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), numbers),
    st.builds(lambda low, high: {"between": sorted([low, high])}, numbers, numbers),
    st.builds(lambda flag: {"empty": flag}, st.booleans()),
)  # fmt: skip
text_tests = st.one_of(
    st.sampled_from(TEXTS),
    st.builds(
        lambda key, value: {key: value},
        st.sampled_from(["contains", "not_contains", "starts_with", "ends_with", "ne"]), st.sampled_from(TEXTS),
    ),
    st.builds(lambda flag: {"empty": flag}, st.booleans()),
)  # fmt: skip
day_tests = st.one_of(
    st.sampled_from(DAYS),
    st.builds(
        lambda key, value: {key: value}, st.sampled_from(["ne", "gt", "gte", "lt", "lte"]), st.sampled_from(DAYS)
    ),
)
leaves = st.one_of(
    number_tests.map(lambda test: {"size": test}),
    text_tests.map(lambda test: {"name": test}),
    text_tests.map(lambda test: {"story": test}),
    day_tests.map(lambda test: {"founded": test}),
    st.sampled_from([{"stage": {"closed": True}}, {"stage": {"closed": False}}, {"stage": ["new", "won"]}]),
    st.booleans().map(lambda flag: {"active": flag}),
    number_tests.map(lambda test: {"parent": {"size": test}}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
        inner.map(lambda each: {"not": each}),
    ),
    max_leaves=6,
)


@dataclass(repr=False)
class Rows:
    """Stored records, and their values by id."""

    store: Store
    values: dict[Any, dict[str, Any]]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def rows(store: Store, catalog: Catalog) -> Iterator[Rows]:
    with_tables(store, catalog)
    rolled = random.Random(20261121)
    ids: list[str] = []
    for number in range(25):
        raw: dict[str, Any] = {"name": f"{rolled.choice(TEXTS)} {number}" if rolled.random() < 0.7 else f"{number}"}
        raw["size"] = rolled.choice([None, *range(-2, 7)]) if rolled.random() < 0.8 else None
        raw["size"] = None if raw["size"] is not None and raw["size"] < 0 else raw["size"]
        raw["story"] = rolled.choice([None, *TEXTS])
        raw["founded"] = rolled.choice([None, "2026-11-21", "2026-11-20", "2025-06-01", "2026-12-31"])
        raw["stage"] = rolled.choice([None, "new", "open", "won"])
        raw["active"] = rolled.choice([True, False])
        raw["parent"] = rolled.choice([None, *ids[-5:]])
        ids.append(str(a_record(store, catalog, "company", **raw).id))
    with store.read() as conn:
        found = records.page(conn, catalog, ADMIN, records.Query(module="company", size=100)).rows
    return Rows(store, {row.id: dict(row.values) for row in found})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=conditions)
def test_sql_and_python_choose_the_same_rows(rows: Rows, catalog: Catalog, data: dict[str, Any]) -> None:
    known = rows.values
    module = catalog.modules["company"]
    node = parse(data, ModuleScope(module, catalog.modules))
    table = module.table.alias("r")
    with rows.store.read() as conn:
        found = set(conn.scalars(sa.select(table.c.id).where(to_sql(node, table, CONTEXT))))
    expected = {
        id
        for id, values in known.items()
        if holds(node, values, CONTEXT, follow=lambda field, value: known.get(value.id) if value else None)
    }
    assert found == expected
