"""Who may be given records: whom a role lets see some, if that role is one to be given work by."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Record
from hanok.engine.records.candidates import candidates
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, a_user, an_administrator, with_tables

ROLES: Mapping[str, str] = {
    "roles/boss.yaml": "label: {en: Boss, ko: 책임}\ndefault: all\n",
    "roles/looks.yaml": "label: {en: Looks, ko: 열람}\ndefault: {list: all, view: all}\nassignable: false\n",
    "roles/elsewhere.yaml": "label: {en: Else, ko: 다른 곳}\ndefault: all\nmodules: {company: none}\n",
    "roles/barred.yaml": "label: {en: Barred, ko: 차단}\ndefault: {view: deny}\n",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, **ROLES})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def somebody(site: Store, catalog: Catalog, name: str, *roles: str) -> Actor:
    actor = a_user(site, catalog, name, *roles)
    with site.write() as conn:
        for role in roles:
            accounts.grant(conn, actor.id, role)  # type: ignore[arg-type]  # a stored user has an id
    return actor


@pytest.fixture
def boss(site: Store, catalog: Catalog) -> Actor:
    return somebody(site, catalog, "boss", "boss")


def given(site: Store, catalog: Catalog, by: Actor, record: Record, to: Actor) -> Record:
    with site.write() as conn:
        return records.update(conn, catalog, by, "company", record.id, {"owner": str(to.id)}, version=record.version)


@pytest.mark.parametrize("roles", [(), ("looks",), ("elsewhere",), ("boss", "barred")])
def test_whose_roles_do_not_do_is_neither_offered_nor_taken(
    site: Store, catalog: Catalog, boss: Actor, roles: tuple[str, ...]
) -> None:
    kim, made = somebody(site, catalog, "kim", *roles), a_record(site, catalog, "company", boss, name="한빛")
    with site.read() as conn:
        offered = [one.title for one in candidates(conn, catalog, boss, "company", "owner")]
    assert offered == ["boss"]
    with pytest.raises(Invalid) as wrong:
        given(site, catalog, boss, made, kim)
    assert "kim may not be given records of this kind" in str(wrong.value)


def test_a_role_of_the_team_or_of_a_group_does(site: Store, catalog: Catalog, boss: Actor) -> None:
    team = a_record(site, catalog, "team", name="north", key="north")
    mate = a_record(site, catalog, "user", username="mate", last_name="mate", team=str(team.id))
    member = a_record(site, catalog, "user", username="member", last_name="member")
    group = a_record(site, catalog, "security_group", name="g", key="g", users=[str(member.id)])
    with site.write() as conn:
        for holder in (team, group):
            accounts.grant(conn, holder.id, "boss")
    made = a_record(site, catalog, "company", boss, name="한빛")
    for who in (mate, member):
        made = given(site, catalog, boss, made, Actor(who.id, who.title, who.title))
        assert made["owner"].id == who.id


def test_an_inactive_user_is_given_nothing_and_keeps_what_is_there(site: Store, catalog: Catalog, boss: Actor) -> None:
    kim = somebody(site, catalog, "kim", "boss")
    made = given(site, catalog, boss, a_record(site, catalog, "company", boss, name="한빛"), kim)
    with site.write() as conn:
        records.update(conn, catalog, an_administrator(), "user", kim.id, {"active": False}, version=1)
    with site.write() as conn:
        kept = records.update(
            conn, catalog, boss, "company", made.id, {"name": "두빛", "owner": str(kim.id)}, version=made.version
        )
    assert kept["owner"].id == kim.id
    with pytest.raises(Invalid):
        given(site, catalog, boss, a_record(site, catalog, "company", boss, name="세빛"), kim)


def test_whoever_makes_a_record_may_keep_it(site: Store, catalog: Catalog) -> None:
    her = somebody(site, catalog, "kim")
    maker = Actor(her.id, "kim", "kim", admin=True)
    assert a_record(site, catalog, "company", maker, name="한빛", owner=str(her.id))["owner"].id == her.id
