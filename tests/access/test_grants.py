"""Roles are given and taken by administrators, one of whom always stays; and it is kept who did it."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor
from hanok.engine.accounts.acting import actor_with
from hanok.engine.accounts.grants import HOLDERS, held, sources
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, MetadataError, NotFound, Refused
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, with_tables

BRANCH = "label: {en: Branch, ko: 지점}\ndefault: {list: all, view: all}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/branch.yaml": BRANCH})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def boss(site: Store, catalog: Catalog) -> Actor:
    """The only administrator."""
    made = a_user(site, catalog, "boss")
    give(site, catalog, SYSTEM, made, ADMINISTRATOR)
    with site.read() as conn:
        return actor_with(conn, catalog, made.id)


def a_user(site: Store, catalog: Catalog, name: str, **raw: Any) -> Record:
    return a_record(site, catalog, "user", username=name, last_name=name, **raw)


def give(site: Store, catalog: Catalog, actor: Actor, holder: Record, role: str) -> bool:
    with site.write() as conn:
        return accounts.give(conn, catalog, actor, holder.module, holder.id, role)


def take(site: Store, catalog: Catalog, actor: Actor, holder: Record, role: str) -> bool:
    with site.write() as conn:
        return accounts.revoke(conn, catalog, actor, holder.module, holder.id, role)


def test_a_role_is_given_once_and_taken_once(site: Store, catalog: Catalog, boss: Actor) -> None:
    her = a_user(site, catalog, "kim")
    assert [give(site, catalog, boss, her, "branch") for _ in "ab"] == [True, False]
    with site.read() as conn:
        assert accounts.roles_of(conn, her.id) == ("branch",)
    assert [take(site, catalog, boss, her, "branch") for _ in "ab"] == [True, False]


def test_it_is_kept_who_gave_what_to_whom(site: Store, catalog: Catalog, boss: Actor) -> None:
    team = a_record(site, catalog, "team", name="영업", key="sales")
    give(site, catalog, boss, team, "branch")
    take(site, catalog, boss, team, "branch")
    with site.read() as conn:
        told = records.history(conn, catalog, boss, "team", team.id)
    changes = [(entry.who, entry.action, entry.changes[0].before, entry.changes[0].after) for entry in told[:2]]
    assert changes == [("boss", "changed", ["branch"], []), ("boss", "changed", [], ["branch"])]
    assert [entry.changes[0].field for entry in told[:2]] == ["$roles", "$roles"]


def test_only_administrators_give_and_take(site: Store, catalog: Catalog, boss: Actor) -> None:
    her = a_user(site, catalog, "kim")
    give(site, catalog, boss, her, "branch")
    with site.read() as conn:
        actor = actor_with(conn, catalog, her.id)
    for change in (give, take):
        with pytest.raises(Denied):
            change(site, catalog, actor, her, "branch")


@pytest.mark.parametrize("module", [module for module in HOLDERS if module != "user"])
def test_only_users_are_administrators(site: Store, catalog: Catalog, boss: Actor, module: str) -> None:
    holder = a_record(site, catalog, module, name="영업", key="sales")
    with pytest.raises(Refused, match="Only users are administrators"):
        give(site, catalog, boss, holder, ADMINISTRATOR)


def test_what_is_no_role_or_no_holder_is_refused(site: Store, catalog: Catalog, boss: Actor) -> None:
    her, company = a_user(site, catalog, "kim"), a_record(site, catalog, "company", name="한빛")
    with pytest.raises(Refused, match="branch"):
        give(site, catalog, boss, her, "brunch")
    with pytest.raises(Refused, match="users, teams and security groups"):
        give(site, catalog, boss, company, "branch")
    with pytest.raises(NotFound), site.write() as conn:
        accounts.give(conn, catalog, boss, "user", company.id, "branch")


def test_a_role_that_the_metadata_lost_can_still_be_taken(site: Store, catalog: Catalog, boss: Actor) -> None:
    her = a_user(site, catalog, "kim")
    with site.write() as conn:
        accounts.grant(conn, her.id, "of_long_ago")
    assert take(site, catalog, boss, her, "of_long_ago")


def ways_out(boss: Actor) -> Mapping[str, Any]:
    """What would leave nobody, by what it is called."""
    one = {"module": "user", "id": boss.id}
    return {
        "revoke": lambda conn, catalog: accounts.revoke(conn, catalog, boss, role=ADMINISTRATOR, **one),
        "deactivate": lambda conn, catalog: records.update(
            conn, catalog, boss, raw={"active": False}, version=1, **one
        ),
        "delete": lambda conn, catalog: records.delete(conn, catalog, boss, **one),
    }


@pytest.mark.parametrize("way", ["revoke", "deactivate", "delete"])
def test_the_last_administrator_stays(site: Store, catalog: Catalog, boss: Actor, way: str) -> None:
    second = a_user(site, catalog, "idle", active=False)
    with site.write() as conn:
        accounts.grant(conn, second.id, ADMINISTRATOR)  # who may not log in counts for nothing
    with pytest.raises((Refused, Invalid), match="last administrator"), site.write() as conn:
        ways_out(boss)[way](conn, catalog)
    third = a_user(site, catalog, "lee")
    give(site, catalog, boss, third, ADMINISTRATOR)
    with site.write() as conn:
        ways_out(boss)[way](conn, catalog)


def test_others_go_as_they_like(site: Store, catalog: Catalog, boss: Actor) -> None:
    her = a_user(site, catalog, "kim")
    with site.write() as conn:
        records.update(conn, catalog, boss, "user", her.id, {"active": False}, version=1)
        records.delete(conn, catalog, boss, "user", her.id)


def test_of_two_administrators_who_leave_at_once_one_stays(site: Store, catalog: Catalog, boss: Actor) -> None:
    second = a_user(site, catalog, "lee")
    give(site, catalog, boss, second, ADMINISTRATOR)
    both, refused = Barrier(2), list[Invalid]()

    def leave(id: Any) -> None:
        both.wait(10)
        try:
            with site.write() as conn:
                records.update(conn, catalog, boss, "user", id, {"active": False}, version=1)
        except Invalid as error:
            refused.append(error)

    threads = [Thread(target=leave, args=(id,)) for id in (boss.id, second.id)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    active = catalog.module("user").table.c.active
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(active)) == 1


@pytest.mark.parametrize("said", [
    {"modules/user.yaml": "fields:\n  active: {formula: 'false'}\n"},
    {"modules/user.yaml": "fields:\n  active: {type: text}\n"},
    {"modules/user.yaml": "fields:\n  email: null\n"},
    {"roles/administrator.yaml": "label: {en: Mine}\n"},
])  # fmt: skip
def test_no_deploy_takes_away_what_logins_need(said: Mapping[str, str]) -> None:
    with pytest.raises(MetadataError):
        a_catalog({**SMALL, **said})


def test_it_is_told_who_holds_a_role_and_from_where_somebody_has_it(
    site: Store, catalog: Catalog, boss: Actor
) -> None:
    team = a_record(site, catalog, "team", name="영업", key="sales")
    her = a_user(site, catalog, "kim", team=team.id)
    group = a_record(site, catalog, "security_group", name="서울", key="seoul", users=[her.id])
    for holder, role in ((her, "owner_only"), (team, "branch"), (group, "branch")):
        give(site, catalog, boss, holder, role)
    with site.read() as conn:
        found = [(one.role, one.holder.title) for one in sources(conn, catalog, her.id)]
        assert held(conn, catalog, role="branch") == {
            "branch": (Linked("team", team.id, "영업"), Linked("security_group", group.id, "서울"))
        }
    assert found == [("owner_only", "kim"), ("branch", "영업"), ("branch", "서울")]
