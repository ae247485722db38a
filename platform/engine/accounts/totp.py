"""Authenticator apps: codes of six digits that change every thirty seconds (RFC 6238, SHA-1).

The secret is locked with the site's keys. A code counts one step early and late, for clocks that differ, and once:
the step of a code that was used is remembered, and neither it nor an earlier one counts again (RFC 6238, 5.2).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pyotp
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.factors import GONE, TOTP, UNCONFIRMED, check_room, named
from hanok.engine.errors import NotFound, Refused
from hanok.engine.fields.keys import Keys
from hanok.engine.records.deeds import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import factor

STEP, DIGITS, AROUND = 30, 6, 1


def begin_totp(conn: sa.Connection, keys: Keys, user_id: UUID, name: str, *, now: datetime) -> UUID:
    """A new authenticator that waits for its first code; its id. It takes the place of one that still waits.

    Raises Refused where the site has no key, or the user has as many factors as anybody may.
    """
    full = check_room(conn, user_id)
    if full:
        raise Refused(full)
    id, secret = new_id(now), pyotp.random_base32()
    locked = keys.locked(secret)
    conn.execute(factor.delete().where(_of(user_id), factor.c.confirmed.is_(None)))
    conn.execute(factor.insert().values(
        id=id, user_id=user_id, kind=TOTP, name=named(name), secret=locked, facts={}, created=now
    ))  # fmt: skip
    return id


def waiting_secret(conn: sa.Connection, keys: Keys, user_id: UUID, id: UUID, *, now: datetime) -> str:
    """The secret of an authenticator that waits, in base32. Raises NotFound where none waits (any more)."""
    waiting = sa.and_(_of(user_id), factor.c.id == id, factor.c.confirmed.is_(None))
    known = sa.select(factor.c.secret).where(waiting, factor.c.created > now - UNCONFIRMED)
    secret = keys.opened(conn.scalar(known) or "")
    if secret is None:
        raise NotFound(GONE)
    return secret


def uri_of(secret: str, *, username: str, site: str) -> str:
    """What the QR code says, as authenticator apps read it (otpauth:// of Google's Key Uri Format)."""
    return pyotp.TOTP(secret, interval=STEP, digits=DIGITS).provisioning_uri(name=username, issuer_name=site)


def confirm_totp(
    conn: sa.Connection, keys: Keys, actor: Actor, id: UUID, code: str, name: str, *, now: datetime
) -> bool:
    """Makes an authenticator count if this is its code now; whether it was."""
    assert actor.id is not None
    secret = waiting_secret(conn, keys, actor.id, id, now=now)
    step = step_of(secret, code, now=now)
    if step is None:
        return False
    waiting = sa.and_(factor.c.id == id, factor.c.confirmed.is_(None))
    conn.execute(factor.update().where(waiting).values(confirmed=now, used=now, step=step, name=named(name)))
    tell(conn, actor, "factor", "made", about=actor.id, title=named(name), at=now)
    return True


def take_code(conn: sa.Connection, keys: Keys, user_id: UUID, code: str, *, now: datetime) -> bool:
    """Whether this is a code of an authenticator of this user that was not used yet; from now on it was."""
    columns = (factor.c.id, factor.c.secret)
    rows = conn.execute(sa.select(*columns).where(_of(user_id), factor.c.confirmed.is_not(None))).all()
    for row in rows:
        step = step_of(keys.opened(row.secret) or "", code, now=now)
        if step is not None and _use(conn, row.id, step, now):
            return True
    return False


def _use(conn: sa.Connection, id: UUID, step: int, now: datetime) -> bool:
    """Whether a step of an authenticator was not used yet; from now on it was."""
    unused = sa.or_(factor.c.step.is_(None), factor.c.step < step)
    return conn.execute(
        factor.update().where(factor.c.id == id, unused).values(step=step, used=now)
    ).rowcount > 0


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step whose code this is, of those around now; None where it is none of them."""
    digits = "".join(code.split())
    if not secret or len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    here = int(now.timestamp()) // STEP
    made = pyotp.HOTP(secret, digits=DIGITS)
    found = [step for step in range(here - AROUND, here + AROUND + 1)
             if pyotp.utils.strings_equal(made.at(step), digits)]  # fmt: skip
    return found[-1] if found else None


def renew_secrets(conn: sa.Connection, keys: Keys) -> int:
    """Locks all secrets with the newest key; how many could be opened."""
    rows = conn.execute(sa.select(factor.c.id, factor.c.secret).where(factor.c.secret.is_not(None))).all()
    opened = [(row.id, keys.opened(row.secret)) for row in rows]
    for id, secret in opened:
        if secret is not None:
            conn.execute(factor.update().where(factor.c.id == id).values(secret=keys.locked(secret)))
    return sum(secret is not None for _, secret in opened)


def _of(user_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(factor.c.user_id == user_id, factor.c.kind == TOTP)
