"""Running one job to its end: done, later, another try, or a dead letter."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from hanok.engine.errors import Conflict, HanokError, Message, StaleCatalog, say
from hanok.engine.jobs.claiming import holding
from hanok.engine.jobs.job import CANCELLED, DONE, FAILED, WAITING, written
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.work import Cancelled, Later, LeaseLost, Work, ended
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of

log = structlog.get_logger(__name__)
#: Says that another worker has it; never stored.
LOST = "lost"
BROKEN = say("The work failed unexpectedly; the log of the server has the details.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: a state of the job, or LOST."""

    state: str
    error: Message | None = None


def run(work: Work, kind: Kind) -> Outcome:
    """Runs a claimed job and writes how it ended. Raises nothing but what the database raises."""
    with structlog.contextvars.bound_contextvars(job=str(work.job.id), kind=kind.key, request=work.job.request):
        try:
            result = kind.run(work)
        except LeaseLost:
            return Outcome(LOST)
        except Cancelled:
            return _written(work, CANCELLED, lambda conn: {"ended_at": now_of(conn)})
        except Later as later:
            wait = later.wait
            return _written(work, WAITING, lambda conn: {"due": now_of(conn) + wait})
        except Exception as error:  # noqa: BLE001  # whatever a job raises is its failure, not the worker's
            return _failed(work, kind, error)
        if work.finished:
            return Outcome(DONE)
        return _written(work, "", lambda conn: ended(conn, result), told=DONE)


def _failed(work: Work, kind: Kind, error: Exception) -> Outcome:
    """Another try after a while; a dead letter when that would not help, or was tried often enough."""
    message = error.message if isinstance(error, HanokError) else BROKEN
    passing = not isinstance(error, HanokError) or isinstance(error, (Conflict, StaleCatalog))
    tries = work.job.tries + 1
    if passing and tries < kind.attempts:
        log.warning("job failed, trying again", tries=tries, error=_told(error), exc_info=_trace(error))
        wait = _spread(kind.wait(tries))
        return _written(work, WAITING, lambda conn: {
            "tries": tries, "due": now_of(conn) + wait, "error": written(message),
        }, error=message)  # fmt: skip
    log.error("job failed", tries=tries, error=_told(error), exc_info=_trace(error))
    return _written(work, FAILED, lambda conn: {
        "tries": tries, "ended_at": now_of(conn), "error": written(message),
    }, error=message)  # fmt: skip


def _written(
    work: Work, state: str, values: Callable[[sa.Connection], Mapping[str, Any]], *, error: Message | None = None,
    told: str = "",
) -> Outcome:  # fmt: skip
    """Writes how it ended, if the job is still ours."""
    with work.surroundings.store.write() as conn:
        work.save_progress(conn)
        free = {"worker": None, "lease_until": None} | ({"state": state} if state else {}) | dict(values(conn))
        if not conn.execute(job.update().where(holding(work.job)).values(free)).rowcount:
            return Outcome(LOST)
    return Outcome(told or state, error)


def _spread(wait: timedelta) -> timedelta:
    """Up to a fifth longer, so that what failed together does not come back together."""
    return wait * random.uniform(1, 1.2)  # noqa: S311  # spreads rivals, guards nothing


def _told(error: Exception) -> str:
    """What a log may say: no values of records, so of our own errors the sentence without its facts."""
    return error.message.text if isinstance(error, HanokError) else (str(error) or type(error).__name__)


def _trace(error: Exception) -> Exception | None:
    return None if isinstance(error, HanokError) else error
