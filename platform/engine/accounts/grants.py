"""Which roles users, teams and security groups have: data, not metadata."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR
from hanok.engine.errors import Refused, say
from hanok.engine.store.tables import grant as grants


def roles_of(conn: sa.Connection, holder: UUID) -> tuple[str, ...]:
    """The keys of the roles that were given to this user, team or group itself, in order."""
    rows = conn.scalars(sa.select(grants.c.role).where(grants.c.holder == holder).order_by(grants.c.role))
    return tuple(rows)


def grant(conn: sa.Connection, holder: UUID, role: str) -> None:
    """Gives a role; giving it twice changes nothing."""
    if role not in roles_of(conn, holder):
        conn.execute(grants.insert().values(holder=holder, role=role))


def revoke(conn: sa.Connection, holder: UUID, role: str) -> None:
    """Takes a role away. Refuses to take the last administrator's."""
    others = sa.select(grants.c.holder).where(grants.c.role == role, grants.c.holder != holder).limit(1)
    if role == ADMINISTRATOR and conn.execute(others).first() is None:
        raise Refused(say("This is the last administrator; make somebody else one first."))
    conn.execute(grants.delete().where(grants.c.holder == holder, grants.c.role == role))
