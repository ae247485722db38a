"""The job of a run: its transactions one after the other, and what leaves the house between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.advancing import PASSING, advance
from hanok.engine.automation.beginning import RUN
from hanok.engine.automation.coming import Came, Sending
from hanok.engine.automation.ending import end
from hanok.engine.automation.run import CANCELLED, FAILED
from hanok.engine.automation.steps.base import Retry
from hanok.engine.catalog import Catalog
from hanok.engine.errors import HanokError, say
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.running import BROKEN
from hanok.engine.jobs.work import Cancelled, GiveUp, Later, LeaseLost, Work

ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=5)


def run(work: Work) -> None:
    """Does the run until it ends or waits."""
    id = UUID(work.payload["run"])
    try:
        came = _go(work, id)
        while came.again or came.sending is not None:
            came = _go(work, id, **_sent(work, came.sending)) if came.sending else _go(work, id)
    except LeaseLost:
        raise
    except Cancelled:
        work.surroundings.live.write(lambda conn, catalog: end(conn, id, CANCELLED))
        raise
    except Exception as error:
        if work.job.tries + 1 >= ATTEMPTS or (not isinstance(error, PASSING) and isinstance(error, HanokError)):
            _broken(work, id, error)
        raise
    if came.due is not None:
        raise Later(max(came.due - datetime.now(UTC), timedelta(0)))


def _go(work: Work, id: UUID, **how: Any) -> Came:
    """One transaction of it; the job ends with the run, or with what waits to be woken."""

    def effect(conn: sa.Connection, catalog: Catalog) -> tuple[Came, bool]:
        came = advance(conn, catalog, id, work.surroundings, **how)
        return came, came.is_over

    return work.go_on(effect)


def _sent(work: Work, sending: Sending) -> dict[str, Any]:
    """Sends it; the answer, or why there is none."""
    send = sending.kind.send
    assert send is not None, "what goes outside is sent"
    try:
        return {"answer": send(work.surroundings, sending.request, str(sending.key))}
    except Retry as retry:
        return {"unanswered": (retry.why, retry.wait)}
    except GiveUp as error:
        return {"unanswered": (error.message, None)}


def _broken(work: Work, id: UUID, error: Exception) -> None:
    """The run fails with its job."""
    why = error.message if isinstance(error, HanokError) else BROKEN
    work.write(lambda conn, catalog: end(conn, id, FAILED, why))


KINDS = (Kind(RUN, say("Workflow"), run, attempts=ATTEMPTS, first_wait=FIRST_WAIT),)
