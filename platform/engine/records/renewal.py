"""Encrypted values, written again with the newest key: their records do not change by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Module
from hanok.engine.fields import Field

BATCH = 500


def secrets_of(module: Module) -> tuple[Field, ...]:
    """The fields of a module that are written with keys."""
    return tuple(found for found in module.fields.values() if found.type.secret and found.columns)


def renew(conn: sa.Connection, module: Module, after: UUID | None = None) -> tuple[UUID | None, int]:
    """Renews the next rows, deleted ones too; the last id (None when there are no more) and how many were written."""
    table, fields = module.table, secrets_of(module)
    columns = [table.c[name] for found in fields for name in found.columns.values()]
    statement = sa.select(table.c.id, *columns).order_by(table.c.id).limit(BATCH)
    rows = conn.execute(statement.where(table.c.id > after) if after else statement).mappings().all()
    count = sum(_renewed(conn, table, found, row) for row in rows for found in fields)
    return (rows[-1]["id"] if len(rows) == BATCH else None), count


def _renewed(conn: sa.Connection, table: sa.Table, found: Field, row: Mapping[Any, Any]) -> int:
    """1 where this value was written anew; a value that somebody saved meanwhile stays as it was saved."""
    parts = found.type.renewed(found, {part: row[name] for part, name in found.columns.items()})
    if parts is None:
        return 0
    values = {found.columns[part]: value for part, value in parts.items()}
    here = table.c[found.columns[""]] == row[found.columns[""]]
    return conn.execute(sa.update(table).where(table.c.id == row["id"], here).values(values)).rowcount
