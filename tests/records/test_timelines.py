"""A timeline holds what the lists of its sources hold, by time, for each actor, however small the stretches are."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Query, Record, Under
from hanok.engine.records.timelines import CHANGES, Happening, Stretch, coming, happened, origins
from hanok.engine.store import Store
from tests.builders import Statements, a_catalog, a_record, a_user, an_administrator, with_tables
from tests.talking import TALKING

ADMIN = an_administrator()
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(TALKING)


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def rep(site: Store, catalog: Catalog) -> Actor:
    return a_user(site, catalog, "rep", "owner_only")


@pytest.fixture
def company(site: Store, catalog: Catalog, rep: Actor) -> Record:
    return a_record(site, catalog, "company", name="한빛전자", owner=str(rep.id))


@pytest.fixture
def busy(site: Store, catalog: Catalog, rep: Actor, company: Record) -> Store:
    """Some forty things about the company, every third of them the rep's; some at one moment, some without a time."""
    rolled = random.Random(7)
    for number in range(14):
        owner = {"owner": str(rep.id) if number % 3 == 0 else None, "company": str(company.id)}
        at = START + timedelta(hours=rolled.choice([0, 5, 30, 100, number]))
        a_record(site, catalog, "memo", text=f"메모 {number}", **owner)
        state, done = rolled.choice([("new", None), ("won", at.isoformat()), ("won", None)])
        due = rolled.choice([None, (START + timedelta(days=number)).date().isoformat()])
        a_record(site, catalog, "todo", name=f"일 {number}", state=state, done_at=done, due=due, **owner)
        held = rolled.choice([f"{at.isoformat()} ~ {(at + timedelta(hours=1)).isoformat()}", at.date().isoformat()])
        both = {"others": [str(company.id)]} if number % 2 else {}
        a_record(site, catalog, "visit", name=f"방문 {number}", held=held, **owner, **both)
    return site


def stretches(
    site: Store, catalog: Catalog, actor: Actor, company: Record, *, size: int, changes: bool = True
) -> list[Happening]:
    """All of what happened, read stretch by stretch."""
    found: list[Happening] = []
    after, module = "", catalog.module("company")
    with site.read() as conn:
        for _ in range(200):
            read: Stretch = happened(conn, catalog, actor, company, origins(catalog, actor, module), changes=changes,
                                     after=after, size=size)  # fmt: skip
            found += read.happenings
            after = read.next
            if not after:
                return found
    raise AssertionError("it never ends")


def of_lists(site: Store, catalog: Catalog, actor: Actor, company: Record) -> set[tuple[str, str]]:
    """The oracle: what the lists of the ends hold that is not open."""
    found = set()
    with site.read() as conn:
        for end, module, where in (("memos", "memo", None), ("visits", "visit", None),
                                   ("todos", "todo", {"state": {"closed": True}})):  # fmt: skip
            query = Query(module=module, where=where, under=Under("company", company.id, end), size=1000)
            found |= {(module, row.title) for row in records.page(conn, catalog, actor, query).rows}
    return found


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("who", ["admin", "rep"])
def test_all_of_it_comes_once_and_in_order(
    busy: Store, catalog: Catalog, company: Record, rep: Actor, who: str, size: int
) -> None:
    actor = ADMIN if who == "admin" else rep
    found = stretches(busy, catalog, actor, company, size=size, changes=False)
    shown = [(one.record.module, one.record.title) for one in found if one.record]
    assert len(shown) == len(set(shown))
    assert set(shown) == of_lists(busy, catalog, actor, company)
    timed = [one.at for one in found if one.at is not None and one.day is None]
    assert timed == sorted(timed, reverse=True)
    assert all(one.at is None for one in found[len([one for one in found if one.at]):])  # what has no time is last


def test_changes_stand_among_it_but_not_the_links_to_what_stands_there_itself(
    busy: Store, catalog: Catalog, company: Record
) -> None:
    with busy.write() as conn:
        records.update(conn, catalog, ADMIN, "company", company.id, {"size": "7"}, version=company.version)
    found = stretches(busy, catalog, ADMIN, company, size=3)
    assert [one.entry.action for one in found if one.entry] == ["changed", "created"]


def test_what_is_open_comes_soonest_first_and_without_a_day_last(
    site: Store, catalog: Catalog, company: Record
) -> None:
    for name, due in (("later", "2026-12-01"), ("never", None), ("soon", "2026-03-01")):
        a_record(site, catalog, "todo", name=name, due=due, company=str(company.id))
    a_record(site, catalog, "todo", name="over", due="2026-01-01", state="won", company=str(company.id))
    module = catalog.module("company")
    with site.read() as conn:
        found = coming(conn, catalog, ADMIN, company, origins(catalog, ADMIN, module), size=10)
        few = coming(conn, catalog, ADMIN, company, origins(catalog, ADMIN, module), size=1)
    assert [one.record.title for one in found if one.record] == ["soon", "later", "never"]
    assert found[0].day == date(2026, 3, 1)
    assert next(one.record.title for one in few if one.record) == "soon"


def test_what_somebody_may_not_list_is_no_source(site: Store, catalog: Catalog) -> None:
    nobody = a_user(site, catalog, "nobody")
    assert origins(catalog, nobody, catalog.module("company")) == ()
    assert {one.end.key for one in origins(catalog, ADMIN, catalog.module("company"))} == {"todos", "memos", "visits"}


@pytest.mark.parametrize("after", ["x", "e30x", "WzFd", "eyJtZW1vcyI6ICJ4In0", "eyJjaGFuZ2VzIjogIngifQ"])
def test_a_cursor_of_somebody_else_is_refused(site: Store, catalog: Catalog, company: Record, after: str) -> None:
    module = catalog.module("company")
    with pytest.raises(Invalid), site.read() as conn:
        happened(conn, catalog, ADMIN, company, origins(catalog, ADMIN, module), after=after)


def test_each_source_is_asked_once(busy: Store, catalog: Catalog, company: Record) -> None:
    module, statements = catalog.module("company"), Statements(busy)
    with busy.read() as conn:
        happened(conn, catalog, ADMIN, company, origins(catalog, ADMIN, module), size=5)
    assert len(statements.queries) <= 5  # three sources, the changes, who may see what they name
    assert CHANGES not in module.ends
