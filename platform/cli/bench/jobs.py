"""From what happened to a job that is done, beside a bare insert and a bare delete.

An event is told in a transaction of its own, as a save does it; the relay makes a job of it; a worker takes, runs and
ends it. The bare work is one transaction that inserts a row and one that deletes it, by hand, with the same driver.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event as Signal
from typing import Any

import sqlalchemy as sa

from hanok.engine.deploy import Live
from hanok.engine.errors import say
from hanok.engine.fields.columns import RecordId
from hanok.engine.jobs import Kind, Surroundings, Work, Worker, enqueue, kinds_of, outbox
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.jobs.worker import Ended
from hanok.engine.store import Store, new_id
from hanok.engine.store.columns import JsonText

#: What a round is made of.
PARTS: Mapping[str, str] = {
    "told": "events told", "worked": "relayed, run and done", "inserted": "rows inserted", "deleted": "rows deleted"
}
PAYLOAD = {"of": "the bench", "number": 1}
KIND = Kind("bench.job", say("Bench"), lambda work: _run(work))
SUBSCRIBER = Subscriber("bench.", lambda conn, event: _take(conn, event))
bare = sa.Table(
    "bench_bare", sa.MetaData(), sa.Column("id", RecordId, primary_key=True), sa.Column("payload", JsonText)
)


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds for so many events: telling them, doing what follows from them, and the bare work."""

    told: float
    worked: float
    inserted: float
    deleted: float

    @property
    def ratio(self) -> float:
        """How many times as long as the bare work it took from end to end."""
        return (self.told + self.worked) / (self.inserted + self.deleted)


@dataclass(frozen=True, slots=True)
class Jobs:
    """What `hanok bench jobs` found: rounds of `count` events each."""

    database: str
    count: int
    threads: int
    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> float:
        return median(one.ratio for one in self.rounds)

    def per_second(self, part: str) -> float:
        """Events or rows a second in the median round; `part` is an attribute of `Round`."""
        return float(self.count / median(getattr(one, part) for one in self.rounds))

    @property
    def events_per_second(self) -> float:
        return self.count / median(one.told + one.worked for one in self.rounds)

    @property
    def bare_per_second(self) -> float:
        return self.count / median(one.inserted + one.deleted for one in self.rounds)


def measure(live: Live, *, count: int, seconds: float, threads: int = 2) -> Jobs:
    """Rounds in turns until the time is over, three at least; the first one only warms up."""
    with live.store.write() as conn:
        bare.metadata.create_all(conn)
    rounds: list[Round] = []
    end = time.monotonic() + seconds
    while len(rounds) < 4 or time.monotonic() < end:
        rounds.append(one_round(live, count, threads))
    return Jobs(live.store.dialect, count, threads, tuple(rounds[1:]))


def one_round(live: Live, count: int, threads: int) -> Round:
    """One round; the table of bare rows is there."""
    began = time.perf_counter()
    for _ in range(count):
        live.write(lambda conn, _: outbox.tell(conn, "bench.event", PAYLOAD))
    told = time.perf_counter()
    worked = _work(live, count, threads)
    return Round(told - began, worked, *_bare(live.store, count))


def _work(live: Live, count: int, threads: int) -> float:
    """Seconds until all of it is done, by a worker as `hanok serve` has one."""
    left, over = [count], Signal()

    def tell(_: Ended) -> None:
        left[0] -= 1
        if not left[0]:
            over.set()

    surroundings = Surroundings(live, Path())
    worker = Worker(surroundings, kinds_of([KIND]), threads=threads, subscribers=[SUBSCRIBER], told=[tell])
    began = time.perf_counter()
    worker.start()
    over.wait(600)
    spent = time.perf_counter() - began
    worker.stop()
    if left[0]:
        raise RuntimeError(f"{left[0]} jobs did not end")
    return spent


def _bare(store: Store, count: int) -> tuple[float, float]:
    ids = [new_id() for _ in range(count)]
    began = time.perf_counter()
    for id in ids:
        with store.write() as conn:
            conn.execute(bare.insert().values(id=id, payload=PAYLOAD))
    inserted = time.perf_counter()
    for id in ids:
        with store.write() as conn:
            conn.execute(bare.delete().where(bare.c.id == id))
    return inserted - began, time.perf_counter() - inserted


def _run(work: Work) -> None:
    work.finish(lambda conn, catalog: None)


def _take(conn: sa.Connection, event: Event) -> Any:
    enqueue(conn, KIND.key, event.payload)
