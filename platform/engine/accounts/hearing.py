"""Whom a save named in a text who may not view the record: they are told nothing, and the writer is told that."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from hanok.engine.access import may
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound
from hanok.engine.records import Record, get
from hanok.engine.records.telling.mentions import mentioned
from hanok.engine.records.telling.saved import told_by


def unheard(conn: Connection, catalog: Catalog, saved: Record) -> tuple[str, ...]:
    """The names of those whom this version of a record names first, and who may not view it."""
    module = catalog.whole.every[saved.module]
    texts = (saved[key] for key, found in module.fields.items() if found.type.mentions)
    if not any(mentioned(text) for text in texts if isinstance(text, str)):
        return ()
    return tuple(name for id, name in told_by(conn, catalog, saved) if not _views(conn, catalog, saved, id))


def _views(conn: Connection, catalog: Catalog, saved: Record, id: UUID) -> bool:
    try:
        person = actor_with(conn, catalog, id)
        get(conn, catalog.whole, person, saved.module, saved.id)
    except NotFound:
        return False
    return may(catalog.whole, person, saved.module, "view")
