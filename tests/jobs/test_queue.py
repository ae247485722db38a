"""Jobs wait, run once, come back after failures, and end where somebody can look at them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.errors import Refused, say
from hanok.engine.jobs import SOON, WHENEVER, GiveUp, Job, Kind, Later, Surroundings, Work, claiming
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import setting
from tests.jobs.conftest import Hiring

LEASE = timedelta(seconds=30)
GONE = timedelta(seconds=-1)
#: What jobs of this module noted, in order.
NOTED: list[str] = []


def note(work: Work) -> dict[str, Any]:
    NOTED.append(work.payload["name"])
    return {"noted": work.payload["name"]}


def insert(work: Work) -> None:
    """An effect that a second time would show: the key is unique."""
    work.finish(lambda conn, _: conn.execute(setting.insert().values(key=work.payload["name"], value=1)))


def break_down(work: Work) -> None:
    raise RuntimeError("broken")


def give_up(work: Work) -> None:
    raise GiveUp(say("The file {name} is empty.", name="가.csv"))


NOTE, INSERT = Kind("note", say("Note"), note), Kind("insert", say("Insert"), insert)
BREAK = Kind("break", say("Break"), break_down, attempts=3, first_wait=timedelta(0))
QUIT = Kind("quit", say("Quit"), give_up)


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    NOTED.clear()


def put(where: Surroundings, kind: str, name: str = "a", **options: Any) -> UUID:
    with where.store.write() as conn:
        return jobs.enqueue(conn, kind, {"name": name}, **options)


def found(where: Surroundings, id: UUID) -> Job:
    with where.store.read() as conn:
        return jobs.job_of(conn, id)


def claimed(where: Surroundings, worker: UUID, lease: timedelta = LEASE) -> Job:
    with where.store.write() as conn:
        (one,) = claiming.claim(conn, worker, 1, lease=lease, kinds=("note", "insert"))
    return one


def test_a_job_runs_and_keeps_its_result(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "note")
    assert hire([NOTE]).run_until_idle() == 1
    one = found(surroundings, id)
    assert (one.state, one.result, one.worker) == ("done", {"noted": "a"}, None) and one.ended_at is not None


def test_the_urgent_ones_come_first_then_those_that_wait_longest(surroundings: Surroundings, hire: Hiring) -> None:
    put(surroundings, "note", "whenever", priority=WHENEVER)
    put(surroundings, "note", "first")
    put(surroundings, "note", "second")
    put(surroundings, "note", "soon", priority=SOON)
    hire([NOTE]).run_until_idle()
    assert NOTED == ["soon", "first", "second", "whenever"]


def test_a_job_that_is_due_later_waits(surroundings: Surroundings, hire: Hiring) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    id = put(surroundings, "note", due=later)
    assert hire([NOTE]).run_until_idle() == 0
    assert found(surroundings, id).state == "waiting"


def test_a_job_of_a_kind_that_nobody_knows_waits(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "of_tomorrow")
    assert hire([NOTE]).run_until_idle() == 0
    assert found(surroundings, id).state == "waiting"


def test_failures_are_tried_again_and_end_as_a_dead_letter(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "break")
    assert hire([BREAK]).run_until_idle() == 3
    one = found(surroundings, id)
    assert (one.state, one.tries, one.claims) == ("failed", 3, 3)
    assert "broken" not in str(one.error)  # what code says is for the log


def test_what_cannot_be_mended_is_not_tried_again(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "quit")
    assert hire([QUIT]).run_until_idle() == 1
    one = found(surroundings, id)
    assert (one.state, str(one.error)) == ("failed", "The file 가.csv is empty.")


def test_a_dead_letter_gets_another_try(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "quit")
    worker = hire([QUIT])
    worker.run_until_idle()
    with surroundings.store.write() as conn:
        jobs.retry(conn, id)
    one = found(surroundings, id)
    assert (one.state, one.tries, one.error) == ("waiting", 0, None)
    assert worker.run_until_idle() == 1
    waiting = put(surroundings, "note")
    with pytest.raises(Refused, match="not ended"), surroundings.store.write() as conn:
        jobs.retry(conn, waiting)


def test_a_wait_is_no_failure(surroundings: Surroundings, hire: Hiring) -> None:
    waits = [timedelta(0), timedelta(hours=1)]

    def wait(work: Work) -> None:
        raise Later(waits[work.job.claims - 1])

    id = put(surroundings, "wait")
    assert hire([Kind("wait", say("Wait"), wait, attempts=1)]).run_until_idle() == 2
    one = found(surroundings, id)
    assert (one.state, one.tries) == ("waiting", 0) and one.due > one.created_at + timedelta(minutes=59)


def test_of_the_same_work_one_waits(surroundings: Surroundings, hire: Hiring) -> None:
    assert put(surroundings, "note", unique="same") == put(surroundings, "note", unique="same")
    assert put(surroundings, "note", unique="other") != put(surroundings, "note", unique="same")
    assert hire([NOTE]).run_until_idle() == 2


def test_work_asked_for_while_it_runs_runs_once_more(surroundings: Surroundings, hire: Hiring) -> None:
    def ask(work: Work) -> None:
        NOTED.append("ran")
        if work.job.claims == 1:
            assert put(surroundings, "ask", unique="same") == put(surroundings, "ask", unique="same") == work.job.id

    id = put(surroundings, "ask", unique="same")
    assert hire([Kind("ask", say("Ask"), ask)]).run_until_idle() == 2
    assert found(surroundings, id).state == "done"
    assert put(surroundings, "ask", unique="same") != id  # what ended is no longer in the way


def test_a_waiting_job_is_cancelled_at_once(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "note")
    with surroundings.store.write() as conn:
        assert jobs.cancel(conn, id).state == "cancelled"
    assert hire([NOTE]).run_until_idle() == 0
    with pytest.raises(Refused, match="ended already"), surroundings.store.write() as conn:
        jobs.cancel(conn, id)


# -- leases ------------------------------------------------------------------------------------------------------------
def test_a_job_whose_lease_ended_is_taken_by_another(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "insert")
    first = claimed(surroundings, new_id(), lease=GONE)
    assert hire([INSERT]).run_until_idle() == 1
    one = found(surroundings, id)
    assert (one.state, one.crashes, one.claims, first.claims) == ("done", 1, 2, 1)


def test_a_worker_that_was_thought_dead_changes_nothing(surroundings: Surroundings, hire: Hiring) -> None:
    put(surroundings, "insert")
    slow = Work(claimed(surroundings, new_id(), lease=GONE), surroundings)
    hire([INSERT]).run_until_idle()
    outcome = jobs.running.run(slow, Kind("insert", say("Insert"), lambda work: insert_as(work, "late")))
    assert outcome.state == "lost"
    with surroundings.store.read() as conn:
        assert conn.execute(sa.select(setting.c.key)).scalars().all() == ["a"]


def insert_as(work: Work, key: str) -> None:
    work.write(lambda conn, _: conn.execute(setting.insert().values(key=key, value=1)))


def test_a_lease_that_is_kept_is_not_taken(surroundings: Surroundings, hire: Hiring) -> None:
    worker = new_id()
    id = put(surroundings, "insert")
    claimed(surroundings, worker, lease=GONE)
    with surroundings.store.write() as conn:
        assert claiming.keep(conn, worker, [id], lease=LEASE) == {id: (1, False)}
        assert claiming.take_back(conn) == []


def test_a_job_that_kills_its_workers_becomes_a_dead_letter(surroundings: Surroundings) -> None:
    id = put(surroundings, "note")
    for _ in range(claiming.MOST_CRASHES):
        claimed(surroundings, new_id(), lease=GONE)
        with surroundings.store.write() as conn:
            claiming.take_back(conn)
    one = found(surroundings, id)
    assert (one.state, one.crashes) == ("failed", claiming.MOST_CRASHES) and "died" in str(one.error)


def test_a_worker_that_ends_in_order_gives_its_jobs_back(surroundings: Surroundings) -> None:
    id, worker = put(surroundings, "note"), new_id()
    claimed(surroundings, worker)
    with surroundings.store.write() as conn:
        assert claiming.release(conn, worker) == 1
    one = found(surroundings, id)
    assert (one.state, one.crashes, one.worker) == ("waiting", 0, None)


def write_row(number: int, conn: sa.Connection, _: object) -> None:
    conn.execute(setting.insert().values(key=f"row {number}", value=number))


def test_work_goes_on_from_its_checkpoint(surroundings: Surroundings, hire: Hiring) -> None:
    def count(work: Work) -> int:
        for number in range(work.checkpoint or 0, 5):
            if number == 3 and work.job.claims == 1:
                raise RuntimeError("broken")
            work.progress(number + 1, 5, say("Row {number}", number=number + 1))
            work.write(partial(write_row, number), checkpoint=number + 1)
        return 5

    id = put(surroundings, "count")
    hire([Kind("count", say("Count"), count, first_wait=timedelta(0))]).run_until_idle()
    one = found(surroundings, id)
    assert (one.state, one.claims, one.done, one.total, str(one.message)) == ("done", 2, 5, 5, "Row 5")
    with surroundings.store.read() as conn:
        assert conn.execute(sa.select(setting.c.value).order_by(setting.c.key)).scalars().all() == [0, 1, 2, 3, 4]


def test_ended_jobs_leave_no_lease(surroundings: Surroundings, hire: Hiring) -> None:
    for kind in ("note", "insert", "quit"):
        put(surroundings, kind)
    hire([NOTE, INSERT, QUIT]).run_until_idle()
    with surroundings.store.read() as conn:
        held = sa.select(job.c.id).where(sa.or_(job.c.worker.is_not(None), job.c.lease_until.is_not(None)))
        assert conn.execute(held).all() == []
