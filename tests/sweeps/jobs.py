"""Jobs of many kinds whose effects can be counted, and the worker processes that are killed over them."""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
import structlog

from hanok.engine import jobs
from hanok.engine.deploy import Live
from hanok.engine.errors import say
from hanok.engine.jobs import GiveUp, Kind, Surroundings, Work, Worker, kinds_of, mail, outbox
from hanok.engine.jobs.claiming import MOST_CRASHES
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.store import Store, open_store
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as mail_table
from tests.builders import TYPES, a_catalog, with_tables
from tests.jobs.mailing import a_letter, an_account
from tests.jobs.post_office import Office
from tests.sweeps.processes import PROCESSES, Cut, die

CATALOG = a_catalog()
LEASE = timedelta(seconds=1.5)
AT_ONCE = timedelta(milliseconds=20)
#: How many steps a job of many steps has, and how many different jobs of which one runs at a time.
STEPS, KEYS = 4, 8

#: What jobs did. Nothing here is unique: what happens twice is there twice.
effects = sa.Table(
    "sweep_effect",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
)
#: How often a job of one key was asked for, and what its last run saw of that.
asked = sa.Table(
    "sweep_asked",
    effects.metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
)


def note(name: str, conn: sa.Connection, _: object = None) -> None:
    conn.execute(effects.insert().values(name=name))


def once(work: Work) -> None:
    """All in the transaction that ends the job."""
    work.finish(partial(note, work.payload["name"]))


def in_steps(work: Work) -> dict[str, int]:
    """A transaction each, with a checkpoint."""
    for step in range(work.checkpoint or 0, STEPS):
        work.progress(step, STEPS)
        work.write(partial(note, f"{work.payload['name']} step {step}"), checkpoint=step + 1)
    return {"steps": STEPS}


def stumble(work: Work) -> None:
    """Fails twice after an effect that was taken back, then succeeds."""
    def effect(conn: sa.Connection, _: object) -> None:
        note(work.payload["name"], conn)
        if work.job.tries < 2:
            raise RuntimeError("stumbled")

    work.finish(effect)


def fail(work: Work) -> None:
    raise (GiveUp(say("It cannot be done.")) if work.payload["for_good"] else RuntimeError("broken"))


def ask_for_more(work: Work) -> None:
    """Ends with another job in the queue."""
    def effect(conn: sa.Connection, _: object) -> None:
        jobs.enqueue(conn, "once", {"name": work.payload["name"]})

    work.finish(effect)


def see(work: Work) -> None:
    """Notes how often it was asked for."""
    mine = asked.c.key == work.payload["key"]
    work.finish(lambda conn, _: conn.execute(asked.update().where(mine).values(seen=asked.c.asked)))


def take(conn: sa.Connection, event: outbox.Event) -> None:
    jobs.enqueue(conn, "once", {"name": event.payload["name"]})


KINDS = (
    Kind("once", say("Once"), once),
    Kind("steps", say("Steps"), in_steps),
    Kind("stumble", say("Stumble"), stumble, first_wait=AT_ONCE),
    Kind("fail", say("Fail"), fail, attempts=2, first_wait=AT_ONCE),
    Kind("more", say("More"), ask_for_more),
    Kind("see", say("See"), see),
    *mail.KINDS,
)
SUBSCRIBERS = (Subscriber("sweep.", take), *mail.SUBSCRIBERS)


class TakenBackError(Exception):
    """What makes a transaction of a test end without a commit."""


@dataclass
class Orders:
    """Puts jobs of all kinds into the queue and remembers what must come of them."""

    store: Store
    chance: Random
    office: Office
    wanted: list[str] = field(default_factory=list)
    must_fail: set[Any] = field(default_factory=set)
    ids: set[Any] = field(default_factory=set)
    count: int = 0
    revived: int = 0

    def prepare(self, folder: Path) -> None:
        with_tables(self.store, CATALOG)
        an_account(Surroundings(Live(self.store, TYPES, CATALOG), folder), self.office.port)
        with self.store.write() as conn:
            effects.metadata.create_all(conn)
            conn.execute(asked.insert(), [{"key": key, "asked": 0, "seen": 0} for key in range(KEYS)])

    def place(self, count: int) -> None:
        for _ in range(count):
            self.count += 1
            name = f"job {self.count}"
            with self.store.write() as conn:
                self._one(conn, name)
            if self.chance.random() < 0.1:
                self._change_of_mind(f"{name} taken back")

    def _one(self, conn: sa.Connection, name: str) -> None:
        match self.chance.choice(("once", "steps", "stumble", "fail", "more", "see", "event", "mail")):
            case "mail":
                mail.post(conn, a_letter(subject=name))
            case "see":
                key = self.chance.randrange(KEYS)
                conn.execute(asked.update().where(asked.c.key == key).values(asked=asked.c.asked + 1))
                self.ids.add(jobs.enqueue(conn, "see", {"key": key}, unique=f"see {key}"))
            case "event":
                outbox.tell(conn, "sweep.event", {"name": name})
                self.wanted.append(name)
            case "fail":
                payload = {"for_good": self.chance.random() < 0.5}
                self.must_fail.add(jobs.enqueue(conn, "fail", payload))
            case kind:
                priority = self.chance.choice((jobs.SOON, jobs.ORDINARY, jobs.WHENEVER))
                self.ids.add(jobs.enqueue(conn, kind, {"name": name}, priority=priority))
                self.wanted += [f"{name} step {step}" for step in range(STEPS)] if kind == "steps" else [name]

    def _change_of_mind(self, name: str) -> None:
        try:
            with self.store.write() as conn:
                jobs.enqueue(conn, "once", {"name": name})
                outbox.tell(conn, "sweep.event", {"name": name})
                mail.post(conn, a_letter(subject=name))
                raise TakenBackError
        except TakenBackError:
            return

    def open(self) -> int:
        """How much is not ended yet."""
        with self.store.read() as conn:
            living = sa.select(sa.func.count()).select_from(job).where(job.c.state.in_(("waiting", "running")))
            return int(conn.execute(living).scalar_one()) + outbox.has_events(conn)

    def revive(self) -> int:
        """Does what an administrator does: gives those another try that are dead letters for ten workers that died."""
        poisoned = sa.select(job.c.id).where(job.c.state == "failed", job.c.crashes >= MOST_CRASHES)
        with self.store.write() as conn:
            ids = conn.execute(poisoned).scalars().all()
            for id in ids:
                jobs.retry(conn, id)
        self.revived += len(ids)
        return len(ids)

    def check(self) -> None:
        """Nothing is lost, nothing happened twice, and what failed had to."""
        with self.store.read() as conn:
            done = Counter(conn.execute(sa.select(effects.c.name)).scalars())
            rows = conn.execute(sa.select(job.c.id, job.c.kind, job.c.state, job.c.crashes, job.c.error)).all()
            missed = conn.execute(sa.select(asked).where(asked.c.asked != asked.c.seen)).all()
        assert done == Counter(self.wanted)
        assert [row for row in rows if row.state != ("failed" if row.id in self.must_fail else "done")] == []
        assert {row.id for row in rows} >= self.ids | self.must_fail
        assert missed == []

    def check_mails(self) -> int:
        """Every letter has come, under one Message-ID; how many came more than once."""
        came = Counter((one.message["Message-ID"], one.message["Subject"]) for one in self.office.taken)
        with self.store.read() as conn:
            rows = conn.execute(sa.select(mail_table.c.message_id, mail_table.c.subject, mail_table.c.state)).all()
        assert {row.state for row in rows} <= {"sent"}
        assert came.keys() == {(row.message_id, row.subject) for row in rows}
        return came.total() - len(came)

    def crashes(self) -> tuple[int, int]:
        """How often jobs were taken back from dead workers, and how often one of them at most."""
        with self.store.read() as conn:
            row = conn.execute(sa.select(sa.func.sum(job.c.crashes), sa.func.max(job.c.crashes))).one()
        return int(row[0] or 0), int(row[1] or 0)


def work_on(address: str, folder: str, fatal: int) -> None:
    """A worker as `hanok worker` runs one, until it is killed; it kills itself at the n-th thing it does there."""
    log = structlog.WriteLoggerFactory(file=(Path(folder) / "errors.log").open("a"))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), logger_factory=log)
    store = open_store(address)
    if fatal:
        Cut(store, fatal, die)
    surroundings = Surroundings(Live(store, TYPES, CATALOG), Path(folder))
    Worker(surroundings, kinds_of(KINDS), subscribers=SUBSCRIBERS, lease=LEASE).start()
    signal.pause()


@dataclass
class Killing:
    """Two worker processes that are killed and replaced; one of them, in the end, is not."""

    address: str
    folder: Path
    chance: Random
    work: Callable[[str, str, int], None] = work_on
    kills: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    alive: list[Any] = field(default_factory=list)

    def hire(self) -> None:
        """Half of them die of what they do, at a statement or a commit of their own; the others are shot."""
        fatal = self.chance.randint(1, 60) if self.chance.random() < 0.5 else 0
        made = PROCESSES.Process(target=self.work, args=(self.address, str(self.folder), fatal), daemon=True)
        made.start()
        self.alive.append(made)

    def kill(self, *, replace: bool = True) -> None:
        """Waits a moment and kills one, unless one died of itself meanwhile."""
        time.sleep(self.chance.uniform(0, 0.3))
        if not self.bury(replace=replace):
            one = self.chance.choice(self.alive)
            one.kill()
            self._bury(one, "at any moment", replace)

    def bury(self, *, replace: bool = True) -> bool:
        """Sees to those that died of themselves; whether there were any."""
        gone = [each for each in self.alive if not each.is_alive()]
        for number, each in enumerate(gone):
            self._bury(each, "at a statement or a commit of its own", replace or number > 0)
        return bool(gone)

    def _bury(self, one: Any, moment: str, replace: bool) -> None:
        one.join()
        assert one.exitcode == -signal.SIGKILL
        self.kills += 1
        self.moments[moment] += 1
        self.alive.remove(one)
        if replace:
            self.hire()

    def end(self) -> None:
        for one in self.alive:
            one.kill()
            one.join()


def shares(total: int, parts: int) -> Sequence[int]:
    """So many in so many parts, as even as can be."""
    return [total * (part + 1) // parts - total * part // parts for part in range(parts)]
