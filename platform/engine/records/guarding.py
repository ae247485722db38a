"""What no change of users may do: leave nobody who may do everything, make somebody into her by another address, or
name a time zone that there is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, Refused, say
from hanok.engine.records.obeying import Loaded
from hanok.engine.store.tables import grant

USER, ACTIVE, EMAIL, ZONE = "user", "active", "email", "time_zone"


def keep_administrators(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Iterable[UUID], *, but: UUID | None = None,
    field: str = "",
) -> None:  # fmt: skip
    """Raises Refused when these records, whose change is written, were the last active administrators; Invalid where
    it is the value of a `field` that makes it so.

    Whoever is to be one no longer is given as `but`. On PostgreSQL it holds all grants of administrators, so that of
    two who leave at once the second is refused.
    """
    if module.key != USER:
        return
    holders = sa.select(grant.c.holder).where(grant.c.role == ADMINISTRATOR)
    wait = conn.dialect.name == "postgresql"
    known = set(conn.scalars(holders.with_for_update() if wait else holders))
    if known & set(ids) and not has_administrator(conn, catalog, but=but):
        last = say("This is the last administrator; make somebody else one first.")
        raise Invalid({field: [last]}) if field else Refused(last)


def keep_address(conn: sa.Connection, actor: Actor, module: Module, ids: Collection[UUID]) -> None:
    """Raises Invalid where the address of one of these users is not the actor's to change; asked before it is written.

    Links to set a password go there: whoever changes that of an administrator could become her. So it is changed by
    those who govern, never by a program and never by somebody in another's place.
    """
    if module.key != USER or actor.governs or not ids:
        return
    held = sa.select(grant.c.holder).where(grant.c.role == ADMINISTRATOR, grant.c.holder.in_(list(ids)))
    if conn.execute(held.limit(1)).first() is not None:
        raise Invalid({EMAIL: [say("Only administrators change the e-mail address of an administrator.")]})


def has_administrator(conn: sa.Connection, catalog: Catalog, *, but: UUID | None = None) -> bool:
    """Whether an administrator can log in, another one than `but`."""
    user = catalog.module(USER)
    table = user.table
    held = sa.select(sa.literal(1)).where(grant.c.holder == table.c.id, grant.c.role == ADMINISTRATOR)
    active = sa.and_(table.c.deleted_at.is_(None), table.c[user.field(ACTIVE).columns[""]])
    others = table.c.id != but if but else sa.true()
    return conn.execute(sa.select(table.c.id).where(active, others, sa.exists(held)).limit(1)).first() is not None


@cache
def zones() -> frozenset[str]:
    """The names of the time zones that there are."""
    return frozenset(available_timezones())


def check_zone(loaded: Loaded) -> None:
    """Says it of a user whose time zone is to be one that there is not."""
    said = loaded.values.get(ZONE) if loaded.module.key == USER else None
    before = loaded.current.values.get(ZONE) if loaded.current else None
    if said and said != before and said not in zones():
        loaded.wrong(ZONE, say("There is no such time zone."))
