"""The physical tables of the modules: what the catalog says, as SQLAlchemy tables.

No column is NOT NULL but the system's: required, unique and delete rules are the engine's, not the table's. So no table
refers to another one, and catalogs share those of modules that did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from hanok.engine.fields import Field
from hanok.engine.fields.columns import Moment, RecordId, plain_text


def module_table(name: str, fields: Mapping[str, Field]) -> sa.Table:
    """The table of a module: system columns first, then the columns of each field's parts."""
    columns = (column for field in fields.values() for column in _columns(field))
    return sa.Table(name, sa.MetaData(), *_system(), *columns)


def link_table(name: str, field: Field) -> sa.Table:
    """The table of an n-n link: a row for each pair, in the order of `position`, with the fields of the tie itself."""
    several = [sa.Column("right_module", plain_text())] if len(field.members) > 1 else []
    return sa.Table(
        name, sa.MetaData(),
        sa.Column("id", RecordId(), primary_key=True),
        sa.Column("left", RecordId(), nullable=False),
        sa.Column("right", RecordId(), nullable=False),
        *several,
        sa.Column("position", sa.BigInteger(), nullable=False, default=0),
        sa.Column("version", sa.BigInteger(), nullable=False, default=1),
        sa.Column("tied_at", Moment(), nullable=False),
        sa.Column("tied_by", RecordId()),
        *(column for own in field.own.values() for column in _columns(own)),
    )  # fmt: skip


def gathered(tables: Iterable[sa.Table]) -> sa.MetaData:
    """One MetaData of these tables, each of which may stand in those of several catalogs: none refers to another."""
    found = sa.MetaData()
    for table in tables:
        found._add_table(table.name, None, table)
    return found


def _system() -> list[sa.Column[object]]:
    return [
        sa.Column("id", RecordId(), primary_key=True),
        sa.Column("title", plain_text(), nullable=False, default=""),
        sa.Column("title$folded", plain_text(), nullable=False, default=""),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", RecordId()),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("updated_by", RecordId()),
        sa.Column("version", sa.BigInteger(), nullable=False, default=1),
        sa.Column("deleted_at", Moment()),
        sa.Column("deleted_by", RecordId()),
    ]


def _columns(field: Field) -> list[sa.Column[object]]:
    if field.live:
        return []
    return [
        sa.Column(field.columns[part.name], part.type, server_default=_default(part.default))
        for part in field.type.parts(field)
    ]


def _default(value: Any) -> Any:
    """What rows hold that were there before the column, as SQL."""
    return (
        None if value is None else sa.false() if value is False else sa.true() if value is True else sa.literal(value)
    )
