"""Modules that could make anybody of whoever changes them are closed to roles and to tokens, whatever these say."""

from __future__ import annotations

import pytest

from hanok.engine import records
from hanok.engine.access import grant_of
from hanok.engine.access.levels import CLOSED
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound
from hanok.engine.store import Store, new_id
from tests.builders import SMALL, a_catalog, a_record, an_actor, an_administrator, with_tables

ALL = "label: {en: All, ko: 모두}\ndefault: all\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/everything.yaml": ALL})


def test_the_server_that_letters_leave_through_is_changed_by_administrators_alone(
    store: Store, catalog: Catalog
) -> None:
    with_tables(store, catalog)
    made = a_record(store, catalog, "outbound_account", name="Mail", host="smtp.example.com",
                    from_address="crm@example.com")  # fmt: skip
    clerk, program = an_actor(new_id(), "everything"), an_administrator(scopes=("write",))
    for actor in (clerk, program):
        with store.write() as conn, pytest.raises(NotFound):
            records.update(conn, catalog, actor, made.module, made.id, {"host": "smtp.example.net"}, version=1)
        with store.write() as conn, pytest.raises(Denied):
            records.create(conn, catalog, actor, made.module, {"name": "Mine", "host": "smtp.example.net"})
    with store.read() as conn:
        assert records.get(conn, catalog, an_administrator(), made.module, made.id)["host"] == "smtp.example.com"


@pytest.mark.parametrize("module", sorted(CLOSED))
@pytest.mark.parametrize("action", ["list", "view", "create", "edit", "delete", "import", "export", "massupdate"])
def test_closed_modules_open_to_those_who_govern(catalog: Catalog, module: str, action: str) -> None:
    assert not grant_of(catalog, an_actor(new_id(), "everything"), module, action)
    assert not grant_of(catalog, an_administrator(scopes=("write",)), module, action)
    assert grant_of(catalog, an_administrator(), module, action).every
