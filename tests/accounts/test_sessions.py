"""Sessions: they end, reading them writes nothing, and they know who somebody is by one statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR
from hanok.engine.accounts import Session, Sightings, sessions
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused
from hanok.engine.store import Store
from tests.accounts.conftest import PASSWORD
from tests.builders import Statements, an_administrator

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def token(filled: Store, catalog: Catalog, mina: UUID) -> str:
    return accounts.log_in(filled, catalog, "mina", PASSWORD, address="192.0.2.1", agent="a browser", now=NOON)[0]


def look(store: Store, catalog: Catalog, token: str, *, now: datetime = NOON) -> Session | None:
    with store.read() as conn:
        return accounts.session_of(conn, catalog, token, now=now)


def test_a_session_is_found_by_its_token_only(filled: Store, catalog: Catalog, token: str) -> None:
    found = look(filled, catalog, token)
    assert found is not None
    assert look(filled, catalog, found.key) is None
    assert look(filled, catalog, "") is None


def test_one_statement_says_who_it_is(filled: Store, catalog: Catalog, token: str, mina: UUID) -> None:
    with filled.write() as conn:
        accounts.grant(conn, mina, ADMINISTRATOR)
        accounts.grant(conn, mina, ADMINISTRATOR)
    counted = Statements(filled)
    found = look(filled, catalog, token)
    assert found is not None
    assert found.actor.admin
    assert found.actor.roles == (ADMINISTRATOR, "owner_only")
    assert len(counted.queries) == 1


def test_a_session_ends_after_its_days_and_after_a_day_of_silence(filled: Store, catalog: Catalog, token: str) -> None:
    assert look(filled, catalog, token, now=NOON + sessions.IDLE - timedelta(seconds=1))
    assert not look(filled, catalog, token, now=NOON + sessions.IDLE)
    sightings, now = Sightings(), NOON
    while now < NOON + sessions.LIFETIME:
        found = look(filled, catalog, token, now=now)
        assert found is not None
        sightings.note(found, now=now)
        sightings.write(filled)
        now += timedelta(hours=23)
    assert not look(filled, catalog, token, now=NOON + sessions.LIFETIME)


def test_being_seen_is_written_in_batches_and_not_each_time(filled: Store, catalog: Catalog, token: str) -> None:
    sightings = Sightings()
    found = look(filled, catalog, token)
    assert found is not None
    sightings.note(found, now=NOON + timedelta(minutes=4))
    assert sightings.write(filled) == 0
    for minute in (6, 7, 8):
        sightings.note(found, now=NOON + timedelta(minutes=minute))
    assert sightings.write(filled) == 1
    assert sightings.write(filled) == 0
    seen = look(filled, catalog, token)
    assert seen is not None
    assert seen.seen == NOON + timedelta(minutes=8)


def test_logging_out_ends_the_session(filled: Store, catalog: Catalog, token: str) -> None:
    with filled.write() as conn:
        accounts.log_out(conn, token)
        accounts.log_out(conn, token)
    assert look(filled, catalog, token) is None


@pytest.mark.parametrize("change", ["deactivate", "delete"])
def test_whoever_left_is_out_at_once(filled: Store, catalog: Catalog, token: str, mina: UUID, change: str) -> None:
    with filled.write() as conn:
        if change == "delete":
            records.delete(conn, catalog, an_administrator(), "user", mina)
        else:
            records.update(conn, catalog, an_administrator(), "user", mina, {"active": "false"}, version=1)
    assert look(filled, catalog, token) is None


def test_a_new_password_ends_the_other_sessions(filled: Store, catalog: Catalog, token: str, mina: UUID) -> None:
    other = accounts.log_in(filled, catalog, "mina", PASSWORD, address="192.0.2.9", agent="", now=NOON)[0]
    here = look(filled, catalog, token)
    assert here is not None
    with filled.write() as conn:
        accounts.set_password(conn, mina, accounts.hash_password("another one"), keep=here.key)
    assert look(filled, catalog, token)
    assert not look(filled, catalog, other)


def test_ended_sessions_are_forgotten(filled: Store, catalog: Catalog, token: str) -> None:
    with filled.write() as conn:
        assert accounts.forget_expired(conn, now=NOON) == 0
        assert accounts.forget_expired(conn, now=NOON + timedelta(days=2)) == 1


def test_a_session_keeps_data_for_the_faces(filled: Store, catalog: Catalog, token: str) -> None:
    found = look(filled, catalog, token)
    assert found is not None
    with filled.write() as conn:
        accounts.set_session_data(conn, found.key, {"language": "en"})
    again = look(filled, catalog, token)
    assert again is not None
    assert again.data == {"language": "en"}


def test_a_user_without_a_language_gets_the_sites(filled: Store, catalog: Catalog, hashed: str) -> None:
    with filled.write() as conn:
        first = accounts.create_administrator(conn, catalog, {"username": "admin"}, password=hashed)
        assert accounts.roles_of(conn, first) == (ADMINISTRATOR,)
    actor = accounts.log_in(filled, catalog, "admin", PASSWORD, address="", agent="")[1]
    assert (actor.admin, actor.language, actor.zone) == (True, catalog.app.languages[0], catalog.app.zone)


def test_the_last_administrator_stays_one(filled: Store, catalog: Catalog, mina: UUID, hashed: str) -> None:
    with filled.write() as conn:
        accounts.grant(conn, mina, ADMINISTRATOR)
        with pytest.raises(Refused, match="last administrator"):
            accounts.revoke(conn, catalog, an_administrator(), "user", mina, ADMINISTRATOR)
        accounts.create_administrator(conn, catalog, {"username": "admin"}, password=hashed)
        accounts.revoke(conn, catalog, an_administrator(), "user", mina, ADMINISTRATOR)
        assert accounts.roles_of(conn, mina) == ("owner_only",)


def test_a_role_that_is_not_there_cannot_be_given(filled: Store, catalog: Catalog) -> None:
    with pytest.raises(Refused, match="role"), filled.write() as conn:
        accounts.create_user(conn, catalog, an_administrator(), {"username": "x"}, roles=("king",))
