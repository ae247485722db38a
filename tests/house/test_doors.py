"""Every address of the real application says its door, and nothing is served without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from hanok.app import create_app
from hanok.engine.accounts import create_administrator
from hanok.engine.accounts.sessions import open_session
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.web.doors import ADMINISTRATOR, ANYBODY, KINDS, KNOWN, door, doors
from hanok.web.visit import SESSION_COOKIE
from tests.builders import a_catalog, with_tables
from tests.fields.fields import TYPES
from tests.sweeps.rights import ACTIONS

#: Files of the program, the same for everybody.
FILES = frozenset({"web.static", "web.joined", "screens.static", "screens.joined"})
SETTINGS = {"secret_key": "for tests only", "address": "https://crm.example.com"}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def app(store: Store) -> Flask:
    return create_app(Live(with_tables(store, a_catalog()), TYPES, a_catalog()), SETTINGS)


def test_every_address_says_its_door(app: Flask) -> None:
    known = doors(app)
    assert len(known) > 70
    assert {name for name, found in known.items() if found is None} == FILES


def test_doors_are_of_known_kinds_and_for_somebody(app: Flask) -> None:
    for name, found in doors(app).items():
        if found is not None:
            assert found.asks in ("", *ACTIONS), name
            assert found.kind in KINDS and found.who in (ANYBODY, KNOWN, ADMINISTRATOR), name
    with pytest.raises(KeyError):
        door("window")


def test_strangers_come_in_where_they_prove_who_they_are_and_nowhere_else(app: Flask) -> None:
    open_to_all = {found.kind for found in doors(app).values() if found and found.who == ANYBODY}
    assert open_to_all <= {"entry", "portal", "watch"}


def test_what_is_for_administrators_is_for_nobody_else(app: Flask) -> None:
    """Addresses under /admin: each of them says so at its door, where the frame reads it."""
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")}
    known = doors(app)
    assert ours and {name for name in ours if (said := known[name]) and said.who == ADMINISTRATOR} == ours


def test_a_view_without_a_door_is_served_to_nobody(app: Flask, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "the secret inside")
    client = app.test_client()
    answer = client.get("/forgotten")
    assert answer.status_code == 302 and answer.location.startswith("/login?")
    with store.write() as conn:
        raw = {"username": "boss", "last_name": "Boss", "email": "boss@example.com"}
        boss = create_administrator(conn, a_catalog(), raw, password="$argon2id$ none: her session is opened here")
        token = open_session(conn, boss, address="", agent="", now=datetime.now(UTC))
    client.set_cookie(SESSION_COOKIE, token)
    answer = client.get("/forgotten")
    assert answer.status_code == 404 and "the secret inside" not in answer.text
    assert "the view forgotten has no door" in caplog.text
