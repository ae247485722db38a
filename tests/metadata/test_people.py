"""Employees, teams and groups as they are shipped: who sees what of colleagues, and how they hang together."""

from __future__ import annotations

from uuid import UUID

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.access.seeing import seen
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.errors import Denied, Invalid
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.builders import a_layer, a_record, an_administrator, with_tables
from tests.metadata.test_shipped import TYPES, layers

ADMIN = an_administrator()
PRIVATE = {
    "birthday": "1990-05-04", "home": "(04524) 서울특별시 중구 세종대로 110", "emergency_name": "어머니",
    "emergency_phone": "010-2039-9999",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compile_catalog(layers(), TYPES)


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def somebody(site: Store, catalog: Catalog, name: str, *roles: str) -> Actor:
    made = a_record(site, catalog, "user", username=name, last_name=name)
    with site.write() as conn:
        for role in roles:
            accounts.grant(conn, made.id, role)
        return actor_with(conn, catalog, made.id)


def employed(site: Store, catalog: Catalog, name: str, user: UUID | None = None, **raw: object) -> Record:
    said = {"last_name": name, "user": str(user) if user else None, "description": "비밀", **PRIVATE, **raw}
    return a_record(site, catalog, "employee", **said)


def opened(site: Store, catalog: Catalog, actor: Actor, record: Record) -> Record:
    with site.read() as conn:
        return records.get(conn, seen(catalog, actor), actor, "employee", record.id)


@pytest.mark.parametrize("role", ["sales_rep", "sales_manager", "support_agent", "viewer"])
def test_of_colleagues_everybody_sees_the_directory_and_of_herself_what_is_private(
    site: Store, catalog: Catalog, role: str
) -> None:
    kim = somebody(site, catalog, "kim", role)
    her, other = employed(site, catalog, "김", kim.id), employed(site, catalog, "이", phone="02-2039-1102")
    mine, theirs = (opened(site, catalog, kim, one).values for one in (her, other))
    assert theirs["phone"] and not any(theirs[key] for key in PRIVATE)
    assert all(mine[key] for key in PRIVATE)
    assert "description" not in mine and "description" not in theirs
    with pytest.raises(Denied), site.write() as conn:
        records.update(conn, seen(catalog, kim), kim, "employee", her.id, {"phone": "02-1"}, version=1)


def test_nobody_asks_by_what_is_private(site: Store, catalog: Catalog) -> None:
    rep = somebody(site, catalog, "kim", "sales_rep")
    employed(site, catalog, "이")
    eyes = seen(catalog, rep)
    for asked in ({"birthday": "1990-05-04"}, {"emergency_name": {"contains": "어머니"}}):
        with pytest.raises(Invalid), site.read() as conn:
            records.page(conn, eyes, rep, Query(module="employee", asked=asked))


def test_a_user_is_one_employee_at_most(site: Store, catalog: Catalog) -> None:
    kim = somebody(site, catalog, "kim")
    employed(site, catalog, "김", kim.id)
    with pytest.raises(Invalid, match="has this value already"):
        employed(site, catalog, "박", kim.id)


def test_nobody_is_her_own_superior(site: Store, catalog: Catalog) -> None:
    head = employed(site, catalog, "윤")
    part = employed(site, catalog, "이", manager=str(head.id))
    with pytest.raises(Invalid), site.write() as conn:
        records.update(conn, catalog, ADMIN, "employee", head.id, {"manager": str(part.id)}, version=1)


def test_nobody_leaves_before_the_first_day(site: Store, catalog: Catalog) -> None:
    with pytest.raises(Invalid, match="before the first day"):
        employed(site, catalog, "김", hired="2020-02-01", status="left", left="2020-01-31")


def test_a_site_adds_a_role_group(store: Store) -> None:
    more = a_layer({"options/role_group.yaml": "options: {service: {label: {en: Service, ko: 서비스}}}\n"})
    catalog = compile_catalog([*layers(), more], TYPES)
    with_tables(store, catalog)
    made = a_record(store, catalog, "team", name="서비스팀", key="service", role_group="service")
    assert made.values["role_group"] == "service"


def test_what_belongs_to_an_account_is_of_its_groups(site: Store, catalog: Catalog) -> None:
    kim, lee = (somebody(site, catalog, name, "sales_rep") for name in ("kim", "lee"))
    group = a_record(site, catalog, "security_group", name="서울", key="seoul", users=[str(kim.id)])
    account = a_record(site, catalog, "account", name="한빛", owner=str(kim.id))
    contact = a_record(site, catalog, "contact", last_name="홍", account=str(account.id), owner=str(lee.id))
    task = a_record(site, catalog, "task", name="전화", contact=str(contact.id), owner=str(lee.id))
    with site.read() as conn:
        for one in (account, contact, task):
            found = records.sharing.groups_of(conn, catalog.modules[one.module], one.id)
            assert found == {group.id}, one.module
