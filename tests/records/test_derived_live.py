"""Live formulas: worked out when they are read, with today and whoever reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, MetadataError
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables

TASK = """
label: {{en: Task, ko: 할 일}}
traits: [owned]
fields:
  name:  {{type: text, required: true}}
  due:   {{type: date}}
  cost:  {{type: money}}
  late:  {{type: boolean, formula: due < today, live: true{more}}}
  left:  {{type: integer, formula: "days_between(today, due)", live: true}}
  mine:  {{type: boolean, formula: owner == $me, live: true}}
  twice: {{type: money, formula: cost * 2, live: true}}
{rest}
"""


def model(more: str = "", rest: str = "") -> dict[str, str]:
    return {"modules/task.yaml": TASK.format(more=more, rest=rest)}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(model())


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def test_it_is_worked_out_for_who_reads_and_when(filled: Store, catalog: Catalog) -> None:
    today = datetime.now(UTC).date()
    kim = a_user(filled, catalog, "kim")
    task = a_record(filled, catalog, "task", name="x", due=today - timedelta(days=3), owner=kim.id, cost=4)
    with filled.read() as conn:
        found = records.get(conn, catalog, an_administrator(), "task", task.id)
        page = records.page(conn, catalog, an_administrator(id=kim.id), records.Query(module="task"))
    assert (found["late"], found["left"], found["mine"], found["twice"].amount) == (True, -3, False, 8)
    assert [row["mine"] for row in page.rows] == [True]


def test_it_has_no_column(catalog: Catalog) -> None:
    names = list(map(str, catalog.modules["task"].table.columns))
    assert not [name for name in names if ".late" in name]


def test_no_list_sorts_or_chooses_by_it(filled: Store, catalog: Catalog) -> None:
    for query in (records.Query(module="task", sort=("late",)), records.Query(module="task", where={"late": True})):
        with filled.read() as conn, pytest.raises(Invalid):
            records.page(conn, catalog, an_administrator(), query)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"more": ", unique: true"}, "has no column: it cannot say “unique”"),
    ({"more": ", search: true"}, "has no column: it cannot say “search”"),
    ({"rest": "index: [[late]]"}, "has no column: it cannot say “index”"),
    ({"rest": "views: {list: {sort: [late]}}"}, "cannot be sorted by “late”"),
    ({"rest": "saved_filters: {late: {label: {en: Late}, where: {late: true}}}"}, "nothing chooses by it"),
    ({"rest": "title: '{{ name }} {{ left }}'"}, "is worked out when it is read; nothing else can look at it"),
    ({"rest": "  again: {type: integer, formula: left + 1}"}, "is worked out when it is read"),
    ({"rest": "  now_on: {type: date, formula: today}"}, "needs “live: true”"),
    ({"rest": "  plain: {type: date, live: true}"}, "Only a formula"),
]


@pytest.mark.parametrize(("changes", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_what_needs_a_column_is_refused(changes: dict[str, str], said: str) -> None:
    with pytest.raises(MetadataError) as refused:
        a_catalog(model(**changes))
    assert said in str(refused.value)
