"""Rivals at the same moment, and workers that are not well: nothing is lost, and nothing is held for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from time import sleep
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.errors import Refused, say
from hanok.engine.jobs import SOON, WHENEVER, GiveUp, Job, Kind, Later, Surroundings, Work, claiming, outbox, running
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.jobs.worker import Worker
from hanok.engine.store import Store, new_id
from hanok.engine.store.tables import setting
from tests.jobs.conftest import Hiring
from tests.jobs.test_worker import COUNT, SHORT, put, states, until

LEASE = timedelta(seconds=30)
GONE = timedelta(seconds=-1)
NOTE = Kind("note", say("Note"), lambda work: None)
LONG = Kind("long", say("Long"), lambda work: None, long=True)


def found(where: Surroundings, id: UUID) -> Job:
    with where.store.read() as conn:
        return jobs.job_of(conn, id)


def claimed(where: Surroundings, *, lease: timedelta = LEASE, worker: UUID | None = None) -> Work:
    with where.store.write() as conn:
        (one,) = claiming.claim(conn, worker or new_id(), 1, lease=lease, kinds=("note",))
    return Work(one, where)


def cancelled(where: Surroundings, id: UUID) -> None:
    with where.store.write() as conn:
        jobs.cancel(conn, id)


# -- asked for, and cancelled, while it runs ---------------------------------------------------------------------------
@pytest.mark.parametrize("end", ["done", "cancelled", "failed", "later", "crashed", "released"])
def test_what_is_asked_for_after_a_cancel_runs_however_the_cancelled_run_ends(
    surroundings: Surroundings, hire: Hiring, end: str
) -> None:
    id = put(surroundings, "note", unique="same")
    worker = new_id()
    work = claimed(surroundings, worker=worker, lease=GONE if end == "crashed" else LEASE)
    cancelled(surroundings, id)
    assert put(surroundings, "note", unique="same") == id
    finish_as(surroundings, work, end, worker)
    one = found(surroundings, id)
    assert (one.state, one.again, one.cancel_asked, one.ended_at) == ("waiting", False, False, None)
    hire([NOTE]).run_until_idle()
    assert found(surroundings, id).state == "done"


@pytest.mark.parametrize("end", ["cancelled", "later", "crashed", "released"])
def test_a_cancelled_run_does_not_come_back(surroundings: Surroundings, end: str) -> None:
    id = put(surroundings, "note", unique="same")
    put_again = put(surroundings, "note", unique="same")
    worker = new_id()
    work = claimed(surroundings, worker=worker, lease=GONE if end == "crashed" else LEASE)
    cancelled(surroundings, id)
    finish_as(surroundings, work, end, worker)
    assert id == put_again and found(surroundings, id).state == "cancelled"


def finish_as(where: Surroundings, work: Work, end: str, worker: UUID) -> None:
    match end:
        case "done":
            running.run(work, NOTE)
        case "cancelled":
            work.end()
            running.run(work, Kind("note", say("Note"), lambda work: work.check()))
        case "failed":
            running.run(work, Kind("note", say("Note"), raising(GiveUp(say("No.")))))
        case "later":
            running.run(work, Kind("note", say("Note"), raising(Later(timedelta(0)))))
        case "crashed":
            with where.store.write() as conn:
                assert claiming.take_back(conn) == [work.job.id]
        case "released":
            with where.store.write() as conn:
                assert claiming.release(conn, worker) == 1


def raising(error: BaseException) -> Any:
    def run(work: Work) -> None:
        raise error

    return run


def test_what_was_asked_for_while_it_failed_gets_all_its_tries(surroundings: Surroundings) -> None:
    id = put(surroundings, "note", unique="same")
    work = claimed(surroundings)
    put(surroundings, "note", unique="same")
    running.run(work, Kind("note", say("Note"), raising(RuntimeError("broken")), attempts=1))
    one = found(surroundings, id)
    assert (one.state, one.tries, str(one.error)) == ("waiting", 0, str(running.BROKEN))


def test_a_cancel_beside_a_failure_is_not_lost(surroundings: Surroundings) -> None:
    id = put(surroundings, "note")
    work = claimed(surroundings)
    cancelled(surroundings, id)
    running.run(work, Kind("note", say("Note"), raising(RuntimeError("broken"))))
    assert found(surroundings, id).state == "cancelled"


def test_of_two_who_try_the_same_again_one_is_refused(surroundings: Surroundings) -> None:
    ids = []
    for _ in range(2):
        ids.append(put(surroundings, "note", unique="same"))
        running.run(claimed(surroundings), Kind("note", say("Note"), raising(GiveUp(say("No.")))))
    both = Barrier(2)

    def retry(id: UUID) -> bool:
        both.wait(10)
        try:
            with surroundings.store.write() as conn:
                jobs.retry(conn, id)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(retry, ids)) == [False, True]
    assert states(surroundings) == ["failed", "waiting"]


def test_everybody_who_asks_beside_a_running_job_is_heard(surroundings: Surroundings, hire: Hiring) -> None:
    """Each asks in a transaction that raises a number; in the end the job has seen the last one."""
    with surroundings.store.write() as conn:
        conn.execute(setting.insert(), [{"key": "asked", "value": 0}, {"key": "seen", "value": 0}])

    def see(work: Work) -> None:
        work.finish(lambda conn, _: copy(conn))

    def copy(conn: sa.Connection) -> None:
        value = conn.execute(sa.select(setting.c.value).where(setting.c.key == "asked")).scalar_one()
        conn.execute(setting.update().where(setting.c.key == "seen").values(value=value))

    def ask(_: int) -> None:
        with surroundings.store.write() as conn:
            row = sa.select(setting.c.value).where(setting.c.key == "asked").with_for_update()
            asked = conn.execute(row).scalar_one() + 1
            conn.execute(setting.update().where(setting.c.key == "asked").values(value=asked))
            jobs.enqueue(conn, "see", {}, unique="see")

    kind = Kind("see", say("See"), see)
    hire([kind], start=True)
    hire([kind], start=True)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(60)))
    until(lambda: not {"waiting", "running"} & set(states(surroundings)))
    with surroundings.store.read() as conn:
        values = {row.key: row.value for row in conn.execute(sa.select(setting.c.key, setting.c.value))}
    assert values == {"asked": 60, "seen": 60} and set(states(surroundings)) == {"done"}


# -- taking ------------------------------------------------------------------------------------------------------------
def test_a_priority_that_nobody_looks_for_is_no_priority(surroundings: Surroundings) -> None:
    with pytest.raises(ValueError, match="3 is no priority"):
        put(surroundings, "note", priority=3)


def test_urgent_long_work_does_not_starve_behind_short_work(surroundings: Surroundings) -> None:
    for _ in range(4):
        put(surroundings, "note", priority=WHENEVER)
    urgent = [put(surroundings, "long", priority=SOON) for _ in range(2)]
    with surroundings.store.write() as conn:
        taken = claiming.claim(
            conn, new_id(), 2, lease=LEASE, kinds=("note", "long"), long=("long",), most_long=1
        )
    assert [one.kind for one in taken] == ["long", "note"] and taken[0].id == urgent[0]


def test_short_work_is_found_behind_long_work(surroundings: Surroundings) -> None:
    kinds = ("note", "long", "long", "long", "note", "note", "note")
    ids = [put(surroundings, kind) for kind in kinds]
    with surroundings.store.write() as conn:
        taken = claiming.claim(conn, new_id(), 4, lease=LEASE, kinds=("note", "long"), long=("long",), most_long=1)
    assert [one.id for one in taken] == [ids[0], ids[1], ids[4], ids[5]]


def test_no_more_is_taken_than_asked_for_beside_others(surroundings: Surroundings) -> None:
    for _ in range(40):
        put(surroundings, "note")
    both = Barrier(4)

    def take(_: int) -> list[UUID]:
        both.wait(10)
        with surroundings.store.write() as conn:
            return [one.id for one in claiming.claim(conn, new_id(), 3, lease=LEASE, kinds=("note",))]

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(4)))
    assert all(len(ids) <= 3 for ids in taken) and len({id for ids in taken for id in ids}) == sum(map(len, taken))


# -- workers that are not well -----------------------------------------------------------------------------------------
def test_a_worker_does_not_keep_what_it_no_longer_runs(surroundings: Surroundings) -> None:
    """How it ended could not be written, for instance: then the lease ends and another takes it."""
    id, other, worker = put(surroundings, "note"), put(surroundings, "note"), new_id()
    for _ in range(2):
        claimed(surroundings, worker=worker, lease=GONE)
    with surroundings.store.write() as conn:
        claiming.keep(conn, worker, [other], lease=LEASE)
        assert claiming.has_lapsed(conn) and claiming.take_back(conn) == [id]


def test_a_clock_put_forward_takes_nothing_from_a_worker_that_asks_itself(surroundings: Surroundings) -> None:
    id = put(surroundings, "note")
    claimed(surroundings, lease=GONE)
    with surroundings.store.write() as conn:
        assert not claiming.has_lapsed(conn, but=[id]) and claiming.take_back(conn, but=[id]) == []
        assert claiming.take_back(conn) == [id]


class Pulseless(Worker):
    """Its pulse has stopped."""

    def _pulse(self) -> None:
        return


def test_a_worker_without_a_pulse_takes_nothing(surroundings: Surroundings) -> None:
    ill = Pulseless(surroundings, jobs.kinds_of([COUNT]), lease=SHORT).start()
    sleep(1.5 * SHORT.total_seconds())
    put(surroundings, "count")
    ill.nudge()
    sleep(0.2)
    assert states(surroundings) == ["waiting"]
    ill.stop()


def test_a_pulse_waits_for_nobody(postgresql_only: Store, surroundings: Surroundings) -> None:
    """A long transaction that asks for a running job again costs the worker's other jobs nothing."""
    asked, other, worker = put(surroundings, "note", unique="same"), put(surroundings, "note"), new_id()
    for _ in range(2):
        claimed(surroundings, worker=worker)
    with surroundings.store.write() as slow:
        jobs.enqueue(slow, "note", {}, unique="same")
        with surroundings.store.write() as conn:
            conn.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
            assert claiming.keep(conn, worker, [asked, other], lease=2 * LEASE).keys() == {asked, other}
    assert found(surroundings, other).lease_until > datetime.now(UTC) + 1.5 * LEASE  # type: ignore[operator]
    assert found(surroundings, asked).lease_until < datetime.now(UTC) + 1.5 * LEASE  # type: ignore[operator]


@pytest.fixture
def postgresql_only(store: Store) -> Store:
    if store.dialect != "postgresql":
        pytest.skip("SQLite has one writer")
    return store


def test_a_job_that_is_under_way_again_at_once_is_kept_again(surroundings: Surroundings, hire: Hiring) -> None:
    """It was asked for while it ran: its second run begins before the thread of the first has wound up."""
    leave = Event()

    def run(work: Work) -> None:
        if work.job.claims == 1:
            put(surroundings, "run", unique="same")
        else:
            leave.wait(20)

    worker = hire([Kind("run", say("Run"), run)], start=True, lease=SHORT)
    id = put(surroundings, "run", unique="same")
    until(lambda: found(surroundings, id).claims == 2)
    sleep(2 * SHORT.total_seconds())
    assert worker.busy == 1 and found(surroundings, id).claims == 2
    leave.set()
    until(lambda: states(surroundings) == ["done"])


def test_an_exit_is_a_failure_of_the_job(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "leave")
    hire([Kind("leave", say("Leave"), raising(SystemExit(1)), attempts=1)]).run_until_idle()
    assert found(surroundings, id).state == "failed"


def test_a_result_that_cannot_be_kept_is_a_failure_of_the_job(surroundings: Surroundings, hire: Hiring) -> None:
    id = put(surroundings, "odd")
    hire([Kind("odd", say("Odd"), lambda work: {1, 2}, attempts=1)]).run_until_idle()
    assert found(surroundings, id).state == "failed"


def test_what_fails_beside_it_holds_up_no_job(surroundings: Surroundings, hire: Hiring) -> None:
    def take(conn: sa.Connection, event: outbox.Event) -> None:
        raise sa.exc.OperationalError("", {}, Exception("the database is not well"))

    with surroundings.store.write() as conn:
        outbox.tell(conn, "any.thing")
    hire([COUNT], start=True, subscribers=[Subscriber("any.", take)])
    put(surroundings, "count")
    until(lambda: states(surroundings) == ["done"])


def test_an_event_that_breaks_a_statement_is_a_dead_letter(surroundings: Surroundings, hire: Hiring) -> None:
    with surroundings.store.write() as conn:
        conn.execute(setting.insert().values(key="there", value=1))
        for key in ("there", "new"):
            outbox.tell(conn, "any.thing", {"key": key})

    def take(conn: sa.Connection, event: outbox.Event) -> None:
        conn.execute(setting.insert().values(key=event.payload["key"], value=1))

    hire([COUNT], subscribers=[Subscriber("any.", take)]).run_until_idle()
    assert states(surroundings) == ["failed"]
    with surroundings.store.read() as conn:
        assert set(conn.execute(sa.select(setting.c.key)).scalars()) == {"there", "new"} and not outbox.has_events(conn)


def test_a_long_transaction_ends_with_a_whole_lease(surroundings: Surroundings) -> None:
    id = put(surroundings, "note")
    work = claimed(surroundings, lease=timedelta(seconds=0.3))
    work.lease = timedelta(seconds=0.3)
    work.write(lambda conn, _: sleep(0.4))
    assert found(surroundings, id).lease_until > work.job.lease_until  # type: ignore[operator]


def test_a_database_that_is_away_for_a_while_costs_nothing(
    postgresql_only: Store, surroundings: Surroundings, databases: Any, hire: Hiring
) -> None:
    """Nobody may connect, and every connection ends, while jobs run and wait."""
    name = postgresql_only.url.database

    def steps(work: Work) -> None:
        for number in range(work.checkpoint or 0, 5):
            sleep(0.02)
            key = f"{work.job.id} {number}"
            work.write(lambda conn, _, key=key: conn.execute(setting.insert().values(key=key, value=1)),  # type: ignore[misc]
                       checkpoint=number + 1)  # fmt: skip

    for _ in range(20):
        put(surroundings, "steps")
    hire([Kind("steps", say("Steps"), steps, first_wait=timedelta(0), attempts=50)], start=True, lease=SHORT)
    until(lambda: "done" in states(surroundings))
    admin = sa.create_engine(databases.admin, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        conn.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        sleep(2 * SHORT.total_seconds())
        conn.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    admin.dispose()
    until(lambda: set(states(surroundings)) == {"done"})
    with surroundings.store.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(setting)).scalar_one() == 100
