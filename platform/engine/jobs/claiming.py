"""Taking jobs by a lease, keeping them, and taking them back from workers that died.

Who holds a job is said by its worker and by how often it was claimed: `holding` is true for nobody else, so a worker
that was thought dead and is not changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.jobs.job import CANCELLED, FAILED, PRIORITIES, RUNNING, WAITING, Job, written
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of

#: What a worker holds: for each job how often it was claimed, and whether it shall end.
Held = Mapping[UUID, tuple[int, bool]]
#: A worker that dies is not the job's fault, but one that dies with the same job so often is.
MOST_CRASHES = 10
POISONED = say("Workers died while they ran this job, {count} times.", count=MOST_CRASHES)


def holding(one: Job) -> sa.ColumnElement[bool]:
    """Its row is still held by whoever claimed it so."""
    return sa.and_(
        job.c.id == one.id, job.c.state == RUNNING, job.c.worker == one.worker, job.c.claims == one.claims
    )


def is_due(conn: sa.Connection) -> bool:
    """Whether a job waits whose time has come; a read."""
    now = now_of(conn)
    parts = [sa.exists().where(job.c.state == WAITING, job.c.priority == priority, job.c.due <= now)
             for priority in PRIORITIES]  # fmt: skip
    return bool(conn.execute(sa.select(sa.or_(*parts))).scalar())


def claim(
    conn: sa.Connection, worker: UUID, count: int, *, lease: timedelta, kinds: Collection[str]
) -> list[Job]:
    """Takes up to so many jobs of these kinds that are due, the most urgent first, for as long as the lease."""
    now = now_of(conn)
    found: list[Job] = []
    for priority in PRIORITIES:  # one at a time: each reads a range of the index, however many are due later
        if len(found) >= count:
            break
        wanted = (
            sa.select(job.c.id)
            .where(job.c.state == WAITING, job.c.priority == priority, job.c.due <= now, job.c.kind.in_(sorted(kinds)))
            .order_by(job.c.due, job.c.id).limit(count - len(found)).with_for_update(skip_locked=True)
        )  # fmt: skip
        taken = {
            "state": RUNNING, "worker": worker, "claims": job.c.claims + 1, "lease_until": now + lease,
            "started_at": sa.func.coalesce(job.c.started_at, now, type_=job.c.due.type),
        }  # fmt: skip
        rows = conn.execute(job.update().where(job.c.id.in_(wanted)).values(taken).returning(job)).mappings()
        found += sorted((Job.of(dict(row)) for row in rows), key=lambda one: (one.due, one.id))
    return found


def keep(conn: sa.Connection, worker: UUID, *, lease: timedelta) -> Held:
    """Holds on to everything that this worker runs, and says what it is."""
    held = job.update().where(job.c.worker == worker, job.c.state == RUNNING)
    rows = conn.execute(
        held.values(lease_until=now_of(conn) + lease).returning(job.c.id, job.c.claims, job.c.cancel_asked)
    )
    return {row.id: (row.claims, row.cancel_asked) for row in rows}


def look(conn: sa.Connection, worker: UUID) -> Held:
    """The same, without holding on."""
    held = sa.select(job.c.id, job.c.claims, job.c.cancel_asked)
    rows = conn.execute(held.where(job.c.worker == worker, job.c.state == RUNNING))
    return {row.id: (row.claims, row.cancel_asked) for row in rows}


def has_lapsed(conn: sa.Connection) -> bool:
    """Whether a lease has ended; a read."""
    return conn.execute(sa.select(job.c.id).where(job.c.state == RUNNING, job.c.lease_until < now_of(conn)).limit(1)
                        ).first() is not None  # fmt: skip


def take_back(conn: sa.Connection) -> Sequence[UUID]:
    """Puts jobs whose lease has ended back into the queue; one that keeps killing workers becomes a dead letter."""
    now = now_of(conn)
    lapsed = (
        sa.select(job.c.id).where(job.c.state == RUNNING, job.c.lease_until < now).with_for_update(skip_locked=True)
    )
    ids = conn.execute(lapsed).scalars().all()
    too_often = job.c.crashes + 1 >= MOST_CRASHES
    over = sa.or_(job.c.cancel_asked, too_often)
    back: dict[str, Any] = {
        "crashes": job.c.crashes + 1, "worker": None, "lease_until": None, "due": now,
        "state": sa.case((job.c.cancel_asked, CANCELLED), (too_often, FAILED), else_=WAITING),
        "ended_at": sa.case((over, sa.bindparam("ended", now, job.c.due.type)), else_=None),
        "error": sa.case((too_often, sa.bindparam("poisoned", written(POISONED), job.c.error.type)),
                         else_=job.c.error),
    }  # fmt: skip
    for start in range(0, len(ids), 500):
        conn.execute(job.update().where(job.c.id.in_(ids[start : start + 500])).values(back))
    return ids


def release(conn: sa.Connection, worker: UUID) -> int:
    """Gives back what a worker still runs when it ends in good order; how many."""
    now = now_of(conn)
    free = {
        "worker": None, "lease_until": None, "due": now,
        "state": sa.case((job.c.cancel_asked, CANCELLED), else_=WAITING),
        "ended_at": sa.case((job.c.cancel_asked, sa.bindparam("ended", now, job.c.due.type)), else_=None),
    }  # fmt: skip
    return conn.execute(job.update().where(job.c.worker == worker, job.c.state == RUNNING).values(free)).rowcount
