"""The search entries of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog, Module
from hanok.engine.records.grams import grams, title_grams
from hanok.engine.records.naming import title_of, titled
from hanok.engine.records.selection import Selection
from hanok.engine.store import search as index

BATCH = 500


def put(conn: sa.Connection, module: Module, id: UUID, title: str, values: Mapping[str, Any]) -> None:
    """Indexes one record: its title and the fields that say `search: true`."""
    entry = entry_of(module, id, title, values)
    index.put(conn, module=module.key, record=id, title=title, text=entry.text, grams=entry.grams)


def entry_of(module: Module, id: UUID, title: str, values: Mapping[str, Any]) -> index.Indexed:
    """What the index keeps of a record."""
    texts = [found.type.search_text(found, values.get(found.key)) for found in module.searched]
    open_ = (found for found in module.searched if not found.mask)
    snippets = (found.type.snippet(found, values.get(found.key)) for found in open_)
    shown = " · ".join(text for text in dict.fromkeys(snippets) if text and text not in title)
    return index.Indexed(id, title, shown[:400], [*title_grams(title), *grams(" ".join(texts))])


def put_stored(conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID]) -> None:
    """Indexes records as they are stored now, but deleted ones."""
    selection = Selection(catalog, SYSTEM, module, tuple(field.key for field in module.searched))
    table = selection.table
    statement = selection.statement().where(table.c.id.in_(ids), table.c.deleted_at.is_(None))
    rows = [selection.record(row) for row in conn.execute(statement)]
    entries = [entry_of(module, row.id, row.title, row.values) for row in rows]
    index.put_many(conn, module=module.key, entries=entries, known=True)


def drop(conn: sa.Connection, module: Module, id: UUID) -> None:
    index.drop(conn, module=module.key, record=id)


def reindex(conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None) -> UUID | None:
    """Titles and indexes the next batch of records after this id; the last id done, None when all are."""
    found = catalog.module(module)
    keys = (*(field.key for field in found.searched), *sorted(found.title.names))
    selection = Selection(catalog, SYSTEM, found, keys)
    table = selection.table
    statement = selection.statement().where(table.c.deleted_at.is_(None)).order_by(table.c.id).limit(BATCH)
    if after is not None:
        statement = statement.where(table.c.id > after)
    rows = [selection.record(row) for row in conn.execute(statement)]
    for row in rows:
        title = title_of(catalog, found, row.values)
        if title != row.title:
            conn.execute(sa.update(found.table).where(found.table.c.id == row.id).values(titled(title)))
        put(conn, found, row.id, title, row.values)
    return rows[-1].id if len(rows) == BATCH else None
