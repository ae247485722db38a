"""Logging in and out.

An attempt is written down as failed before the password is looked at and marked as good afterwards, so that attempts
side by side count too. After five failures of one user name from one address, or a hundred from one address, within
a quarter of an hour, that pair or address waits; nobody can lock somebody else out from elsewhere. Of IPv6, where one
connection has 2⁶⁴ addresses, the network counts as one address.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.membership import membership_of
from hanok.engine.accounts.passwords import NOBODY, check_password, hash_password, outdated
from hanok.engine.accounts.people import UserColumns, actor_from, folded_username
from hanok.engine.accounts.sessions import LIFETIME, forget_expired, kept_agent, open_session, session_key
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, say
from hanok.engine.store import Store, new_id
from hanok.engine.store.tables import credential, login, session

WINDOW = timedelta(minutes=15)
LONGEST_NAME = 200
FAILURES_OF_A_NAME = 5
FAILURES_OF_AN_ADDRESS = 100
WRONG = say("The user name or the password is wrong.")


def log_in(
    store: Store, catalog: Catalog, username: str, password: str, *, address: str, agent: str,
    lifetime: timedelta = LIFETIME, now: datetime | None = None,
) -> tuple[str, Actor]:  # fmt: skip
    """The token of a new session, and its actor. Raises Denied, with one sentence for every reason but waiting."""
    now = now or datetime.now(UTC)
    attempt = _Attempt(catalog, folded_username(catalog, username[:LONGEST_NAME]), address, agent, now)
    with store.write() as conn:
        attempt.begin(conn)
    known = attempt.user["password"] if attempt.user else NOBODY
    good = check_password(known, password)
    if attempt.user is None or not good:
        raise Denied(WRONG)
    better = hash_password(password) if outdated(known) else ""
    with store.write() as conn:
        return attempt.succeed(conn, better, lifetime)


def log_out(conn: sa.Connection, token: str) -> None:
    """Ends the session of this token, if there is one."""
    conn.execute(session.delete().where(session.c.token == session_key(token)))


def network_of(address: str) -> str:
    """What is counted as one address: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


class _Attempt:
    """One attempt to log in, from its first row to its session."""

    def __init__(self, catalog: Catalog, username: str, address: str, agent: str, now: datetime) -> None:
        self.catalog = catalog
        self.username = username
        self.address = address
        self.network = network_of(address)
        self.agent = agent
        self.now = now
        self.id = new_id()
        self.user: dict[str, Any] | None = None

    def begin(self, conn: sa.Connection) -> None:
        """Writes the attempt down as failed and finds the user. Raises Denied where it has to wait."""
        here = sa.and_(login.c.address == self.network, login.c.at > self.now - WINDOW)
        since = sa.and_(_since_success(self.username, here), self._since_change())
        self._check_failures(conn, sa.and_(here, since), most=FAILURES_OF_A_NAME)
        self._check_failures(conn, here, most=FAILURES_OF_AN_ADDRESS)
        self.user = self._find(conn)
        user_id: UUID | None = self.user["id"] if self.user else None
        conn.execute(
            login.insert().values(
                id=self.id, at=self.now, username=self.username, user_id=user_id, ok=False, address=self.network,
                agent=kept_agent(self.agent),
            )
        )

    def succeed(self, conn: sa.Connection, better: str, lifetime: timedelta) -> tuple[str, Actor]:
        """Opens the session. `better` is a newer hash of the same password, or empty."""
        assert self.user is not None
        user_id = self.user["id"]
        if better:
            renewed = credential.update().where(credential.c.user_id == user_id)
            conn.execute(renewed.where(credential.c.password == self.user["password"]).values(password=better))
        conn.execute(login.update().where(login.c.id == self.id).values(ok=True))
        forget_expired(conn, now=self.now)
        token = open_session(
            conn, user_id, address=self.address, agent=self.agent, now=self.now, lifetime=lifetime
        )
        return token, actor_from(self.catalog, self.user, membership_of(conn, self.catalog, user_id))

    def _check_failures(self, conn: sa.Connection, which: sa.ColumnElement[bool], *, most: int) -> None:
        failed = sa.select(login.c.at).where(which, sa.not_(login.c.ok)).order_by(login.c.at.desc())
        times = conn.scalars(failed.limit(most)).all()
        if len(times) < most:
            return
        wait = times[-1] + WINDOW - self.now
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        raise Denied(say("Too many failed attempts. Minutes to wait: {minutes}.", minutes=minutes))

    def _since_change(self) -> sa.ColumnElement[bool]:
        """Attempts since the name has its password: who set a new one does not wait for those with the old one."""
        user = UserColumns.of(self.catalog)
        of_her = sa.select(sa.func.max(credential.c.changed)).join(user.id.table, user.id == credential.c.user_id)
        changed = of_her.where(user.folded == self.username, user.present).scalar_subquery()
        return sa.or_(changed.is_(None), login.c.at > changed)

    def _find(self, conn: sa.Connection) -> dict[str, Any] | None:
        user = UserColumns.of(self.catalog)
        statement = (
            sa.select(
                user.id.label("id"), user.username.label("username"), user.title.label("title"),
                user.language.label("language"), user.zone.label("zone"), credential.c.password.label("password"),
            )
            .join(credential, credential.c.user_id == user.id)
            .where(user.folded == self.username, user.present)
        )  # fmt: skip
        row = conn.execute(statement).mappings().first()
        return dict(row) if row else None


def _since_success(username: str, here: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Attempts of this name after its last good one."""
    good = sa.select(sa.func.max(login.c.at)).where(here, login.c.username == username, login.c.ok).scalar_subquery()
    return sa.and_(login.c.username == username, sa.or_(good.is_(None), login.c.at > good))
