"""Somebody stays who may do everything: what a change of users may not take away."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, Refused, say
from hanok.engine.store.tables import grant

USER, ACTIVE = "user", "active"


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


def has_administrator(conn: sa.Connection, catalog: Catalog, *, but: UUID | None = None) -> bool:
    """Whether an administrator can log in, another one than `but`."""
    user = catalog.module(USER)
    table = user.table
    held = sa.select(sa.literal(1)).where(grant.c.holder == table.c.id, grant.c.role == ADMINISTRATOR)
    active = sa.and_(table.c.deleted_at.is_(None), table.c[user.field(ACTIVE).columns[""]])
    others = table.c.id != but if but else sa.true()
    return conn.execute(sa.select(table.c.id).where(active, others, sa.exists(held)).limit(1)).first() is not None
