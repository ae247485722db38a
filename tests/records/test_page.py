import random

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.store import Store
from tests.builders import Statements, a_record, an_administrator

ADMIN = an_administrator()
NAMES = (
    "한빛전자",
    "가온물류",
    "ångström",
    "Zeta",
    "alpha",
    "Beta",
    "나래커피",
    "100% Pure_",
    "하늘",
    "동해수산",
    "b",
    "",
)


@pytest.fixture
def companies(filled: Store, catalog: Catalog) -> Store:
    rolled = random.Random(7)
    for number in range(40):
        a_record(
            filled, catalog, "company", name=f"{rolled.choice(NAMES)}{number:02d}",
            size=rolled.choice([None, 0, 5, 5, 9]), active=rolled.choice([True, False]),
            stage=rolled.choice(["new", "open", "won"]), rate=rolled.choice([None, "1.5", "-2"]),
        )  # fmt: skip
    return filled


def walk(store: Store, catalog: Catalog, **asked: object) -> list[list[str]]:
    """The titles of every page, forwards."""
    pages: list[list[str]] = []
    after = None
    with store.read() as conn:
        while True:
            found = records.page(conn, catalog, ADMIN, records.Query(module="company", after=after, **asked))
            pages.append([row.title for row in found.rows])
            after = found.next
            if after is None:
                return pages


@pytest.mark.parametrize(
    "sort",
    [("active", "name"), ("-active",), ("name",),
     ("-name",), ("size", "name"), ("-size", "-rate"), ("rate", "-size"), ("stage",), ("parent",), ()],
)  # fmt: skip
@pytest.mark.parametrize("size", [7, 40, 41])
def test_pages_together_are_the_whole_list_in_order(
    companies: Store, catalog: Catalog, sort: tuple[str, ...], size: int
) -> None:
    pages = walk(companies, catalog, sort=sort, size=size)
    whole = walk(companies, catalog, sort=sort, size=1000)
    assert [title for found in pages for title in found] == whole[0]
    assert len(whole[0]) == 40


@pytest.mark.parametrize("sort", [("name",), ("-size", "name"), ("rate",)])
def test_paging_back_shows_the_same_pages(companies: Store, catalog: Catalog, sort: tuple[str, ...]) -> None:
    query = {"module": "company", "sort": sort, "size": 9}
    with companies.read() as conn:
        first = records.page(conn, catalog, ADMIN, records.Query(**query))
        second = records.page(conn, catalog, ADMIN, records.Query(**query, after=first.next))
        third = records.page(conn, catalog, ADMIN, records.Query(**query, after=second.next))
        back = records.page(conn, catalog, ADMIN, records.Query(**query, before=third.previous))
        start = records.page(conn, catalog, ADMIN, records.Query(**query, before=back.previous))
    assert [row.id for row in back.rows] == [row.id for row in second.rows]
    assert [row.id for row in start.rows] == [row.id for row in first.rows]
    assert first.previous is None
    assert start.previous is None


def test_empty_is_smallest_on_every_database(companies: Store, catalog: Catalog) -> None:
    with companies.read() as conn:
        up = [
            row["size"]
            for row in records.page(conn, catalog, ADMIN, records.Query(module="company", sort=("size",), size=50)).rows
        ]
        down = [
            row["size"]
            for row in records.page(
                conn, catalog, ADMIN, records.Query(module="company", sort=("-size",), size=50)
            ).rows
        ]
    assert up == sorted(up, key=lambda value: -1 if value is None else value)
    assert down == up[::-1]


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"size": {"gte": 5}}, lambda row: (row["size"] or 0) >= 5),
        ({"size": {"empty": True}}, lambda row: row["size"] is None),
        ({"size": {"ne": 5}}, lambda row: row["size"] != 5),
        ({"stage": {"closed": False}}, lambda row: row["stage"] != "won"),
        ({"stage": ["new", "won"]}, lambda row: row["stage"] in ("new", "won")),
        ({"name": {"contains": "한빛"}}, lambda row: "한빛" in row["name"]),
        ({"name": {"contains": "100% pure_"}}, lambda row: "100% Pure_" in row["name"]),
        ({"name": {"starts_with": "ÅNGSTRÖM"}}, lambda row: row["name"].startswith("ångström")),
        ({"any": [{"size": 9}, {"stage": "won"}]}, lambda row: row["size"] == 9 or row["stage"] == "won"),
        ({"not": {"size": {"gt": 0}}}, lambda row: not (row["size"] or 0) > 0),
        ({"rate": {"between": ["-2", "1"]}}, lambda row: row["rate"] == -2),
        ({"created_at": "today"}, lambda row: True),
    ],
)
def test_conditions_choose_rows(companies: Store, catalog: Catalog, asked: dict[str, object], holds: object) -> None:
    with companies.read() as conn:
        every = records.page(conn, catalog, ADMIN, records.Query(module="company", size=100)).rows
        query = records.Query(module="company", size=100, asked=asked)
        found = records.page(conn, catalog, ADMIN, query).rows
        assert records.count(conn, catalog, ADMIN, query) == len(found)
    expected = {row.id for row in every if holds(row)}  # type: ignore[operator]
    assert expected
    assert {row.id for row in found} == expected


def test_a_condition_walks_through_a_link(filled: Store, catalog: Catalog) -> None:
    company = a_record(filled, catalog, "company", name="한빛전자", size=7)
    a_record(filled, catalog, "person", family="윤", company=str(company.id))
    a_record(filled, catalog, "person", family="박")
    for asked in ({"company": {"size": {"gt": 5}}}, {"company.size": 7}, {"company": {"name": "한빛전자"}}):
        with filled.read() as conn:
            found = records.page(conn, catalog, ADMIN, records.Query(module="person", asked=asked)).rows
        assert [row.title for row in found] == ["윤"]


@pytest.mark.parametrize(
    "asked",
    [{"nmae": "x"}, {"size": {"contains": "x"}}, {"size": "many"}, {"size": None}, {"any": []}, {"owner": "$you"},
     {"stage": {"closd": True}}, {"name": {"size": 1}}, {"size": {"between": [1]}}, {"founded": "someday"}],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_is_refused(filled: Store, catalog: Catalog, asked: dict[str, object]) -> None:
    with pytest.raises(Invalid), filled.read() as conn:
        records.page(conn, catalog, ADMIN, records.Query(module="company", asked=asked))


@pytest.mark.parametrize("cursor", ["", "x", "W10", "!!!!", "WzEsMl0", "e30"])
def test_a_cursor_that_is_none_of_ours_is_refused(filled: Store, catalog: Catalog, cursor: str) -> None:
    with pytest.raises(Invalid), filled.read() as conn:
        records.page(conn, catalog, ADMIN, records.Query(module="company", after=cursor))


def test_a_page_is_one_statement(companies: Store, catalog: Catalog) -> None:
    counted = Statements(companies)
    with companies.read() as conn:
        records.page(conn, catalog, ADMIN, records.Query(module="company", words="한빛", asked={"parent": {"size": 1}}))
    assert len(counted.queries) == 1


def test_a_count_stops_at_its_cap(companies: Store, catalog: Catalog) -> None:
    with companies.read() as conn:
        assert records.count(conn, catalog, ADMIN, records.Query(module="company"), cap=10) == 11
        assert records.count(conn, catalog, ADMIN, records.Query(module="company"), cap=None) == 40


@pytest.mark.parametrize("words", ["한빛전자", "빛전", "한", "전자", "한빛 반도체", "SEMI"])
def test_words_find_korean_and_latin_parts(filled: Store, catalog: Catalog, words: str) -> None:
    a_record(filled, catalog, "company", name="한빛전자", story="한빛 반도체 Semiconductor 장비")
    a_record(filled, catalog, "company", name="가온물류")
    with filled.read() as conn:
        found = records.page(conn, catalog, ADMIN, records.Query(module="company", words=words)).rows
        hits = records.search(conn, catalog, ADMIN, words)
    assert [row.title for row in found] == ["한빛전자"]
    assert [hit.title for hit in hits] == ["한빛전자"]


@pytest.mark.parametrize("words", ["없음", '"', "'; DROP TABLE x", "NEAR(", "* *", "a AND b", "%", "()&|!:*"])
def test_words_that_find_nothing_find_nothing(filled: Store, catalog: Catalog, words: str) -> None:
    a_record(filled, catalog, "company", name="한빛전자")
    with filled.read() as conn:
        assert records.search(conn, catalog, ADMIN, words) == ()
        assert records.page(conn, catalog, ADMIN, records.Query(module="company", words=words)).rows == ()


def test_options_sort_as_they_stand_in_their_set(filled: Store, catalog: Catalog) -> None:
    for number, stage in enumerate(["won", None, "new", "open"]):
        a_record(filled, catalog, "company", name=f"c{number}", stage=stage)
    pages = walk(filled, catalog, sort=("stage", "name"), size=1)
    assert [title for found in pages for title in found] == ["c1", "c2", "c3", "c0"]


def test_not_this_month_leaves_out_every_day_of_it(filled: Store, catalog: Catalog) -> None:
    a_record(filled, catalog, "company", name="now")
    for asked, count in (({"created_at": {"ne": "this_month"}}, 0), ({"created_at": "this_month"}, 1)):
        with filled.read() as conn:
            assert records.count(conn, catalog, ADMIN, records.Query(module="company", asked=asked)) == count
