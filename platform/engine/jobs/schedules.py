"""Schedules: jobs that come back by the clock, each tick once, whoever fires it.

`next` and `last` of a row are moments: a clock that is put back fires nothing until it is there again, one that is put
forward fires what it left out. Only a clock that was wrong by more than a day is believed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.errors import Message, message_of, written
from hanok.engine.jobs.job import WHENEVER
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.ticks import last_tick, next_tick, ticks
from hanok.engine.store.job_tables import schedule
from hanok.engine.store.moments import now as now_of

#: Ticks of one schedule that one transaction fires.
MOST = 200
#: A clock that is so far before what has fired already was wrong then.
WRONG = timedelta(days=1)


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


def keep_schedules(conn: sa.Connection, wanted: Iterable[Schedule], *, zone: str, begins: str = "") -> None:
    """Writes the schedules of this program: new ones, and those whose times changed; an administrator's `active` stays.

    Those that are no longer wanted go. Keys with a colon are others': with `begins` (`workflow:`) it is those that
    begin so which are written.
    """
    now = now_of(conn)
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(schedule)
    rows = {one.key: _row(one, one.zone or zone) for one in wanted}
    mine = schedule.c.key.startswith(begins, autoescape=True) if begins else schedule.c.key.not_like("%:%")
    known = {row["key"]: row for row in conn.execute(sa.select(schedule).where(mine)).mappings()}
    for key, row in rows.items():
        if key not in known:  # or another worker that starts at this moment writes it
            first = next_tick(row["cron"], row["zone"], now)
            conn.execute(insert.values(**row, active=True, next=first).on_conflict_do_nothing())
        elif any(known[key][name] != value for name, value in row.items()):
            same = (row["cron"], row["zone"]) == (known[key]["cron"], known[key]["zone"])
            moved = {} if same else {"next": following(row, known[key]["last"], now)}
            conn.execute(schedule.update().where(schedule.c.key == key).values(**row, **moved))
    gone = sorted(known.keys() - rows.keys())
    if gone:
        conn.execute(schedule.delete().where(schedule.c.key.in_(gone)))


def is_due(conn: sa.Connection) -> bool:
    """Whether a tick has come; a read."""
    return conn.execute(sa.select(schedule.c.key).where(_due(now_of(conn))).limit(1)).first() is not None


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(schedule.c.active, sa.or_(schedule.c.next <= now, schedule.c.last > now + WRONG))


def fire(conn: sa.Connection, *, now: datetime | None = None) -> int:
    """Puts the jobs of all ticks up to now into the queue; how many. Call it again until it is 0.

    A schedule's row is locked from reading `next` to moving it on, in the transaction that enqueues: no tick fires
    twice.
    """
    now = now or now_of(conn)
    due = sa.select(schedule).where(_due(now)).order_by(schedule.c.next).with_for_update(skip_locked=True)
    count = 0
    for row in map(dict, conn.execute(due).mappings().all()):
        fired = _fired(row, now) if row["next"] <= now else []
        for tick in fired:
            _enqueue(conn, row, tick)
        last = fired[-1] if fired else None
        moved = {"next": next_tick(row["cron"], row["zone"], last or now), "last": last}
        conn.execute(schedule.update().where(schedule.c.key == row["key"]).values(moved))
        count += len(fired)
    return count


def following(row: Mapping[str, Any], last: datetime | None, now: datetime) -> datetime:
    """The next tick of these times, after all that has fired."""
    return next_tick(row["cron"], row["zone"], max(now, last) if last else now)


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
    title = message_of(row["label"]) if ":" in row["key"] else None
    payload = {**row["payload"], "tick": tick.isoformat()}
    enqueue(conn, row["kind"], payload, unique=only, priority=WHENEVER, title=title)


def _row(one: Schedule, zone: str) -> dict[str, Any]:
    return {"key": one.key, "kind": one.kind, "label": written(one.label), "cron": one.cron, "zone": zone,
            "payload": dict(one.payload), "missed": one.missed}  # fmt: skip
