"""A board counts, sums up and pages what the list of the same question holds, lane by lane, for each actor."""

import random
from collections import Counter, defaultdict
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Query, Record, boards
from hanok.engine.store import Store
from tests.builders import COMPANY, SMALL, Statements, a_catalog, a_record, a_user, an_administrator, with_tables

ADMIN = an_administrator()
QUESTIONS = (
    Query(module="company", sort=("name",), size=5),
    Query(module="company", sort=("-size", "name"), size=5, where={"active": True}),
    Query(module="company", sort=("rate",), size=3, asked={"size": {"gte": 5}}, words="한빛"),
    Query(module="company", sort=("parent", "name"), size=4),
)


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "rep", "owner_only")


@pytest.fixture
def companies(filled: Store, catalog: Catalog, rep: Actor) -> Store:
    """Thirty companies in three lanes and in none, a third of them of `rep`; one is deleted."""
    rolled = random.Random(11)
    made: list[Record] = []
    for number in range(30):
        raw = {"name": f"{rolled.choice(['한빛', '가온'])}{number:02d}", "size": rolled.choice([None, 1, 5, 9]),
               "rate": rolled.choice([None, "1.5", "-2.125"]), "stage": rolled.choice(["new", "open", "won", None]),
               "active": rolled.choice([True, False]), "owner": str(rep.id) if number % 3 == 0 else None}  # fmt: skip
        if made:
            raw["parent"] = str(rolled.choice([made[0].id, made[1 % len(made)].id]))
        made.append(a_record(filled, catalog, "company", **raw))
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", made[7].id, version=made[7].version)
    return filled


def whole(conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query) -> list[Record]:
    """The oracle: all rows of the list."""
    return list(records.page(conn, catalog, actor, Query(**{**_said(query), "size": 1000})).rows)


def _said(query: Query) -> dict[str, object]:
    return {name: getattr(query, name) for name in ("module", "sort", "where", "asked", "words")}


@pytest.mark.parametrize("query", QUESTIONS)
@pytest.mark.parametrize("who", ["admin", "rep"])
def test_counts_and_sums_are_those_of_the_list(
    companies: Store, catalog: Catalog, rep: Actor, query: Query, who: str
) -> None:
    actor = ADMIN if who == "admin" else rep
    with companies.read() as conn:
        rows = whole(conn, catalog, actor, query)
        found = boards.lanes(conn, catalog, actor, query, "stage", "rate")
    rates: dict[str | None, list[object]] = defaultdict(list)
    for row in rows:
        if row["rate"] is not None:
            rates[row["stage"]].append(row["rate"])
    assert {key: lane.count for key, lane in found.found.items()} == Counter(row["stage"] for row in rows)
    assert {key: lane.total for key, lane in found.found.items() if lane.total is not None} == {
        key: sum(values) for key, values in rates.items()  # type: ignore[call-overload]
    }
    assert not found.capped


@pytest.mark.parametrize("query", QUESTIONS)
@pytest.mark.parametrize("who", ["admin", "rep"])
def test_the_pages_of_a_lane_together_are_the_lane_in_the_order_of_the_list(
    companies: Store, catalog: Catalog, rep: Actor, query: Query, who: str
) -> None:
    actor = ADMIN if who == "admin" else rep
    lanes: dict[str | None, list[UUID]] = {"new": [], "open": [], "won": [], None: []}
    with companies.read() as conn:
        for row in whole(conn, catalog, actor, query):
            lanes[row["stage"]].append(row.id)
        found = dict(boards.pages(conn, catalog, actor, query, "stage", tuple(lanes)))
        for lane, wanted in lanes.items():
            page, got = found[lane], [row.id for row in found[lane].rows]
            assert len(got) <= query.size
            while page.next:
                further = Query(**{**_said(query), "size": query.size, "after": page.next})  # type: ignore[arg-type]
                page = boards.lane_page(conn, catalog, actor, further, "stage", lane)
                got += [row.id for row in page.rows]
            assert got == wanted


def test_two_statements_draw_a_board(companies: Store, catalog: Catalog) -> None:
    asked = Statements(companies)
    with companies.read() as conn:
        boards.lanes(conn, catalog, ADMIN, QUESTIONS[1], "stage", "size")
        boards.pages(conn, catalog, ADMIN, QUESTIONS[1], "stage", ("new", "open", "won", None))
    assert len(asked.queries) == 2


def test_of_too_many_records_some_are_counted_and_none_summed_up(companies: Store, catalog: Catalog) -> None:
    with companies.read() as conn:
        found = boards.lanes(conn, catalog, ADMIN, QUESTIONS[0], "stage", "size", cap=10)
    assert found.capped
    assert sum(lane.count for lane in found.found.values()) == 11
    assert {lane.total for lane in found.found.values()} == {None}


def test_a_cursor_of_another_list_leads_nowhere(companies: Store, catalog: Catalog) -> None:
    with companies.read() as conn, pytest.raises(Invalid):
        boards.lane_page(conn, catalog, ADMIN, Query(module="company", after="nonsense"), "stage", "new")


NAMES_ONLY = "label: {en: Names}\ndefault: {list: all, view: owner, create: all, edit: owner, delete: owner}\n"


@pytest.mark.parametrize(("columns", "shown"), [("name", {"new": 1}), ("name, stage", {"new": 2, "won": 1})])
def test_rows_that_stay_closed_tell_no_lane_and_no_sum_that_they_do_not_show(
    store: Store, columns: str, shown: dict[str, int]
) -> None:
    company = f"{COMPANY}views: {{list: {{columns: [{columns}], sort: [name]}}}}\n"
    catalog = a_catalog({**SMALL, "modules/company.yaml": company, "roles/names.yaml": NAMES_ONLY})
    with_tables(store, catalog)
    reader = a_user(store, catalog, "reader", "names")
    a_record(store, catalog, "company", name="a", stage="new", size=1, owner=str(reader.id))
    a_record(store, catalog, "company", name="b", stage="new", size=10)
    a_record(store, catalog, "company", name="c", stage="won", size=100)
    query = Query(module="company", sort=("name",))
    with store.read() as conn:
        found = boards.lanes(conn, catalog, reader, query, "stage", "size")
        pages = boards.pages(conn, catalog, reader, query, "stage", ("new", "won"))
        alone = boards.lane_page(conn, catalog, reader, query, "stage", "won")
    assert {key: lane.count for key, lane in found.found.items()} == shown
    assert {key: len(page.rows) for key, page in pages.items() if page.rows} == shown
    assert found.found["new"].total == 1
    assert len(alone.rows) == shown.get("won", 0)
    assert {row["size"] for page in pages.values() for row in page.rows} <= {1, None}
