"""Security groups and conditions in roles: whom they show what, and how records come to their groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.access.seeing import seen
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound
from hanok.engine.records import Query, Record
from hanok.engine.records.sharing import groups_of
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, with_tables

PERSON = """
label: {en: Person, ko: 사람}
traits: [owned]
fields:
  name:    {type: text, required: true}
  company: {type: link, to: company, reverse: people, inherit: true}
"""
ROLES: Mapping[str, str] = {
    "roles/branch.yaml": """
label: {en: Branch, ko: 지점}
default: {list: group, view: group, create: all, edit: group, delete: owner, export: all, assign: all}
modules:
  user: {list: all, view: all}
""",
    "roles/open_ones.yaml": """
label: {en: Open ones, ko: 진행 중인 것}
default: none
modules:
  company:
    list: all
    view: {stage: {closed: false}}
    edit: {any: [{owner: {team: $me.team}}, {size: {gt: 1000}}]}
    create: {size: {lte: 10}}
""",
    "roles/hands_over.yaml": """
label: {en: Hands over, ko: 넘겨주기}
default: {list: all, view: all, create: all, edit: all, assign: owner}
""",
    "roles/sees_no_owner.yaml": """
label: {en: Sees no owner, ko: 담당자를 못 봄}
default: {list: all, view: all, create: all, edit: owner}
fields: {company.owner: {view: none}}
""",
    "roles/sees_her_owners.yaml": """
label: {en: Sees her owners, ko: 자기 것만 담당자를 봄}
default: {list: all, view: all, create: all, edit: owner}
fields: {company.owner: {view: {size: {gt: 9000}}}}
""",
    "roles/locked.yaml": """
label: {en: Locked, ko: 잠김}
modules:
  company: {view: deny}
""",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/person.yaml": PERSON, **ROLES})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def member(site: Store, catalog: Catalog, name: str, *roles: str, team: Record | None = None) -> Actor:
    """Somebody with these roles of her own, as she would be after logging in."""
    made = a_record(site, catalog, "user", username=name, last_name=name, team=team.id if team else None)
    with site.write() as conn:
        for role in roles:
            accounts.grant(conn, made.id, role)
    return known(site, catalog, made.id)


def known(site: Store, catalog: Catalog, id: UUID) -> Actor:
    with site.read() as conn:
        return actor_with(conn, catalog, id)


def a_group(site: Store, catalog: Catalog, key: str, *people: Actor, **raw: Any) -> Record:
    return a_record(site, catalog, "security_group", name=key, key=key, users=[one.id for one in people], **raw)


def listed(site: Store, catalog: Catalog, actor: Actor, module: str = "company") -> list[str]:
    with site.read() as conn:
        return [row.title for row in records.page(conn, catalog, actor, Query(module=module, sort=("title",))).rows]


def opened(site: Store, catalog: Catalog, actor: Actor, record: Record) -> Record:
    with site.read() as conn:
        return records.get(conn, catalog, actor, record.module, record.id)


def test_a_role_comes_from_the_person_the_team_and_the_groups(site: Store, catalog: Catalog) -> None:
    team = a_record(site, catalog, "team", name="영업", key="sales")
    her = member(site, catalog, "kim", "branch", team=team)
    group = a_group(site, catalog, "seoul", her)
    with site.write() as conn:
        accounts.grant(conn, team.id, "open_ones")
        accounts.grant(conn, group.id, "owner_only")
    found = known(site, catalog, her.id or group.id)
    assert found.roles == ("branch", "open_ones", "owner_only")
    assert (found.teams, found.groups) == ((team.id,), (group.id,))


def test_a_group_that_was_deleted_gives_nothing(site: Store, catalog: Catalog) -> None:
    her = member(site, catalog, "kim")
    group = a_group(site, catalog, "seoul", her)
    with site.write() as conn:
        accounts.grant(conn, group.id, "branch")
        records.delete(conn, catalog, replace(her, admin=True), "security_group", group.id)
    found = known(site, catalog, her.id or group.id)
    assert (found.roles, found.groups) == ((), ())


def test_members_of_a_group_share_what_each_makes(site: Store, catalog: Catalog) -> None:
    people = [member(site, catalog, name, "branch") for name in ("kim", "lee", "park")]
    a_group(site, catalog, "seoul", people[0], people[1])
    kim, lee, park = (known(site, catalog, one.id) for one in people if one.id)
    made = a_record(site, catalog, "company", kim, name="한빛")
    assert listed(site, catalog, kim) == listed(site, catalog, lee) == ["한빛"]
    assert listed(site, catalog, park) == []
    assert opened(site, catalog, lee, made).may_edit and not opened(site, catalog, lee, made).may_delete
    with pytest.raises(NotFound):
        opened(site, catalog, park, made)
    with site.write() as conn:
        records.update(conn, catalog, lee, "company", made.id, {"size": 5}, version=1)
    with pytest.raises(NotFound), site.write() as conn:
        records.update(conn, catalog, park, "company", made.id, {"size": 6}, version=2)


def test_a_record_that_is_handed_over_goes_to_the_groups_of_its_owner(site: Store, catalog: Catalog) -> None:
    kim, choi = (member(site, catalog, name, "branch") for name in ("kim", "choi"))
    seoul, busan = a_group(site, catalog, "seoul", kim, from_creator=False), a_group(site, catalog, "busan", choi)
    kim, choi = (known(site, catalog, one.id) for one in (kim, choi) if one.id)
    made = a_record(site, catalog, "company", kim, name="한빛", owner=kim.id)
    with site.write() as conn:
        assert groups_of(conn, catalog.modules["company"], made.id) == {seoul.id}
        records.update(conn, catalog, kim, "company", made.id, {"owner": str(choi.id)}, version=1)
        assert groups_of(conn, catalog.modules["company"], made.id) == {busan.id}
    assert (listed(site, catalog, kim), listed(site, catalog, choi)) == ([], ["한빛"])


def test_what_belongs_to_a_record_is_of_its_groups(site: Store, catalog: Catalog) -> None:
    kim, other = member(site, catalog, "kim", "branch"), member(site, catalog, "other", "branch")
    a_group(site, catalog, "seoul", kim)
    kim = known(site, catalog, kim.id) if kim.id else kim
    company = a_record(site, catalog, "company", kim, name="한빛")
    a_record(site, catalog, "person", replace(other, admin=True), name="홍길동", company=company.id)
    a_record(site, catalog, "person", replace(other, admin=True), name="아무개")
    assert listed(site, catalog, kim, "person") == ["홍길동"]


def test_a_condition_of_a_role_decides_row_by_row(site: Store, catalog: Catalog) -> None:
    team = a_record(site, catalog, "team", name="영업", key="sales")
    her, mate = (member(site, catalog, name, "open_ones", team=team) for name in ("kim", "lee"))
    new = a_record(site, catalog, "company", name="새", stage="new", owner=mate.id)
    won = a_record(site, catalog, "company", name="성공", stage="won")
    big = a_record(site, catalog, "company", name="큰", stage="open", size=5000)
    small = a_record(site, catalog, "company", name="작은", stage="open", size=5)
    assert listed(site, catalog, her) == ["새", "성공", "작은", "큰"]
    assert [opened(site, catalog, her, one).may_edit for one in (new, big, small)] == [True, True, False]
    with pytest.raises(NotFound):
        opened(site, catalog, her, won)


def test_a_condition_decides_what_may_be_made(site: Store, catalog: Catalog) -> None:
    her = member(site, catalog, "kim", "open_ones")
    a_record(site, catalog, "company", her, name="작은", size=10)
    with pytest.raises(Denied):
        a_record(site, catalog, "company", her, name="큰", size=11)
    assert listed(site, catalog, her) == ["작은"]


def test_deny_in_any_role_wins(site: Store, catalog: Catalog) -> None:
    her = member(site, catalog, "kim", "branch", "locked")
    made = a_record(site, catalog, "company", her, name="한빛")
    assert listed(site, catalog, her) == ["한빛"]
    with pytest.raises(NotFound):
        opened(site, catalog, her, made)


def test_nobody_exports_what_she_may_not_list(site: Store, catalog: Catalog) -> None:
    kim, park = member(site, catalog, "kim", "branch"), member(site, catalog, "park", "branch")
    a_record(site, catalog, "company", kim, name="한빛")
    for actor, titles in ((kim, ["한빛"]), (park, [])):
        with site.read() as conn:
            found = records.page(conn, catalog, actor, Query(module="company", action="export"))
        assert [row.title for row in found.rows] == titles


def test_who_may_hand_over_only_her_own_hands_over_no_others(site: Store, catalog: Catalog) -> None:
    her, mate = member(site, catalog, "kim", "hands_over"), member(site, catalog, "lee")
    with site.write() as conn:
        accounts.grant(conn, mate.id, "hands_over")  # type: ignore[arg-type]  # a stored user has an id
    own, others = (a_record(site, catalog, "company", name=one.username, owner=one.id) for one in (her, mate))
    assert (opened(site, catalog, her, own).may_assign, opened(site, catalog, her, others).may_assign) == (True, False)
    with pytest.raises(Denied), site.write() as conn:
        records.update(conn, catalog, her, "company", others.id, {"owner": str(her.id)}, version=1)
    with site.write() as conn:
        records.update(conn, catalog, her, "company", own.id, {"owner": str(mate.id)}, version=1)


@pytest.mark.parametrize("role", ["sees_no_owner", "sees_her_owners"])
def test_rights_go_by_an_owner_that_is_hidden(site: Store, catalog: Catalog, role: str) -> None:
    her, mate = member(site, catalog, "kim", role), member(site, catalog, "lee")
    own, others = (a_record(site, catalog, "company", name=one.username, owner=one.id) for one in (her, mate))
    eyes = seen(catalog, her)
    assert listed(site, eyes, her) == ["kim", "lee"]
    assert [opened(site, eyes, her, one).may_edit for one in (own, others)] == [True, False]
    with site.write() as conn:
        assert records.update(conn, eyes, her, "company", own.id, {"size": 5}, version=1).may_edit
        with pytest.raises(Denied):
            records.update(conn, eyes, her, "company", others.id, {"size": 5}, version=1)
