"""Passwords: argon2id hashes and nothing else."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hanok.engine.store.account_tables import factor
from hanok.engine.store.tables import credential, reset, session

SHORTEST = 8
LONGEST = 256
#: The OWASP cheat sheet's first choice for argon2id: 46 MiB, one pass, one lane.
HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
#: A hash that no password has: whoever is unknown is checked against it, so that both take as long.
NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hash_password(text: str) -> str:
    """The argon2id hash with its parameters and salt, in the PHC string format. Takes tens of milliseconds."""
    return HASHER.hash(_plain(text))


def check_password(known: str, text: str) -> bool:
    """Whether this is the password of the hash. Takes as long for a wrong one, and for NOBODY."""
    try:
        return HASHER.verify(known, _plain(text[:LONGEST])) and len(text) <= LONGEST
    except (VerificationError, InvalidHashError):
        return False


def outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(known)


def set_password(
    conn: sa.Connection, user_id: UUID, hashed: str, *, keep: str = "", initial: bool = False
) -> None:
    """Gives a user the password of this hash. Ends her link to set one, her sessions but the one of key `keep`,
    and that her browsers are remembered.

    `initial`: the program made it up, so she chooses her own when she logs in with it.
    """
    if not hashed.startswith("$argon2id$"):
        raise ValueError("a password is stored as its hash only")
    values = {"password": hashed, "changed": datetime.now(UTC), "initial": initial}
    known = conn.execute(credential.update().where(credential.c.user_id == user_id).values(**values))
    if not known.rowcount:
        conn.execute(credential.insert().values(user_id=user_id, **values))
    conn.execute(reset.delete().where(reset.c.user_id == user_id))
    conn.execute(session.delete().where(session.c.user_id == user_id, session.c.token != keep))
    conn.execute(factor.delete().where(factor.c.user_id == user_id, factor.c.kind == "device"))


def password_of(conn: sa.Connection, user_id: UUID) -> str:
    """The hash of a user's password; NOBODY where she has none."""
    return conn.scalar(sa.select(credential.c.password).where(credential.c.user_id == user_id)) or NOBODY


def _plain(text: str) -> str:
    """The same sequence for the same letters, whichever keyboard composed them (NIST asks for NFKC)."""
    return unicodedata.normalize("NFKC", text)
