"""Imports as jobs: every row looked at, then written batch by batch, each once though a worker dies; and taken back.

A batch commits with what became of its rows and with how far the job came. It runs with the rights that whoever asked
for it has when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.jobs.exporting import folder_of
from hanok.engine.jobs.job import LIVING, SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.telling import told_import
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.bulk import BACK_ALREADY
from hanok.engine.records.importing import keeping, undoing
from hanok.engine.records.importing.item import Item
from hanok.engine.records.importing.job import Outcome
from hanok.engine.records.importing.keeping import (
    CHANGED,
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    FAILED,
    LOOKED_AT,
    NEW,
    RUNNING,
    UNDOING,
    UNDONE,
    WRITTEN,
    Import,
    Kept,
)
from hanok.engine.records.importing.keys import find_records
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.opening import open_sheet
from hanok.engine.records.importing.run import batches, one_batch
from hanok.engine.records.importing.sheet import Row, Sheet
from hanok.engine.store.job_tables import job as jobs

CHECK, KEY, UNDO = "records.import.check", "records.import", "records.import.undo"
#: Rows from which on the database looks anew at what is in the table.
MANY = 1000


# -- asking ------------------------------------------------------------------------------------------------------------
def begin_check(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Import) -> Import:
    """Keeps the mapping and lets every row be looked at; nothing is written. Raises Denied, Refused, and Invalid by
    heading for a mapping that cannot be."""
    keeping.check_may(catalog, actor, plan.module)
    plan.bind(catalog, actor)
    now = keeping.in_state(conn, actor, plan.id, DRAFT, CHECKING, CHECKED)
    if now.state == CHECKING and lives(conn, now):
        raise Refused(keeping.NOT_NOW)
    job = _ask(conn, catalog, actor, plan, CHECK, say("Check of an import: {module}"), plan.look.total)
    keeping.mark(conn, plan, state=CHECKING, job=job)
    return keeping.import_of(conn, actor, plan.id)


def begin(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID, *, leave_out: bool = False) -> Import:
    """Puts a checked import into the queue; `leave_out` says that rows that are wrong are left out.

    Raises NotFound, Denied, and Refused: also when it has begun already, so that it never runs twice.
    """
    plan = keeping.in_state(conn, actor, id, CHECKED)
    keeping.check_may(catalog, actor, plan.module)
    known = keeping.counts(conn, plan)
    if known.get((FAILED, LOOKED_AT)) and not leave_out:
        raise Refused(say("Some rows are wrong. Mend the file, or say that these rows are left out."))
    if not (known.get((NEW, LOOKED_AT)) or known.get((CHANGED, LOOKED_AT))):
        raise Refused(say("There is nothing to import in this file."))
    job = _ask(conn, catalog, actor, plan, KEY, say("Import: {module}"), plan.look.total)
    keeping.mark(conn, plan, state=RUNNING, job=job)
    return keeping.import_of(conn, actor, id)


def begin_undo(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Import:
    """Takes an import back, or what a run that was cut off wrote. Raises NotFound, and Refused: also a second time."""
    plan = keeping.import_of(conn, actor, id, lock=True)
    if plan.state in (UNDOING, UNDONE):
        raise Refused(BACK_ALREADY)
    if plan.state not in (RUNNING, DONE) or lives(conn, plan):
        raise Refused(say("This import is still under way."))
    job = _ask(conn, catalog, actor, plan, UNDO, say("Undo of an import: {module}"), undoing.size_of(conn, plan))
    keeping.mark(conn, plan, state=UNDOING, job=job)
    return keeping.import_of(conn, actor, id)


def lives(conn: sa.Connection, plan: Import) -> bool:
    """Whether somebody is at it, or will be."""
    if plan.state not in (CHECKING, RUNNING, UNDOING):
        return False
    return conn.scalar(sa.select(jobs.c.state).where(jobs.c.id == plan.job)) in LIVING


def _ask(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Import, kind: str, title: Message, total: int
) -> UUID:
    language = actor.language or catalog.app.languages[0]
    plural = in_language(seen(catalog, actor).module(plan.module).plural, language)
    return enqueue(conn, kind, {"import": str(plan.id), "total": total}, priority=SOON, actor=actor,
                   title=replace(title, facts={"module": plural}))  # fmt: skip


# -- looking and writing -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Under:
    """An import under way: what was asked for, its file, and the job that runs it."""

    work: Work
    state: str
    sheet: Sheet

    def plan(self, conn: sa.Connection, actor: Actor) -> Import:
        """What was asked for, held until the transaction ends. Raises GiveUp when it is not under way any more."""
        return _plan(self.work, conn, actor, self.state)


def check(work: Work) -> dict[str, int]:
    """Looks at every row, and begins anew where it was cut off."""
    ledger, done = Ledger(), 0
    with _given_up(), _opened(work, CHECKING) as under:
        work.write(lambda conn, catalog: keeping.clear_rows(conn, under.plan(conn, work.actor(conn, catalog))))
        for rows in batches(under.sheet.rows()):
            with work.read() as (conn, catalog):
                actor = work.actor(conn, catalog)
                job = _plan(work, conn, actor).order(actor).bind(catalog, under.sheet)
                outcomes, above = one_batch(conn, job, ledger, rows, write=False)
            ledger.absorb(above)
            work.write(_noting(under, outcomes))
            done += len(rows)
            work.progress(done, max(done, under.sheet.total))
        return _end(work, under, CHECKED, done)


def run(work: Work) -> dict[str, int]:
    """The checkpoint is the number of the last row that was written. Rows above it are only asked for their keys."""
    ledger, done, last = Ledger(), 0, int(work.checkpoint or 0)
    with _given_up(), _opened(work, RUNNING) as under:
        for rows in batches(under.sheet.rows()):
            behind, ahead = [row for row in rows if row.number <= last], [row for row in rows if row.number > last]
            if behind:
                _recall(work, under, ledger, behind)
            if ahead:
                above = work.write(_writing(under, ledger, ahead), checkpoint=ahead[-1].number)
                ledger.absorb(above)
            done += len(rows)
            work.progress(done, max(done, under.sheet.total))
        with work.read() as (_, catalog):
            table = catalog.module(_module(work)).table.name
        if done >= MANY:
            work.surroundings.live.store.analyze(table, "hanok_search")
        return _end(work, under, DONE, done)


def _writing(under: Under, ledger: Ledger, rows: list[Row]) -> Callable[[sa.Connection, Catalog], Ledger]:
    def effect(conn: sa.Connection, catalog: Catalog) -> Ledger:
        actor = under.work.actor(conn, catalog)
        plan = under.plan(conn, actor)
        outcomes, above = one_batch(conn, plan.order(actor).bind(catalog, under.sheet), ledger, rows, write=True)
        keeping.note(conn, plan, outcomes, WRITTEN)
        return above

    return effect


def _noting(under: Under, outcomes: Sequence[Outcome]) -> Callable[[sa.Connection, Catalog], None]:
    def effect(conn: sa.Connection, catalog: Catalog) -> None:
        keeping.note(conn, under.plan(conn, under.work.actor(conn, catalog)), outcomes, LOOKED_AT)

    return effect


def _recall(work: Work, under: Under, ledger: Ledger, rows: Sequence[Row]) -> None:
    """The keys that rows used which a former run wrote, so that no row below uses one again."""
    with work.read() as (conn, catalog):
        actor = work.actor(conn, catalog)
        job = _plan(work, conn, actor).order(actor).bind(catalog, under.sheet)
        find_records(conn, job, ledger, [Item(row) for row in rows if not row.fault], lock=False)


def _end(work: Work, under: Under, state: str, done: int) -> dict[str, int]:
    def last(conn: sa.Connection, catalog: Catalog) -> None:
        plan = under.plan(conn, work.actor(conn, catalog))
        keeping.mark(conn, plan, state=state) if state == CHECKED else keeping.finish(conn, plan, state)
        if state == DONE:
            told_import(conn, catalog, work.actor(conn, catalog), plan)

    work.finish(last, result={"import": work.payload["import"], "rows": done})
    return {"rows": done}


@contextmanager
def _opened(work: Work, state: str) -> Iterator[Under]:
    """The file of the import on this machine, for as long as it takes."""
    blobs = work.surroundings.blobs
    if blobs is None:
        raise GiveUp(say("This site keeps no files: its setting `files` says no place for them."))
    with folder_of(work) as folder:
        with work.read() as (conn, catalog):
            plan = _plan(work, conn, work.actor(conn, catalog))
            path = keeping.bring(conn, blobs, plan, folder)
        yield Under(work, state, open_sheet(path, sheet=plan.look.sheet, delimiter=plan.look.delimiter))


# -- back --------------------------------------------------------------------------------------------------------------
def undo(work: Work) -> None:
    """What is still to be taken back says itself how far it came."""
    done, above = work.checkpoint or 0, None

    def step(conn: sa.Connection, catalog: Catalog) -> Sequence[Kept]:
        actor = work.actor(conn, catalog)
        plan = _plan(work, conn, actor, UNDOING)
        rows = undoing.to_take_back(conn, plan, above=above)
        undoing.take_back(conn, seen(catalog, actor), actor, plan, rows)
        return rows

    with _given_up():
        while rows := work.write(step, checkpoint=done):
            done, above = done + len(rows), rows[-1].number
            work.progress(done, max(done, work.payload["total"]))
        work.finish(lambda conn, catalog: keeping.finish(conn, _plan(work, conn, work.actor(conn, catalog)), UNDONE),
                    result={"import": work.payload["import"], "rows": done})  # fmt: skip


def _plan(work: Work, conn: sa.Connection, actor: Actor, state: str = "") -> Import:
    """What was asked for; held until the transaction ends where it is to be in a `state`. Raises GiveUp."""
    found = keeping.import_of(conn, actor, UUID(work.payload["import"]), lock=bool(state))
    if state and found.state != state:
        raise GiveUp(say("This import is not under way any more."))
    return found


def _module(work: Work) -> str:
    with work.read() as (conn, catalog):
        return _plan(work, conn, work.actor(conn, catalog)).module


@contextmanager
def _given_up() -> Iterator[None]:
    """What would not be otherwise the next time is no reason to try again."""
    try:
        yield
    except Invalid as wrong:
        raise GiveUp(next((each for told in wrong.errors.values() for each in told), wrong.message)) from wrong
    except (Denied, NotFound, Refused) as no:
        raise GiveUp(no.message) from no


KINDS = (
    Kind(CHECK, say("Check of an import"), check, attempts=3, long=True, own=True, tells=False),
    Kind(KEY, say("Import"), run, attempts=3, long=True, own=True),
    Kind(UNDO, say("Undo of an import"), undo, attempts=3, long=True, own=True),
)
