"""Limits of what may be picked: on the server as in the form."""

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, an_administrator, with_tables
from tests.records.deals import DEALS, a_deal, a_firm, changed, refused

UNFIT = "This cannot be picked here."


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(DEALS)


@pytest.fixture
def full(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


def test_an_option_is_picked_by_what_it_says_of_itself(full: Store, deals: Catalog) -> None:
    assert refused(full, deals, phase="middle", stage="won") == {"stage": UNFIT}
    assert a_deal(full, deals, phase="middle", stage="offer").values["stage"] == "offer"


def test_a_linked_record_fits_the_record_at_hand(full: Store, deals: Catalog) -> None:
    here, there = a_firm(full, deals), a_firm(full, deals, "달빛상사")
    stranger = a_record(full, deals, "human", name="이순신", firm=str(there.id))
    assert refused(full, deals, firm=str(here.id), human=str(stranger.id)) == {"human": UNFIT}
    assert a_deal(full, deals, firm=str(there.id), human=str(stranger.id)).values["human"].title == "이순신"


def test_a_change_of_what_the_limit_looks_at_is_checked_too(full: Store, deals: Catalog) -> None:
    here, there = a_firm(full, deals), a_firm(full, deals, "달빛상사")
    human = a_record(full, deals, "human", name="이순신", firm=str(here.id))
    deal = a_deal(full, deals, firm=str(here.id), human=str(human.id))
    assert refused(full, deals, deal, firm=str(there.id)) == {"human": UNFIT}


def test_a_value_that_stays_is_not_refused(full: Store, deals: Catalog) -> None:
    here, there = a_firm(full, deals), a_firm(full, deals, "달빛상사")
    human = a_record(full, deals, "human", name="이순신", firm=str(here.id))
    deal = a_deal(full, deals, firm=str(here.id), human=str(human.id))
    changed(full, deals, human, firm=str(there.id))
    assert changed(full, deals, deal, name="다른 이름", human=str(human.id)).version == 2


def test_only_fitting_records_are_offered(full: Store, deals: Catalog) -> None:
    here, there = a_firm(full, deals), a_firm(full, deals, "달빛상사")
    a_record(full, deals, "human", name="이순신", firm=str(here.id))
    a_record(full, deals, "human", name="강감찬", firm=str(there.id))
    with full.read() as conn:
        found = records.candidates(conn, deals, an_administrator(), "deal", "human", values={"firm": str(here.id)})
        every = records.candidates(conn, deals, an_administrator(), "deal", "firm")
    assert [each.title for each in found] == ["이순신"]
    assert {each.title for each in every} == {"한빛상사", "달빛상사"}


def test_only_fitting_options_are_offered_and_the_present_one(full: Store, deals: Catalog) -> None:
    with full.read() as conn:
        found = records.offered(conn, deals, an_administrator(), "deal", "stage", {"phase": "end", "stage": "talk"})
    assert [choice.key for choice in found] == ["talk", "won", "lost"]
