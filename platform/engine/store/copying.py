"""Rows of one database put into another, of the same kind or not: values go through the types of their columns."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from hanok.engine.store.tables import metadata, search

BATCH = 1000


def copy_rows(source: sa.Connection, target: sa.Connection, table: sa.Table) -> int:
    """Copies all rows of a table that both have; says how many."""
    count = 0
    found = source.execution_options(yield_per=BATCH).execute(sa.select(table)).mappings()
    insert = table.insert()
    for rows in found.partitions(BATCH):
        target.execute(insert, [dict(row) for row in rows])
        count += len(rows)
    return count


def system_tables() -> tuple[sa.Table, ...]:
    """What a copy takes along, parents first. The search index is made anew: it is of another kind everywhere."""
    return tuple(table for table in metadata.sorted_tables if table is not search)


def empty(conn: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Deletes all rows of these tables, the last ones first."""
    for table in reversed(tuple(tables)):
        conn.execute(table.delete())
