"""Statements that change tables, as SQLAlchemy constructs: names are quoted by the dialect, nothing is pasted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, ExecutableDDLElement

__all__ = [
    "AddColumn", "CreateIndex", "CreateTable", "DropColumn", "DropIndex", "DropTable", "create_index", "drop_index",
    "text_of",
]  # fmt: skip


class AddColumn(ExecutableDDLElement):
    """ALTER TABLE … ADD COLUMN."""

    def __init__(self, column: sa.Column[Any]) -> None:
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: Any, **_: Any) -> str:
    table = compiler.preparer.format_table(element.column.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(element.column)}"


class DropColumn(ExecutableDDLElement):
    """ALTER TABLE … DROP COLUMN."""

    def __init__(self, table: str, column: str) -> None:
        self.table = table
        self.column = column


@compiles(DropColumn)
def _drop_column(element: DropColumn, compiler: Any, **_: Any) -> str:
    quote = compiler.preparer.quote
    return f"ALTER TABLE {quote(element.table)} DROP COLUMN {quote(element.column)}"


class DropTable(ExecutableDDLElement):
    """DROP TABLE unless gone; refused while another table refers to it."""

    def __init__(self, table: str) -> None:
        self.table = table


@compiles(DropTable)
def _drop_table(element: DropTable, compiler: Any, **_: Any) -> str:
    return f"DROP TABLE IF EXISTS {compiler.preparer.quote(element.table)}"


def create_index(index: sa.Index, *, beside_traffic: bool = False) -> CreateIndex:
    """CREATE INDEX unless there; `beside_traffic` lets writers go on meanwhile (PostgreSQL, outside transactions)."""
    index.dialect_options["postgresql"]["concurrently"] = beside_traffic
    return CreateIndex(index, if_not_exists=True)


def drop_index(name: str, table: str, *, beside_traffic: bool = False) -> DropIndex:
    """DROP INDEX unless gone."""
    alone = sa.Table(table, sa.MetaData(), sa.Column("id", sa.Integer))
    return DropIndex(sa.Index(name, alone.c.id, postgresql_concurrently=beside_traffic), if_exists=True)


def text_of(statement: ExecutableDDLElement, dialect: sa.Dialect) -> str:
    """The statement as this database reads it, on as few lines as it has."""
    lines = (line.strip() for line in str(statement.compile(dialect=dialect)).splitlines())
    return " ".join(line for line in lines if line).replace("( ", "(").replace(" )", ")")
