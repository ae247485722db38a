"""Logging in and out.

An attempt is written down as failed before the password is looked at and marked as good afterwards, so that attempts
side by side count too. After five failures of one user name from one address, or a hundred from one address, within
a quarter of an hour, that pair or address waits; nobody can lock somebody else out from elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.entering import FIRST_STEP, active_actor, enter
from hanok.engine.accounts.networks import network_of
from hanok.engine.accounts.passwords import NOBODY, check_password, hash_password, outdated
from hanok.engine.accounts.people import UserColumns, folded_username
from hanok.engine.accounts.sessions import LIFETIME, kept_agent, session_key
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, say
from hanok.engine.store import Store, new_id
from hanok.engine.store.live import hold_guesses
from hanok.engine.store.tables import credential, login, session

WINDOW = timedelta(minutes=15)
LONGEST_NAME = 200
FAILURES_OF_A_NAME = 5
FAILURES_OF_AN_ADDRESS = 100
WRONG = say("The user name or the password is wrong.")


def log_in(
    store: Store, catalog: Catalog, username: str, password: str, *, address: str, agent: str,
    lifetime: timedelta = LIFETIME, now: datetime | None = None, device: str = "",
) -> tuple[str, Actor]:  # fmt: skip
    """The token of a new session (a pending one where a second factor is due), and its actor.

    `device` is the token of a browser that is remembered. Raises Denied, with one sentence for every reason but
    waiting.
    """
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
        return attempt.succeed(conn, better, lifetime, device)


def log_out(conn: sa.Connection, token: str) -> None:
    """Ends the session of this token, if there is one."""
    conn.execute(session.delete().where(session.c.token == session_key(token)))


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
        hold_guesses(conn, self.network)
        here = sa.and_(login.c.address == self.network, login.c.at > self.now - WINDOW, _BY_PASSWORD)
        since = sa.and_(_since_success(self.username, here), self._since_change())
        self._check_failures(conn, sa.and_(here, since), most=FAILURES_OF_A_NAME)
        self._check_failures(conn, here, most=FAILURES_OF_AN_ADDRESS)
        self.user = self._find(conn)
        user_id: UUID | None = self.user["id"] if self.user else None
        conn.execute(
            login.insert().values(
                id=self.id, at=self.now, username=self.username, user_id=user_id, ok=False, address=self.network,
                agent=kept_agent(self.agent), means="password",
            )
        )

    def succeed(self, conn: sa.Connection, better: str, lifetime: timedelta, device: str) -> tuple[str, Actor]:
        """Opens the session. `better` is a newer hash of the same password, or empty."""
        assert self.user is not None
        user_id = self.user["id"]
        if better:
            renewed = credential.update().where(credential.c.user_id == user_id)
            conn.execute(renewed.where(credential.c.password == self.user["password"]).values(password=better))
        token = enter(
            conn, self.catalog, user_id, means="password", address=self.address, agent=self.agent, now=self.now,
            lifetime=lifetime, device=device, attempt=self.id,
        )  # fmt: skip
        return token, active_actor(conn, self.catalog, user_id)

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


#: Second steps are counted apart (`second`).
_BY_PASSWORD = sa.or_(login.c.means.is_(None), login.c.means.in_(("password", FIRST_STEP)))


def _since_success(username: str, here: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Attempts of this name after its last good one."""
    good = sa.select(sa.func.max(login.c.at)).where(here, login.c.username == username, login.c.ok).scalar_subquery()
    return sa.and_(login.c.username == username, sa.or_(good.is_(None), login.c.at > good))
