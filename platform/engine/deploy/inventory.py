"""Every module table as it stands in the database, with the types of its columns, those of the past too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.revisions import PREPARED, layers_of, names_of
from hanok.engine.errors import MetadataError
from hanok.engine.fields import FieldType
from hanok.engine.store.tables import revision


def known_tables(
    conn: sa.Connection, types: Mapping[str, FieldType], live: Catalog
) -> tuple[sa.MetaData, tuple[str, ...]]:
    """The tables with all columns that some revision explains, and the columns ("m_company.size$2") that none does.

    Compiles as few revisions as it takes, the newest first.
    """
    present, found = Present.of(conn), sa.MetaData()
    for catalog in (live, *_older(conn, types, live)):
        _take(found, catalog, present)
        if not _missing(found, present):
            break
    return found, tuple(_missing(found, present))


def _older(conn: sa.Connection, types: Mapping[str, FieldType], live: Catalog) -> Iterator[Catalog]:
    """The catalogs of former revisions, the newest first; what this program refuses by now is left out."""
    kept = sa.select(revision.c.id).where(revision.c.state != PREPARED, revision.c.id < live.revision)
    for number in conn.scalars(kept.order_by(revision.c.id.desc())).all():
        try:
            catalog = compile_catalog(
                layers_of(conn, number), types, names=names_of(conn, number), revision=number, before=live
            )
        except MetadataError:
            continue
        yield catalog


def _take(found: sa.MetaData, catalog: Catalog, present: Present) -> None:
    for table in catalog.metadata.tables.values():
        if table.name not in present.columns:
            continue
        known = found.tables.get(table.name)
        if known is None:
            known = sa.Table(table.name, found)
        for column in table.columns:
            if present.has(column) and column.name not in known.c:
                known.append_column(column._copy())


def _missing(found: sa.MetaData, present: Present) -> Iterator[str]:
    for table, columns in present.columns.items():
        known = set(found.tables[table].c.keys()) if table in found.tables else set()
        yield from (f"{table}.{column}" for column in sorted(columns - known))
