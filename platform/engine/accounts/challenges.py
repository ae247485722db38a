"""Challenges: what passkeys are asked to sign, once.

A challenge is stored as its hash and works for five minutes, for one purpose and one user; the face binds it to the
browser that asked.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import Denied, say
from hanok.engine.store.account_tables import challenge

LASTS = timedelta(minutes=5)
#: What a challenge may be for: a new key, logging in, the second step, proving that it is you.
NEW, LOGIN, SECOND, PROVE = "new", "login", "second", "prove"
REFUSED = say("This passkey was not accepted. Try again, or come in another way.")


def issue(conn: sa.Connection, purpose: str, user_id: UUID | None, now: datetime) -> bytes:
    """A new challenge."""
    asked = secrets.token_bytes(32)
    conn.execute(challenge.insert().values(hash=_hash(asked), purpose=purpose, user_id=user_id, expires=now + LASTS))
    return asked


def take_challenge(conn: sa.Connection, purpose: str, user_id: UUID | None, asked: bytes, *, now: datetime) -> None:
    """Uses a challenge up. Raises Denied where it was not asked for this, was used already, or took too long.

    The caller commits before it looks at the answer: a wrong one uses the challenge up too.
    """
    mine = challenge.c.user_id.is_(None) if user_id is None else challenge.c.user_id == user_id
    this = sa.and_(challenge.c.hash == _hash(asked), challenge.c.purpose == purpose, challenge.c.expires > now, mine)
    if not conn.execute(challenge.delete().where(this)).rowcount:
        raise Denied(REFUSED)


def forget_challenges(conn: sa.Connection, *, now: datetime) -> int:
    """Deletes challenges whose time is over; how many."""
    return conn.execute(challenge.delete().where(challenge.c.expires <= now)).rowcount


def _hash(asked: bytes) -> str:
    return hashlib.sha256(asked).hexdigest()
