"""What a user has beside her password: authenticator apps, passkeys, and browsers that are remembered.

A factor counts once it is confirmed. A remembered browser is no factor: it stands in for one for thirty days, after
the password was right, and goes with the last factor and with the password.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.sessions import session_key
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import factor, recovery

TOTP, PASSKEY, DEVICE = "totp", "passkey", "device"
FACTORS = (TOTP, PASSKEY)
#: How long a browser is remembered, and how long a factor waits for its first code.
REMEMBERED, UNCONFIRMED = timedelta(days=30), timedelta(hours=1)
LONGEST_NAME, MOST_FACTORS = 60, 20
#: Who must have a second factor, as the setting says it.
NOBODY, ADMINISTRATORS, EVERYONE = "none", "administrators", "everyone"
GONE = say("This factor is not there any more.")


@dataclass(frozen=True, slots=True)
class Factor:
    """One of them as lists show it. `kind` is totp, passkey or device; `facts` are what it was made with."""

    id: UUID
    kind: str
    name: str
    created: datetime
    used: datetime | None
    facts: Mapping[str, Any]


def must_have(wanted: str, actor: Actor) -> bool:
    """Whether the site asks this person for a second factor."""
    return wanted == EVERYONE or (wanted == ADMINISTRATORS and actor.admin)


def factors_of(conn: sa.Connection, user_id: UUID) -> tuple[Factor, ...]:
    """The confirmed factors of a user, the oldest first."""
    return _found(conn, sa.and_(_confirmed(user_id), factor.c.kind.in_(FACTORS)))


def devices_of(conn: sa.Connection, user_id: UUID, *, now: datetime) -> tuple[Factor, ...]:
    """The browsers that are remembered."""
    return _found(conn, sa.and_(_confirmed(user_id), _remembered(now)))


def kinds_of(conn: sa.Connection, user_id: UUID) -> frozenset[str]:
    """Which kinds of factors a user has."""
    kinds = sa.select(factor.c.kind).where(_confirmed(user_id), factor.c.kind.in_(FACTORS)).distinct()
    return frozenset(conn.scalars(kinds))


def has_factor(conn: sa.Connection, user_id: UUID) -> bool:
    """Whether there is a second step for this user."""
    return bool(kinds_of(conn, user_id))


def remember_device(conn: sa.Connection, user_id: UUID, name: str, facts: Mapping[str, Any], *, now: datetime) -> str:
    """Remembers a browser; its token, which is never stored."""
    token = secrets.token_urlsafe(32)
    conn.execute(factor.insert().values(
        id=new_id(now), user_id=user_id, kind=DEVICE, name=named(name), credential=session_key(token),
        facts=dict(facts), created=now, confirmed=now, used=now,
    ))  # fmt: skip
    return token


def is_remembered(conn: sa.Connection, user_id: UUID, token: str, *, now: datetime) -> bool:
    """Whether this is the token of a browser of this user that is remembered."""
    if not token:
        return False
    this = sa.and_(_confirmed(user_id), _remembered(now), factor.c.credential == session_key(token[:200]))
    return conn.execute(factor.update().where(this).values(used=now)).rowcount > 0


def rename(conn: sa.Connection, actor: Actor, id: UUID, name: str) -> None:
    """Calls a factor of the actor's otherwise. Raises NotFound; Invalid for no name."""
    before = _one(conn, actor, id)
    name = named(name)
    if not name:
        raise Invalid({"name": (say("Give it a name."),)})
    conn.execute(factor.update().where(factor.c.id == id).values(name=name))
    tell(conn, actor, "factor", "changed", about=_id(actor), title=before.name, changes={"name": [before.name, name]})


def remove(conn: sa.Connection, actor: Actor, id: UUID, *, needed: bool = False) -> Factor:
    """Removes a factor of the actor's; with the last one go the recovery codes and the remembered browsers.

    `needed`: the site asks for one. Raises NotFound, Refused for the last one where one is needed.
    """
    _hold(conn, _id(actor))
    found = _one(conn, actor, id)
    last = found.kind in FACTORS and len(factors_of(conn, _id(actor))) == 1
    if last and needed:
        raise Refused(say("This site asks you for a second factor. Add another one before you remove this one."))
    conn.execute(factor.delete().where(factor.c.id == id))
    if last:
        _clear(conn, _id(actor))
    tell(conn, actor, "factor", "removed", about=_id(actor), title=found.name)
    return found


def remove_all(conn: sa.Connection, actor: Actor, user_id: UUID, *, title: str) -> tuple[Factor, ...]:
    """Removes all factors, recovery codes and remembered browsers of a user called `title`; the factors."""
    found = factors_of(conn, user_id)
    _clear(conn, user_id)
    if found:
        names = ", ".join(one.name for one in found)
        tell(conn, actor, "factor", "removed", about=user_id, title=title, changes={"factors": [names, None]})
    return found


def forget_devices(conn: sa.Connection, user_id: UUID) -> int:
    """Forgets all browsers of a user; how many."""
    return conn.execute(factor.delete().where(factor.c.user_id == user_id, factor.c.kind == DEVICE)).rowcount


def forget_unconfirmed(conn: sa.Connection, *, now: datetime) -> int:
    """Deletes what was never confirmed, and browsers whose time is over; how many."""
    waiting = sa.and_(factor.c.confirmed.is_(None), factor.c.created <= now - UNCONFIRMED)
    over = sa.and_(factor.c.kind == DEVICE, factor.c.created <= now - REMEMBERED)
    return conn.execute(factor.delete().where(sa.or_(waiting, over))).rowcount


def named(name: str) -> str:
    """A name as it is stored."""
    return " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]


def check_room(conn: sa.Connection, user_id: UUID) -> Message | None:
    """What to say where a user has as many as anybody may."""
    if len(factors_of(conn, user_id)) < MOST_FACTORS:
        return None
    return say("Nobody has more than {count} factors. Remove one first.", count=MOST_FACTORS)


def _hold(conn: sa.Connection, user_id: UUID) -> None:
    """Holds the factors of a user until the transaction ends: of two that are removed side by side the second one is
    looked at when the first is gone."""
    conn.execute(sa.select(factor.c.id).where(factor.c.user_id == user_id).order_by(factor.c.id).with_for_update())


def _clear(conn: sa.Connection, user_id: UUID) -> None:
    conn.execute(factor.delete().where(factor.c.user_id == user_id))
    conn.execute(recovery.delete().where(recovery.c.user_id == user_id))


def _confirmed(user_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(factor.c.user_id == user_id, factor.c.confirmed.is_not(None))


def _remembered(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(factor.c.kind == DEVICE, factor.c.created > now - REMEMBERED)


def _found(conn: sa.Connection, wanted: sa.ColumnElement[bool]) -> tuple[Factor, ...]:
    columns = (factor.c.id, factor.c.kind, factor.c.name, factor.c.created, factor.c.used, factor.c.facts)
    rows = conn.execute(sa.select(*columns).where(wanted).order_by(factor.c.created, factor.c.id))
    return tuple(Factor(*row) for row in rows)


def _one(conn: sa.Connection, actor: Actor, id: UUID) -> Factor:
    found = _found(conn, sa.and_(_confirmed(_id(actor)), factor.c.id == id))
    if not found:
        raise NotFound(GONE)
    return found[0]


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id
