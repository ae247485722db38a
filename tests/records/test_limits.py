"""What is too much, or no cursor of ours, is said; it never brings a statement down."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Query
from hanok.engine.store import Store
from tests.builders import a_record, an_administrator

ADMIN = an_administrator()
ID = {"u": "00000000-0000-0000-0000-000000000000"}
MADE_UP = [
    [2**64 - 1, ID], ["a", 2**64 - 1], [{"u": 5}, ID], [{"n": "NaN"}, {"n": "sNaN"}], [{"n": "1e999999"}, ID],
    [[1], [2]], [True, False], [None, True], [{"t": "2020-01-01"}, ID], [{"d": "2020-01-01"}, ID], [{"x": "1"}, ID],
    [{}, ID],
    ["a\0", ID], [1.5, 1.5], [{"n": "1", "u": "2"}, ID], 5, "ab", {"a": 1, "b": 2}, None, [], ["a"] * 3000,
]  # fmt: skip


@pytest.mark.parametrize("made_up", MADE_UP, ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("sort", ["name", "-size", "rate", "founded", "active", "stage", "parent", "created_at"])
def test_a_cursor_that_is_none_of_ours_begins_nowhere_or_is_refused(
    filled: Store, catalog: Catalog, made_up: Any, sort: str
) -> None:
    a_record(filled, catalog, "company", name="한빛")
    text = base64.urlsafe_b64encode(orjson.dumps(made_up)).decode().rstrip("=")
    for place in ("after", "before"):
        with filled.read() as conn:
            try:
                records.page(conn, catalog, ADMIN, Query(module="company", sort=(sort,), **{place: text}))
            except Invalid as refused:
                assert "no longer exists" in str(refused)  # both ends are fine, a crash is not


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"all": [{"name": {"contains": str(number)}} for number in range(600)]}, "at most 500 tests"),
        ({"size": list(range(10_001))}, "at most 10000 values"),
        ({"not": {"any": [{"size": number} for number in range(600)]}}, "at most 500 tests"),
    ],
)
def test_a_condition_that_no_database_takes_is_refused(
    filled: Store, catalog: Catalog, asked: dict[str, Any], said: str
) -> None:
    with filled.read() as conn, pytest.raises(Invalid, match=said):
        records.page(conn, catalog, ADMIN, Query(module="company", asked=asked))


def test_the_largest_condition_runs(filled: Store, catalog: Catalog) -> None:
    a_record(filled, catalog, "company", name="한빛", size=7)
    every = {"all": [{"name": {"contains": "한"}} for _ in range(240)] + [{"size": list(range(10_000))}]}
    with filled.read() as conn:
        assert records.count(conn, catalog, ADMIN, Query(module="company", asked=every)) == 1


def test_a_list_is_sorted_by_few_fields_each_once(filled: Store, catalog: Catalog) -> None:
    a_record(filled, catalog, "company", name="한빛")
    with filled.read() as conn:
        assert records.page(conn, catalog, ADMIN, Query(module="company", sort=("name",) * 8)).rows
        with pytest.raises(Invalid, match="at most 8 fields"):
            records.page(conn, catalog, ADMIN, Query(module="company", sort=("name", "-size") * 1000))
