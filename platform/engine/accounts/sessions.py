"""Sessions: kept in the database, known to the browser by a random token only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, Behind
from hanok.engine.accounts.membership import gathered, joined
from hanok.engine.accounts.people import UserColumns, actor_from
from hanok.engine.catalog import Catalog
from hanok.engine.records.preferences import LOOK, sound
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import preference
from hanok.engine.store.tables import credential, session, setting

#: A session ends this long after the login, and after this long without a request.
LIFETIME = timedelta(days=14)
IDLE = timedelta(hours=24)
#: How old `seen` may grow before it is written again.
SEEN_EVERY = timedelta(minutes=5)
#: Under which key the version of the address rules is kept; whoever asks who somebody is reads it along.
RULES = "address_rules"


@dataclass(frozen=True, slots=True)
class Session:
    """A living session and whose it is. `key` is the stored hash of the token, `rules` the version of the address
    rules ("" where there never were any); `initial`: the program made her password up, and she has to choose her own
    before anything else; `look` is how she wants to see values (`preferences.LOOK`)."""

    key: str
    actor: Actor
    created: datetime
    seen: datetime
    expires: datetime
    data: Mapping[str, Any]
    means: str = "password"
    rules: str = ""
    initial: bool = False
    look: Mapping[str, Any] = field(default_factory=dict)


def session_key(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    conn: sa.Connection, user_id: UUID, *, address: str, agent: str, now: datetime, lifetime: timedelta = LIFETIME,
    means: str = "password", pending: bool = False, by: UUID | None = None, data: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """A new session; returns its token, which is never stored.

    `pending`: nobody is logged in by it before the second factor came. `by` is the administrator who is logged in as
    the user; `data` is what it keeps for the faces.
    """
    token = secrets.token_urlsafe(32)
    row = {"token": session_key(token), "user_id": user_id, "created": now, "seen": now, "expires": now + lifetime,
           "means": means, "pending": pending, "by_id": by}  # fmt: skip
    conn.execute(session.insert().values(**row, address=address, agent=kept_agent(agent), data=dict(data or {})))
    return token


def kept_agent(agent: str) -> str:
    """What is stored of how a browser calls itself."""
    return agent[:400].replace("\x00", "")


def session_of(conn: sa.Connection, catalog: Catalog, token: str, *, now: datetime | None = None) -> Session | None:
    """The living session of a token with its actor and roles, in one statement; None when there is none."""
    now = now or datetime.now(UTC)
    user = UserColumns.of(catalog)
    more, other = joined(catalog, user.id.table), catalog.module("user").table.alias("su")
    statement = (
        sa.select(
            session.c.created, session.c.seen, session.c.expires, session.c.data, session.c.means, *more.columns,
            rules_version().label("rules"), credential.c.initial, preference.c.value.label("look"),
            session.c.by_id, other.c.title.label("by_name"),
            user.id.label("id"), user.username.label("username"), user.title.label("title"),
            user.language.label("language"), user.zone.label("zone"),
        )
        .select_from(more.to(session.join(user.id.table, user.id == session.c.user_id)).outerjoin(
            other, other.c.id == session.c.by_id
        ).outerjoin(credential, credential.c.user_id == user.id).outerjoin(
            preference, sa.and_(preference.c.user_id == user.id, preference.c.key == LOOK)
        ))
        .where(session.c.token == session_key(token), session.c.expires > now, session.c.seen > now - IDLE)
        .where(user.present, sa.not_(session.c.pending))
    )  # fmt: skip
    rows = conn.execute(statement).mappings().all()
    if not rows:
        return None
    first = rows[0]
    actor = actor_from(catalog, dict(first), gathered(map(dict, rows)))
    if first["by_id"]:
        actor = replace(actor, by=Behind(first["by_id"], first["by_name"] or ""))
    known = (first["created"], first["seen"], first["expires"], first["data"], first["means"], first["rules"] or "")
    initial = bool(first["initial"]) and first["means"] == "password" and actor.by is None
    return Session(session_key(token), actor, *known, initial=initial, look=sound(LOOK, first["look"]))


def rules_version() -> sa.ScalarSelect[Any]:
    """The version of the address rules, as a part of a statement."""
    return sa.select(setting.c.value).where(setting.c.key == RULES).scalar_subquery()


def actor_of(conn: sa.Connection, catalog: Catalog, token: str) -> Actor | None:
    """Whoever this token belongs to, or None."""
    found = session_of(conn, catalog, token)
    return found.actor if found else None


def set_session_data(conn: sa.Connection, key: str, data: Mapping[str, Any]) -> None:
    """Replaces what a session keeps for the faces (its language, say)."""
    conn.execute(session.update().where(session.c.token == key).values(data=dict(data)))


@dataclass(frozen=True, slots=True)
class Visit:
    """A living session as its user sees it in a list."""

    key: str
    created: datetime
    seen: datetime
    address: str
    agent: str
    means: str = "password"


def sessions_of(conn: sa.Connection, user_id: UUID, *, now: datetime | None = None) -> tuple[Visit, ...]:
    """The living sessions of a user, the one that was seen last first."""
    now = now or datetime.now(UTC)
    living = sa.and_(session.c.user_id == user_id, session.c.expires > now, session.c.seen > now - IDLE)
    living = sa.and_(living, sa.not_(session.c.pending))
    columns = (session.c.token, session.c.created, session.c.seen, session.c.address, session.c.agent,
               session.c.means)
    rows = conn.execute(sa.select(*columns).where(living).order_by(session.c.seen.desc(), session.c.token))
    return tuple(Visit(*row) for row in rows)


def end_session(conn: sa.Connection, user_id: UUID, key: str) -> bool:
    """Ends the session of this user with this key; whether there was one."""
    mine = sa.and_(session.c.user_id == user_id, session.c.token == key.replace("\x00", ""))
    return conn.execute(session.delete().where(mine)).rowcount > 0


def end_sessions(conn: sa.Connection, user_id: UUID, *, keep: str = "") -> int:
    """Ends the sessions of a user but the one whose key is `keep`; how many."""
    return conn.execute(session.delete().where(session.c.user_id == user_id, session.c.token != keep)).rowcount


def end_all_sessions(conn: sa.Connection, *, keep: str = "") -> int:
    """Ends the sessions of everybody but the one whose key is `keep`, and attempts that wait for a second factor."""
    return conn.execute(session.delete().where(session.c.token != keep)).rowcount


def renew_session(conn: sa.Connection, key: str) -> str | None:
    """A new token for a session that goes on under it; None where that has ended."""
    token = secrets.token_urlsafe(32)
    changed = conn.execute(session.update().where(session.c.token == key).values(token=session_key(token)))
    return token if changed.rowcount else None


def forget_expired(conn: sa.Connection, *, now: datetime | None = None) -> int:
    """Deletes the sessions that have ended; returns how many."""
    now = now or datetime.now(UTC)
    ended = sa.or_(session.c.expires <= now, session.c.seen <= now - IDLE)
    return conn.execute(session.delete().where(ended)).rowcount


class Sightings:
    """When sessions were last seen, remembered in this process and written together.

    `note` is called by each request and costs nothing; `write` by a clock, once a minute or so. A crash forgets at
    most what was noted since.
    """

    def __init__(self) -> None:
        self._noted: dict[str, datetime] = {}
        self._lock = Lock()

    def note(self, found: Session, *, now: datetime | None = None) -> None:
        now = now or datetime.now(UTC)
        if now - found.seen >= SEEN_EVERY:
            with self._lock:
                self._noted[found.key] = now

    def write(self, store: Store) -> int:
        """Writes what was noted, in one transaction and only when there is something; returns how many."""
        with self._lock:
            noted, self._noted = self._noted, {}
        if not noted:
            return 0
        later = session.update().where(session.c.token == sa.bindparam("key")).values(seen=sa.bindparam("now"))
        with store.write() as conn:
            conn.execute(later, [{"key": key, "now": now} for key, now in sorted(noted.items())])
        return len(noted)
