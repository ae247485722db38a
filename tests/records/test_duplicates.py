"""Records that are like one another are asked about, or refused."""

from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Duplicates, Invalid
from hanok.engine.store import Store
from tests.builders import a_catalog, a_user, an_administrator, with_tables
from tests.records.deals import DEALS, a_firm, changed
from tests.records.files import Database, a_csv


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


def test_an_import_fails_rows_that_are_refused_and_notes_the_others(
    full: Store, deals: Catalog, tmp_path: Path
) -> None:
    a_firm(full, deals, "한빛", email="info@hanbit.co.kr", phone="02-1234-5678")
    rows = ("name,phone,email", "한빛,0212345678,", "달빛,,INFO@hanbit.co.kr", "햇빛,0299998888,", "햇빛,02-9999-8888,")
    found = Database(full, deals).bring_sound(a_csv(tmp_path, "\n".join(rows)), "firm")
    assert found.numbers == (2, 0, 0, 2)
    assert found.faults == [
        "2 name: A record like this is there already: 한빛.",
        "5 name: A record like this is there already: 햇빛.",
    ]
    noted = {outcome.row: [str(note) for note in outcome.notes] for outcome in found.outcomes if outcome.notes}
    assert noted == {3: ["A record like this is there already: 한빛."]}
