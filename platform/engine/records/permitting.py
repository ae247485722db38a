"""Whether an actor may do something to a record as it is stored: the predicate, asked of one row."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, grant_of, predicate
from hanok.engine.access.levels import NEEDS
from hanok.engine.catalog import Catalog, Module


def is_plain(catalog: Catalog, actor: Actor, module: Module, action: str) -> bool:
    """Whether the values of a record alone tell (`access.allows`)."""
    return all(grant_of(catalog, actor, module.key, each).plain for each in (action, *NEEDS.get(action, ())))


def permitted(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, action: str) -> bool:
    """Whether the actor may do this to the record with this id, deleted or not."""
    table = module.table.alias()
    rule = predicate(catalog, actor, module, action, table)
    return conn.execute(sa.select(table.c.id).where(table.c.id == id, rule)).first() is not None
