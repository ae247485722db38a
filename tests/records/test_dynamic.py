"""Fields that depend on their record: the server holds to it, whoever saves."""

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables
from tests.records.deals import DEALS, a_deal, a_firm, changed, refused

REQUIRED = "This is required."


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(DEALS)


@pytest.fixture
def full(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


def test_a_field_is_required_only_where_its_condition_holds(full: Store, deals: Catalog) -> None:
    assert a_deal(full, deals).values["reason"] is None
    assert refused(full, deals, stage="lost") == {"reason": REQUIRED}
    assert a_deal(full, deals, stage="lost", reason="가격").values["reason"] == "가격"


def test_a_change_that_makes_another_field_required_is_refused_without_it(full: Store, deals: Catalog) -> None:
    deal = a_deal(full, deals)
    assert refused(full, deals, deal, stage="lost") == {"reason": REQUIRED}
    assert changed(full, deals, deal, stage="lost", reason="가격").version == 2


def test_what_is_sent_for_an_invisible_field_is_left_aside(full: Store, deals: Catalog) -> None:
    deal = a_deal(full, deals, reason="몰래")
    assert deal.values["reason"] is None
    lost = changed(full, deals, deal, stage="lost", reason="가격")
    again = changed(full, deals, lost, stage="talk", reason="")
    assert again.values["reason"] == "가격"


def test_an_invisible_value_that_cannot_be_read_is_no_error(full: Store, deals: Catalog) -> None:
    assert a_deal(full, deals, reason=["a list"]).values["reason"] is None


def test_a_condition_looks_through_a_link(full: Store, deals: Catalog) -> None:
    cook = a_firm(full, deals, "맛집", industry="food")
    assert a_deal(full, deals, firm=str(cook.id), recipe="비빔밥").values["recipe"] == "비빔밥"
    plain = a_firm(full, deals)
    assert a_deal(full, deals, firm=str(plain.id), recipe="비빔밥").values["recipe"] is None


def test_what_is_fixed_after_creation_is_taken_once(full: Store, deals: Catalog) -> None:
    deal = a_deal(full, deals, number="D-1", notes="x")
    assert deal.values["number"] == "D-1"
    assert refused(full, deals, deal, number="D-2") == {"number": "This cannot be changed."}
    assert changed(full, deals, deal, number="D-1", name="다른 이름").version == 2


def test_a_required_field_that_new_hides_is_asked_for_later(full: Store, deals: Catalog) -> None:
    deal = a_deal(full, deals)
    assert refused(full, deals, deal, notes="") == {"notes": REQUIRED}
    assert a_deal(full, deals, notes="가져온 메모").values["notes"] == "가져온 메모"


def test_what_stands_on_a_hidden_tab_is_not_asked_for(full: Store, deals: Catalog) -> None:
    assert refused(full, deals, amount=None) == {"amount": REQUIRED}
    assert a_deal(full, deals, amount=None, stage="won").values["amount"] is None


def test_faces_are_given_the_conditions(deals: Catalog) -> None:
    deal = deals.modules["deal"]
    assert set(deal.dynamic) == {"reason", "recipe", "number", "notes", "amount", "begins", "ends"}
    assert deal.views.form.tabs[1].visible is not None
    assert deal.views.form.tabs[0].visible is None
    assert not deal.fields["reason"].required
    assert not deal.fields["number"].readonly
