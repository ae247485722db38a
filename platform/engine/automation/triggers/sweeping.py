"""Workflows by the clock: a job that goes through the records of a trigger and begins a run for each.

It goes by batches in the order of ids; each batch commits with how far that is. So memory is that of one batch, and no
record has two runs of one tick though the worker dies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.cause import Cause
from hanok.engine.automation.switching import is_active
from hanok.engine.automation.triggers import due
from hanok.engine.automation.triggers.keeping import DUE, SWEEP, key_of
from hanok.engine.automation.triggers.many import Begun, begin_many
from hanok.engine.automation.triggers.records import after, of_trigger
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import say
from hanok.engine.fields import Linked
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.work import Work
from hanok.engine.store.moments import now
from hanok.engine.store.trigger_tables import sweep

#: Records of one batch.
BATCH = 500
#: How far back it is looked for what came due while no worker ran.
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class At:
    """How far a sweep is, as its checkpoint keeps it: its window (`since` "" where it has none), the record behind
    which it goes on, how many were looked at and begun, of how many in all (0: not counted)."""

    until: str
    since: str = ""
    after: str = ""
    looked: int = 0
    begun: int = 0
    total: int = 0

    @property
    def last(self) -> UUID | None:
        return UUID(self.after) if self.after else None

    @property
    def end(self) -> datetime:
        return datetime.fromisoformat(self.until)

    @property
    def window(self) -> due.Window:
        return datetime.fromisoformat(self.since), self.end

    def behind(self, rows: Sequence[Any], begun: int) -> At:
        last = str(rows[-1].id)
        return replace(self, after=last, looked=self.looked + len(rows), begun=self.begun + begun)


def run(
    work: Work, *, batch: int = BATCH, clock: Callable[[sa.Connection], datetime] = now
) -> Mapping[str, int]:
    """Begins the runs of one tick; how many records were looked at, and how many runs begun."""
    at = At(**work.checkpoint) if work.checkpoint else _first(work, clock)
    while True:
        with work.read() as (conn, catalog):
            workflow = _living(conn, catalog, work)
            rows = list(conn.execute(_rows(catalog, workflow, at, batch))) if workflow else []
        if not rows:
            return _ended(work, at)
        at = _begun(work, at, rows)
        work.progress(at.looked, at.total or None, say("{count} runs begun", count=at.begun))


def _first(work: Work, clock: Callable[[sa.Connection], datetime]) -> At:
    with work.read() as (conn, catalog):
        until, workflow = clock(conn), _living(conn, catalog, work)
        at = At(until.isoformat())
        if workflow is None:
            return at
        if work.job.kind == SWEEP:
            table = catalog.module(workflow.module).table
            found = sa.select(sa.func.count()).where(*of_trigger(catalog, workflow, table, made_by=until))
            return replace(at, total=conn.scalar(found) or 0)
        since = conn.scalar(sa.select(sweep.c.until).where(sweep.c.schedule == key_of(workflow.key)))
        return replace(at, since=max(since or until, until - LONGEST).isoformat())


def _living(conn: sa.Connection, catalog: Catalog, work: Work) -> Workflow | None:
    """The workflow, unless it is gone, rests, or is begun otherwise by now."""
    found = catalog.workflows.get(work.payload["workflow"])
    fits = found is not None and (found.trigger.kind == "schedule") is (work.job.kind == SWEEP)
    return found if found is not None and fits and is_active(conn, found) else None


def _rows(catalog: Catalog, workflow: Workflow, at: At, most: int) -> sa.Select[Any]:
    table = catalog.module(workflow.module).table
    wheres = of_trigger(catalog, workflow, table, made_by=at.end)
    if not at.since:
        return after(table, wheres, at.last, most=most)
    column = due.column_of(catalog, workflow)
    return after(table, [*wheres, due.about(catalog, workflow, at.window)], at.last, column.label("value"), most=most)


def _begun(work: Work, at: At, rows: Sequence[Any]) -> At:
    """Begins the runs of a batch and keeps how far that is, in one transaction."""

    def effect(conn: sa.Connection, catalog: Catalog) -> int:
        workflow = _living(conn, catalog, work)
        if workflow is None:
            return 0
        cause = Cause(workflow.trigger.kind, facts={"tick": str(work.payload.get("tick", at.until))})
        return begin_many(conn, workflow, _several(catalog, workflow, at, rows), cause)

    guess = at.behind(rows, len(rows))
    return at.behind(rows, work.write(effect, checkpoint=asdict(guess)))


def _several(catalog: Catalog, workflow: Workflow, at: At, rows: Sequence[Any]) -> list[Begun]:
    records = [Linked(workflow.module, row.id, row.title or "") for row in rows]
    if not at.since:
        return [Begun(each) for each in records]
    moments = [due.moment_of(catalog, workflow, row.value, at.window) for row in rows]
    return [Begun(each, {"due": moment.isoformat()}) for each, moment in zip(records, moments, strict=True) if moment]


def _ended(work: Work, at: At) -> Mapping[str, int]:
    """The end: the next sweep for what comes due begins where this one ended."""
    result = {"records": at.looked, "runs": at.begun}
    if at.since:
        mine = sa.and_(sweep.c.schedule == key_of(work.payload["workflow"]), sweep.c.until < at.end)
        work.finish(lambda conn, _: conn.execute(sweep.update().where(mine).values(until=at.end)), result=result)
    return result


KINDS = (
    Kind(SWEEP, say("Begin a workflow for many records"), run, long=True),
    Kind(DUE, say("Look for what came due"), run, long=True),
)
