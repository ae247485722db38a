"""Columns that were live before: since when their values are of the past, and who was edited since then.

A rollback gives every record back what it had, but for the fields that people edited meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
    """What is known of a column that was live before, in the field that has or had one of these `places`.

    `left` is the revision by which it was retired, at the moment `at`. `direct`: the column of today came in its place
    then. `audited`: the history of records tells who edited the field.
    """

    places: frozenset[str]
    left: int
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
        modules = sorted({place.rpartition(".")[0] for place in self.places})
        keys = {place.rpartition(".")[2] for place in self.places}
        here = sa.and_(audit.c.module.in_(modules), audit.c.record.in_(ids), audit.c.revision >= self.left)
        found = conn.execute(sa.select(audit.c.record, audit.c.changes).where(here))
        return frozenset(record for record, changes in found if keys & set(changes))


def kept_of(
    conn: sa.Connection, places: Collection[str], *, stem: str, present: str, audited: bool
) -> Kept | None:
    """What is known of the column `stem` of the field of these places; `present` is the one of today.

    None when it never was live.
    """
    history = list(_history(conn, places))
    last = max((number for number, _, name in history if name == stem), default=None)
    since = [(number, at, name) for number, at, name in history if last is not None and number > last]
    if not since:
        return None
    direct = all(name == present for _, _, name in since)
    return Kept(frozenset(places), since[0][0], since[0][1], direct, audited)


def _history(conn: sa.Connection, places: Collection[str]) -> Iterator[tuple[int, datetime, str]]:
    """Number, moment and the live column of the field, of every revision that went live."""
    known = sa.select(revision.c.id, revision.c.at, revision.c.names).where(revision.c.state != "prepared")
    for number, at, names in conn.execute(known.order_by(revision.c.id)):
        found = next((names["columns"][place] for place in places if place in names["columns"]), None)
        if found:
            yield number, at, found[0][0]
