"""Records that are like one another are asked about, or refused."""

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Duplicates, Invalid
from hanok.engine.store import Store
from tests.builders import a_catalog, a_user, an_administrator, with_tables
from tests.records.deals import DEALS, a_firm, changed


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(DEALS)


@pytest.fixture
def full(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


def test_the_same_record_again_is_refused_and_named(full: Store, deals: Catalog) -> None:
    a_firm(full, deals, "Hanbit", phone="02-1234-5678")
    with pytest.raises(Invalid) as caught:
        a_firm(full, deals, "HANBIT", phone="+82 2 1234 5678")
    assert str(caught.value) == "name: A record like this is there already: Hanbit."
    assert not isinstance(caught.value, Duplicates)


def test_all_fields_of_the_match_must_be_alike_and_filled(full: Store, deals: Catalog) -> None:
    a_firm(full, deals, "한빛", phone="02-1234-5678")
    assert a_firm(full, deals, "한빛", phone="02-1234-5679").version == 1
    assert a_firm(full, deals, "한빛").version == 1
    assert a_firm(full, deals, "한빛").version == 1


def test_a_warning_can_be_gone_past(full: Store, deals: Catalog) -> None:
    a_firm(full, deals, "한빛", email="info@hanbit.co.kr")
    with pytest.raises(Duplicates) as caught:
        a_firm(full, deals, "달빛", email="Info@Hanbit.co.kr")
    assert str(caught.value) == "*: A record like this is there already: 한빛."
    with full.write() as conn:
        raw = {"name": "달빛", "email": "Info@Hanbit.co.kr"}
        made = records.create(conn, deals, an_administrator(), "firm", raw, despite_duplicates=True)
    assert changed(full, deals, made, name="햇빛", email="info@HANBIT.co.kr").version == 2


def test_what_is_alike_can_be_asked_before_saving(full: Store, deals: Catalog) -> None:
    first = a_firm(full, deals, "한빛", email="info@hanbit.co.kr", phone="02-1234-5678")
    asked = {"name": " 한빛 ", "phone": "0212345678", "email": "INFO@hanbit.co.kr"}
    with full.read() as conn:
        found = records.duplicates(conn, deals, an_administrator(), "firm", asked)
        itself = records.duplicates(conn, deals, an_administrator(), "firm", asked, but=first.id)
    assert [(hit.key, hit.record.title, hit.refused) for hit in found] == [
        ("same", "한빛", True),
        ("mail", "한빛", False),
    ]
    assert itself == ()


def test_a_record_that_the_actor_may_not_see_is_not_named(full: Store, deals: Catalog) -> None:
    a_firm(full, deals, "한빛", email="info@hanbit.co.kr", phone="02-1234-5678")
    somebody = a_user(full, deals, "somebody", "owner_only")
    raw = {"name": "한빛", "phone": "02-1234-5678", "email": "info@hanbit.co.kr"}
    with full.write() as conn:
        assert records.duplicates(conn, deals, somebody, "firm", raw) == ()
        with pytest.raises(Invalid) as caught:
            records.create(conn, deals, somebody, "firm", raw)
    assert str(caught.value) == "name: A record like this is there already."


def test_the_match_has_an_index(deals: Catalog) -> None:
    assert deals.modules["firm"].index == (("name", "phone"), ("email",))
