"""Workflows by the clock: their schedules follow the catalog, and a tick begins one run for each record."""

from __future__ import annotations

import signal
import tracemalloc
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.automation.switching import switch
from hanok.engine.automation.triggers import sweeping
from hanok.engine.automation.triggers.keeping import keep
from hanok.engine.catalog import Catalog
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.job import DONE
from hanok.engine.jobs.overview import planned, run_now
from hanok.engine.jobs.work import Work
from hanok.engine.store import Store, new_id
from hanok.engine.store.automation_tables import once, run
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now
from tests.automation.triggering import (
    WEEKLY,
    a_site_of,
    runs_of,
    surroundings_of,
    sweep_and_die,
    sweeper,
    swept,
    titles,
)
from tests.builders import Statements, a_record, an_administrator
from tests.evidence import Evidence, sizes
from tests.sweeps.jobs import PROCESSES

DAILY = WEEKLY.replace("0 9 * * 1", "30 7 * * *")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_site_of({"weekly": WEEKLY})


@pytest.fixture
def site(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    return surroundings_of(store, catalog, tmp_path)


def schedules(store: Store) -> Mapping[str, str]:
    with store.read() as conn:
        return {one.key: one.cron for one in planned(conn)}


def fill(store: Store, catalog: Catalog, many: int) -> None:
    """Companies, every tenth of which is won; written as they stand, for there are many."""
    table = catalog.module("company").table
    with store.write() as conn:
        moment = now(conn)
        for first in range(0, many, 5000):
            conn.execute(table.insert(), [
                {"id": new_id(), "title": f"No. {number}", "name": f"No. {number}",
                 "stage": "won" if number % 10 == 0 else "new", "version": 1,
                 "created_at": moment, "updated_at": moment}
                for number in range(first, min(first + 5000, many))
            ])  # fmt: skip


# -- the schedule ----------------------------------------------------------------------------------------------------
def test_schedules_follow_the_catalog_that_is_live(site: Surroundings) -> None:
    assert schedules(site.store) == {"workflow:weekly": "0 9 * * 1"}
    for workflows, expected in (({"weekly": DAILY}, "30 7 * * *"), ({}, None), ({"weekly": WEEKLY}, "0 9 * * 1")):
        with site.store.write() as conn:
            keep(conn, a_site_of(workflows))
        assert schedules(site.store).get("workflow:weekly") == expected


def test_a_workflow_that_is_switched_off_has_no_schedule(site: Surroundings, catalog: Catalog) -> None:
    for active in (False, True):
        with site.store.write() as conn:
            switch(conn, catalog, an_administrator(), "weekly", active=active)
        assert ("workflow:weekly" in schedules(site.store)) is active


# -- a tick ----------------------------------------------------------------------------------------------------------
def test_a_tick_begins_a_run_for_each_record_that_matches(site: Surroundings, catalog: Catalog) -> None:
    for name, stage in (("A", "new"), ("B", "open"), ("C", "won")):
        a_record(site.store, catalog, "company", name=name, stage=stage)
    swept(site, "weekly")
    found = runs_of(site.store, "weekly")
    assert [(row["title"], row["trigger"], row["state"]) for row in found] == [
        ("A", "schedule", "waiting"), ("B", "schedule", "waiting")
    ]  # fmt: skip
    assert all(row["cause"]["facts"]["tick"] for row in found)
    swept(site, "weekly")
    assert titles(site.store, "weekly") == ["A", "A", "B", "B"], "the next tick begins its own"


def test_a_workflow_that_runs_once_a_record_begins_none_again(store: Store, tmp_path: Path) -> None:
    catalog = a_site_of({"weekly": WEEKLY + "run: once\n"})
    site = surroundings_of(store, catalog, tmp_path)
    one = a_record(store, catalog, "company", name="A")
    swept(site, "weekly")
    with store.write() as conn:  # as its run says when it begins
        (made,) = conn.scalars(sa.select(run.c.id)).all()
        conn.execute(once.insert().values(workflow="weekly", record=one.id, run=made, at=now(conn)))
    swept(site, "weekly")
    assert titles(store, "weekly") == ["A"]


class Died(BaseException):
    """What a process that is killed does not catch."""


def dying(work: Work) -> Mapping[str, int]:
    """A sweep whose worker is killed in its fourth batch, before that commits."""
    batches, write = count(), work.write

    def killed(effect: Callable[[sa.Connection, Catalog], Any], *, checkpoint: Any) -> Any:
        def then(conn: sa.Connection, catalog: Catalog) -> Any:
            found = effect(conn, catalog)
            if next(batches) == 3:
                raise Died
            return found

        return write(then, checkpoint=checkpoint)

    work.write = killed  # type: ignore[method-assign,assignment]
    return sweeping.run(work, batch=7)


def test_a_worker_that_dies_within_a_batch_begins_none_twice_and_leaves_none_out(
    site: Surroundings, catalog: Catalog
) -> None:
    fill(site.store, catalog, 60)
    with site.store.write() as conn:
        run_now(conn, "workflow:weekly", SYSTEM)
    with pytest.raises(Died):
        Worker(site, kinds_of([replace(sweeping.KINDS[0], run=dying)])).run_until_idle()
    assert len(runs_of(site.store, "weekly")) == 21
    with site.store.write() as conn:  # its lease is over
        conn.execute(job.update().where(job.c.kind == "workflow.sweep").values(lease_until=now(conn) - timedelta(1)))
    sweeper(site, batch=7).run_until_idle()
    found = titles(site.store, "weekly")
    assert len(found) == len(set(found)) == 54


@sizes(sample=2, full=60)
def test_killed_workers_begin_each_run_once(
    site: Surroundings, catalog: Catalog, database: str, evidence: Evidence, size: int, dialect: str
) -> None:
    fill(site.store, catalog, 100)
    kills = ticks = 0
    while kills < size:
        with site.store.write() as conn:
            run_now(conn, "workflow:weekly", SYSTEM)
        ticks += 1
        while True:
            number = evidence.random.randint(1, 150) if kills < size else 10**6
            worker = PROCESSES.Process(target=sweep_and_die, args=(database, str(site.folder), number))
            worker.start()
            worker.join()
            assert worker.exitcode in (0, -signal.SIGKILL)
            kills += worker.exitcode != 0
            if worker.exitcode == 0:
                break
    found = Counter(row["record"] for row in runs_of(site.store, "weekly"))
    assert len(found) == 90 and set(found.values()) == {ticks}
    evidence.count(f"{dialect}: SIGKILL while sweeping", kills)
    evidence.count(f"{dialect}: ticks, each with one run for each of 90 records", ticks)


def test_what_came_later_and_what_was_deleted_is_left_out(site: Surroundings, catalog: Catalog) -> None:
    fill(site.store, catalog, 20)
    table = catalog.module("company").table
    with site.store.write() as conn:
        moment = now(conn)
        conn.execute(table.update().where(table.c.title == "No. 1").values(deleted_at=moment))
        later = moment.replace(year=moment.year + 1)
        conn.execute(table.update().where(table.c.title == "No. 2").values(created_at=later))
    swept(site, "weekly")
    assert len(titles(site.store, "weekly")) == 16


# -- many ------------------------------------------------------------------------------------------------------------
def streamed(site: Surroundings, catalog: Catalog, many: int) -> tuple[int, float, int]:
    """The runs that a tick over so many records begins, the peak of memory in MB, and the statements of a batch."""
    fill(site.store, catalog, many)
    statements = Statements(site.store)
    tracemalloc.start()
    swept(site, "weekly")
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    with site.store.read() as conn:
        runs = conn.scalar(sa.select(sa.func.count()).select_from(run)) or 0
        row = conn.execute(sa.select(job).where(job.c.kind == "workflow.sweep")).mappings().one()
    assert (row["state"], row["done"], row["total"]) == (DONE, many * 9 // 10, many * 9 // 10)
    return runs, peak, len(statements.texts) * 500 // (many * 9 // 10)


def test_a_thousand_records_stream(site: Surroundings, catalog: Catalog) -> None:
    runs, peak, each = streamed(site, catalog, 1200)
    assert runs == 1080 and peak < 40 and each < 40


@pytest.mark.slow
def test_a_hundred_thousand_records_stream(
    site: Surroundings, catalog: Catalog, evidence: Evidence, dialect: str
) -> None:
    runs, peak, each = streamed(site, catalog, 100_000)
    evidence.count(f"{dialect}: runs begun", runs)
    evidence.find(f"{dialect}: {runs} runs; {peak:.1f} MB at most, {each} statements a batch of 500")
    assert runs == 90_000 and peak < 40 and each < 15


def test_a_workflow_that_is_gone_ends_its_sweep(site: Surroundings, catalog: Catalog) -> None:
    fill(site.store, catalog, 20)
    gone = Surroundings(type(site.live)(site.store, site.live.types, replace(catalog, workflows={})), site.folder)
    swept(gone, "weekly")
    assert runs_of(site.store, "weekly") == []
