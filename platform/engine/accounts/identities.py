"""Who users are at login providers: to link and unlink, and who did it stays written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.accounts.passwords import NOBODY, password_of
from hanok.engine.errors import Denied, NotFound, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store.account_tables import factor, identity
from hanok.engine.store.tables import session

TAKEN = say("This account there is linked to somebody else here.")
ANOTHER = say("Another account there is linked to this user already.")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a user is at one provider. `email` is what the provider called it when it was linked."""

    provider: UUID
    subject: str
    issuer: str
    user_id: UUID
    email: str
    created: datetime
    used: datetime | None


def identities_of(conn: sa.Connection, user_id: UUID) -> tuple[Identity, ...]:
    """All identities of a user, the oldest first."""
    mine = sa.select(identity).where(identity.c.user_id == user_id).order_by(identity.c.created, identity.c.provider)
    return tuple(Identity(**row) for row in conn.execute(mine).mappings())


def identity_at(conn: sa.Connection, provider: UUID, subject: str) -> Identity | None:
    """Whose this account at the provider is."""
    found = sa.select(identity).where(identity.c.provider == provider, identity.c.subject == subject)
    row = conn.execute(found).mappings().first()
    return Identity(**row) if row else None


def link_identity(
    conn: sa.Connection, actor: Actor, user: tuple[UUID, str], provider: tuple[UUID, str], subject: str, *, issuer: str,
    email: str, now: datetime,
) -> bool:  # fmt: skip
    """Links an account at a provider to a user (id and title of both); False where it is already.

    Raises Denied where the account is somebody else's, or the user has another one there.
    """
    known = identity_at(conn, provider[0], subject)
    if known is None:
        if any(one.provider == provider[0] for one in identities_of(conn, user[0])):
            raise Denied(ANOTHER)
        insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(identity)
        row = {"provider": provider[0], "subject": subject, "issuer": issuer, "user_id": user[0], "email": email,
               "created": now}  # fmt: skip
        made = conn.execute(insert.values(**row).on_conflict_do_nothing()).rowcount
        known = identity_at(conn, provider[0], subject)
        if made and known is not None:
            tell(conn, actor, "identity", "made", about=user[0], title=user[1],
                 changes={"provider": [None, provider[1]], "email": [None, email]}, at=now)  # fmt: skip
            return True
    if known is None or known.user_id != user[0] or known.issuer != issuer:
        raise Denied(TAKEN)
    return False


def used(conn: sa.Connection, known: Identity, *, now: datetime) -> None:
    """Writes down that somebody came by it."""
    mine = sa.and_(identity.c.provider == known.provider, identity.c.subject == known.subject)
    conn.execute(identity.update().where(mine).values(used=now))


def unlink_identity(
    conn: sa.Connection, actor: Actor, user: tuple[UUID, str], provider: UUID, *, names: Mapping[UUID, str],
    keep: str = "", now: datetime | None = None,
) -> int:  # fmt: skip
    """Takes an identity from a user (id and title) and ends the sessions that were begun by it, but the one with the
    key `keep`; how many ended.

    `names` are the providers that may be used. Raises NotFound, and Refused where somebody takes from herself the only
    way in; administrators may from others, who are then sent a link to set a password.
    """
    mine = sa.and_(identity.c.user_id == user[0], identity.c.provider == provider)
    row = conn.execute(sa.select(identity.c.email).where(mine)).first()
    if row is None:
        raise NotFound(say("This provider is not linked."))
    if actor.id == user[0] and not has_other_way(conn, user[0], but=provider, names=names):
        raise Refused(say("This is the only way in that you have. Set a password first."))
    conn.execute(identity.delete().where(mine))
    changes = {"provider": [names.get(provider, str(provider)), None], "email": [row.email, None]}
    tell(conn, actor, "identity", "removed", about=user[0], title=user[1], changes=changes, at=now)
    return _end_sessions(conn, user[0], provider, keep)


def has_other_way(conn: sa.Connection, user_id: UUID, *, but: UUID, names: Mapping[UUID, str]) -> bool:
    """Whether somebody could log in without this provider: by a password, a passkey, or another provider in use."""
    if password_of(conn, user_id) != NOBODY:
        return True
    passkey = sa.and_(factor.c.user_id == user_id, factor.c.kind == "passkey", factor.c.confirmed.is_not(None))
    if conn.execute(sa.select(factor.c.id).where(passkey).limit(1)).first():
        return True
    return any(one.provider in names for one in identities_of(conn, user_id) if one.provider != but)


def _end_sessions(conn: sa.Connection, user_id: UUID, provider: UUID, keep: str) -> int:
    """Ends what was begun by this provider. What a session keeps is JSON, which the two databases search each their
    own way: a user has few, so they are read."""
    begun = sa.and_(session.c.user_id == user_id, session.c.means == "oidc", session.c.token != keep)
    found = conn.execute(sa.select(session.c.token, session.c.data).where(begun)).all()
    ended = [token for token, data in found if data.get("provider") == str(provider)]
    if ended:
        conn.execute(session.delete().where(session.c.token.in_(ended)))
    return len(ended)
