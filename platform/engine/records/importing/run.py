"""A whole import: looked at first, then written at once or not at all; or batch by batch, without what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.errors import HanokError, say
from hanok.engine.records.importing.batch import Batch
from hanok.engine.records.importing.job import Job, Order, Outcome
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.sheet import Row, Sheet

T = TypeVar("T")
BATCH = 500
ATTEMPTS = 3
Seen = Callable[[Outcome], None]
#: Told after each batch what is being done ("check" or "write"), how many rows are done, and of how many (0: unknown).
Progress = Callable[[str, int, int], None]


class Database(Protocol):
    """How a run reaches the database: `deploy.Live`."""

    @property
    def catalog(self) -> Catalog: ...

    def read(self) -> AbstractContextManager[tuple[sa.Connection, Catalog]]: ...

    def write(self, work: Callable[[sa.Connection, Catalog], T]) -> T: ...


@dataclass(slots=True)
class Counts:
    """How many rows became what. `written` says whether anything of it is stored."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    written: bool = False

    def add(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            setattr(self, outcome.action, getattr(self, outcome.action) + 1)


class _SpoiledError(HanokError):
    """Rows were sound when they were looked at, and are no longer: nothing is written."""

    code = "spoiled"
    status = 409

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        super().__init__(say("The data changed while it was imported."))
        self.outcomes = tuple(outcomes)


def check(database: Database, order: Order, sheet: Sheet, *, seen: Seen, progress: Progress) -> Counts:
    """Looks at every row against the database as it is, and writes nothing; no lock is held.

    `seen` is told what would become of each row. Raises what `Order.bind` and `Sheet.rows` raise.
    """
    counts = Counts()
    with database.read() as (conn, catalog):
        for outcomes in _all(conn, order.bind(catalog, sheet), sheet, progress, write=False):
            counts.add(outcomes)
            for outcome in outcomes:
                seen(outcome)
    return counts


def run(database: Database, order: Order, sheet: Sheet, *, seen: Seen, progress: Progress) -> Counts:
    """Writes all rows or none: first `check`, and where nothing failed, one transaction, which checks once more.

    That transaction holds the database's write lock on SQLite and the changed rows' locks on PostgreSQL.
    """
    counts = check(database, order, sheet, seen=seen, progress=progress)
    if counts.failed:
        return counts
    try:
        return database.write(partial(_write_all, order=order, sheet=sheet, progress=progress))
    except _SpoiledError as spoiled:
        for outcome in spoiled.outcomes:
            seen(outcome)
        counts.failed = len(spoiled.outcomes)
        return counts


def run_sound(database: Database, order: Order, sheet: Sheet, *, seen: Seen, progress: Progress) -> Counts:
    """Writes the rows that are sound and leaves out the others, in a transaction for each batch."""
    counts, ledger, done = Counts(written=True), Ledger(), 0
    for rows in batches(sheet.rows()):
        outcomes, above = database.write(partial(_write_batch, order=order, sheet=sheet, ledger=ledger, rows=rows))
        ledger.absorb(above)
        counts.add(outcomes)
        done += len(rows)
        progress("write", done, sheet.total)
        for outcome in outcomes:
            seen(outcome)
    return counts


def _write_batch(
    conn: sa.Connection, catalog: Catalog, *, order: Order, sheet: Sheet, ledger: Ledger, rows: list[Row]
) -> tuple[list[Outcome], Ledger]:
    return one_batch(conn, order.bind(catalog, sheet), ledger, rows, write=True)


def _write_all(conn: sa.Connection, catalog: Catalog, *, order: Order, sheet: Sheet, progress: Progress) -> Counts:
    counts, failed = Counts(written=True), list[Outcome]()
    for outcomes in _all(conn, order.bind(catalog, sheet), sheet, progress, write=True):
        counts.add(outcomes)
        failed += [outcome for outcome in outcomes if outcome.action == "failed"]
    if failed:
        raise _SpoiledError(failed)
    return counts


def _all(
    conn: sa.Connection, job: Job, sheet: Sheet, progress: Progress, *, write: bool
) -> Iterator[list[Outcome]]:
    ledger, done = Ledger(), 0
    for rows in batches(sheet.rows()):
        outcomes, above = one_batch(conn, job, ledger, rows, write=write)
        ledger.absorb(above)
        done += len(rows)
        progress("write" if write else "check", done, sheet.total)
        yield outcomes


def one_batch(
    conn: sa.Connection, job: Job, ledger: Ledger, rows: list[Row], *, write: bool
) -> tuple[list[Outcome], Ledger]:
    """One batch, and what it adds to the ledger. Equal unique values that somebody writes meanwhile are looked at
    again: by then they are seen, and told."""
    for attempt in range(1, ATTEMPTS + 1):
        above = Ledger(ledger)
        try:
            with conn.begin_nested() if write else nullcontext():
                return Batch(conn, job, above, write).run(rows), above
        except sa.exc.IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
