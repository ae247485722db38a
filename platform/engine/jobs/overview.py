"""What an administrator sees of the queue: how much of what, who works, what comes by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.errors import Message, NotFound, message_of, say
from hanok.engine.jobs.job import DONE, FAILED, PRIORITIES, RUNNING, WAITING, Job
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.schedules import following
from hanok.engine.store.job_tables import job, mail, schedule
from hanok.engine.store.job_tables import worker as worker_table
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.trigger_tables import sweep

#: What is more is not counted exactly.
CAP = 1000
#: A worker says every ten seconds that it lives; one that was silent for so long does not.
SILENT = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs by state, each up to CAP + 1; `later` are those of the waiting that are not due yet.

    `oldest` is since when the one waits that has been due the longest.
    """

    counts: Mapping[str, int]
    later: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """How many jobs ended between two moments."""

    begins: datetime
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs jobs, or did so until it fell silent; `running` is what it holds."""

    id: UUID
    host: str
    pid: int
    threads: int
    version: str
    started: datetime
    seen: datetime
    ran: int
    alive: bool
    running: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule as it is stored. `next` is its next tick, `last` the latest that was fired."""

    key: str
    kind: str
    label: Message | None
    cron: str
    zone: str
    active: bool
    next: datetime
    last: datetime | None


def counts(conn: sa.Connection, states: Sequence[str], *, kind: str = "", cap: int = CAP) -> Mapping[str, int]:
    """How many jobs are in each state, in one statement that looks at no more than `cap` + 1 of each."""
    of_kind = [job.c.kind == kind] if kind else []
    parts = [_capped(sa.select(job.c.id).where(job.c.state == state, *of_kind), state, cap) for state in states]
    row = conn.execute(sa.select(*parts)).one()
    return dict(zip(states, row, strict=True))


def queue(conn: sa.Connection, states: Sequence[str]) -> Queue:
    """The queue at a glance."""
    now = now_of(conn)
    waiting = sa.select(job.c.id).where(job.c.state == WAITING, job.c.priority.in_(PRIORITIES))
    due = [sa.select(sa.func.min(job.c.due, type_=job.c.due.type))
           .where(job.c.state == WAITING, job.c.priority == each, job.c.due <= now).scalar_subquery()
           for each in PRIORITIES]  # fmt: skip
    later, *oldest = conn.execute(sa.select(_capped(waiting.where(job.c.due > now), "later", CAP), *due)).one()
    return Queue(counts(conn, states), later, min((each for each in oldest if each), default=None))


def failed_by_kind(conn: sa.Connection) -> Mapping[str, int]:
    """Dead letters by kind, exactly; the most first."""
    asked = sa.select(job.c.kind, sa.func.count()).where(job.c.state == FAILED).group_by(job.c.kind)
    found = [(row[0], int(row[1])) for row in conn.execute(asked)]
    return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def throughput(conn: sa.Connection, *, spans: int, each: timedelta) -> tuple[Span, ...]:
    """Jobs that ended in the last spans of time, the oldest first; the last one is still under way."""
    now = now_of(conn)
    seconds = each.total_seconds()
    end = datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, now.tzinfo)
    begins = [end - each * (spans - at) for at in range(spans)]
    parts = [_ended(state, begin, begin + each) for begin in begins for state in (DONE, FAILED)]
    figures = conn.execute(sa.select(*parts)).one()
    return tuple(Span(begin, figures[2 * at], figures[2 * at + 1]) for at, begin in enumerate(begins))


def _ended(state: str, begin: datetime, end: datetime) -> sa.ColumnElement[int]:
    """A range of an index."""
    asked = sa.select(sa.func.count()).where(job.c.state == state, job.c.ended_at >= begin, job.c.ended_at < end)
    return asked.scalar_subquery()


def _capped(asked: sa.Select[Any], name: str, cap: int) -> sa.ScalarSelect[int]:
    some = asked.limit(cap + 1).subquery(f"some_{name}")
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


# -- workers -------------------------------------------------------------------------------------------------------
def is_anybody_working(conn: sa.Connection) -> bool:
    """Whether a worker lives."""
    seen = sa.select(worker_table.c.id).where(worker_table.c.seen >= now_of(conn) - SILENT).limit(1)
    return conn.execute(seen).first() is not None


def workers(conn: sa.Connection) -> tuple[Worker, ...]:
    """Those that live first, each with what it runs."""
    now = now_of(conn)
    held: dict[UUID | None, list[Job]] = {}
    running = sa.select(job).where(job.c.state == RUNNING).order_by(job.c.started_at, job.c.id).limit(CAP)
    for row in conn.execute(running).mappings():
        held.setdefault(row["worker"], []).append(Job.of(dict(row)))
    rows = conn.execute(sa.select(worker_table).order_by(worker_table.c.seen.desc())).mappings().all()
    return tuple(_worker(dict(row), now, held.get(row["id"], ())) for row in rows)


def _worker(row: Mapping[str, Any], now: datetime, running: Sequence[Job]) -> Worker:
    return Worker(row["id"], row["host"], row["pid"], row["threads"], row["code_version"], row["started"], row["seen"],
                  row["ran"], row["seen"] >= now - SILENT, tuple(running))  # fmt: skip


# -- schedules -----------------------------------------------------------------------------------------------------
def planned(conn: sa.Connection) -> tuple[Planned, ...]:
    """All schedules, the next one first; those that rest last."""
    rows = conn.execute(sa.select(schedule)).mappings()
    return tuple(sorted((_planned(dict(row)) for row in rows), key=lambda one: (not one.active, one.next, one.key)))


def _planned(row: Mapping[str, Any]) -> Planned:
    return Planned(row["key"], row["kind"], message_of(row["label"]), row["cron"], row["zone"], row["active"],
                   row["next"], row["last"])  # fmt: skip


def _schedule(conn: sa.Connection, key: str) -> Mapping[str, Any]:
    row = conn.execute(sa.select(schedule).where(schedule.c.key == key)).mappings().first()
    if row is None:
        raise NotFound(say("There is no such schedule."))
    return dict(row)


def set_active(conn: sa.Connection, key: str, *, active: bool) -> Planned:
    """Lets a schedule rest, or go on: what it missed meanwhile is not made up for. Raises NotFound."""
    row = _schedule(conn, key)
    if row["active"] == active:
        return _planned(row)
    moment = now_of(conn)
    moved = {"next": following(row, row["last"], moment)} if active else {}
    conn.execute(schedule.update().where(schedule.c.key == key).values(active=active, **moved))
    if active:
        conn.execute(sweep.update().where(sweep.c.schedule == key).values(until=moment))
    return _planned({**row, "active": active, **moved})


def run_now(conn: sa.Connection, key: str, actor: Actor) -> UUID:
    """Puts the job of a schedule into the queue apart from its ticks; its id. Raises NotFound."""
    row = _schedule(conn, key)
    only = f"schedule:{key}" if row["missed"] == "last" else ""
    tick = now_of(conn).isoformat()
    return enqueue(conn, row["kind"], {**row["payload"], "tick": tick}, unique=only, actor=actor)


# -- mail ----------------------------------------------------------------------------------------------------------
def mails(conn: sa.Connection, states: Sequence[str], *, cap: int = CAP) -> Mapping[str, int]:
    """How many outgoing mails are in each state, each up to `cap` + 1."""
    parts = [_capped(sa.select(mail.c.id).where(mail.c.state == state), state, cap) for state in states]
    return dict(zip(states, conn.execute(sa.select(*parts)).one(), strict=True))
