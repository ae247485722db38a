"""A job under way, as the code that does it sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor, Behind
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import HanokError, Message, written
from hanok.engine.jobs.claiming import holding, over
from hanok.engine.jobs.job import DONE, Job
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import here

T = TypeVar("T")
#: Says that a checkpoint stays as it is.
SAME: Any = object()


class LeaseLost(Exception):
    """Another worker has the job by now; nothing that this one writes for it commits."""


class Cancelled(Exception):
    """Somebody cancelled the job. What it committed before stays."""


class Later(Exception):
    """Not now, and that is no failure: the job goes on after `wait` from where it had come to."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


class GiveUp(HanokError):
    """Trying again would not help: the job becomes a dead letter at once, with this message."""

    code = "given_up"
    status = 500


class Work:
    """One run of a job. `payload` is what it was asked with, `checkpoint` what its last `write` kept.

    All that it changes goes through `write` or `finish`, which commit together with how far it came, and only while
    the job is still this worker's. So code that goes on from its checkpoint changes everything exactly once.
    """

    def __init__(
        self, one: Job, surroundings: Surroundings, *, lease: timedelta | None = None,
        then: Callable[[sa.Connection], Job | None] = lambda conn: None,
    ) -> None:  # fmt: skip
        self.job = one
        self.lease = lease
        #: Takes the next job, in the transaction that ends this one.
        self.then = then
        self.following: Job | None = None
        self.surroundings = surroundings
        self.payload: Mapping[str, Any] = one.payload
        self.checkpoint: Any = one.checkpoint
        self.finished = False
        #: Tells whoever asked for it how it ended, in the transaction that ends it.
        self.tell: Callable[[sa.Connection, str], None] = lambda conn, state: None
        self._lost = self._cancelled = False
        self._kept: tuple[int, int | None, Message | None] = (one.done, one.total, one.message)
        self._told = self._kept if one.checkpoint is not None else (0, None, None)  # it begins anew
        self._lock = Lock()

    @contextmanager
    def read(self) -> Iterator[tuple[sa.Connection, Catalog]]:
        """A snapshot with its catalog."""
        with self.surroundings.live.read() as pair:
            yield pair

    def actor(self, conn: sa.Connection, catalog: Catalog) -> Actor:
        """Whoever asked for the job, with the rights of today; the system where nobody did. Raises NotFound.

        What an administrator asked for in somebody's place leaves both names.
        """
        if self.job.actor_id is None:
            return SYSTEM
        found = actor_with(conn, catalog, self.job.actor_id)
        return replace(found, by=Behind(self.job.by_id, self.job.by_name or "")) if self.job.by_id else found

    def write(self, effect: Callable[[sa.Connection, Catalog], T], *, checkpoint: Any = SAME) -> T:
        """Does `effect` in one write transaction, with the progress and the checkpoint; its result.

        `effect` may run several times (`deploy.Live.write`). Raises LeaseLost and Cancelled.
        """
        self.check()
        began = time.monotonic()
        values = {} if checkpoint is SAME else {"checkpoint": checkpoint}

        def held(conn: sa.Connection, catalog: Catalog) -> T:
            found = effect(conn, catalog)
            self._fence(conn, {**values, **self._renewed(conn, time.monotonic() - began)})
            return found

        found = self.surroundings.live.write(held)
        if checkpoint is not SAME:
            self.checkpoint = checkpoint
        return found

    def finish(self, effect: Callable[[sa.Connection, Catalog], T], *, result: Any = None) -> T:
        """Does `effect` and ends the job in the same transaction. Nothing of the job may come after it."""
        self.check()

        def held(conn: sa.Connection, catalog: Catalog) -> tuple[T, Job | None]:
            found = effect(conn, catalog)
            self.tell(conn, DONE)
            self._fence(conn, ended(conn, result))
            return found, self.then(conn)

        found, self.following = self.surroundings.live.write(held)
        self.finished = True
        return found

    def go_on(self, effect: Callable[[sa.Connection, Catalog], tuple[T, bool]]) -> T:
        """Does `effect`, which says whether the job is done with that: then it ends in the same transaction."""
        self.check()

        def held(conn: sa.Connection, catalog: Catalog) -> tuple[T, bool, Job | None]:
            found, is_done = effect(conn, catalog)
            if is_done:
                self.tell(conn, DONE)
            self._fence(conn, ended(conn, None) if is_done else {})
            return found, is_done, self.then(conn) if is_done else None

        found, self.finished, self.following = self.surroundings.live.write(held)
        return found

    def progress(self, done: int, total: int | None = None, message: Message | None = None) -> None:
        """Says how far it is; written once a second at most. Raises LeaseLost and Cancelled."""
        with self._lock:
            self._told = (int(done), None if total is None else int(total), message)
        self.check()

    def check(self) -> None:
        """Raises LeaseLost when another worker has the job, Cancelled when it shall end. Long loops call it."""
        if self._lost:
            raise LeaseLost
        if self._cancelled:
            raise Cancelled

    # -- for the worker --------------------------------------------------------------------------------------------
    def lose(self) -> None:
        self._lost = True

    def end(self) -> None:
        self._cancelled = True

    def save_progress(self, conn: sa.Connection) -> None:
        """Writes what was told, where it is new; the next time where somebody else has the row."""
        with self._lock:
            told = self._told
        free = sa.select(job.c.id).where(holding(self.job)).with_for_update(skip_locked=True)
        if told != self._kept and conn.execute(free).first():
            conn.execute(job.update().where(holding(self.job)).values(_progress(told)))
            self._kept = told

    def told(self) -> dict[str, Any]:
        """The progress as the row says it."""
        with self._lock:
            return _progress(self._told)

    @property
    def has_news(self) -> bool:
        return self._told != self._kept

    def _renewed(self, conn: sa.Connection, seconds: float) -> dict[str, Any]:
        """After a long transaction a whole lease: on SQLite the pulse could not write meanwhile."""
        if self.lease is None or seconds < self.lease.total_seconds() / 3:
            return {}
        return {"lease_until": here(conn, self.lease)}

    def _fence(self, conn: sa.Connection, values: Mapping[str, Any]) -> None:
        """Comes last: the row is locked no longer than the commit takes, so the worker's own pulse never waits."""
        row = {**self.told(), **values}
        if not conn.execute(job.update().where(holding(self.job)).values(row)).rowcount:
            self._lost = True
            raise LeaseLost


def ended(conn: sa.Connection, result: Any) -> dict[str, Any]:
    """What the row of a job says that is done. One that was asked for meanwhile waits once more."""
    return {**over(DONE, here(conn)), "result": result, "error": None, "checkpoint": None}


def _progress(told: tuple[int, int | None, Message | None]) -> dict[str, Any]:
    return {"done": told[0], "total": told[1], "message": written(told[2])}

