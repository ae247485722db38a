"""A dry run: what a workflow would do with records, or would have done when something happened to them.

Nothing is done: the steps are the real ones, in one transaction that is taken back. What would leave the house is made
and not sent, waits are told and passed. What a run changes the next one sees, and what that would begin is begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.advancing import Advance
from hanok.engine.automation.beginning import ran_already, write_run
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.events import KINDS, cause_of, concerns, title_of
from hanok.engine.automation.run import LIVING, RUNNING, Run, run_of
from hanok.engine.automation.tracing import Traced
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Message
from hanok.engine.fields import Linked
from hanok.engine.jobs.outbox import Event
from hanok.engine.jobs.surroundings import House
from hanok.engine.store import Store
from hanok.engine.store.tables import audit, outbox

T = TypeVar("T")
#: How many runs one dry run tells of, and how long it holds the database, in seconds.
MOST, LONGEST = 200, 5.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One run as it would be: `at` is when what began it happened (None: now), `state` and `error` how it would end."""

    record: Linked | None
    at: datetime | None
    depth: int
    state: str
    error: Message | None
    steps: tuple[Traced, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """What happened from `since` on (included) until `until` (not), aware moments."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The runs that would be, in their order; `cut` says that there would be more."""

    runs: tuple[Tried, ...]
    cut: bool = False


def dry_run(
    live: House, workflow: Workflow, over: Sequence[Linked] | Period, *, catalog: Catalog | None = None,
    most: int = MOST,
) -> Outcome:  # fmt: skip
    """What a workflow, also one of a draft's `catalog`, would do with these records, or with what happened then.

    Records are taken as if its trigger had named them just now. The past is what the trail tells: fields that it does
    not keep have not changed for a dry run.
    """
    known = catalog or live.catalog

    def tried(conn: sa.Connection) -> Outcome:
        return _Trying(conn, known, workflow, most).of(over)

    return taken_back(live.store, tried)


class _TakenBackError(Exception):
    """Ends a transaction without a commit."""


def taken_back(store: Store, work: Callable[[sa.Connection], T]) -> T:
    """The result of `work` in a transaction that is taken back."""
    found: list[T] = []
    try:
        with store.write() as conn:
            found.append(work(conn))
            raise _TakenBackError
    except _TakenBackError:
        return found[0]


Begun = tuple[Linked | None, Cause, datetime | None]


class _Trying:
    """The runs of one dry run, in the order in which one worker would do them."""

    def __init__(self, conn: sa.Connection, catalog: Catalog, workflow: Workflow, most: int) -> None:
        self.conn = conn
        self.catalog = catalog
        self.workflow = workflow
        self.most = most
        self.end = monotonic() + LONGEST
        self.last = conn.scalar(sa.select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1))

    def of(self, over: Sequence[Linked] | Period) -> Outcome:
        waiting: deque[Begun] = deque(self._past(over) if isinstance(over, Period) else map(self._named, over))
        runs: list[Tried] = []
        while waiting and len(runs) < self.most and monotonic() < self.end:
            record, cause, at = waiting.popleft()
            runs.append(self._run(record, cause, at))
            waiting.extend(self._followed())
        return Outcome(tuple(runs), bool(waiting))

    def _named(self, record: Linked) -> Begun:
        kind = self.workflow.trigger.kind
        return record, Cause(kind, new=kind == "created"), None

    def _past(self, period: Period) -> Iterator[Begun]:
        """What the trail keeps of that time that the trigger asks for."""
        wanted = sa.select(audit).where(
            audit.c.module == self.workflow.module, audit.c.at >= period.since, audit.c.at < period.until,
            audit.c.action.in_(_actions(self.workflow)),
        ).order_by(audit.c.id).limit(self.most * 20)  # fmt: skip
        for row in self.conn.execute(wanted).mappings().all():
            payload = {
                "changes": row["changes"], "actor": str(row["actor_id"]) if row["actor_id"] else None,
                "by": row["actor_name"] if row["actor_id"] else "",
            }  # fmt: skip
            topic = f"record.{row['action']}"
            yield from self._concerned(Event(row["id"], row["at"], topic, row["module"], row["record"], payload))

    def _followed(self) -> Iterator[Begun]:
        """What the run before would begin: the events that it left."""
        wanted = sa.select(outbox).order_by(outbox.c.id)
        if self.last is not None:
            wanted = wanted.where(outbox.c.id > self.last)
        for row in self.conn.execute(wanted).mappings().all():
            self.last = row["id"]
            action = row["topic"].removeprefix("record.")
            if row["module"] == self.workflow.module and action in _actions(self.workflow):
                yield from self._concerned(Event(**row))

    def _concerned(self, event: Event) -> Iterator[Begun]:
        if event.record is None or ran_already(self.conn, self.workflow, event.record):
            return
        if concerns(self.conn, self.catalog, self.workflow, event):
            title = title_of(self.conn, self.catalog, event.module, event.record)
            yield Linked(event.module, event.record, title), cause_of(self.workflow, event), event.at

    def _run(self, record: Linked | None, cause: Cause, at: datetime | None) -> Tried:
        id = write_run(self.conn, self.workflow, record, cause)
        found = run_of(self.conn, id)
        steps = self._steps(found) if found.state in LIVING else ()
        ended = run_of(self.conn, id)
        return Tried(record, at, cause.depth, ended.state, ended.error, steps)

    def _steps(self, found: Run) -> tuple[Traced, ...]:
        one = Advance(self.conn, self.catalog, found, self.workflow, dry=True)
        came = one.begin() or one.go(longest=LONGEST)
        return (*one.trace.rows, *(self._rest(found.id) if came.state == RUNNING else ()))

    def _rest(self, id: UUID) -> Iterator[Traced]:
        """What comes behind what fits in one transaction of a real run."""
        while True:
            found = run_of(self.conn, id)
            one = Advance(self.conn, self.catalog, found, self.workflow, dry=True)
            came = one.go(longest=LONGEST)
            yield from one.trace.rows
            if came.state != RUNNING or monotonic() > self.end:
                return


def _actions(workflow: Workflow) -> list[str]:
    """What happens to records that begins it."""
    return [action for action, kinds in KINDS.items() if workflow.trigger.kind in kinds]
