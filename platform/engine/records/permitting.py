"""Whether an actor may do something to a record as it is stored: the predicate, asked of one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, allows, predicate
from hanok.engine.access.levels import tells
from hanok.engine.catalog import Catalog, Module


def allowed_actions(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, values: Mapping[str, Any],
    actions: Sequence[str],
) -> frozenset[str]:  # fmt: skip
    """Those of the actions that the actor may do to the stored record with these values; at most one statement."""
    unsure = [each for each in actions if module.parent is None and not tells(catalog, actor, module, each)]
    found = {each for each in actions if each not in unsure and allows(catalog, actor, module, each, values)}
    if unsure:
        table = module.table.alias()
        rules = [predicate(catalog, actor, module, each, table).label(each) for each in unsure]
        row = conn.execute(sa.select(*rules).where(table.c.id == id)).one()
        found |= {each for each, holds in zip(unsure, row, strict=True) if holds}
    return frozenset(found)
