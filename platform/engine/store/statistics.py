"""What the planner of a database knows of the values in its tables.

PostgreSQL looks by itself, some time after many rows came. SQLite never looks unless it is told to, and without
statistics it takes almost any index for better than none; so it is told often, and looks at a part of each index only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

#: How many entries of an index SQLite looks at; its makers recommend 100 to 1000.
ENTRIES = 1000


class Analyze(ExecutableDDLElement):
    """Looks at one table, or at all of them."""

    def __init__(self, table: str = "") -> None:
        self.table = table


@compiles(Analyze)
def _analyze(element: Analyze, compiler: Any, **_: Any) -> str:
    return f"ANALYZE {compiler.preparer.quote(element.table)}" if element.table else "ANALYZE"


def analyze(conn: sa.Connection, tables: Iterable[str]) -> None:
    """Looks at these tables; at all of them when none is named."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA analysis_limit = {ENTRIES}")
    for name in tuple(tables) or ("",):
        conn.execute(Analyze(name))


def about(conn: sa.Connection, table: str) -> int:
    """About how many rows a table has: what PostgreSQL counted last, else (and on SQLite) a count."""
    if conn.dialect.name == "postgresql":
        known = sa.table("pg_class", sa.column("oid"), sa.column("reltuples"))
        here = known.c.oid == sa.func.to_regclass(conn.dialect.identifier_preparer.quote(table))
        counted = conn.scalar(sa.select(known.c.reltuples).where(here))
        if counted is not None and counted >= 0:
            return int(counted)
    return conn.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
