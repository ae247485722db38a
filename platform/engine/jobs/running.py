"""Running one job to its end: done, later, another try, or a dead letter."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from hanok.engine.errors import Conflict, HanokError, Message, StaleCatalog, say, written
from hanok.engine.jobs.claiming import back, holding, over
from hanok.engine.jobs.job import CANCELLED, DONE, FAILED, WAITING
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.telling import told_end
from hanok.engine.jobs.work import Cancelled, Later, LeaseLost, Work, ended
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import here

log = structlog.get_logger(__name__)
#: Says that another worker has it; never stored.
LOST = "lost"
#: Seconds between attempts to write how a job ended.
WAITS = (0.05, 0.5, 2.0, 5.0)
BROKEN = say("The work failed unexpectedly; the log of the server has the details.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: a state of the job, or LOST."""

    state: str
    error: Message | None = None


def run(work: Work, kind: Kind) -> Outcome:
    """Runs a claimed job and writes how it ended. Raises nothing but what the database raises."""
    if kind.own and kind.tells:
        work.tell = lambda conn, state: told_end(conn, work.job, state, kind.label)
    with structlog.contextvars.bound_contextvars(job=str(work.job.id), kind=kind.key, request=work.job.request):
        try:
            result = kind.run(work)
        except LeaseLost:
            return Outcome(LOST)
        except Cancelled:
            return _written(work, Outcome(CANCELLED), lambda conn: over(CANCELLED, here(conn)))
        except Later as later:
            wait = later.wait
            return _written(work, Outcome(WAITING), lambda conn: _later(conn, wait))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # what a job raises is its failure, not the worker's
            return _failed(work, kind, error)
        if work.finished:
            return Outcome(DONE)
        try:
            return _written(work, Outcome(DONE), lambda conn: ended(conn, result))
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  # a result that cannot be kept is a failure, too
            return _failed(work, kind, error)


def _failed(work: Work, kind: Kind, error: Exception | SystemExit) -> Outcome:
    """Another try after a while; a dead letter when that would not help, or was tried often enough."""
    message = error.message if isinstance(error, HanokError) else BROKEN
    passing = not isinstance(error, HanokError) or isinstance(error, (Conflict, StaleCatalog))
    tries = work.job.tries + 1
    if passing and tries < kind.attempts:
        log.warning("job failed, trying again", tries=tries, error=_told(error), exc_info=_trace(error))
        wait = _spread(kind.wait(tries))
        return _written(work, Outcome(WAITING, message), lambda conn: {
            **_back(conn, wait), "tries": tries, "error": written(message),
        })  # fmt: skip
    log.error("job failed", tries=tries, error=_told(error), exc_info=_trace(error))
    return _written(work, Outcome(FAILED, message), lambda conn: {
        **over(FAILED, here(conn)), "tries": sa.case((job.c.again, 0), else_=tries), "error": written(message),
    })  # fmt: skip


def _back(conn: sa.Connection, wait: timedelta) -> dict[str, Any]:
    return back(here(conn), here(conn, wait))


def _later(conn: sa.Connection, wait: timedelta) -> dict[str, Any]:
    """One that was asked for while it ran looks again at once: what it waits for may be there."""
    due = sa.case((job.c.again, here(conn)), else_=here(conn, wait))
    return back(here(conn), due) | {"again": sa.and_(job.c.again, job.c.checkpoint.is_not(None))}


def _written(work: Work, outcome: Outcome, values: Callable[[sa.Connection], Mapping[str, Any]]) -> Outcome:
    """Writes how it ended, if the job is still ours. A database that is away for moments does not undo the work."""
    for wait in WAITS:
        try:
            return _written_once(work, outcome, values)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.warning("how a job ended could not be written, trying again", error=type(error.orig).__name__)
            time.sleep(wait)
    return _written_once(work, outcome, values)


def _written_once(work: Work, outcome: Outcome, values: Callable[[sa.Connection], Mapping[str, Any]]) -> Outcome:
    with work.surroundings.store.write() as conn:
        row = {**work.told(), **values(conn)}
        if not conn.execute(job.update().where(holding(work.job)).values(row)).rowcount:
            return Outcome(LOST)
        work.tell(conn, outcome.state)
        following = work.then(conn)
    work.following = following
    return outcome


def _spread(wait: timedelta) -> timedelta:
    """Up to a fifth longer, so that what failed together does not come back together."""
    return wait * random.uniform(1, 1.2)  # noqa: S311  # spreads rivals, guards nothing


def _told(error: BaseException) -> str:
    """What a log may say: no values of records, so of our own errors the sentence without its facts."""
    return error.message.text if isinstance(error, HanokError) else (str(error) or type(error).__name__)


def _trace(error: BaseException) -> BaseException | None:
    return None if isinstance(error, HanokError) else error
