"""Which roles a user has: data, not metadata."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR
from hanok.engine.errors import Refused, say
from hanok.engine.store.tables import grant as grants


def roles_of(conn: sa.Connection, user_id: UUID) -> tuple[str, ...]:
    """The keys of the user's roles, in order."""
    rows = conn.scalars(sa.select(grants.c.role).where(grants.c.user_id == user_id).order_by(grants.c.role))
    return tuple(rows)


def grant(conn: sa.Connection, user_id: UUID, role: str) -> None:
    """Gives a role; giving it twice changes nothing."""
    if role not in roles_of(conn, user_id):
        conn.execute(grants.insert().values(user_id=user_id, role=role))


def revoke(conn: sa.Connection, user_id: UUID, role: str) -> None:
    """Takes a role away. Refuses to take the last administrator's."""
    others = sa.select(grants.c.user_id).where(grants.c.role == role, grants.c.user_id != user_id).limit(1)
    if role == ADMINISTRATOR and conn.execute(others).first() is None:
        raise Refused(say("This is the last administrator; make somebody else one first."))
    conn.execute(grants.delete().where(grants.c.user_id == user_id, grants.c.role == role))
