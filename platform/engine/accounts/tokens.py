"""Tokens by which programs act for a user: shown once, kept as a hash, for a time, with some or all of her rights.

A token looks like `hnk_` + 43 signs of base64url (256 random bits) + 6 signs that check them, so that whoever searches
files for secrets finds it and tells it from text that only looks alike, as GitHub's tokens do:
https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.membership import gathered, joined
from hanok.engine.accounts.people import UserColumns, actor_from
from hanok.engine.accounts.sessions import rules_version, session_key
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import token

PREFIX, SECRET, CHECK, HINT = "hnk_", 43, 6, 10
SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{{SECRET}}}[A-Za-z0-9]{{{CHECK}}}", re.ASCII)
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Days that a token lives.
SHORTEST, USUAL, LONGEST = 1, 90, 365
#: Living tokens of one user, and signs of a name.
MOST, LONGEST_NAME = 50, 100
#: Tokens that ended so long ago are forgotten.
KEPT = timedelta(days=180)
READ, WRITE = "read", "write"
#: Every right of its user: what a token without scopes carries.
EVERYTHING = (READ, WRITE)
NOT_HERE = say("Tokens are made and removed by their user herself, not by a program and not in her place.")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is shown: never the text itself. `scopes` is None where it carries all rights of its user."""

    id: UUID
    user_id: UUID
    name: str
    hint: str
    scopes: tuple[str, ...] | None
    created: datetime
    expires: datetime
    used: datetime | None
    address: str


@dataclass(frozen=True, slots=True)
class Program:
    """Whoever came with a living token. `actor` has the rights of today that the token carries; `key` is its hash,
    `rules` the version of the address rules."""

    id: UUID
    key: str
    hint: str
    name: str
    actor: Actor
    used: datetime | None
    expires: datetime
    rules: str = ""


# -- making and reading ----------------------------------------------------------------------------------------------
def make(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, name: str, days: int = USUAL,
    scopes: Sequence[str] | None = None, user: UUID | None = None, title: str = "", now: datetime | None = None,
) -> tuple[str, Token]:  # fmt: skip
    """A new token of the actor, or of a `user` called `title` where whoever runs the site makes it: its text and what
    is kept of it. Raises Denied, Invalid and Refused."""
    now = now or datetime.now(UTC)
    owner = _owner(actor, user)
    faults = _faults(name.strip(), days)
    wanted = _scopes(catalog, scopes, faults)
    if faults:
        raise Invalid(faults)
    conn.execute(token.delete().where(token.c.user_id == owner, token.c.expires < now - KEPT))
    if len([one for one in tokens_of(conn, owner) if one.expires > now]) >= MOST:
        raise Refused(say("Nobody has more than {most} tokens. Revoke one first.", most=MOST))
    text = _text()
    made = Token(new_id(now), owner, name.strip(), text[:HINT], wanted, now, now + timedelta(days=days), None, "")
    row = {"id": made.id, "user_id": owner, "name": made.name, "hash": session_key(text), "hint": made.hint,
           "scopes": list(wanted) if wanted is not None else None, "created": now, "expires": made.expires}  # fmt: skip
    conn.execute(token.insert().values(row))
    said = {"scopes": [None, list(wanted or EVERYTHING)], "expires": [None, made.expires.isoformat()]}
    tell(conn, actor, "token", "made", about=owner, title=_called(made, title), changes=said, at=now)
    return text, made


def looks_right(text: str) -> bool:
    """Whether this could be a token: the signs at its end fit the others."""
    return bool(SHAPE.fullmatch(text)) and _check(text[len(PREFIX) : -CHECK]) == text[-CHECK:]


def program_of(
    conn: sa.Connection, catalog: Catalog, text: str, *, now: datetime | None = None
) -> Program | None:
    """Who comes with this token, in one statement; None where it is none, has ended, or its user may not log in."""
    if not looks_right(text):
        return None
    now = now or datetime.now(UTC)
    user = UserColumns.of(catalog)
    more = joined(catalog, user.id.table)
    statement = (
        sa.select(
            token.c.id.label("token_id"), token.c.hint, token.c.name, token.c.scopes, token.c.used, token.c.expires,
            rules_version().label("rules"), *more.columns, user.id.label("id"), user.username.label("username"),
            user.title.label("title"), user.language.label("language"), user.zone.label("zone"),
        )
        .select_from(more.to(token.join(user.id.table, user.id == token.c.user_id)))
        .where(token.c.hash == session_key(text), token.c.expires > now, user.present)
    )  # fmt: skip
    rows = conn.execute(statement).mappings().all()
    if not rows:
        return None
    first = rows[0]
    scopes = tuple(first["scopes"]) if first["scopes"] is not None else EVERYTHING
    actor = replace(actor_from(catalog, dict(first), gathered(map(dict, rows))), scopes=scopes)
    known = (first["hint"], first["name"], actor, first["used"], first["expires"], first["rules"] or "")
    return Program(first["token_id"], session_key(text), *known)


def _text() -> str:
    secret = secrets.token_urlsafe(32)
    return PREFIX + secret + _check(secret)


def _check(secret: str) -> str:
    """CRC-32 in base 62."""
    left, signs = crc32(secret.encode()), ""
    for _ in range(CHECK):
        left, sign = divmod(left, len(SIGNS))
        signs = SIGNS[sign] + signs
    return signs


def _owner(actor: Actor, user: UUID | None) -> UUID:
    """Whose token it will be. Raises Denied."""
    if actor.scopes is not None or actor.by is not None:
        raise Denied(NOT_HERE)
    owner = user or actor.id
    if owner is None or (owner != actor.id and not actor.governs):
        raise Denied(NOT_HERE)
    return owner


def _faults(name: str, days: int) -> dict[str, list[Message]]:
    found = {}
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        found["name"] = [say("A token has a name of at most {most} characters that says what it is for.",
                             most=LONGEST_NAME)]  # fmt: skip
    if not SHORTEST <= days <= LONGEST:
        found["days"] = [say("A token lives from {shortest} to {longest} days.", shortest=SHORTEST, longest=LONGEST)]
    return found


def _scopes(
    catalog: Catalog, scopes: Sequence[str] | None, faults: dict[str, list[Message]]
) -> tuple[str, ...] | None:
    """The scopes in order, without those that others include."""
    if scopes is None:
        return None
    wanted = set(scopes)
    for one in sorted(wanted):
        module, _, right = one.rpartition(":")
        if right not in EVERYTHING or (":" in one and module not in catalog.modules):
            faults["scopes"] = [say("There is no scope “{scope}”.", scope=one)]
    if not wanted:
        faults["scopes"] = [say("Choose what the token may do.")]
    if WRITE in wanted:
        return (WRITE,)
    included = {f"{one.rpartition(':')[0]}:{READ}" for one in wanted if one.endswith(f":{WRITE}")}
    every = {one for one in wanted if READ in wanted and one.endswith(f":{READ}")}
    return tuple(sorted(wanted - included - every))


def _called(one: Token, title: str) -> str:
    """A token in the words of a deed."""
    return f"{one.name} ({one.hint}…)" + (f" · {title}" if title else "")


# -- looking and ending ------------------------------------------------------------------------------------------------
def tokens_of(conn: sa.Connection, user_id: UUID) -> tuple[Token, ...]:
    """The tokens of a user, the newest first, with those that have ended."""
    rows = conn.execute(sa.select(token).where(token.c.user_id == user_id).order_by(token.c.id.desc()))
    return tuple(token_from(row._mapping) for row in rows)


def token_from(row: Mapping[Any, Any]) -> Token:
    """A token from its row."""
    scopes = tuple(row["scopes"]) if row["scopes"] is not None else None
    return Token(row["id"], row["user_id"], row["name"], row["hint"], scopes, row["created"], row["expires"],
                 row["used"], row["address"] or "")  # fmt: skip


def revoke(conn: sa.Connection, actor: Actor, id: UUID) -> Token:
    """Ends a token at once: one's own, or anybody's for whoever runs the site. Raises NotFound and Denied."""
    if actor.scopes is not None or actor.by is not None:
        raise Denied(NOT_HERE)
    row = conn.execute(sa.select(token).where(token.c.id == id)).mappings().first()
    if row is None or not (row["user_id"] == actor.id or actor.governs):
        raise NotFound(say("There is no such token; perhaps it was revoked already."))
    found = token_from(row)
    conn.execute(token.delete().where(token.c.id == id))
    tell(conn, actor, "token", "removed", about=found.user_id, title=_called(found, ""))
    return found


def revoke_all(conn: sa.Connection, actor: Actor, user_id: UUID) -> int:
    """Ends all tokens of a user; how many. Raises Denied."""
    if not (actor.governs or (user_id == actor.id and actor.scopes is None and actor.by is None)):
        raise Denied(NOT_HERE)
    found = tokens_of(conn, user_id)
    for one in found:
        revoke(conn, actor, one.id)
    return len(found)
