"""Rules of a module: checked at every save, all together, in the language of the reader, at their field."""

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables
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
