"""From a save to a workflow that is done, beside what it is made of: an empty job of the queue and a save by hand.

Records are saved as people do, a transaction each; the relay begins a run for each save; a worker asks its condition
and does its step, another save. The queue alone and the second save alone are measured in turns with that, and a bare
row that is inserted and deleted, by hand, with the same driver.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event as Signal
from uuid import UUID

import sqlalchemy as sa

from hanok.cli.bench import jobs
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.automation import running
from hanok.engine.automation.events import Events
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.worker import Ended

MODULE = "bench_lead"
FILES = {
    f"modules/{MODULE}.yaml": """\
label: {en: Lead, ko: 잠재고객}
fields:
  name:  {type: text, required: true, search: true}
  turn:  {type: integer}
  score: {type: integer}
""",
    "workflows/bench_score.yaml": f"""\
label: {{en: Score, ko: 점수}}
module: {MODULE}
trigger: {{event: changed, fields: [turn]}}
when: {{turn: {{gt: 0}}, name: {{contains: lead}}}}
do: [{{set: {{score: "=turn * 10"}}}}]
""",
}
#: What a round is made of.
PARTS: Mapping[str, str] = {
    "saved": "records saved", "worked": "runs begun, done and traced", "queued": "empty jobs of the queue",
    "by_hand": "the same step saved by hand", "bare": "rows of its own in and out",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds for so many events: the saves, what follows from them, the queue alone, the step by hand, bare rows."""

    saved: float
    worked: float
    queued: float
    by_hand: float
    bare: float

    @property
    def ratio(self) -> float:
        """How many times as long the runs take as the queue and their steps alone."""
        return self.worked / (self.queued + self.by_hand)


@dataclass(frozen=True, slots=True)
class Automation:
    """What `hanok bench automation` found: rounds of `count` events each."""

    database: str
    count: int
    threads: int
    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> float:
        return median(one.ratio for one in self.rounds)

    def per_second(self, part: str) -> float:
        """Events a second in the median round; `part` is an attribute of `Round`."""
        return float(self.count / median(getattr(one, part) for one in self.rounds))

    @property
    def events_per_second(self) -> float:
        """From the save to the run that is done."""
        return self.count / median(one.saved + one.worked for one in self.rounds)

    @property
    def bare_ratio(self) -> float:
        """How many times as long as bare rows it takes, from the save on."""
        return median((one.saved + one.worked) / one.bare for one in self.rounds)


def measure(live: Live, *, count: int, seconds: float, threads: int = 2) -> Automation:
    """Rounds in turns until the time is over, two at least; the first one only warms up."""
    with live.store.write() as conn:
        jobs.bare.metadata.create_all(conn)
    ids = [_made(live, number) for number in range(count)]
    _work(live, 0, threads)
    rounds: list[Round] = []
    end = time.monotonic() + seconds
    while len(rounds) < 3 or time.monotonic() < end:
        rounds.append(_round(live, ids, len(rounds) + 1, threads))
    return Automation(live.store.dialect, count, threads, tuple(rounds[1:]))


def _round(live: Live, ids: Sequence[UUID], turn: int, threads: int) -> Round:
    began = time.perf_counter()
    for id in ids:
        _save(live, id, turn=turn)
    saved = time.perf_counter() - began
    worked = _work(live, len(ids), threads)
    one = jobs.one_round(live, len(ids), threads)
    began = time.perf_counter()
    for id in ids:
        _save(live, id, score=turn)
    by_hand = time.perf_counter() - began
    _work(live, 0, threads)
    return Round(saved, worked, one.worked, by_hand, one.inserted + one.deleted)


def _made(live: Live, number: int) -> UUID:
    raw = {"name": f"lead {number}"}
    return live.write(lambda conn, catalog: records.create(conn, catalog, SYSTEM, MODULE, raw).id)


def _save(live: Live, id: UUID, **raw: int) -> None:
    def saved(conn: sa.Connection, catalog: Catalog) -> None:
        found = records.get(conn, catalog, SYSTEM, MODULE, id)
        records.update(conn, catalog, SYSTEM, MODULE, id, raw, version=found.version)

    live.write(saved)


def _work(live: Live, count: int, threads: int) -> float:
    """Seconds until so many runs are done, by a worker as `hanok serve` has one; what is left of events goes along."""
    left, over = [count], Signal()

    def tell(_: Ended) -> None:
        left[0] -= 1
        if not left[0]:
            over.set()

    surroundings = Surroundings(live, Path())
    worker = Worker(
        surroundings, kinds_of(running.KINDS), threads=threads, subscribers=[Events(live).subscriber], told=[tell]
    )
    if not count:
        worker.run_until_idle()
        return 0.0
    began = time.perf_counter()
    worker.start()
    over.wait(600)
    spent = time.perf_counter() - began
    worker.stop()
    if left[0] > 0:
        raise RuntimeError(f"{left[0]} runs did not end")
    return spent
