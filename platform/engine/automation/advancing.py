"""One transaction of a run: its beginning, and as many steps as fit in, each told in the trace."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.automation import guard
from hanok.engine.automation.acting import answers_of, who_acts
from hanok.engine.automation.coming import Came, Sending
from hanok.engine.automation.course import Course
from hanok.engine.automation.ending import BEGINNING, unfit
from hanok.engine.automation.run import (
    DONE,
    FAILED,
    LIVING,
    RUNNING,
    SKIPPED,
    STOPPED,
    WAITING,
    Run,
    run_of,
)
from hanok.engine.automation.seeing import asked_of, event_of, record_of
from hanok.engine.automation.steps import STEPS
from hanok.engine.automation.steps.base import Doing, Done, Into, Pause, StepKind, Stop
from hanok.engine.automation.tracing import Trace, error_told, message_told
from hanok.engine.automation.versions import version_of
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.conditions.operands import NOBODY
from hanok.engine.errors import Conflict, HanokError, Message, StaleCatalog, say, written
from hanok.engine.fields import Linked
from hanok.engine.jobs.kinds import LONGEST_WAIT
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.records import Record
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.steps import Running
from hanok.engine.store.automation_tables import run as run_table
from hanok.engine.store.moments import here

#: How much one transaction does: others want to write, too.
MOST_STEPS, LONGEST = 50, 0.5
#: What another try may help with.
PASSING = (Conflict, StaleCatalog)
NOTHING: Any = object()
GONE = say("The record is not there any more.")
UNKNOWN = say("There are no steps of the kind “{kind}” here.")


class Advance:
    """A run within one transaction. `traced` are the rows of the trace that it wrote."""

    def __init__(
        self, conn: sa.Connection, catalog: Catalog, run: Run, workflow: Workflow, *,
        surroundings: Surroundings | None = None, dry: bool = False, kinds: Mapping[str, StepKind] = STEPS,
    ) -> None:  # fmt: skip
        self.conn = conn
        self.actor: Actor = who_acts(conn, catalog, workflow, run)
        self.catalog = catalog = seen(catalog, self.actor)
        self.run = run
        self.workflow = workflow
        self.surroundings = surroundings
        self.dry = dry
        self.kinds = kinds
        self.course = Course.of(workflow.do, run.checkpoint) if run.checkpoint else Course(workflow.do)
        self.trace = Trace(run.id, self.course.number)
        self.seen = run.seen
        self.record, self.alive = self._record()
        asked = answers_of(conn, catalog, self.actor, workflow, run)
        record = self.record or _nothing(workflow.module)
        self.words = Words(conn, catalog, self.actor, record, workflow.ask, asked)
        self.running = Running(self.words, self.record if self.alive else None, despite_duplicates=True)

    def _record(self) -> tuple[Record | None, bool]:
        if self.run.record is None:
            return None, False
        return record_of(self.conn, self.catalog, self.actor, self.workflow.module, self.run.record)

    # -- the beginning ---------------------------------------------------------------------------------------------
    def begin(self) -> Came | None:
        """Asks the conditions and the guard; where they end the run, how."""
        began = time.monotonic()
        told: dict[str, Any] = {"trigger": self.run.trigger}
        if self.run.record is not None and self.record is None:
            return self._over(SKIPPED, BEGINNING, told | message_told(GONE), began)
        if self.workflow.when is not None and self.record is not None:
            told["when"] = self._when()
            if not told["when"]["held"]:
                return self._over(SKIPPED, BEGINNING, told, began)
        self.seen = guard.seen_by(self.catalog, self.workflow, self.record)
        if guard.repeats(self.conn, self.run, self.seen):
            return self._over(STOPPED, BEGINNING, told | message_told(guard.REPEATS), began, guard.REPEATS)
        if not guard.may_run(self.conn, self.run, self.workflow):
            return self._over(SKIPPED, BEGINNING, told | message_told(guard.RAN_ALREADY), began)
        self.trace.add(BEGINNING, "trigger", DONE, told, began)
        return None

    def _when(self) -> Mapping[str, Any]:
        assert self.workflow.when is not None and self.record is not None, "asked before"
        module = self.catalog.module(self.workflow.module)
        cause = self.run.cause
        event = event_of(self.catalog, module, cause["changes"], new=cause["new"])
        return asked_of(self.conn, self.catalog, self.actor, self.workflow.when, self.record.values, event)

    # -- the steps -------------------------------------------------------------------------------------------------
    def go(self, most: int = MOST_STEPS, longest: float = LONGEST) -> Came:
        """Does steps until the run ends, waits, sends something, or others want the database."""
        end, count = time.monotonic() + longest, 0
        while True:
            step = self.course.step()
            if step is None:
                return self._ended(DONE)
            if count >= most or (count and time.monotonic() > end):
                return self._kept(RUNNING, again=True)
            came = self._sends_again(step) or self._step(step)
            if came is not None:
                return came
            count += 1

    def _step(self, step: Step) -> Came | None:
        began, path, kind = time.monotonic(), self.course.path, self.kinds.get(step.kind)
        if kind is None:
            unknown = say(UNKNOWN.text, kind=step.kind)
            return self._over(FAILED, path, message_told(unknown), began, unknown, kind=step.kind)
        try:
            with self.conn.begin_nested():
                done = kind.do(self._doing(path), step)
        except PASSING:
            raise
        except HanokError as error:
            return self._over(FAILED, path, error_told(error), began, error.message, kind=step.kind)
        return self._done(kind, path, done, began)

    def _doing(self, path: str) -> Doing:
        """The step at this path, as its kind sees it."""
        self._turn_to(self.course.subject)
        record = None if self.record is None else self.words.record
        return Doing(
            self.conn, self.catalog, self.actor, self.running, self.words, record, self.run, path,
            self.trace.key(path), self.surroundings, self.dry, self.course.held,
        )  # fmt: skip

    def _turn_to(self, subject: Linked | None) -> None:
        """Has the steps be about this record, or about that of the run, as it is by now."""
        id = subject.id if subject else self.run.record
        present = self.running.subject
        if id is None or (present is not None and present.id == id):
            return
        found, alive = record_of(
            self.conn, self.catalog, self.actor, subject.module if subject else self.workflow.module, id
        )
        self.running.subject = found if alive else None
        if subject is None and found is not None:
            self.words.record = found

    def _done(self, kind: StepKind, path: str, done: Done, began: float) -> Came | None:
        match done:
            case Pause():
                return self._pauses(kind, path, done, began)
            case Into():
                self._tell(path, kind.key, DONE, done.told, began)
                self.course.enter(done.steps, done.subjects)
                return None
            case Stop() if done.message is None:
                self._tell(path, kind.key, DONE, done.told, began)
                return self._ended(DONE)
            case Stop():
                why = {**done.told, "error": written(done.message)}
                return self._over(STOPPED, path, why, began, done.message, kind=kind.key)
        assert isinstance(done, Mapping), "what a step returns"
        if kind.how == "outside" and not self.dry:
            return self._sends(kind, path, done, began)
        told = {"request": dict(done)} if kind.how == "outside" else done
        self._tell(path, kind.key, DONE, told, began)
        self.course.past()
        return None

    def _pauses(self, kind: StepKind, path: str, pause: Pause, began: float) -> Came | None:
        if self.dry:
            due = pause.due.isoformat() if pause.due else None
            self.trace.add(path, kind.key, WAITING, {**pause.told, "due": due}, began)
            self.course.past()
            return None
        self._tell(path, kind.key, WAITING, pause.told, began)
        self.course.held = pause.held
        return self._kept(WAITING, due=pause.due, watches=pause.watches)

    # -- what leaves the house -------------------------------------------------------------------------------------
    def _sends(self, kind: StepKind, path: str, request: Mapping[str, Any], began: float) -> Came:
        row = self._tell(path, kind.key, WAITING, {"request": dict(request)}, began)
        self.course.asked = {"row": row, "request": dict(request)}
        return self._kept(RUNNING, sending=Sending(kind, request, self.trace.key(path)))

    def _sends_again(self, step: Step) -> Came | None:
        """The request that was made already, where the run is at one: nobody knows whether it left."""
        if not self.course.asked or "request" not in self.course.asked:
            return None
        sending = Sending(self.kinds[step.kind], self.course.asked["request"], self.trace.key(self.course.path))
        return self._kept(RUNNING, sending=sending)

    def answered(self, answer: Any) -> Came:
        """Goes on after the request was answered."""
        step, began, path = self._asking()
        kind, request = self.kinds[step.kind], self.course.asked["request"]
        told: dict[str, Any] = {"answer": answer}
        if kind.settle is not None:
            try:
                with self.conn.begin_nested():
                    told = dict(kind.settle(self._doing(path), step, request, answer))
            except PASSING:
                raise
            except HanokError as error:
                wrong = {"request": request, **error_told(error)}
                return self._over(FAILED, path, wrong, began, error.message, kind=kind.key)
        self._tell(path, kind.key, DONE, {"request": request, **told}, began)
        self.course.past()
        return self.go()

    def unanswered(self, why: Message, wait: timedelta | None) -> Came:
        """Tries the request again after `wait`, doubled each time; without one, or after many tries, the run fails."""
        step, began, path = self._asking()
        kind, request = self.kinds[step.kind], self.course.asked["request"]
        told = {"request": request, "error": written(why)}
        if wait is None or self.course.tries + 1 >= kind.tries:
            self.course.tries += 1
            return self._over(FAILED, path, told, began, why, kind=kind.key)
        self.course.tries += 1
        self._tell(path, kind.key, WAITING, told, began)
        doubled = min(wait * 2 ** (self.course.tries - 1), LONGEST_WAIT)
        return self._kept(WAITING, due=datetime.now(UTC) + max(wait, doubled))

    def _asking(self) -> tuple[Step, float, str]:
        step = self.course.step()
        assert step is not None and self.course.asked, "a request was made"
        return step, time.monotonic(), self.course.path

    # -- how it ends -----------------------------------------------------------------------------------------------
    def _tell(self, path: str, kind: str, state: str, told: Mapping[str, Any], began: float) -> int:
        """Writes the row of a step, or what became of it where there is one already; its number."""
        if self.course.asked is not None:
            number: int = self.course.asked["row"]
            self.trace.again(self.conn, number, state, told, self.course.tries)
            return number
        row = self.trace.add(path, kind, state, told, began)
        if state == WAITING:
            self.course.asked = {"row": row.number}
        return row.number

    def _over(
        self, state: str, path: str, told: Mapping[str, Any], began: float, message: Message | None = None, *,
        kind: str = "trigger",
    ) -> Came:  # fmt: skip
        """Ends the run with a row of the trace."""
        self._tell(path, kind, state, told, began)
        return self._ended(state, message)

    def _ended(self, state: str, message: Message | None = None) -> Came:
        self.course.number = self.trace.next
        self.trace.write(self.conn)
        kept = self.course.kept() if state == FAILED else None  # it may go on from there (`steering.resume`)
        ended = {"state": state, "error": written(message), "ended_at": here(self.conn), "checkpoint": kept}
        self._keep(ended | {"due": None, "watches": False})
        return Came(state)

    def _kept(
        self, state: str, *, again: bool = False, due: datetime | None = None, watches: bool = False,
        sending: Sending | None = None,
    ) -> Came:  # fmt: skip
        self.course.number = self.trace.next
        self.trace.write(self.conn)
        self._keep({"state": state, "checkpoint": self.course.kept(), "due": due, "watches": watches})
        return Came(state, again, due, sending)

    def _keep(self, values: Mapping[str, Any]) -> None:
        started = {"started_at": sa.func.coalesce(run_table.c.started_at, here(self.conn)), "seen": self.seen}
        self.conn.execute(run_table.update().where(run_table.c.id == self.run.id).values({**started, **values}))


def advance(
    conn: sa.Connection, catalog: Catalog, id: UUID, surroundings: Surroundings | None, *,
    answer: Any = NOTHING, unanswered: tuple[Message, timedelta | None] | None = None,
) -> Came:  # fmt: skip
    """One transaction of a run, from where it had come to; after something was sent, with the `answer` or why none."""
    found = run_of(conn, id, lock=conn.dialect.name == "postgresql")
    if found.state not in LIVING:
        return Came(found.state)
    try:
        one = Advance(conn, catalog, found, version_of(conn, catalog, found), surroundings=surroundings)
    except HanokError as error:
        return unfit(conn, found, error)
    if unanswered is not None:
        return one.unanswered(*unanswered)
    if answer is not NOTHING:
        return one.answered(answer)
    came = one.begin() if found.checkpoint is None else None
    return came or one.go()


def _nothing(module: str) -> Record:
    """What the words of a run name that is about no record."""
    return Record(module, NOBODY, 0, "")
