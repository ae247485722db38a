"""Schedules: jobs that come back by the clock, each tick once, whoever fires it.

`cron` has five parts (minute, hour, day, month, weekday) in the wall time of a zone. Where clocks are put forward, a
tick of the missing hour fires right after it; where they are put back, a fixed time fires once (as Debian's cron does,
https://manpages.debian.org/cron: "Daylight saving time").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from cronsim import CronSim, CronSimError

from hanok.engine.errors import Message, Refused, say
from hanok.engine.jobs.job import WHENEVER, written
from hanok.engine.jobs.queue import enqueue
from hanok.engine.store.job_tables import schedule
from hanok.engine.store.moments import now as now_of

#: Ticks that one transaction fires.
MOST = 200


@dataclass(frozen=True, slots=True)
class Schedule:
    """A kind of job at these times. `zone` "" is the site's.

    `missed` says what becomes of ticks that nobody fired in time: `last` folds them into one, `each` fires them all.
    """

    key: str
    kind: str
    label: Message
    cron: str
    zone: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    missed: Literal["last", "each"] = "last"


def ticks(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments (UTC) after this one at which it fires. Raises Refused for what is no schedule."""
    try:
        found = CronSim(cron, after.astimezone(ZoneInfo(zone)))
    except CronSimError:
        raise Refused(say("“{cron}” is no schedule; write five parts like 0 9 * * 1.", cron=cron)) from None
    return (tick.astimezone(UTC) for tick in found)


def last_tick(cron: str, zone: str, before: datetime) -> datetime:
    """The latest moment at or before this one."""
    return next(iter(CronSim(cron, before.astimezone(ZoneInfo(zone)), reverse=True))).astimezone(UTC)


def keep_schedules(conn: sa.Connection, wanted: Iterable[Schedule], *, zone: str) -> None:
    """Writes the schedules of this program: new ones, and those whose times changed; an administrator's `active` stays.

    Those that are no longer wanted go.
    """
    now = now_of(conn)
    rows = {one.key: _row(one, one.zone or zone) for one in wanted}
    known = {row["key"]: row for row in conn.execute(sa.select(schedule)).mappings()}
    for key, row in rows.items():
        if key not in known:
            conn.execute(schedule.insert().values(**row, active=True, next=next(ticks(row["cron"], row["zone"], now))))
        elif any(known[key][name] != value for name, value in row.items()):
            moved = {} if (row["cron"], row["zone"]) == (known[key]["cron"], known[key]["zone"]) else {
                "next": next(ticks(row["cron"], row["zone"], now))
            }  # fmt: skip
            conn.execute(schedule.update().where(schedule.c.key == key).values(**row, **moved))
    gone = sorted(known.keys() - rows.keys())
    if gone:
        conn.execute(schedule.delete().where(schedule.c.key.in_(gone)))


def set_active(conn: sa.Connection, key: str, active: bool) -> None:
    """Stops a schedule, or lets it go on with its next tick from now."""
    row = conn.execute(sa.select(schedule).where(schedule.c.key == key)).mappings().one()
    following = next(ticks(row["cron"], row["zone"], now_of(conn)))
    conn.execute(schedule.update().where(schedule.c.key == key).values(active=active, next=following))


def is_due(conn: sa.Connection) -> bool:
    """Whether a tick has come; a read."""
    found = sa.select(schedule.c.key).where(schedule.c.active, schedule.c.next <= now_of(conn)).limit(1)
    return conn.execute(found).first() is not None


def fire(conn: sa.Connection, *, now: datetime | None = None) -> int:
    """Puts the jobs of all ticks up to now into the queue; how many. Call it again until it is 0.

    A schedule's row is locked from reading `next` to moving it on, in the transaction that enqueues: no tick fires
    twice. `next` is a moment, so a clock that is put back fires nothing until it is there again.
    """
    now = now or now_of(conn)
    due = (
        sa.select(schedule).where(schedule.c.active, schedule.c.next <= now)
        .order_by(schedule.c.next).with_for_update(skip_locked=True)
    )  # fmt: skip
    count = 0
    for row in map(dict, conn.execute(due).mappings().all()):
        fired = _fired(row, now)
        for tick in fired:
            _enqueue(conn, row, tick)
        following = next(ticks(row["cron"], row["zone"], fired[-1]))
        conn.execute(schedule.update().where(schedule.c.key == row["key"]).values(next=following, last=fired[-1]))
        count += len(fired)
    return count


def _fired(row: Mapping[str, Any], now: datetime) -> list[datetime]:
    """The ticks from `next` to now that fire."""
    first: datetime = row["next"]
    if row["missed"] == "last":
        return [max(first, last_tick(row["cron"], row["zone"], now))]
    rest = (tick for tick in ticks(row["cron"], row["zone"], first))
    return [first, *_until(islice(rest, MOST - 1), now)]


def _until(found: Iterable[datetime], now: datetime) -> Iterator[datetime]:
    for tick in found:
        if tick > now:
            return
        yield tick


def _enqueue(conn: sa.Connection, row: Mapping[str, Any], tick: datetime) -> None:
    """Ticks that fold do not pile up behind a job that takes long, either."""
    only = f"schedule:{row['key']}" if row["missed"] == "last" else ""
    enqueue(conn, row["kind"], {**row["payload"], "tick": tick.isoformat()}, unique=only, priority=WHENEVER)


def _row(one: Schedule, zone: str) -> dict[str, Any]:
    return {"key": one.key, "kind": one.kind, "label": written(one.label), "cron": one.cron, "zone": zone,
            "payload": dict(one.payload), "missed": one.missed}  # fmt: skip
