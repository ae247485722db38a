"""Links by which a user sets a password without knowing the old one: who forgot it, and who is new here.

A link holds a random token, of which only the SHA-256 is stored. It works once and ends by use, by time, by a newer
one, by any change of the password or of the address that it was sent to, and when its user may not log in any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.accounts.passwords import set_password
from hanok.engine.accounts.people import UserColumns, folded_username, zone_or
from hanok.engine.accounts.sessions import session_key
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import credential, reset

#: How long a link works that somebody asked for, and one that an administrator sends.
LIFETIME, LIFETIME_OF_AN_INVITATION = timedelta(hours=1), timedelta(days=3)
LONGEST_TOKEN = 200
GONE: Message = say("This link does not work any more. It works once and for a limited time; a newer one ends it.")


@dataclass(frozen=True, slots=True)
class Person:
    """A user as letters and links need her. `email` may be empty; who is not `active` may not log in."""

    id: UUID
    username: str
    title: str
    email: str
    language: str
    zone: str
    has_password: bool
    active: bool = True


def person_named(conn: sa.Connection, catalog: Catalog, username: str) -> Person | None:
    """The active user of this name, None where there is none."""
    user = UserColumns.of(catalog)
    return _person(conn, catalog, sa.and_(user.folded == folded_username(catalog, username), user.present))


def person_with(conn: sa.Connection, catalog: Catalog, id: UUID, *, inactive: bool = False) -> Person | None:
    """The active user with this id, None where there is none; `inactive` finds also who may not log in any more."""
    user = UserColumns.of(catalog)
    return _person(conn, catalog, user.id == id if inactive else sa.and_(user.id == id, user.present))


def is_address_of(person: Person, email: str) -> bool:
    """Whether this is the address of this person: nobody is sent anything at another one."""
    return bool(person.email) and person.email.casefold() == email.strip().casefold()


def open_reset(conn: sa.Connection, person: Person, *, sent: bool = True, lifetime: timedelta = LIFETIME) -> str:
    """A new link of this person; its token, which is never stored. `sent` says that her address gets it."""
    token, now = secrets.token_urlsafe(32), now_of(conn)
    row = {"token": session_key(token), "email": person.email if sent else "", "expires": now + lifetime}
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(reset)
    conn.execute(reset.delete().where(reset.c.expires <= now))
    conn.execute(insert.values(user_id=person.id, **row).on_conflict_do_update(
        index_elements=[reset.c.user_id], set_=row
    ))  # fmt: skip
    return token


def whose_reset(conn: sa.Connection, catalog: Catalog, token: str) -> Person:
    """Whose link this is. Raises Refused where it does not work (any more)."""
    known = sa.select(reset.c.user_id, reset.c.email).where(_living(token, now_of(conn)))
    row = conn.execute(known).first()
    person = person_with(conn, catalog, row.user_id) if row else None
    if row is None or person is None or (row.email and row.email != person.email):
        raise Refused(GONE)
    return person


def use_reset(conn: sa.Connection, catalog: Catalog, token: str, hashed: str) -> Person:
    """Gives the user of this link the password of this hash and ends all her sessions. Raises Refused."""
    person = whose_reset(conn, catalog, token)
    taken = conn.execute(reset.delete().where(_living(token, now_of(conn)), reset.c.user_id == person.id))
    if not taken.rowcount:  # somebody was quicker
        raise Refused(GONE)
    set_password(conn, person.id, hashed)
    herself = Actor(person.id, person.username, person.title)
    tell(conn, herself, "password", "reset", about=person.id, title=person.title)
    return person


def _living(token: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(reset.c.token == session_key(token[:LONGEST_TOKEN]), reset.c.expires > now)


def _person(conn: sa.Connection, catalog: Catalog, wanted: sa.ColumnElement[bool]) -> Person | None:
    user = UserColumns.of(catalog)
    columns: tuple[sa.ColumnElement[Any], ...] = (
        user.id, user.username, user.title, user.email, user.language, user.zone,
        credential.c.user_id.is_not(None), user.present,
    )  # fmt: skip
    joined = user.id.table.outerjoin(credential, credential.c.user_id == user.id)
    row = conn.execute(sa.select(*columns).select_from(joined).where(wanted)).first()
    if row is None:
        return None
    id, username, title, email, language, zone, has_password, active = row
    app = catalog.app
    return Person(
        id, username, title, email or "", language or app.languages[0], zone_or(zone, app.zone), has_password, active
    )  # fmt: skip
