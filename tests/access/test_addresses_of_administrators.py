"""The e-mail address of an administrator is where links to set her password go: only those who govern change it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor, Behind
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records.bulk import Chosen, apply, begin
from hanok.engine.store import Store, new_id
from tests.builders import SMALL, a_catalog, a_record, with_tables

#: May change every user, as a department of people does.
PEOPLE = "label: {en: People, ko: 인사}\ndefault: all\n"
HERS = "boss@example.com"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    files = {**SMALL, "roles/people.yaml": PEOPLE, "modules/user.yaml": "fields:\n  email: {massupdate: true}\n"}
    return a_catalog(files)


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def somebody(site: Store, catalog: Catalog, name: str, role: str) -> Actor:
    made = a_record(site, catalog, "user", username=name, last_name=name, email=f"{name}@example.com")
    with site.write() as conn:
        accounts.give(conn, catalog, SYSTEM, "user", made.id, role)
        return actor_with(conn, catalog, made.id)


def address(site: Store, catalog: Catalog, id: UUID | None) -> str:
    with site.read() as conn:
        return str(records.get(conn, catalog, SYSTEM, "user", str(id))["email"])


@pytest.mark.parametrize("who", ["people", "token", "in her place"])
def test_nobody_becomes_an_administrator_by_her_address(site: Store, catalog: Catalog, who: str) -> None:
    boss, clerk = somebody(site, catalog, "boss", ADMINISTRATOR), somebody(site, catalog, "clerk", "people")
    actor = {
        "people": clerk, "token": replace(boss, scopes=("user:write",)),
        "in her place": replace(clerk, by=Behind(new_id(), "Boss")),
    }[who]  # fmt: skip
    with pytest.raises(Invalid) as wrong, site.write() as conn:
        records.update(conn, catalog, actor, "user", str(boss.id), {"email": "clerk@example.net"}, version=1)
    assert list(wrong.value.errors) == ["email"]
    with site.write() as conn:
        plan = begin(conn, catalog, actor, "user", "set", Chosen(ids=(boss.id or new_id(), clerk.id or new_id())),
                     {"email": "clerk@example.net"})  # fmt: skip
        assert apply(conn, catalog, actor, plan, plan.chosen.ids) == {"refused": 1, "changed": 1}
    assert (address(site, catalog, boss.id), address(site, catalog, clerk.id)) == (HERS, "clerk@example.net")


def test_administrators_change_theirs_and_others_everybody_else_s(site: Store, catalog: Catalog) -> None:
    boss, clerk = somebody(site, catalog, "boss", ADMINISTRATOR), somebody(site, catalog, "clerk", "people")
    with site.write() as conn:
        records.update(conn, catalog, boss, "user", str(boss.id), {"email": "new@example.com"}, version=1)
        records.update(conn, catalog, clerk, "user", str(boss.id), {"first_name": "미나"}, version=2)
        records.update(conn, catalog, clerk, "user", str(clerk.id), {"email": "clerk@example.net"}, version=1)
    assert address(site, catalog, boss.id) == "new@example.com"
