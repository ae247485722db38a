"""What a deploy whose process ended has left is finished by a worker, beside whoever deploys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import jobs, records
from hanok.engine.deploy import REFRESHES, current, deploy, finishing, make_plan, open_steps
from hanok.engine.deploy.waiting import alone
from hanok.engine.errors import Refused
from hanok.engine.jobs import Job, Surroundings, Work, Worker, claiming, kinds_of, running
from hanok.engine.store import new_id, open_store
from hanok.engine.store.job_tables import job
from tests.builders import CORE, TYPES, a_layer, an_administrator
from tests.deploy.conftest import House
from tests.sweeps.processes import die, fail
from tests.sweeps.processes import running as processes_of

#: Needs the records derived anew, their search entries and an index.
STORY = "story:   {type: long_text, search: true}"
CHANGE = (STORY, f"{STORY}\n  twice:   {{type: integer, formula: size * 2, index: true, search: true}}")
(KIND,) = finishing.KINDS


def deploy_and_die_after_the_switch(address: str, files: Mapping[str, str]) -> None:
    store = open_store(address)

    def refresh(*_: Any, **__: Any) -> UUID | None:
        die()
        return None

    plan = make_plan(store, [CORE, a_layer(files)], TYPES)
    deploy(store, plan, refreshes=dict.fromkeys(REFRESHES, refresh))


@pytest.fixture
def left(lived_in: House, database: str) -> House:
    """A house with a new formula that a killed deploy has not worked out."""
    lived_in.change(*CHANGE)
    with processes_of([(deploy_and_die_after_the_switch, (database, dict(lived_in.files)))]) as started:
        pass
    assert started[0].exitcode == -SIGKILL
    with lived_in.store.read() as conn:
        assert open_steps(conn)
    return lived_in


def surroundings_of(house: House, folder: Path) -> Surroundings:
    return Surroundings(house.live(), folder)


def jobs_of(house: House) -> list[Job]:
    with house.store.read() as conn:
        return [Job.of(dict(row)) for row in conn.execute(sa.select(job)).mappings()]


def resumed(house: House) -> UUID | None:
    with house.store.write() as conn:
        return finishing.resume(conn)


def twice(house: House) -> list[Any]:
    live = house.live()
    with live.read() as (conn, catalog):
        query = records.Query(module="company", sort=("size",))
        return [row.values["twice"] for row in records.page(conn, catalog, an_administrator(), query).rows]


def unfinished(house: House) -> int:
    with house.store.read() as conn:
        return len(open_steps(conn))


def taken(house: House, folder: Path) -> Work:
    with house.store.write() as conn:
        (one,) = claiming.claim(conn, new_id(), 1, lease=timedelta(seconds=30), kinds=[KIND.key])
    return Work(one, surroundings_of(house, folder))


def test_a_worker_finishes_what_a_killed_deploy_left(left: House, tmp_path: Path) -> None:
    assert twice(left) == [None, None, None]
    number = unfinished(left)
    until_unlocked(left)
    assert resumed(left) == resumed(left)
    assert Worker(surroundings_of(left, tmp_path), kinds_of([KIND])).run_until_idle() == 1
    (one,) = jobs_of(left)
    assert (one.state, one.result) == ("done", {"steps": number})
    assert (twice(left), unfinished(left)) == ([0, 20, 40], 0)
    with left.store.read() as conn:
        found = current(conn)
    assert found is not None and found.state == "finished"
    assert left.plan().empty
    assert resumed(left) is None


def until_unlocked(house: House) -> None:
    """A killed deploy's lock goes as soon as the server has seen that its owner is gone."""
    end = datetime.now(UTC) + timedelta(seconds=20)
    while datetime.now(UTC) < end:
        with alone(house.store) as mine:
            if mine:
                return
    pytest.fail("the lock stays")


def test_it_waits_for_whoever_deploys(left: House, tmp_path: Path) -> None:
    until_unlocked(left)
    resumed(left)
    with alone(left.store) as mine:
        assert mine
        work = taken(left, tmp_path)
        assert running.run(work, KIND).state == "waiting"
        assert unfinished(left) > 0
    (one,) = jobs_of(left)
    assert (one.state, one.tries) == ("waiting", 0)
    assert timedelta(seconds=50) < one.due - datetime.now(UTC) < timedelta(seconds=70)


def test_whoever_deploys_is_told_that_it_runs(left: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    until_unlocked(left)
    resumed(left)
    work, told = taken(left, tmp_path), []

    def meanwhile(done: int, *_: Any) -> None:
        if not told:
            left.change("founded:", "city: {type: text}\n  founded:")
            with pytest.raises(Refused) as refused:
                left.deploy()
            told.append(str(refused.value))

    monkeypatch.setattr(work, "progress", meanwhile)
    assert running.run(work, KIND).state == "done"
    assert told == ["Another deploy is under way. Wait until it is done."]
    assert left.deploy() == 3
    assert (twice(left), unfinished(left)) == ([0, 20, 40], 0)


def test_cancelled_or_lost_it_ends_between_two_steps_and_another_goes_on(left: House, tmp_path: Path) -> None:
    until_unlocked(left)
    resumed(left)
    work = taken(left, tmp_path)
    work.lose()
    assert running.run(work, KIND).state == running.LOST
    assert unfinished(left) > 0
    with left.store.write() as conn:
        conn.execute(job.update().values(lease_until=work.job.created_at))
    assert Worker(surroundings_of(left, tmp_path), kinds_of([KIND])).run_until_idle() == 1
    assert (twice(left), unfinished(left)) == ([0, 20, 40], 0)


def test_a_failure_keeps_what_is_done_and_is_tried_again(
    left: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until_unlocked(left)
    resumed(left)
    before = unfinished(left)
    work, steps = taken(left, tmp_path), []

    def stumble(done: int, *_: Any) -> None:
        steps.append(done)
        if len(steps) == 2:
            fail()

    monkeypatch.setattr(work, "progress", stumble)
    assert running.run(work, KIND).state == "waiting"
    assert unfinished(left) == before - 1
    (one,) = jobs_of(left)
    assert (one.tries, one.state) == (1, "waiting")


def test_where_nothing_is_left_nothing_is_done(lived_in: House, tmp_path: Path) -> None:
    assert resumed(lived_in) is None
    with lived_in.store.write() as conn:
        id = jobs.enqueue(conn, KIND.key)
    assert Worker(surroundings_of(lived_in, tmp_path), kinds_of([KIND])).run_until_idle() == 1
    with lived_in.store.read() as conn:
        assert (jobs.job_of(conn, id).state, jobs.job_of(conn, id).result) == ("done", None)


def test_two_deploys_of_one_database_never_run_at_once(lived_in: House, database: str) -> None:
    rival = open_store(database)
    with alone(lived_in.store) as mine:
        assert mine
        with alone(rival) as other:
            assert not other
    with alone(rival) as other:
        assert other
    rival.dispose()
