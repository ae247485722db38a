"""Runs that ended long ago are forgotten, with their traces and the versions that nobody runs any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hanok.engine.automation.run import CANCELLED, DONE, FAILED, SKIPPED, STOPPED
from hanok.engine.errors import say
from hanok.engine.jobs.housekeeping import BATCH, in_batches
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Work
from hanok.engine.store.automation_tables import run, run_step, workflow_version

#: Days that runs stay; those whose condition did not hold say little, and there are many.
DAYS, SKIPPED_DAYS = 180, 14
KEY = "runs.forget"
LABEL = say("Forget old runs of workflows")


def forget_runs(work: Work) -> Mapping[str, int]:
    """Deletes runs that ended long ago, a batch in a transaction."""
    days = int(work.surroundings.settings.get("runs_days", DAYS))
    now = datetime.now(UTC)
    rest = (DONE, FAILED, CANCELLED, STOPPED)
    return {
        "skipped": _before(work, (SKIPPED,), now - timedelta(days=min(days, SKIPPED_DAYS))),
        "runs": _before(work, rest, now - timedelta(days=days)),
        "versions": work.write(lambda conn, _: _versions(conn, now - timedelta(days=days))),
    }


def _before(work: Work, states: tuple[str, ...], moment: datetime) -> int:
    def some(conn: sa.Connection) -> int:
        old = sa.select(run.c.id).where(run.c.state.in_(states), run.c.created_at < moment, run.c.ended_at < moment)
        ids = list(conn.scalars(old.limit(BATCH)))
        conn.execute(run_step.delete().where(run_step.c.run.in_(ids)))
        conn.execute(run.delete().where(run.c.id.in_(ids)))
        return len(ids)

    return in_batches(work, some)


def _versions(conn: sa.Connection, moment: datetime) -> int:
    used = sa.select(run.c.id).where(run.c.hash == workflow_version.c.hash)
    gone = workflow_version.delete().where(workflow_version.c.at < moment, ~used.exists())
    return conn.execute(gone).rowcount


KINDS = (Kind(KEY, LABEL, forget_runs),)
SCHEDULES = (Schedule(KEY, KEY, LABEL, "35 3 * * *"),)
