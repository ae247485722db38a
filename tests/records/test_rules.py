"""Rules of a module: checked at every save, all together, in the language of the reader, at their field."""

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, with_tables
from tests.records.deals import DEALS, a_deal, a_firm, changed, refused


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(DEALS)


@pytest.fixture
def full(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


def test_a_rule_that_fails_marks_the_first_field_of_its_check(full: Store, deals: Catalog) -> None:
    said = refused(full, deals, begins="2026-05-02", ends="2026-05-01")
    assert said == {"ends": "It ends before it begins"}
    assert a_deal(full, deals, begins="2026-05-02", ends="2026-05-02").version == 1


def test_a_rule_is_checked_against_the_record_as_it_will_be(full: Store, deals: Catalog) -> None:
    deal = a_deal(full, deals, begins="2026-05-02", ends="2026-05-09")
    assert refused(full, deals, deal, begins="2026-05-10") == {"ends": "It ends before it begins"}
    assert changed(full, deals, deal, begins="2026-05-10", ends="2026-06-01").version == 2


def test_all_failing_rules_are_told_together(full: Store, deals: Catalog) -> None:
    cook = a_firm(full, deals, "맛집", industry="food")
    said = refused(full, deals, begins="2026-05-02", ends="2026-05-01", amount=2000, firm=str(cook.id))
    assert said == {"ends": "It ends before it begins", "name": "Too much for a kitchen"}


def test_a_rule_speaks_the_language_of_the_reader(full: Store, deals: Catalog) -> None:
    with pytest.raises(Invalid) as caught:
        a_deal(full, deals, begins="2026-05-02", ends="2026-05-01")
    message = caught.value.errors["ends"][0]
    assert message.written(message.text, "ko") == "끝이 시작보다 빠릅니다"


def test_a_rule_about_a_value_that_is_wrong_itself_says_nothing_more(full: Store, deals: Catalog) -> None:
    said = refused(full, deals, begins="2026-05-02", ends="yesterday at noon")
    assert list(said) == ["ends"]
    assert "begins" not in said["ends"]


TRIP = """
label: {en: Trip, ko: 출장}
fields:
  name: {type: text}
  visit: {type: period}
  leaves: {type: datetime}
  nights: {type: integer}
  price: {type: integer}
  total: {type: integer, formula: nights * price}
rules:
  leaves: {check: {leaves: {lte: $record.visit.start}}, message: {en: Too late to leave, ko: 출발이 늦습니다}}
  cheap: {check: {total: {lte: 100}}, message: {en: Too expensive, ko: 너무 비쌉니다}}
"""


def test_a_rule_looks_at_parts_and_at_what_follows_from_the_values(store: Store) -> None:
    catalog = a_catalog({"modules/trip.yaml": TRIP})
    with_tables(store, catalog)
    raw = {"visit": "2026-05-02T09:00Z ~ 2026-05-02T10:00Z", "nights": 2, "price": 50}
    assert a_record(store, catalog, "trip", **raw, leaves="2026-05-02T08:00Z").version == 1
    with pytest.raises(Invalid) as caught:
        a_record(store, catalog, "trip", **{**raw, "nights": 3}, leaves="2026-05-02T09:30Z")
    said = {key: str(messages[0]) for key, messages in caught.value.errors.items()}
    assert said == {"leaves": "Too late to leave", "total": "Too expensive"}
