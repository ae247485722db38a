"""One's own sessions, logins and settings."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.accounts import LoginSearch
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound
from hanok.engine.store import Store
from tests.accounts.conftest import PASSWORD
from tests.builders import an_administrator

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def actor(filled: Store, catalog: Catalog, mina: UUID) -> Actor:
    with filled.read() as conn:
        return actor_with(conn, catalog, mina)


def enter(store: Store, catalog: Catalog, password: str = PASSWORD, *, name: str = "mina", **facts: object) -> str:
    told = {"address": "192.0.2.1", "agent": "Firefox/130", "now": NOON, **facts}
    return accounts.log_in(store, catalog, name, password, **told)[0]  # type: ignore[arg-type]


def test_everybody_changes_her_own_language_and_zone(
    filled: Store, catalog: Catalog, actor: Actor, mina: UUID
) -> None:
    with filled.write() as conn, pytest.raises((Denied, NotFound)):
        records.update(conn, catalog, actor, "user", mina, {"language": "en"}, version=1)
    with filled.write() as conn:
        accounts.change_own(conn, catalog, actor, {"language": "en", "time_zone": "Europe/Paris"})
        assert accounts.own_choices(conn, catalog, actor) == {"language": "en", "time_zone": "Europe/Paris"}
        last = records.history(conn, catalog, an_administrator(), "user", mina)[0]
        assert last.who_id == mina
        accounts.change_own(conn, catalog, actor, {"language": "", "time_zone": ""})
        assert accounts.own_choices(conn, catalog, actor) == {"language": "", "time_zone": ""}


@pytest.mark.parametrize("field", ["username", "email", "active", "team", "version", ""])
def test_nobody_changes_more_than_that(filled: Store, catalog: Catalog, actor: Actor, field: str) -> None:
    with pytest.raises(Denied), filled.write() as conn:
        accounts.change_own(conn, catalog, actor, {"language": "ko", field: "x"})


def test_a_zone_that_is_none_is_refused(filled: Store, catalog: Catalog, actor: Actor) -> None:
    for zone in ("Moon/Base", "../etc/passwd", "asia/seoul"):
        with pytest.raises(Invalid), filled.write() as conn:
            accounts.change_own(conn, catalog, actor, {"time_zone": zone})


def test_who_is_nobody_has_nothing_to_change(filled: Store, catalog: Catalog, actor: Actor) -> None:
    with pytest.raises(Denied), filled.write() as conn:
        accounts.change_own(conn, catalog, replace(actor, id=None), {"language": "ko"})


def test_living_sessions_are_listed_and_ended_one_by_one(filled: Store, catalog: Catalog, mina: UUID) -> None:
    first = enter(filled, catalog)
    second = enter(filled, catalog, address="2001:db8::1", now=NOON + timedelta(minutes=1))
    with filled.write() as conn:
        found = accounts.sessions_of(conn, mina, now=NOON + timedelta(minutes=2))
        assert [(one.address, one.agent) for one in found] == [
            ("2001:db8::1", "Firefox/130"), ("192.0.2.1", "Firefox/130")
        ]  # fmt: skip
        assert accounts.sessions_of(conn, mina, now=NOON + timedelta(days=2)) == ()
        assert not accounts.end_session(conn, UUID(int=1), accounts.session_key(first))
        assert not accounts.end_session(conn, mina, first)
        assert accounts.end_session(conn, mina, accounts.session_key(first))
    with filled.read() as conn:
        assert accounts.session_of(conn, catalog, first, now=NOON) is None
        assert accounts.session_of(conn, catalog, second, now=NOON) is not None


def test_all_sessions_but_one_are_ended(filled: Store, catalog: Catalog, mina: UUID) -> None:
    kept, *others = (enter(filled, catalog, now=NOON + timedelta(minutes=at)) for at in range(3))
    with filled.write() as conn:
        assert accounts.end_sessions(conn, mina, keep=accounts.session_key(kept)) == 2
        assert accounts.session_of(conn, catalog, kept, now=NOON) is not None
        assert not [one for one in others if accounts.session_of(conn, catalog, one, now=NOON)]
        assert accounts.end_sessions(conn, mina) == 1


def test_a_session_goes_on_under_another_token(filled: Store, catalog: Catalog, mina: UUID) -> None:
    old = enter(filled, catalog)
    with filled.write() as conn:
        new = accounts.renew_session(conn, accounts.session_key(old))
        assert new and accounts.session_of(conn, catalog, new, now=NOON)
        assert accounts.session_of(conn, catalog, old, now=NOON) is None
        assert accounts.renew_session(conn, accounts.session_key(old)) is None


def test_attempts_are_found_by_user_name_address_and_outcome(filled: Store, catalog: Catalog, mina: UUID) -> None:
    for name, password, address in (("mina", "wrong", "192.0.2.1"), ("MINA", PASSWORD, "192.0.2.1"),
                                    ("m%na", "x", "2001:db8::1"), ("nobody", "x", "198.51.100.7")):  # fmt: skip
        with suppress(Denied):
            enter(filled, catalog, password, name=name, address=address, agent="Chrome/130\x00")

    def names(**search: object) -> list[str]:
        with filled.read() as conn:
            found = accounts.logins(conn, catalog, LoginSearch(**search))  # type: ignore[arg-type]
        return [one.username for one in found.logins]

    assert names() == ["nobody", "m%na", "mina", "mina"]
    assert names(user_id=mina) == ["mina", "mina"]
    assert names(user_id=mina, failed=True) == ["mina"]
    assert names(words="Min") == names(words="김") == ["mina", "mina"]
    assert names(words="m%") == ["m%na"]
    assert names(address="2001:db8") == ["m%na"]
    assert names(address="192", failed=True) == ["mina"]
    with filled.read() as conn:
        page = accounts.logins(conn, catalog, LoginSearch(), size=3)
        rest = accounts.logins(conn, catalog, LoginSearch(), after=page.last, size=3)
    assert (len(page.logins), [one.title for one in rest.logins], rest.last) == (3, ["김미나"], None)
    assert {one.agent for one in page.logins} == {"Chrome/130"}


def test_a_time_zone_that_there_is_not_is_refused_on_the_record_too(filled: Store, catalog: Catalog) -> None:
    with filled.write() as conn:
        made = records.create(conn, catalog, an_administrator(), "user", {"username": "zoe", "time_zone": "Asia/Seoul"})
    for wrong in ("Seoul", "Mars/Base"):
        with pytest.raises(Invalid, match="no such time zone"), filled.write() as conn:
            records.update(conn, catalog, an_administrator(), "user", made.id, {"time_zone": wrong}, version=1)
    with pytest.raises(Invalid), filled.write() as conn:
        records.create(conn, catalog, an_administrator(), "user", {"username": "yun", "time_zone": "Nowhere"})
