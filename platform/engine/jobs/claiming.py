"""Taking jobs by a lease, keeping them, and taking them back from workers that died.

Who holds a job is said by its worker and by how often it was claimed: `holding` is true for nobody else, so a worker
that was thought dead and is not changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import say, written
from hanok.engine.jobs.job import CANCELLED, FAILED, PRIORITIES, RUNNING, WAITING, Job
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import here, server_now

#: What a worker holds: for each job how often it was claimed, and whether it shall end.
Held = Mapping[UUID, tuple[int, bool]]
Moment = sa.ColumnElement[datetime]
#: A worker that dies is not the job's fault, but one that dies with the same job so often is.
MOST_CRASHES = 10
POISONED = say("Workers died while they ran this job, {count} times.", count=MOST_CRASHES)
#: Rows that one statement names.
BATCH = 500


def holding(one: Job) -> sa.ColumnElement[bool]:
    """Its row is still held by whoever claimed it so."""
    return sa.and_(
        job.c.id == one.id, job.c.state == RUNNING, job.c.worker == one.worker, job.c.claims == one.claims
    )


def is_due(conn: sa.Connection, kinds: Collection[str]) -> bool:
    """Whether a job of these kinds waits whose time has come; a read."""
    dialect = conn.dialect.name
    return bool(conn.execute(_any_due(dialect), {"kinds": sorted(kinds), **_clock(dialect)}).scalar())


def claim(
    conn: sa.Connection, worker: UUID, count: int, *, lease: timedelta, kinds: Collection[str],
    long: Collection[str] = (), most_long: int = 0,
) -> list[Job]:  # fmt: skip
    """Takes up to so many jobs of these kinds that are due, the most urgent first, for as long as the lease.

    Of those that are `long` it takes `most_long` at most.
    """
    first = _first(conn, count, kinds)
    long_ones = [id for id, kind in first if kind in long]
    refused = long_ones[max(0, most_long) :]
    chosen = [id for id, _ in first if id not in refused]
    if refused and len(first) == count:  # short ones may stand behind them
        short = [id for id, _ in _first(conn, count, set(kinds) - set(long))]
        chosen += [id for id in short if id not in chosen][: len(refused)]
    if not chosen:
        return []
    taken = {
        "state": RUNNING, "worker": worker, "claims": job.c.claims + 1, "lease_until": here(conn, lease),
        "started_at": sa.func.coalesce(job.c.started_at, here(conn)),
    }  # fmt: skip
    rows = conn.execute(job.update().where(job.c.id.in_(chosen)).values(taken).returning(job)).mappings()
    return sorted((Job.of(dict(row)) for row in rows), key=lambda one: (one.priority, one.due, one.id))


def _first(conn: sa.Connection, count: int, kinds: Collection[str]) -> Sequence[tuple[UUID, str]]:
    """The first so many of these kinds, locked."""
    dialect = conn.dialect.name
    asked = {"kinds": sorted(kinds), "count": count, **_clock(dialect)}
    return [(row.id, row.kind) for row in conn.execute(_first_due(dialect), asked)]


def _clock(dialect: str) -> dict[str, datetime]:
    return {"now": datetime.now(UTC)} if dialect == "sqlite" else {}


@cache
def _first_due(dialect: str) -> sa.CompoundSelect[tuple[UUID, str]]:
    """Built once: making it takes longer than running it.

    Jobs are read before they are changed: where the database may run a limited subquery of an UPDATE again for each
    row, it would lock and take more than the limit. Each priority reads a range of the index, however many are due
    later, and only if those before it are too few.
    """
    count = sa.bindparam("count", type_=sa.Integer)
    arms = [
        sa.select(_due(priority, dialect).order_by(job.c.due, job.c.id).limit(count)
                  .with_for_update(skip_locked=True).subquery(f"of_{priority}"))
        for priority in PRIORITIES
    ]  # fmt: skip
    return sa.union_all(*arms).limit(count)


@cache
def _any_due(dialect: str) -> sa.Select[tuple[bool]]:
    return sa.select(sa.or_(*(sa.exists(_due(priority, dialect)) for priority in PRIORITIES)))


def _due(priority: int, dialect: str) -> sa.Select[tuple[UUID, str]]:
    now = sa.bindparam("now", type_=job.c.due.type) if dialect == "sqlite" else server_now()
    kinds = sa.bindparam("kinds", expanding=True, type_=job.c.kind.type)
    return sa.select(job.c.id, job.c.kind).where(
        job.c.state == WAITING, job.c.priority == priority, job.c.due <= now, job.c.kind.in_(kinds)
    )


def keep(conn: sa.Connection, worker: UUID, ids: Collection[UUID], *, lease: timedelta) -> Held:
    """Holds on to these jobs where the worker still has them, and says what it has.

    Rows that somebody else has locked are left for the next time: nobody waits here, so that one row that is long in
    a transaction costs no other job its lease.
    """
    mine = sa.select(job.c.id).where(job.c.worker == worker, job.c.state == RUNNING, job.c.id.in_(ids))
    free = conn.execute(mine.with_for_update(skip_locked=True)).scalars().all()
    if free:
        conn.execute(job.update().where(job.c.id.in_(free)).values(lease_until=here(conn, lease)))
    return look(conn, worker)


def look(conn: sa.Connection, worker: UUID) -> Held:
    """What the worker has, without holding on."""
    held = sa.select(job.c.id, job.c.claims, job.c.cancel_asked)
    rows = conn.execute(held.where(job.c.worker == worker, job.c.state == RUNNING))
    return {row.id: (row.claims, row.cancel_asked) for row in rows}


def has_lapsed(conn: sa.Connection, *, but: Collection[UUID] = ()) -> bool:
    """Whether a lease has ended, apart from those of these jobs; a read."""
    return conn.execute(_lapsed(conn, but).limit(1)).first() is not None


def take_back(conn: sa.Connection, *, but: Collection[UUID] = ()) -> Sequence[UUID]:
    """Puts jobs whose lease has ended back into the queue; one that keeps killing workers becomes a dead letter.

    `but` are those that the asking worker runs itself: it lives, whatever a clock says that was put forward.
    """
    rows = conn.execute(_lapsed(conn, but).with_for_update(skip_locked=True)).all()
    poisoned = [row.id for row in rows if row.crashes + 1 >= MOST_CRASHES and not row.cancel_asked]
    others = [row.id for row in rows if row.id not in set(poisoned)]
    now, more = here(conn), {"crashes": job.c.crashes + 1}
    _set(conn, others, {**back(now, now), **more})
    dead = {"state": FAILED, "again": False, "worker": None, "lease_until": None, "ended_at": now}
    _set(conn, poisoned, {**dead, **more, "error": written(POISONED)})
    return [*others, *poisoned]


def _lapsed(conn: sa.Connection, but: Collection[UUID]) -> sa.Select[tuple[UUID, int, bool]]:
    return sa.select(job.c.id, job.c.crashes, job.c.cancel_asked).where(
        job.c.state == RUNNING, job.c.lease_until < here(conn), *_other_than(but)
    )


def _other_than(ids: Collection[UUID]) -> list[sa.ColumnElement[bool]]:
    return [job.c.id.not_in(ids)] if ids else []


def _set(conn: sa.Connection, ids: Sequence[UUID], values: Mapping[str, Any]) -> None:
    for start in range(0, len(ids), BATCH):
        conn.execute(job.update().where(job.c.id.in_(ids[start : start + BATCH])).values(values))


def release(conn: sa.Connection, worker: UUID) -> int:
    """Gives back what a worker still runs when it ends in good order; how many."""
    now = here(conn)
    mine = job.update().where(job.c.worker == worker, job.c.state == RUNNING)
    return conn.execute(mine.values(back(now, now))).rowcount


# -- what a row says after a run ---------------------------------------------------------------------------------------
def back(now: Moment, due: Moment) -> dict[str, Any]:
    """It goes on at `due`; one that was cancelled meanwhile ends, unless it was asked for anew since."""
    ends = sa.and_(job.c.cancel_asked, sa.not_(job.c.again))
    return {
        "worker": None, "lease_until": None, "due": due, "state": sa.case((ends, CANCELLED), else_=WAITING),
        "ended_at": sa.case((ends, now), else_=None),
        "again": sa.and_(job.c.again, sa.not_(job.c.cancel_asked)),
        "cancel_asked": sa.and_(job.c.cancel_asked, sa.not_(job.c.again)),
    }  # fmt: skip


def over(state: str, now: Moment) -> dict[str, Any]:
    """It has ended so; one that was asked for meanwhile waits once more, from its beginning."""
    anew = job.c.again
    return {
        "worker": None, "lease_until": None, "due": now, "state": sa.case((anew, WAITING), else_=state),
        "ended_at": sa.case((anew, None), else_=now), "again": False,
        "cancel_asked": sa.and_(job.c.cancel_asked, sa.not_(anew)),
        "checkpoint": sa.case((anew, None), else_=job.c.checkpoint),
        "tries": sa.case((anew, 0), else_=job.c.tries), "crashes": sa.case((anew, 0), else_=job.c.crashes),
    }  # fmt: skip
