"""Create and update: access, values, row, trail and search entry in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Invalid, say
from hanok.engine.records import index
from hanok.engine.records.attachments import settle
from hanok.engine.records.conflict import conflict
from hanok.engine.records.drafts import Draft, changed_draft, check_changing, check_creating, drawn, new_draft
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.trail import leave
from hanok.engine.records.values import validate


def create(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, raw: Mapping[str, Any], *,
    at: datetime | None = None,
) -> Record:  # fmt: skip
    """A new record from raw values; defaults fill what is left out. Raises Denied or Invalid.

    `at` is when it was made (aware, UTC) where that is not now: records brought over from elsewhere.
    """
    found = catalog.module(module)
    check_creating(catalog, actor, found)
    values = validate(conn, catalog, actor, found, raw)
    draft = new_draft(catalog, actor, found, {**values, **drawn(conn, catalog, actor, found)}, at=at)
    _execute(conn, found, sa.insert(found.table).values(draft.row))
    _leave(conn, catalog, actor, draft)
    return draft.record(catalog, actor)


def update(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, raw: Mapping[str, Any], *,
    version: int,
) -> Record:  # fmt: skip
    """Changes the given fields of the record whose `version` the actor saw.

    Raises NotFound, Denied, Invalid, and Conflict (with the fields that differ) when somebody saved first.
    """
    found = catalog.module(module)
    current = get(conn, catalog, actor, module, id, lock=conn.dialect.name == "postgresql")
    check_changing(current)
    if not 1 <= version <= current.version:
        raise Invalid({"": [say("This version of the record never was; open the record again.")]})
    if current.version != version:
        raise conflict(conn, catalog, actor, found, current, raw, version)
    values = validate(conn, catalog, actor, found, raw, current)
    draft = changed_draft(catalog, actor, found, current, values)
    if draft is None:
        return current
    table = found.table
    statement = sa.update(table).where(table.c.id == current.id, table.c.version == current.version)
    if _execute(conn, found, statement.values(draft.row)).rowcount != 1:
        raise Conflict(current.version)
    _leave(conn, catalog, actor, draft)
    return draft.record(catalog, actor)


def _leave(conn: sa.Connection, catalog: Catalog, actor: Actor, draft: Draft) -> None:
    """The trail, the search entry and the files of a written draft."""
    leave(conn, catalog, actor, draft.module, draft.id, draft.action, draft.changes, at=draft.at, version=draft.version)
    index.put(conn, draft.module, draft.id, draft.title, draft.own)
    settle(conn, actor, draft.module, draft.id, draft.own, draft.changes)


def _execute(conn: sa.Connection, module: Module, statement: Any) -> sa.CursorResult[Any]:
    """Runs a write; two equal values that met between check and index become the error that the check would give."""
    keys = [key for key, found in module.fields.items() if found.unique] + [group[-1] for group in module.unique]
    if not keys:
        return conn.execute(statement)
    try:
        with conn.begin_nested():
            return conn.execute(statement)
    except sa.exc.IntegrityError as error:
        raise Invalid({keys[0]: [say("Another record has this value already.")]}) from error
