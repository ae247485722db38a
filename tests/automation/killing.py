"""A site whose workflows do countable things while its workers are killed."""

from __future__ import annotations

import logging
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from hanok.engine import jobs, records
from hanok.engine.automation import running
from hanok.engine.automation.events import Events
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of, outbox
from hanok.engine.jobs.claiming import MOST_CRASHES
from hanok.engine.store import Store, open_store
from hanok.engine.store.automation_tables import run, run_step
from hanok.engine.store.job_tables import job
from tests.builders import TYPES, a_catalog, an_administrator, with_tables
from tests.sweeps.processes import Cut, die

ORDER = """
label: {en: Order}
fields:
  name: {type: text, required: true}
  hook: {type: text}
  step: {type: integer, default: 0}
  rank: {type: integer, default: 0}
"""
PARCEL = """
label: {en: Parcel}
fields:
  name:  {type: text, required: true}
  order: {type: link, to: order, reverse: parcels}
  moves: {type: integer, default: 0}
"""
PACK = """
label: {en: Pack}
module: order
trigger: {event: created}
do:
  - set: {step: "=step + 1"}
  - create: {module: parcel, values: {name: "{{ name }} first", order: $record}}
  - wait: {for: 1s}
  - set: {step: "=step + 1"}
  - create: {module: parcel, values: {name: "{{ name }} second", order: $record}}
  - branch:
      - {when: {hook: {empty: false}}, do: [{webhook: {url: "{{ hook }}", body: {name: "{{ name }}"}}}]}
  - each: {of: parcels, do: [{set: {moves: 10}}, {workflow: weigh}]}
  - set: {step: "=step + 1"}
"""
WEIGH = """
label: {en: Weigh}
module: parcel
trigger: manual
do: [{create: {module: parcel, values: {name: "weighed {{ name }}"}}}]
"""
RANKED = """
label: {en: Ranked}
module: order
trigger: {event: changed, fields: [rank]}
do: [{create: {module: parcel, values: {name: "ranked {{ name }}"}}}]
"""
CATALOG = a_catalog({
    "modules/order.yaml": ORDER, "modules/parcel.yaml": PARCEL, "workflows/pack.yaml": PACK,
    "workflows/weigh.yaml": WEIGH, "workflows/ranked.yaml": RANKED,
})  # fmt: skip
LEASE = timedelta(seconds=1.5)
#: Steps of one `pack` with a hook, without one, and the paths that every one ends with.
SETTINGS = {"webhook_allow": "127.0.0.1"}


def work_on(address: str, folder: str, fatal: int) -> None:
    """A worker as `hanok worker` runs one, until it is killed; it kills itself at the n-th thing it does there."""
    log = structlog.WriteLoggerFactory(file=(Path(folder) / "errors.log").open("a"))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), logger_factory=log)
    store = open_store(address)
    if fatal:
        Cut(store, fatal, die)
    live = Live(store, TYPES, CATALOG)
    surroundings = Surroundings(live, Path(folder), SETTINGS)
    subscribers = (Events(live).subscriber,)
    Worker(surroundings, kinds_of(running.KINDS), subscribers=subscribers, lease=LEASE).start()
    signal.pause()


@dataclass
class Orders:
    """Saves that begin workflows, and what must come of them."""

    store: Store
    chance: Any
    hook: str
    made: int = 0
    hooked: int = 0
    ranked: int = 0
    revived: int = 0

    def prepare(self) -> None:
        with_tables(self.store, CATALOG)

    @property
    def count(self) -> int:
        return self.made + self.ranked

    def place(self, count: int) -> None:
        """So many events: orders that are made, some of them changed at once."""
        for _ in range(count):
            with self.store.write() as conn:
                self._one(conn)

    def _one(self, conn: sa.Connection) -> None:
        admin, hooked = an_administrator(), self.chance.random() < 0.3
        raw = {"name": f"order {self.made}", "hook": self.hook if hooked else None}
        made = records.create(conn, CATALOG, admin, "order", raw)
        self.made += 1
        self.hooked += hooked
        if self.chance.random() < 0.3:
            records.update(conn, CATALOG, admin, "order", made.id, {"rank": 1}, version=1)
            self.ranked += 1

    def open(self) -> int:
        """How much is not ended yet."""
        living = sa.select(sa.func.count()).select_from(job).where(job.c.state.in_(("waiting", "running")))
        with self.store.read() as conn:
            return int(conn.execute(living).scalar_one()) + outbox.has_events(conn)

    def ended(self) -> int:
        done = sa.select(sa.func.count()).select_from(job).where(job.c.state == "done")
        with self.store.read() as conn:
            return int(conn.execute(done).scalar_one())

    def revive(self) -> int:
        """Gives jobs another try that are dead letters because ten workers died with them."""
        poisoned = sa.select(job.c.id).where(job.c.state == "failed", job.c.crashes >= MOST_CRASHES)
        with self.store.write() as conn:
            ids = conn.execute(poisoned).scalars().all()
            for id in ids:
                jobs.retry(conn, id)
        self.revived += len(ids)
        return len(ids)

    def check(self) -> None:
        """Every effect is there once, none is lost, and every trace is whole."""
        order, parcel = CATALOG.module("order").table, CATALOG.module("parcel").table
        tied = parcel.c.order.is_not(None)
        with self.store.read() as conn:
            steps = Counter(conn.execute(sa.select(order.c.step)).scalars())
            names = Counter(conn.execute(sa.select(parcel.c.name)).scalars())
            moves = Counter(map(tuple, conn.execute(sa.select(tied, parcel.c.moves, parcel.c.version))))
            runs = Counter(map(tuple, conn.execute(sa.select(run.c.workflow, run.c.state))))
            told = sa.select(run_step.c.run, sa.func.count(), sa.func.max(run_step.c.number), _done())
            rows = conn.execute(told.group_by(run_step.c.run)).all()
        ends = ("first", "second")
        parcels = [f"order {number} {end}" for number in range(self.made) for end in ends]
        assert steps == Counter({3: self.made})
        wanted = Counter([*parcels, *(f"weighed {name}" for name in parcels)])
        assert names - wanted == Counter(name for name in names if name.startswith("ranked "))
        assert wanted - names == Counter()
        assert sum(number for name, number in names.items() if name.startswith("ranked ")) == self.ranked
        assert {key: number for key, number in moves.items() if key[0]} == {(True, 10, 2): 2 * self.made}
        assert runs == Counter({
            ("pack", "done"): self.made, ("weigh", "done"): 2 * self.made, ("ranked", "done"): self.ranked,
        }) - Counter()  # fmt: skip
        assert [row for row in rows if row[1] != row[2] + 1 or row[3] != row[1]] == []


def _done() -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((run_step.c.state == "done", 1), else_=0))
