"""Rows that a transaction holds without changing them, where the database has several writers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def held(conn: sa.Connection, statement: sa.Select[Any], table: sa.FromClause) -> sa.Select[Any]:
    """The statement, whose rows of the table nobody deletes or changes until this transaction ends.

    Others may hold the same rows so. SQLite has one writer, and who only reads holds nothing.
    """
    if conn.dialect.name == "sqlite" or conn.get_execution_options().get("postgresql_readonly"):
        return statement
    return statement.with_for_update(read=True, of=table)
