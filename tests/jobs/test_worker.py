"""Workers with threads: they take, hold, lose, cancel, and end in good order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.errors import say
from hanok.engine.jobs import Kind, Surroundings, Work, outbox
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.store.job_tables import job, worker
from hanok.engine.store.tables import setting
from tests.jobs.conftest import Hiring

SHORT = timedelta(milliseconds=600)


def until(reached: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for a worker's threads."""
    end = monotonic() + seconds
    while not reached():
        assert monotonic() < end, "it did not come to that"
        sleep(0.01)


def put(where: Surroundings, kind: str, **options: object) -> UUID:
    with where.store.write() as conn:
        return jobs.enqueue(conn, kind, {}, **options)  # type: ignore[arg-type]  # whatever a test says


def states(where: Surroundings) -> list[str]:
    with where.store.read() as conn:
        return sorted(conn.execute(sa.select(job.c.state)).scalars())


def count(work: Work) -> None:
    key = str(work.job.id)
    work.finish(lambda conn, _: conn.execute(setting.insert().values(key=key, value=1)))


COUNT = Kind("count", say("Count"), count)


def test_two_workers_share_the_queue(surroundings: Surroundings, hire: Hiring) -> None:
    for _ in range(60):
        put(surroundings, "count")
    hire([COUNT], start=True)
    hire([COUNT], start=True)
    until(lambda: states(surroundings) == ["done"] * 60)
    with surroundings.store.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(setting)).scalar_one() == 60


def test_a_lease_is_held_as_long_as_the_work_takes(surroundings: Surroundings, hire: Hiring) -> None:
    leave = Event()
    id = put(surroundings, "long")
    kind = Kind("long", say("Long"), lambda work: leave.wait(20))
    hire([kind], start=True, lease=SHORT)
    hire([kind], start=True, lease=SHORT)
    until(lambda: states(surroundings) == ["running"])
    sleep(2 * SHORT.total_seconds())
    leave.set()
    until(lambda: states(surroundings) == ["done"])
    with surroundings.store.read() as conn:
        assert jobs.job_of(conn, id).claims == 1


def test_a_running_job_is_cancelled_at_its_next_step(surroundings: Surroundings, hire: Hiring) -> None:
    def walk(work: Work) -> None:
        for step in range(10_000):
            work.progress(step, 10_000)
            sleep(0.01)

    id = put(surroundings, "walk")
    hire([Kind("walk", say("Walk"), walk)], start=True, lease=SHORT)
    until(lambda: states(surroundings) == ["running"])
    with surroundings.store.write() as conn:
        assert jobs.cancel(conn, id).cancel_asked
    until(lambda: states(surroundings) == ["cancelled"])


def test_long_work_leaves_a_thread_to_short_work(surroundings: Surroundings, hire: Hiring) -> None:
    leave = Event()
    for _ in range(4):
        put(surroundings, "long")
    hire([Kind("long", say("Long"), lambda work: leave.wait(20), long=True), COUNT], start=True, threads=2)
    until(lambda: "running" in states(surroundings))
    put(surroundings, "count")
    until(lambda: "done" in states(surroundings))
    assert states(surroundings).count("running") == 1
    leave.set()
    until(lambda: states(surroundings) == ["done"] * 5)


def test_a_worker_that_stops_gives_back_what_did_not_end(surroundings: Surroundings, hire: Hiring) -> None:
    leave = Event()
    put(surroundings, "long")
    stopped = hire([Kind("long", say("Long"), lambda work: leave.wait(20))]).start()
    until(lambda: states(surroundings) == ["running"])
    stopped.stop(timedelta(0))
    assert states(surroundings) == ["waiting"]
    with surroundings.store.read() as conn:
        assert conn.execute(sa.select(worker.c.id)).all() == []
    leave.set()
    until(lambda: not stopped.busy)
    assert states(surroundings) == ["waiting"]


def test_events_become_jobs_once(surroundings: Surroundings, hire: Hiring) -> None:
    with surroundings.store.write() as conn:
        for _ in range(20):
            outbox.tell(conn, "mail.queued", {"account": "a"})
        outbox.tell(conn, "nobody.listens")
    subscriber = Subscriber("mail.", lambda conn, event: put_count(conn))
    hire([COUNT], start=True, subscribers=[subscriber])
    hire([COUNT], start=True, subscribers=[subscriber])
    until(lambda: states(surroundings) == ["done"] * 20)
    with surroundings.store.read() as conn:
        assert not outbox.has_events(conn)


def put_count(conn: sa.Connection) -> None:
    jobs.enqueue(conn, "count", {})


def test_an_event_that_cannot_be_taken_holds_up_no_other(surroundings: Surroundings, hire: Hiring) -> None:
    def take(conn: sa.Connection, event: outbox.Event) -> None:
        put_count(conn)
        if event.payload.get("bad"):
            raise KeyError("bad")

    with surroundings.store.write() as conn:
        outbox.tell(conn, "mail.queued", {"bad": True})
        outbox.tell(conn, "mail.queued")
    hire([COUNT], subscribers=[Subscriber("mail.", take)]).run_until_idle()
    assert states(surroundings) == ["done", "failed"]
    with surroundings.store.read() as conn:
        (dead,) = conn.execute(sa.select(job.c.payload).where(job.c.state == "failed")).scalars()
    assert (dead["topic"], dead["payload"]) == ("mail.queued", {"bad": True})
