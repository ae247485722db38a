"""The neighbours of a record in a list: the next one and the one before, in the order of the list."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.records import cursor
from hanok.engine.records.query import Query
from hanok.engine.records.read import _keys, page
from hanok.engine.records.selection import Selection


def neighbour(
    conn: sa.Connection, catalog: Catalog, actor: Actor, query: Query, id: UUID, *, forwards: bool
) -> UUID | None:
    """The record that follows this one in the list of the query, or comes before it; None at its end.

    Only records that the actor may open are neighbours. The record itself need not be in the list any more: its
    neighbours are those of the place where it would stand. Raises NotFound, and Invalid as `page` does.
    """
    module = catalog.module(query.module)
    selection = Selection(catalog, actor, module, ("id",), "view")
    keys = _keys(selection, query.sort or module.views.list.sort)
    table = selection.table
    here = sa.and_(table.c.id == id, predicate(catalog, actor, module, "view", table))
    row = conn.execute(selection.statement().where(here)).one_or_none()
    if row is None:
        raise NotFound(say("There is no such record, or you may not see it."))
    at = cursor.encode([row[key.place] for key in keys])
    after, before = (at, None) if forwards else (None, at)
    asked = replace(query, action="view", columns=("id",), size=1, after=after, before=before)
    rows = page(conn, catalog, actor, asked).rows
    return rows[0].id if rows else None
