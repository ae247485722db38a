"""Tables: those that a catalog wants, and those that the database has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy.indexes import PREFIXES, IndexSpec, wanted


def modules_of(catalog: Catalog) -> Mapping[str, Module]:
    """Every module that has a table, those embedded in others too."""
    return catalog.every


@dataclass(frozen=True, slots=True)
class Physical:
    """What a catalog wants of one kind of database: copies of its tables, with their indexes by name."""

    tables: Mapping[str, sa.Table]
    indexes: Mapping[str, IndexSpec]
    dialect: str

    @classmethod
    def of(cls, catalog: Catalog, dialect: str) -> Physical:
        copies = sa.MetaData()
        tables = {table.name: table.to_metadata(copies) for table in catalog.metadata.tables.values()}
        indexes = {spec.name: spec for spec in wanted(catalog)}
        for spec in indexes.values():
            spec.on(tables[spec.table], dialect)
        return cls(tables, indexes, dialect)

    def index(self, name: str) -> sa.Index:
        """The index of this name on its table."""
        table = self.tables[self.indexes[name].table]
        return next(index for index in table.indexes if index.name == name)

    def indexes_of(self, table: str) -> list[str]:
        return [name for name, spec in self.indexes.items() if spec.table == table]


@dataclass(frozen=True, slots=True)
class Present:
    """What is there: columns by table, and our indexes (name to table); `broken` ones were never finished.

    A broken index is read by nobody, but a unique one refuses equal values all the same.
    """

    columns: Mapping[str, frozenset[str]]
    indexes: Mapping[str, str]
    broken: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, conn: sa.Connection) -> Present:
        read = _sqlite if conn.dialect.name == "sqlite" else _postgresql
        return read(conn)

    def has(self, column: sa.Column[Any]) -> bool:
        return column.name in self.columns.get(column.table.name, ())


def _sqlite(conn: sa.Connection) -> Present:
    known = sa.table("sqlite_master", sa.column("type"), sa.column("name"), sa.column("tbl_name"))
    info = sa.func.pragma_table_info(known.c.name).table_valued("name", name="info")
    listed = sa.select(known.c.name, info.c.name).join_from(known, info, sa.true())
    columns = conn.execute(listed.where(known.c.type == "table", _ours(known.c.name)))
    indexes = conn.execute(sa.select(known.c.name, known.c.tbl_name).where(known.c.type == "index"))
    return Present(_grouped(columns), _named(indexes))


def _postgresql(conn: sa.Connection) -> Present:
    found = sa.table(
        "columns", sa.column("table_schema"), sa.column("table_name"), sa.column("column_name"),
        schema="information_schema",
    )  # fmt: skip
    here = sa.func.current_schema()
    columns = sa.select(found.c.table_name, found.c.column_name)
    rows = conn.execute(columns.where(found.c.table_schema == here, _ours(found.c.table_name)))
    kinds = sa.table("pg_class", sa.column("oid"), sa.column("relname"), sa.column("relnamespace"))
    index = sa.table("pg_index", sa.column("indexrelid"), sa.column("indrelid"), sa.column("indisvalid"))
    spaces = sa.table("pg_namespace", sa.column("oid"), sa.column("nspname"))
    itself, table = kinds.alias(), kinds.alias()
    listed = (
        sa.select(itself.c.relname, table.c.relname, index.c.indisvalid)
        .join_from(index, itself, itself.c.oid == index.c.indexrelid)
        .join(table, table.c.oid == index.c.indrelid)
        .join(spaces, spaces.c.oid == itself.c.relnamespace)
        .where(spaces.c.nspname == here)
    )
    indexes = conn.execute(listed).all()
    valid = _named((name, of) for name, of, _ in indexes)
    broken = _named((name, of) for name, of, good in indexes if not good)
    return Present(_grouped(rows), {name: of for name, of in valid.items() if name not in broken}, broken)


def _ours(name: Any) -> Any:
    return sa.or_(*(name.startswith(prefix, autoescape=True) for prefix in ("m_", "l_", "p_")))


def _grouped(rows: Any) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}


def _named(rows: Any) -> dict[str, str]:
    return {name: table for name, table in rows if name.startswith(PREFIXES)}
