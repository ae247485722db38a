"""What somebody may not see is told by no other way either: errors, the search, titles, links."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Invalid, Refused
from hanok.engine.records import Query
from hanok.engine.records.many import Looked
from hanok.engine.records.values import Loading
from hanok.engine.store import Store
from tests.builders import COMPANY, SMALL, a_catalog, a_record, a_user, an_administrator, with_tables

ADMIN = an_administrator()
SEARCHED = COMPANY.replace("reverse: children}", "reverse: children, search: true}")


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "rep", "owner_only")


def test_who_holds_a_unique_value_is_told_to_those_only_who_may_see_it(
    filled: Store, catalog: Catalog, rep: Actor
) -> None:
    a_record(filled, catalog, "company", name="비밀 회사")
    for actor, told in ((ADMIN, True), (rep, False)):
        with pytest.raises(Invalid) as caught:
            a_record(filled, catalog, "company", actor, name="비밀 회사")
        assert ("비밀" in str(caught.value)) is told
        assert "has this value already" in str(caught.value)


def test_an_import_tells_no_more_of_who_holds_a_unique_value(filled: Store, catalog: Catalog, rep: Actor) -> None:
    a_record(filled, catalog, "company", name="비밀 회사")
    loading = Loading(catalog, rep, catalog.module("company"), {"name": "비밀 회사"}, None)
    loading.load()
    with filled.read() as conn:
        loading.check(Looked(conn, catalog, rep, catalog.module("company"), [loading]))
    assert list(map(str, loading.errors["name"])) == ["Another record has this value already."]


def test_a_record_is_not_found_by_the_title_of_what_it_links_to(store: Store) -> None:
    catalog = a_catalog({**SMALL, "modules/company.yaml": SEARCHED})
    with_tables(store, catalog)
    rep = a_user(store, catalog, "rep", "owner_only")
    secret = a_record(store, catalog, "company", name="비밀 회사")
    a_record(store, catalog, "company", name="나의 회사", parent=str(secret.id), owner=str(rep.id))
    with store.read() as conn:
        assert records.search(conn, catalog, rep, "비밀") == ()
        assert not records.page(conn, catalog, rep, Query(module="company", words="비밀")).rows
        (own,) = records.search(conn, catalog, rep, "나의")
        assert "비밀" not in own.snippet


@pytest.mark.parametrize("sort", ["parent", "-parent"])
def test_the_order_of_a_list_tells_nothing_of_hidden_links(
    filled: Store, catalog: Catalog, rep: Actor, sort: str
) -> None:
    """Two records that link to hidden ones stand in the order of their ids, whatever those are called."""
    for own, other in (("나 1", "하늘"), ("나 2", "가온"), ("나 3", "다온")):
        secret = a_record(filled, catalog, "company", name=other)
        a_record(filled, catalog, "company", name=own, parent=str(secret.id), owner=str(rep.id))
    with filled.read() as conn:
        page = records.page(conn, catalog, rep, Query(module="company", sort=(sort,)))
    shown = [row.title for row in page.rows]
    assert shown in (["나 1", "나 2", "나 3"], ["나 3", "나 2", "나 1"])
    assert {row["parent"].title for row in page.rows} == {""}


@pytest.mark.parametrize("condition", [{"parent": {"name": "비밀 회사"}}, {"parent.name": {"contains": "비밀"}}])
def test_a_condition_through_a_link_sees_no_hidden_record(
    filled: Store, catalog: Catalog, rep: Actor, condition: dict[str, object]
) -> None:
    secret = a_record(filled, catalog, "company", name="비밀 회사")
    a_record(filled, catalog, "company", name="나의 회사", parent=str(secret.id), owner=str(rep.id))
    with filled.read() as conn:
        assert records.count(conn, catalog, rep, Query(module="company", asked=condition)) == 0
        assert records.count(conn, catalog, rep, Query(module="company", asked={"not": condition})) == 1


def test_nobody_is_a_company(filled: Store, catalog: Catalog, rep: Actor) -> None:
    """One's own id needs no looking up where people are linked to, and nowhere else."""
    with pytest.raises(Invalid) as caught:
        a_record(filled, catalog, "company", rep, name="나의 회사", parent=str(rep.id))
    assert list(caught.value.errors) == ["parent"]
    assert a_record(filled, catalog, "company", rep, name="나의 회사", owner=str(rep.id))["owner"].id == rep.id


def test_a_record_does_not_come_back_beside_the_one_that_took_its_name(filled: Store, catalog: Catalog) -> None:
    name = catalog.module("company").table.name
    first = a_record(filled, catalog, "company", name="한빛")
    with filled.write() as conn:
        conn.execute(sa.text(f'CREATE UNIQUE INDEX one ON {name} ("name$folded") WHERE deleted_at IS NULL'))
        records.delete(conn, catalog, ADMIN, "company", first.id)
    a_record(filled, catalog, "company", name="한빛")
    with pytest.raises(Refused, match="한빛"), filled.write() as conn:
        records.restore(conn, catalog, ADMIN, "company", first.id)


def test_neither_history_nor_a_conflict_tells_what_a_link_led_to(
    filled: Store, catalog: Catalog, rep: Actor
) -> None:
    secret, other = (a_record(filled, catalog, "company", name=name) for name in ("비밀 회사", "비밀 둘"))
    own = a_record(filled, catalog, "company", name="나의 회사", parent=str(secret.id), owner=str(rep.id))
    with filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", own.id, {"parent": str(other.id)}, version=1)
    with filled.read() as conn:
        entries = records.history(conn, catalog, rep, "company", own.id)
        told = records.history(conn, catalog, ADMIN, "company", own.id)
    assert "비밀" in str(told)
    assert "비밀" not in str(entries)
    with pytest.raises(Conflict) as caught, filled.write() as conn:
        records.update(conn, catalog, rep, "company", own.id, {"parent": None, "name": "나"}, version=1)
    assert caught.value.differences
    assert "비밀" not in str(caught.value.differences)
