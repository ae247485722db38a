"""Recovery codes: ten, shown once, each good once, for when the second factor is lost.

A code has 50 random bits and is stored as its argon2id hash. The ten of a set have one random salt of 128 bits, so
that a code is hashed once and then looked for; hashing is slow and stands outside of transactions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from argon2.low_level import Type, hash_secret_raw

from hanok.engine.access import Actor
from hanok.engine.accounts.passwords import HASHER
from hanok.engine.errors import say
from hanok.engine.records.deeds import tell
from hanok.engine.store.account_tables import recovery

COUNT, LENGTH, SALT = 10, 10, 16
#: Letters and digits that nobody takes for one another (Crockford's base 32).
SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
ALIKE = str.maketrans("oil", "011")
TITLE = say("Recovery codes")


@dataclass(frozen=True, slots=True, repr=False)
class Codes:
    """A new set: what is shown, and what is stored."""

    shown: tuple[str, ...]
    stored: tuple[str, ...]


def new_codes() -> Codes:
    """A set of codes. Takes half a second: never inside a transaction."""
    salt = secrets.token_bytes(SALT)
    plain = tuple("".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(COUNT))
    shown = tuple(f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}" for code in plain)
    return Codes(shown, tuple(_stored(code, salt) for code in plain))


def store_codes(conn: sa.Connection, actor: Actor, codes: Codes, *, now: datetime) -> None:
    """Makes these the codes of the actor; older ones are good no more."""
    assert actor.id is not None
    conn.execute(recovery.delete().where(recovery.c.user_id == actor.id))
    conn.execute(recovery.insert(), [{"user_id": actor.id, "code": code, "used": None} for code in codes.stored])
    tell(conn, actor, "factor", "made", about=actor.id, title=str(TITLE), at=now)


def codes_left(conn: sa.Connection, user_id: UUID) -> int | None:
    """How many codes are good; None where none were ever made."""
    mine = sa.select(sa.func.count(), sa.func.count(recovery.c.used)).where(recovery.c.user_id == user_id)
    made, used = conn.execute(mine).one()
    return made - used if made else None


def salt_of(conn: sa.Connection, user_id: UUID) -> bytes:
    """The salt of a user's codes; a random one where she has none, so that both take as long."""
    code = conn.scalar(sa.select(recovery.c.code).where(recovery.c.user_id == user_id).limit(1))
    return bytes.fromhex(code.partition("$")[0]) if code else secrets.token_bytes(SALT)


def hashed_code(text: str, salt: bytes) -> str:
    """What is stored of a code as somebody typed it. Slow."""
    plain = "".join(sign for sign in text.lower().translate(ALIKE) if sign.isalnum())
    return _stored(plain[:64], salt)


def take_recovery(conn: sa.Connection, actor: Actor, hashed: str, *, now: datetime) -> bool:
    """Whether this is a code of the actor that is good; from now on it is not."""
    assert actor.id is not None
    good = sa.and_(recovery.c.user_id == actor.id, recovery.c.code == hashed, recovery.c.used.is_(None))
    if not conn.execute(recovery.update().where(good).values(used=now)).rowcount:
        return False
    tell(conn, actor, "factor", "used", about=actor.id, title=str(TITLE), at=now)
    return True


def _stored(code: str, salt: bytes) -> str:
    made = hash_secret_raw(
        code.encode(), salt, time_cost=HASHER.time_cost, memory_cost=HASHER.memory_cost,
        parallelism=HASHER.parallelism, hash_len=32, type=Type.ID,
    )  # fmt: skip
    return f"{salt.hex()}${made.hex()}"
