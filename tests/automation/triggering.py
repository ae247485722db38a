"""A site with workflows for tests of what begins them: its catalog, its store, its workers, the runs that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.automation.triggers import sweeping
from hanok.engine.automation.triggers.keeping import keep, key_of
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.overview import run_now
from hanok.engine.store import Store, open_store
from hanok.engine.store.automation_tables import run
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now
from hanok.engine.store.trigger_tables import sweep
from tests.builders import SMALL, a_catalog, with_tables
from tests.fields.fields import TYPES
from tests.sweeps.processes import Cut, die


def a_site_of(workflows: Mapping[str, str], files: Mapping[str, str] = SMALL) -> Catalog:
    """The catalog with these workflows, by key."""
    return a_catalog({**files, **{f"workflows/{key}.yaml": text for key, text in workflows.items()}})


def surroundings_of(store: Store, catalog: Catalog, folder: Path) -> Surroundings:
    """The site with its tables, and its schedules as a deploy leaves them."""
    with_tables(store, catalog)
    with store.write() as conn:
        keep(conn, catalog)
    return Surroundings(Live(store, TYPES, catalog), folder)


def sweeper(surroundings: Surroundings, *, at: datetime | None = None, batch: int = sweeping.BATCH) -> Worker:
    """A worker that knows the sweeps alone, so that what they begin stays waiting; `at` is what its clock says."""
    clock = (lambda conn: at) if at else now
    kinds = [replace(kind, run=partial(sweeping.run, batch=batch, clock=clock)) for kind in sweeping.KINDS]
    return Worker(surroundings, kinds_of(kinds))


def swept(surroundings: Surroundings, workflow: str, *, at: datetime | None = None, **options: Any) -> int:
    """Has the schedule of a workflow fire, and its job run; how many jobs ran."""
    with surroundings.store.write() as conn:
        run_now(conn, key_of(workflow), SYSTEM)
    return sweeper(surroundings, at=at, **options).run_until_idle()


def since(store: Store, workflow: str, at: datetime) -> None:
    """Has what comes due count from this moment, as if the workflow had gone live then."""
    with store.write() as conn:
        assert conn.execute(sweep.update().where(sweep.c.schedule == key_of(workflow)).values(until=at)).rowcount == 1


def runs_of(store: Store, workflow: str) -> list[Mapping[str, Any]]:
    with store.read() as conn:
        found = conn.execute(sa.select(run).where(run.c.workflow == workflow).order_by(run.c.created_at, run.c.id))
        return [dict(row) for row in found.mappings()]


def titles(store: Store, workflow: str) -> list[str]:
    return sorted(row["title"] for row in runs_of(store, workflow))


# -- power cuts ------------------------------------------------------------------------------------------------------
WEEKLY = """
label: {en: Look at what is open, ko: 진행 중 살펴보기}
module: company
trigger: {schedule: "0 9 * * 1", over: {stage: [new, open]}}
do: [{set: {active: false}}]
"""


def sweep_and_die(address: str, folder: str, number: int) -> None:
    """A worker that sweeps in small batches and is killed at the n-th statement or commit of its own, if it gets there;
    it takes back what one before it left."""
    store = open_store(address)
    surroundings = Surroundings(Live(store, TYPES, a_site_of({"weekly": WEEKLY})), Path(folder))
    with store.write() as conn:
        conn.execute(job.update().where(job.c.state == "running").values(lease_until=now(conn) - timedelta(1)))
    Cut(store, number, die)
    sweeper(surroundings, batch=7).run_until_idle()
    store.dispose()
