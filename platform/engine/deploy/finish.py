"""Finish: what a live revision has still to do. Each part may be repeated, and whoever comes next may go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy.ddl import create_index, drop_index
from hanok.engine.deploy.physical import Physical, Present, modules_of
from hanok.engine.deploy.plan import FINISH
from hanok.engine.deploy.planning import load_catalog
from hanok.engine.deploy.progress import Progress, silent
from hanok.engine.deploy.renames import recode
from hanok.engine.deploy.revisions import FINISHED, LIVE, OpenStep, open_steps
from hanok.engine.deploy.waiting import alone, change_tables
from hanok.engine.errors import Message
from hanok.engine.fields import FieldType
from hanok.engine.records.derived import refill
from hanok.engine.store import Store, held_revision, live_revision
from hanok.engine.store.failures import passes
from hanok.engine.store.tables import revision, step


class Refresh(Protocol):
    """Brings what is derived from a module's records up to date, a batch at a time."""

    def __call__(
        self, conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None
    ) -> UUID | None:
        """Does the records after this id; returns the last id done, None when all are."""


def refresh_records(
    conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None
) -> UUID | None:
    """The search entries of a module's records."""
    return records.reindex(conn, catalog, module, after=after)


def derive_records(conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None) -> UUID | None:
    """The stored formulas, rollups and titles of a module's records, and what follows from them."""
    return refill(conn, catalog, module, after=after)


#: What is done again, by the kind of its step.
REFRESHES: Mapping[str, Refresh] = {"derive": derive_records, "refresh": refresh_records}


def finish(
    store: Store, types: Mapping[str, FieldType], *, progress: Progress = silent,
    refreshes: Mapping[str, Refresh] = REFRESHES,
) -> int:  # fmt: skip
    """Does what is unfinished, of all revisions; returns how many steps are left (0, unless somebody else is at it)."""
    with store.read() as conn:
        left = open_steps(conn)
    if not left:
        return 0
    with alone(store) as mine:
        if not mine:
            return len(left)
        finish_alone(store, types, progress, refreshes)
    return 0


def finish_alone(
    store: Store, types: Mapping[str, FieldType], progress: Progress, refreshes: Mapping[str, Refresh], *,
    before: Catalog | None = None,
) -> None:  # fmt: skip
    """The same, for who is alone already; `before` is a catalog that the live one may be like."""
    if _Finishing(store, types, progress, refreshes, before).run():
        _look(store)


def _look(store: Store) -> None:
    """Lets the database look at its tables; where writers leave it no room, after the next deploy.

    Everything is live and done by now: nobody should be told that it failed.
    """
    try:
        change_tables(store.analyze)
    except sa.exc.DBAPIError as error:
        if not passes(error):
            raise


class _Finishing:
    """One after the other, always with the catalog that is live."""

    def __init__(
        self, store: Store, types: Mapping[str, FieldType], progress: Progress, refreshes: Mapping[str, Refresh],
        before: Catalog | None,
    ) -> None:  # fmt: skip
        self.store = store
        self.types = types
        self.progress = progress
        self.refreshes = refreshes
        self.catalog = load_catalog(store, types, before=before)

    def run(self) -> int:
        """Does all steps that are open; returns how many."""
        done = 0
        while True:
            with self.store.read() as conn:
                left, live = open_steps(conn), live_revision(conn)
            if not left:
                return done
            if live != self.catalog.revision:
                self.catalog = load_catalog(self.store, self.types, before=self.catalog)
            self.progress(FINISH, _said(left[0]), done, done + len(left))
            change_tables(partial(self._step, left[0]))
            done += 1

    def _step(self, found: OpenStep) -> None:
        """One step, which a busy database may have to do again."""
        self._do(found)
        self._mark(found)

    def _do(self, found: OpenStep) -> None:
        physical = Physical.of(self.catalog, self.store.dialect)
        wanted = found.facts.get("name") in physical.indexes
        if found.kind == "index" and wanted:
            self._index(physical, found.facts["name"])
        elif found.kind == "drop_index" and not wanted:
            self._drop(found.facts["name"], found.facts["table"])
        elif found.kind == "recode":
            self._refresh(found, _recoding(found))
        elif found.kind in self.refreshes and found.facts["module"] in modules_of(self.catalog):
            self._refresh(found, self.refreshes[found.kind])

    def _index(self, physical: Physical, name: str) -> None:
        beside = self.store.dialect == "postgresql"
        with self.store.apart() as conn:
            if name in Present.of(conn).broken:
                conn.execute(drop_index(name, physical.indexes[name].table, beside_traffic=True))
            conn.execute(create_index(physical.index(name), beside_traffic=beside))

    def _drop(self, name: str, table: str) -> None:
        with self.store.apart() as conn:
            conn.execute(drop_index(name, table, beside_traffic=self.store.dialect == "postgresql"))

    def _refresh(self, found: OpenStep, refresh: Refresh) -> None:
        """A batch and the place where the next one begins are written together."""
        reached = found.facts.get("after")
        after = UUID(reached) if reached else None
        while True:
            with self.store.write() as conn:
                held_revision(conn)
                after = refresh(conn, self.catalog, found.facts.get("module", ""), after=after)
                facts = {**found.facts, "after": str(after) if after else None}
                conn.execute(step.update().where(_row(found)).values(facts=facts))
            if after is None:
                return

    def _mark(self, found: OpenStep) -> None:
        other = sa.select(step.c.number).where(step.c.revision == found.revision, step.c.done_at.is_(None))
        with self.store.write() as conn:
            conn.execute(step.update().where(_row(found)).values(done_at=datetime.now(UTC)))
            if conn.execute(other.limit(1)).first() is None:
                here = sa.and_(revision.c.id == found.revision, revision.c.state == LIVE)
                conn.execute(revision.update().where(here).values(state=FINISHED))


def _row(found: OpenStep) -> sa.ColumnElement[bool]:
    return sa.and_(step.c.revision == found.revision, step.c.number == found.number)


def _recoding(found: OpenStep) -> Refresh:
    def work(conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None) -> UUID | None:
        return recode(conn, catalog, found.facts, after=after)

    return work


def _said(found: OpenStep) -> Message:
    return Message(found.facts["text"], found.facts["said"])
