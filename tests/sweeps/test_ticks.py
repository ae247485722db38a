"""Four workers fire the same schedules by clocks that jump and disagree: each tick once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from random import Random
from threading import Lock
from typing import Literal

import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.jobs import Schedule, schedules
from hanok.engine.jobs.ticks import last_tick, next_tick, ticks
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job, schedule
from tests.databases import opened
from tests.evidence import Evidence, sizes

WORKERS = 4
#: Days around which clocks are put forward or back somewhere.
DAYS = ("2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31")
TIMES = (
    ("* * * * *", "Asia/Seoul"), ("*/5 * * * *", "Europe/Berlin"), ("*/7 1-3 * * *", "America/New_York"),
    ("0,20,40 2 * * *", "Europe/Berlin"), ("30 1 * * *", "America/New_York"), ("15 */2 * * *", "Australia/Lord_Howe"),
    ("45 1 * * *", "Australia/Lord_Howe"), ("0 9 * * 1", "Asia/Seoul"),
)  # fmt: skip
MISSED: tuple[Literal["each", "last"], ...] = ("each", "last")


@dataclass
class Clock:
    """A clock that goes on by seconds and minutes, and now and then jumps forward or back by up to hours."""

    chance: Random
    now: datetime
    latest: datetime
    jumps: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def read(self) -> datetime:
        with self.lock:
            step = timedelta(seconds=self.chance.uniform(0, 900))
            if self.chance.random() < 0.1:
                unit = self.chance.choice((timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)))
                step = self.chance.uniform(-5, 5) * unit
                self.jumps["back" if step < timedelta(0) else "forward"] += 1
            self.now += step
            seen = self.now + timedelta(seconds=self.chance.uniform(-2, 2))  # machines do not agree
            self.latest = max(self.latest, seen)
            return seen


def wanted() -> list[Schedule]:
    return [
        Schedule(f"{missed}.{number}", "tick", say("Tick"), cron, zone, {"of": f"{missed}.{number}"}, missed)
        for number, (cron, zone) in enumerate(TIMES) for missed in MISSED
    ]  # fmt: skip


def begin(store: Store, start: datetime) -> None:
    with store.write() as conn:
        schedules.keep_schedules(conn, wanted(), zone="UTC")
        for one in wanted():
            first = next_tick(one.cron, one.zone, start)
            conn.execute(schedule.update().where(schedule.c.key == one.key).values(next=first, last=None))


def fire(store: Store, read: Callable[[], datetime]) -> int:
    """Fires, and is done at once with what it fired: what waits would fold the ticks that come later."""
    with store.write() as conn:
        count = schedules.fire(conn, now=read())
        conn.execute(job.update().where(job.c.state == "waiting").values(state="done"))
    return count


def fire_at_once(address: str, clock: Clock, size: int) -> int:
    """Four workers, a database connection of its own each, until so many ticks have fired."""
    left, lock = size, Lock()

    def work(_: int) -> None:
        nonlocal left
        with opened(address) as store:
            while left > 0:
                count = fire(store, clock.read)
                with lock:
                    left -= count

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    return size - left


def fired(store: Store) -> Mapping[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    with store.read() as conn:
        for payload in conn.execute(sa.select(job.c.payload).order_by(job.c.id)).scalars():
            found[payload["of"]].append(datetime.fromisoformat(payload["tick"]))
    return found


@sizes(sample=900, full=10_000)
def test_four_workers_and_clocks_that_jump(
    store: Store, database: str, evidence: Evidence, size: int, dialect: str
) -> None:
    left = size
    while left > 0:
        start = datetime.fromisoformat(evidence.random.choice(DAYS)).replace(tzinfo=UTC)
        clock = Clock(evidence.random, start, start)
        begin(store, start)
        count = fire_at_once(database, clock, min(left, 2500))
        while more := fire(store, lambda: clock.latest):  # noqa: B023  # runs at once
            count += more
        check(fired(store), start, clock.latest)
        left -= count
        with store.write() as conn:
            conn.execute(job.delete())
        evidence.count(f"{dialect}: ticks fired once", count)
        for where, jumps in clock.jumps.items():
            evidence.count(f"{dialect}: clocks that jumped {where}", jumps)


def check(found: Mapping[str, list[datetime]], start: datetime, end: datetime) -> None:
    for one in wanted():
        seen = sorted(found.get(one.key, []))
        all_of_them = list(takewhile(lambda tick: tick <= end, ticks(one.cron, one.zone, start)))
        if one.missed == "each":
            assert seen == all_of_them, one
            continue
        assert len(seen) == len(set(seen)) and set(seen) <= set(all_of_them), one
        assert seen[-1:] == all_of_them[-1:] and (not seen or seen[-1] == last_tick(one.cron, one.zone, end)), one
