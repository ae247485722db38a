"""Columns that were live before: since when their values are of the past, and who was edited since then.

A rollback gives every record back what it had, but for the fields that people edited meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.store.tables import audit, revision

#: Clocks of several machines differ: what is nearer to a switch than this may have been saved on either side of it.
CLOCKS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a column that was live before.

    `places` says what its field was called from which revision on: the first of them is the one by which the column was
    retired, at the moment `at`. `direct`: the column of today came in its place then. `audited`: the history of records
    tells who edited the field.
    """

    places: Mapping[int, str]
    at: datetime
    direct: bool
    audited: bool

    def is_older(self, updated: datetime) -> bool:
        """Whether a record was saved last when the column was still live, for certain."""
        return updated < self.at - CLOCKS

    def edited(self, conn: sa.Connection, rows: Sequence[Any]) -> frozenset[UUID]:
        """Those of these records whose field was changed since then, as far as their history tells."""
        ids = [row["id"] for row in rows if not self.is_older(row["updated_at"])]
        if not ids or not self.audited:
            return frozenset()
        modules = sorted({place.rpartition(".")[0] for place in self.places.values()})
        here = sa.and_(audit.c.module.in_(modules), audit.c.record.in_(ids), audit.c.revision >= min(self.places))
        found = conn.execute(sa.select(audit.c.record, audit.c.module, audit.c.revision, audit.c.changes).where(here))
        return frozenset(row.record for row in found if self._tells(row))

    def _tells(self, row: Any) -> bool:
        """Whether this entry of the history is of the field, as it was called then."""
        place = self.places[max(number for number in self.places if number <= row.revision)]
        return any(f"{row.module}.{key}" == place for key in row.changes)


def kept_of(conn: sa.Connection, table: str, stem: str, *, present: str, audited: bool) -> Kept | None:
    """What is known of the column `stem` of a module's table; `present` is the field's column of today.

    None when it never was live.
    """
    history = list(_history(conn, table, stem))
    last = max((number for number, _, _, name in history if name == stem), default=None)
    since = [found for found in history if last is not None and found[0] > last]
    if not since:
        return None
    direct = all(name == present for _, _, _, name in since)
    return Kept({number: place for number, _, place, _ in since}, since[0][1], direct, audited)


def _history(conn: sa.Connection, table: str, stem: str) -> Iterator[tuple[int, datetime, str, str]]:
    """Number, moment, place and live column of the field that has this column, of every revision that went live."""
    known = sa.select(revision.c.id, revision.c.at, revision.c.names).where(revision.c.state != "prepared")
    for number, at, names in conn.execute(known.order_by(revision.c.id)):
        home = next((module for module, name in names["tables"].items() if name == table), None)
        for place, columns in names["columns"].items():
            if place.rpartition(".")[0] == home and any(name == stem for name, _ in columns):
                yield number, at, place, columns[0][0]
