"""Logging in as somebody else: for a reason, for an hour, beside one's own session, and both names are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor
from hanok.engine.accounts import grants
from hanok.engine.accounts.acting import actor_with
from hanok.engine.accounts.impersonation import come_back, in_her_place, log_in_as
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Refused
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.tables import audit, login
from tests.accounts.conftest import PASSWORD

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
REASON = "She cannot see her deals."


class Admin:
    """An administrator with a session of her own."""

    def __init__(self, store: Store, catalog: Catalog, hashed: str, username: str = "boss") -> None:
        self.store, self.catalog = store, catalog
        raw = {"username": username, "last_name": "관리", "first_name": "자", "email": f"{username}@example.com"}
        with store.write() as conn:
            self.id = accounts.create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=(ADMINISTRATOR,))
        self.token, self.actor = accounts.log_in(
            store, catalog, username, PASSWORD, address="192.0.2.1", agent="", now=NOON
        )

    def enter(self, user: UUID, reason: str = REASON, actor: Actor | None = None) -> str:
        with self.store.write() as conn:
            return log_in_as(conn, self.catalog, actor or self.actor, user, reason=reason, address="192.0.2.1",
                             agent="a browser", now=NOON)[0]  # fmt: skip

    def sees(self, token: str, *, own: str = "", now: datetime = NOON) -> Actor | None:
        with self.store.read() as conn:
            mine = accounts.session_of(conn, self.catalog, own or self.token, now=now)
            found = in_her_place(conn, self.catalog, mine, token, now=now) if mine else None
        return found.actor if found else None


@pytest.fixture
def admin(filled: Store, catalog: Catalog, hashed: str) -> Admin:
    return Admin(filled, catalog, hashed)


def test_she_acts_with_the_rights_of_that_user_and_both_are_known(admin: Admin, mina: UUID) -> None:
    found = admin.sees(admin.enter(mina))
    assert found is not None and found.by is not None
    assert (found.id, found.roles, found.admin, found.governs) == (mina, ("owner_only",), False, False)
    assert (found.by.id, found.by.name) == (admin.id, admin.actor.title)


def test_what_is_done_leaves_both_names(filled: Store, catalog: Catalog, admin: Admin, mina: UUID) -> None:
    found = admin.sees(admin.enter(mina))
    assert found is not None
    with filled.write() as conn:
        made = records.create(conn, catalog, found, "company", {"name": "Hanbit"})
    with filled.read() as conn:
        row = conn.execute(sa.select(audit).where(audit.c.record == made.id)).mappings().one()
        (entry,) = records.history(conn, catalog, found, "company", made.id)
    assert (row["actor_id"], row["by_id"], row["by_name"]) == (mina, admin.id, admin.actor.title)
    assert (entry.who, entry.by) == (found.title, admin.actor.title)
    assert made["created_by"].id == mina


def test_the_reason_is_kept_and_she_sees_who_it_was(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID
) -> None:
    admin.enter(mina)
    with filled.read() as conn:
        told = conn.execute(sa.select(deed).where(deed.c.subject == "as")).mappings().one()
        (row,) = accounts.logins(conn, catalog, accounts.LoginSearch(user_id=mina)).logins
    assert (told["actor_id"], told["about"], told["changes"]) == (admin.id, str(mina), {"reason": [None, REASON]})
    assert (row.ok, row.means, row.by_name) == (True, "as", admin.actor.title)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_reason_nobody_does(admin: Admin, mina: UUID, reason: str) -> None:
    with pytest.raises(Invalid):
        admin.enter(mina, reason)


def test_nobody_logs_in_as_another_administrator_or_as_herself(
    filled: Store, catalog: Catalog, admin: Admin, hashed: str
) -> None:
    other = Admin(filled, catalog, hashed, "other")
    for user in (other.id, admin.id):
        with pytest.raises(Refused):
            admin.enter(user)


def test_only_an_administrator_in_her_own_session_does(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID, hashed: str
) -> None:
    raw = {"username": "rep", "last_name": "rep", "email": "rep@example.com"}
    with filled.write() as conn:
        rep = accounts.create_user(conn, catalog, SYSTEM, raw, password=hashed)
        somebody = actor_with(conn, catalog, rep)
    in_place = admin.sees(admin.enter(mina))
    assert in_place is not None
    for actor in (somebody, in_place, SYSTEM):
        with pytest.raises(Denied):
            admin.enter(rep, actor=actor)


def test_who_may_not_log_in_is_nobody_to_log_in_as(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID
) -> None:
    token = admin.enter(mina)
    with filled.write() as conn:
        records.update(conn, catalog, SYSTEM, "user", mina, {"active": "false"}, version=1)
    assert admin.sees(token) is None
    with pytest.raises(Denied):
        admin.enter(mina)


def test_it_lasts_an_hour(admin: Admin, mina: UUID) -> None:
    token = admin.enter(mina)
    assert admin.sees(token, now=NOON + timedelta(minutes=59))
    assert admin.sees(token, now=NOON + timedelta(hours=1)) is None


def test_it_is_worth_nothing_without_the_session_of_that_administrator(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID, hashed: str
) -> None:
    token = admin.enter(mina)
    other = Admin(filled, catalog, hashed, "other")
    assert other.sees(token) is None
    assert admin.sees(token, own=token) is None
    with filled.write() as conn:
        accounts.end_sessions(conn, admin.id)
    assert admin.sees(token) is None


def test_it_ends_with_the_right_of_the_administrator(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID, hashed: str
) -> None:
    token = admin.enter(mina)
    Admin(filled, catalog, hashed, "other")
    with filled.write() as conn:
        grants.revoke(conn, catalog, SYSTEM, "user", admin.id, ADMINISTRATOR)
    assert admin.sees(token) is None


def test_it_ends_where_the_user_becomes_an_administrator(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID
) -> None:
    token = admin.enter(mina)
    with filled.write() as conn:
        grants.give(conn, catalog, SYSTEM, "user", mina, ADMINISTRATOR)
    assert admin.sees(token) is None


def test_coming_back_ends_it_and_leaves_a_deed(filled: Store, catalog: Catalog, admin: Admin, mina: UUID) -> None:
    token = admin.enter(mina)
    with filled.write() as conn:
        assert come_back(conn, admin.actor, token)
        assert not come_back(conn, admin.actor, token)
    assert admin.sees(token) is None
    with filled.read() as conn:
        actions = conn.scalars(sa.select(deed.c.action).where(deed.c.subject == "as").order_by(deed.c.id)).all()
        assert accounts.session_of(conn, catalog, admin.token, now=NOON)
    assert actions == ["begun", "ended"]


def test_the_user_sees_the_session_and_may_end_it(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID
) -> None:
    token = admin.enter(mina)
    with filled.read() as conn:
        (visit,) = accounts.sessions_of(conn, mina, now=NOON)
    assert visit.means == "as"
    with filled.write() as conn:
        assert accounts.end_session(conn, mina, visit.key)
    assert admin.sees(token) is None


def test_failed_attempts_of_the_user_are_counted_as_before(
    filled: Store, catalog: Catalog, admin: Admin, mina: UUID
) -> None:
    for _ in range(5):
        with pytest.raises(Denied):
            accounts.log_in(filled, catalog, "mina", "wrong", address="192.0.2.1", agent="", now=NOON)
    admin.enter(mina)
    with filled.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(login).where(login.c.means == "as")) == 1
    with pytest.raises(Denied, match="Too many"):
        accounts.log_in(filled, catalog, "mina", PASSWORD, address="192.0.2.1", agent="", now=NOON)
