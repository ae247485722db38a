"""A worker: a process that takes jobs and runs them, relays the outbox and fires schedules.

One thread decides what to do next, several run jobs, and one has the pulse. Every worker does all of it; the rows say
who was first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event, Lock, Thread
from uuid import UUID

import sqlalchemy as sa
import structlog

from hanok.engine.jobs import claiming, outbox, running, schedules
from hanok.engine.jobs.job import Job
from hanok.engine.jobs.kinds import Kinds
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.jobs.pulse import Pulse
from hanok.engine.jobs.running import Outcome
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import Work
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import worker as worker_table

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
#: How long a worker with nothing to do waits before it looks again, in seconds.
IDLE = 0.5
PULSE = 1.0
#: How long jobs that are under way get to end when the worker shall stop.
GRACE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended, for whoever counts them: `seconds` that it took, `waited` seconds since it was due."""

    job: Job
    outcome: Outcome
    seconds: float
    waited: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """What there is to do."""

    events: bool
    ticks: bool
    lapsed: bool
    due: bool


class Worker:
    """Runs the jobs of a site on so many threads, until it is stopped. `told` hears of every run that ended."""

    def __init__(
        self, surroundings: Surroundings, kinds: Kinds, *, threads: int = 2, subscribers: Sequence[Subscriber] = (),
        lease: timedelta = LEASE, told: Sequence[Callable[[Ended], None]] = (),
    ) -> None:  # fmt: skip
        self.id: UUID = new_id()
        self.surroundings = surroundings
        self.kinds = kinds
        self.threads = threads
        self.subscribers = tuple(subscribers)
        self.lease = lease
        self.told = tuple(told)
        self.ran = 0
        self._long = frozenset(key for key, kind in kinds.items() if kind.long)
        self._running: dict[tuple[UUID, int], Work] = {}
        self._beats = Pulse(surroundings.store, self.id, threads, lease)
        self._failures: dict[str, str] = {}
        self._looked = self._beat = float("-inf")
        self._lock = Lock()
        self._wake, self._stopping, self._ended = Event(), Event(), Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hanok-job")
        self._helpers = [
            Thread(target=target, name=name, daemon=True)
            for name, target in (("hanok-worker", self._dispatch), ("hanok-pulse", self._pulse))
        ]

    def start(self) -> Worker:
        self._beat = time.monotonic()
        for thread in self._helpers:
            thread.start()
        return self

    @property
    def busy(self) -> int:
        """How many jobs it runs."""
        return len(self._running)

    def nudge(self) -> None:
        """Says that there may be something to do, so that it looks at once."""
        self._wake.set()

    def stop(self, grace: timedelta = GRACE) -> None:
        """Takes nothing more, lets what runs end for so long, and gives the rest back to the queue."""
        self._stopping.set()
        self._wake.set()
        end = time.monotonic() + grace.total_seconds()
        while self._running and time.monotonic() < end:
            time.sleep(0.02)
        for work in list(self._running.values()):
            work.lose()
        self._ended.set()
        for thread in self._helpers:
            if thread.is_alive():
                thread.join(timeout=5)
        self._pool.shutdown(wait=not self._running, cancel_futures=True)
        with self.surroundings.store.write() as conn:
            claiming.release(conn, self.id)
            conn.execute(worker_table.delete().where(worker_table.c.id == self.id))

    def run_until_idle(self) -> int:
        """Does everything that is due, here and now, one job after the other; how many jobs ran."""
        count = 0
        while True:
            seen = self._look_around(by_the_clock=True)
            came = sum([act() for act in self._acts(seen)])
            with self.surroundings.store.write() as conn:
                taken = claiming.claim(conn, self.id, 1, lease=self.lease, kinds=self.kinds)
            for one in taken:
                work = Work(one, self.surroundings, lease=self.lease)
                self._tell(one, running.run(work, self.kinds[one.kind]), 0.0)
                count += 1
            if not taken and not came:
                return count

    # -- what to do next -------------------------------------------------------------------------------------------
    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()  # before it looks: who nudges it while it looks makes it look again
            if not self._guarded("dispatch", self._step):
                self._wake.wait(IDLE)

    def _step(self) -> bool:
        """Relays, fires, takes back, and hands free threads jobs; whether there may be more at once."""
        now = time.monotonic()
        by_the_clock = now - self._looked >= PULSE
        seen = self._look_around(by_the_clock=by_the_clock)
        self._looked = now if by_the_clock else self._looked
        came = [self._guarded(act.__name__, act) for act in self._acts(seen)]
        return (self._guarded("take", self._take) if seen.due or any(came) else False) or any(came)

    def _look_around(self, *, by_the_clock: bool) -> _Seen:
        """Looks first by reading, so that a quiet site has no writer."""
        with self.surroundings.store.read() as conn:
            return _Seen(
                events=outbox.has_events(conn),
                ticks=by_the_clock and schedules.is_due(conn),
                lapsed=by_the_clock and claiming.has_lapsed(conn, but=self._mine()),
                due=len(self._running) < self.threads and claiming.is_due(conn, self.kinds),
            )

    def _acts(self, seen: _Seen) -> list[Callable[[], bool]]:
        """What to do about what was seen. Each says whether something came of it, and holds up no other."""
        acts = ((seen.lapsed, self._take_back), (seen.ticks, self._fire), (seen.events, self._relay))
        return [act for there, act in acts if there]

    def _take_back(self) -> bool:
        with self.surroundings.store.write() as conn:
            found = claiming.take_back(conn, but=self._mine())
        if found:
            log.warning("jobs taken back from a worker that died", jobs=len(found))
        return bool(found)

    def _fire(self) -> bool:
        with self.surroundings.store.write() as conn:
            return bool(schedules.fire(conn))

    def _relay(self) -> bool:
        with self.surroundings.store.write() as conn:
            return bool(outbox.relay(conn, self.subscribers))

    def _take(self) -> bool:
        """Takes as many jobs as there are free threads."""
        with self.surroundings.store.write() as conn:
            taken = self._claim(conn, self.threads - len(self._running), self._running)
        for one in taken:
            self._hand(one)
        return bool(taken) and len(self._running) < self.threads

    def _claim(self, conn: sa.Connection, free: int, beside: Collection[tuple[UUID, int]]) -> list[Job]:
        """One thread is left for what is short. A worker whose pulse is silent takes none: it could not keep them."""
        if free <= 0 or self._stopping.is_set() or time.monotonic() - self._beat > self.lease.total_seconds():
            return []
        works = [work for key, work in list(self._running.items()) if key in beside]
        room = max(1, self.threads - 1) - sum(self.kinds[work.job.kind].long for work in works)
        return claiming.claim(
            conn, self.id, free, lease=self.lease, kinds=self.kinds, long=self._long, most_long=room
        )

    def _claim_next(self, after: Job, conn: sa.Connection) -> Job | None:
        """The job that the thread does next, in the transaction that ends the one before: one commit for both."""
        beside = self._running.keys() - {(after.id, after.claims)}
        return next(iter(self._claim(conn, 1 if len(beside) < self.threads else 0, beside)), None)

    def _hand(self, one: Job) -> None:
        if not self._stopping.is_set():  # `stop` gives it back
            self._pool.submit(self._run, self._begin(one)).add_done_callback(_complain)

    def _begin(self, one: Job) -> Work:
        work = Work(one, self.surroundings, lease=self.lease, then=partial(self._claim_next, one))
        with self._lock:
            self._running[one.id, one.claims] = work
        return work

    def _mine(self) -> list[UUID]:
        return [id for id, _ in list(self._running)]

    def _run(self, first: Work) -> None:
        """Runs a job, and those that it takes one after the other."""
        work: Work | None = first
        while work:
            work = self._run_one(work)
        self._wake.set()

    def _run_one(self, work: Work) -> Work | None:
        """Runs it; the one after it."""
        began = time.monotonic()
        try:
            outcome = running.run(work, self.kinds[work.job.kind])
        except sa.exc.DBAPIError as error:
            outcome = Outcome(running.LOST)  # the database is away; the lease ends and somebody takes it up again
            log.error("a job could not be written", job=str(work.job.id), error=str(error))
        finally:
            following = self._begin(work.following) if work.following else None
            with self._lock:  # by its claim, too: the same job may be under way again already
                self._running.pop((work.job.id, work.job.claims), None)
        self._tell(work.job, outcome, time.monotonic() - began)
        return following

    def _tell(self, one: Job, outcome: Outcome, seconds: float) -> None:
        with self._lock:
            self.ran += 1
        waited = max(0.0, (one.lease_until - self.lease - one.due).total_seconds()) if one.lease_until else 0.0
        for tell in self.told:
            try:
                tell(Ended(one, outcome, seconds, waited))
            except Exception as error:  # who counts must not stop who works
                log.error("a run that ended could not be told", error=str(error), exc_info=error)

    def _guarded(self, what: str, act: Callable[[], bool]) -> bool:
        """What it says; False when it fails, which is told once. Nobody would start these threads again."""
        try:
            found = act()
            self._failures.pop(what, None)
            return found
        except Exception as error:  # as it says
            if self._failures.get(what) != str(error):
                self._failures[what] = str(error)
                with suppress(Exception):  # a log that cannot be written does not end the thread, either
                    log.error("worker failed", at=what, error=str(error), exc_info=error)
            return False

    # -- the pulse -------------------------------------------------------------------------------------------------
    def _pulse(self) -> None:
        every, third = min(PULSE, self.lease.total_seconds() / 6), self.lease.total_seconds() / 3
        kept = -third
        while True:
            now = time.monotonic()
            if now - kept < third:
                self._guarded("pulse", self._look)
            elif self._guarded("pulse", self._keep):
                kept = self._beat = now
            if self._ended.wait(every):
                return

    def _keep(self) -> bool:
        self._beats.keep(list(self._running.values()), ran=self.ran)
        return True

    def _look(self) -> bool:
        self._beats.look(list(self._running.values()))
        return True


def _complain(done: Future[None]) -> None:
    """What a thread of the pool raised would be silent."""
    error = None if done.cancelled() else done.exception()
    if error is not None:
        log.error("worker thread failed", error=str(error), exc_info=error)
