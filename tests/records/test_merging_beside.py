"""What several people merge and take back at one moment is done once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import HanokError, Invalid, NotFound
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables
from tests.records.mergers import MODEL, merged, pointing, undone

ADMIN = an_administrator()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(MODEL)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def boss(filled: Store, catalog: Catalog) -> Actor:
    made = a_user(filled, catalog, "boss")
    return Actor(made.id, "boss", made.title, admin=True, roles=(ADMINISTRATOR,))


def beside(*works: Callable[[], Any]) -> list[Any]:
    """What each gave, or why it was refused; they run side by side."""

    def tried(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except HanokError as no:
            return no

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(tried, works))


def test_of_merges_into_each_other_one_is_done(filled: Store, catalog: Catalog, boss: Actor) -> None:
    one, other = (a_record(filled, catalog, "firm", name=name) for name in "AB")
    human = a_record(filled, catalog, "human", name="Kim", firm=str(one.id))
    done = beside(
        lambda: merged(filled, catalog, boss, one, [other]), lambda: merged(filled, catalog, boss, other, [one]),
        lambda: merged(filled, catalog, boss, one, [other]),
    )  # fmt: skip
    plans = [each for each in done if not isinstance(each, HanokError)]
    assert len(plans) == 1, done
    with filled.read() as conn:
        assert records.get(conn, catalog, ADMIN, "human", human.id)["firm"].id == plans[0].wish.stays
    back = beside(*[lambda: undone(filled, catalog, boss, plans[0])] * 3)
    assert len([each for each in back if not isinstance(each, HanokError)]) == 1, back
    assert pointing(filled, catalog, "firm", [one.id]) == {"link human firm": 1}


def test_what_is_saved_beside_a_merge_points_at_the_one_that_stays(
    filled: Store, catalog: Catalog, boss: Actor
) -> None:
    stays, goes, partner = (a_record(filled, catalog, "firm", name=name) for name in "ABC")
    with ThreadPoolExecutor(1) as pool:
        with filled.write() as conn:
            human = records.create(conn, catalog, ADMIN, "human", {"name": "Kim", "firm": str(goes.id)})
            records.link(conn, catalog, ADMIN, "firm", partner.id, "partners", goes.id)
            merging = pool.submit(merged, filled, catalog, boss, stays, [goes])
            wait([merging], timeout=0.3)
            assert not merging.done(), "it waits for whoever is about to point at the record that goes"
        merging.result()
    with filled.read() as conn:
        assert records.get(conn, catalog, ADMIN, "human", human.id)["firm"].id == stays.id
    assert not pointing(filled, catalog, "firm", [goes.id])


def test_who_wants_to_point_at_a_record_that_is_being_deleted_is_told(filled: Store, catalog: Catalog) -> None:
    goes, partner = (a_record(filled, catalog, "firm", name=name) for name in "AB")

    def pointed() -> None:
        with filled.write() as conn:
            records.create(conn, catalog, ADMIN, "human", {"name": "Kim", "firm": str(goes.id)})

    def tied() -> None:
        with filled.write() as conn:
            records.link(conn, catalog, ADMIN, "firm", partner.id, "partners", goes.id)

    with ThreadPoolExecutor(2) as pool:
        with filled.write() as conn:
            records.delete(conn, catalog, ADMIN, "firm", goes.id)
            asked = [pool.submit(pointed), pool.submit(tied)]
            wait(asked, timeout=0.3)
            assert not any(each.done() for each in asked)
        assert isinstance(asked[0].exception(), Invalid)
        assert isinstance(asked[1].exception(), NotFound)
    assert not pointing(filled, catalog, "firm", [goes.id])
