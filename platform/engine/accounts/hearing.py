"""Whom a save named in a text who may not view the record: they are told nothing, and the writer is told that."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from hanok.engine.access import may, seen
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound
from hanok.engine.records import Record, get
from hanok.engine.records.telling.mentions import mentioned
from hanok.engine.records.telling.saved import told_by


def unheard(conn: Connection, catalog: Catalog, saved: Record) -> tuple[str, ...]:
    """The names of those whom this version of a record names first, and who may not view it."""
    module = catalog.whole.every[saved.module]
    texts = {key: saved[key] or "" for key, found in module.fields.items() if found.type.mentions}
    naming = {key: mentioned(text) for key, text in texts.items()}
    if not any(naming.values()):
        return ()
    return tuple(name for id, name in told_by(conn, catalog, saved)
                 if not _views(conn, catalog, saved, id, [key for key, ids in naming.items() if id in ids]))


def _views(conn: Connection, catalog: Catalog, saved: Record, id: UUID, keys: Sequence[str]) -> bool:
    """Whether she may view the record, and has one of the fields that name her."""
    try:
        person = actor_with(conn, catalog, id)
        get(conn, catalog.whole, person, saved.module, saved.id)
    except NotFound:
        return False
    hers = seen(catalog.whole, person).module(saved.module)
    return may(catalog.whole, person, saved.module, "view") and any(hers.has(key) for key in keys)
