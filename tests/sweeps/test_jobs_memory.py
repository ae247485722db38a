"""A worker stays as small as it is, however many jobs it ran, and the tables are empty again after pruning."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, housekeeping, kinds_of, outbox
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of
from tests.builders import TYPES
from tests.evidence import Evidence, sizes
from tests.jobs.post_office import Office
from tests.sweeps.jobs import CATALOG, Orders, work_on
from tests.sweeps.processes import running

#: After how many jobs at most the worker is measured. Those of one measure are put into the queue at once.
BATCH = 1000
MB = 1024**2
#: What a worker may grow by once it has run a tenth, in bytes.
MOST = 8 * MB


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux says how large a process is")
@sizes(sample=600, full=100_000)
def test_memory_is_bounded(
    store: Store, database: str, tmp_path: Path, evidence: Evidence, size: int, dialect: str
) -> None:
    Orders(store, evidence.random, Office(port=1)).prepare(tmp_path)
    with running([(work_on, (database, str(tmp_path), 0))]) as (worker,):
        batch = min(BATCH, size // 10)
        seen = [measured(store, worker.pid, done, done + batch) for done in range(0, size, batch)]
        worker.kill()
    warm, end = seen[len(seen) // 10], seen[-1]
    assert end - warm < MOST
    assert max(seen) - warm < 2 * MOST
    assert pruned(store, tmp_path) == 0
    evidence.count(f"{dialect}: jobs", size)
    evidence.find(
        f"{dialect}: a worker of {warm / MB:.0f} MB after a tenth of the jobs has {end / MB:.0f} MB at the end, "
        f"{max(seen) / MB:.0f} MB at most"
    )


def measured(store: Store, pid: int, before: int, after: int) -> int:
    """Lets the worker run some more; its size in memory then, in bytes."""
    with store.write() as conn:
        for number in range(before, after):
            if number % 2:
                outbox.tell(conn, "sweep.event", {"name": f"event {number}"})
            else:
                jobs.enqueue(conn, "steps" if number % 20 == 0 else "once", {"name": f"job {number}"})
    end = time.monotonic() + 120
    while ended(store) < after:
        assert time.monotonic() < end, "the worker did not come to its end"
        time.sleep(0.05)
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def ended(store: Store) -> int:
    with store.read() as conn:
        done = sa.select(sa.func.count()).where(job.c.state == "done", job.c.kind.in_(("once", "steps")))
        return int(conn.execute(done).scalar_one())


def pruned(store: Store, folder: Path) -> int:
    """How many rows are left when the jobs were forgotten that ended long ago."""
    with store.write() as conn:
        conn.execute(job.update().values(ended_at=now_of(conn) - timedelta(days=housekeeping.DAYS + 1)))
        jobs.enqueue(conn, "jobs.forget")
    surroundings = Surroundings(Live(store, TYPES, CATALOG), folder)
    Worker(surroundings, kinds_of(housekeeping.KINDS)).run_until_idle()
    with store.read() as conn:
        left = conn.execute(sa.select(sa.func.count()).where(job.c.kind != "jobs.forget")).scalar_one()
        return int(left) + outbox.has_events(conn)
