"""How the queue, its workers, the outbox and the mail stand, in one statement that stays quick on full tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hanok.engine.jobs.job import FAILED, PRIORITIES, RUNNING, WAITING
from hanok.engine.jobs.overview import SILENT
from hanok.engine.store import live_revision
from hanok.engine.store.job_tables import job, mail, schedule, worker
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import outbox

#: Nothing is counted any further.
MOST = 100_000
#: Workers look twice a second; a tick that is so late was seen by none.
OVERDUE = timedelta(seconds=60)
#: The states of mail that somebody may have to do something about.
MAIL = ("waiting", "sending", "failed", "bounced")


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, each at most MOST. `oldest` is how many seconds the longest waiting job has been due."""

    due: int
    later: int
    running: int
    failed: int
    oldest: float
    outbox: int
    alive: int
    stale: int
    overdue: int
    mail: Mapping[str, int]
    revision: int

    @property
    def is_idle(self) -> bool:
        """Something is to be done and nobody does it."""
        return bool(self.due or self.outbox or self.overdue) and not self.alive


def figures(conn: sa.Connection) -> Figures:
    """The figures of this moment; a read."""
    now = now_of(conn)
    found = dict(conn.execute(sa.select(*_columns(now))).mappings().one())
    counts = {name: int(found[name] or 0) for name in (each.name for each in fields(Figures)) if name in found}
    oldest = [found[f"oldest_{priority}"] for priority in PRIORITIES if found[f"oldest_{priority}"]]
    return Figures(
        **counts, oldest=max(0.0, (now - min(oldest)).total_seconds()) if oldest else 0.0,
        mail={state: int(found[f"mail_{state}"] or 0) for state in MAIL}, revision=live_revision(conn),
    )  # fmt: skip


def database_size(conn: sa.Connection) -> int:
    """Bytes of the whole database."""
    if conn.dialect.name == "sqlite":
        pages = sa.select(sa.column("page_count", sa.Integer)).select_from(sa.func.pragma_page_count())
        size = sa.select(sa.column("page_size", sa.Integer)).select_from(sa.func.pragma_page_size())
        return conn.execute(pages).scalar_one() * conn.execute(size).scalar_one()
    return int(conn.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one())


def _columns(now: datetime) -> Iterable[sa.ColumnElement[Any]]:
    waiting = [(job.c.state == WAITING, job.c.priority == priority) for priority in PRIORITIES]
    due, later = job.c.due <= now, job.c.due > now
    yield _sum(_count(job, *of, due) for of in waiting).label("due")
    yield _sum(_count(job, *of, later) for of in waiting).label("later")
    yield _count(job, job.c.state == RUNNING).label("running")
    yield _count(job, job.c.state == FAILED).label("failed")
    yield _count(outbox).label("outbox")
    yield _count(worker, worker.c.seen >= now - SILENT).label("alive")
    yield _count(worker, worker.c.seen < now - SILENT).label("stale")
    yield _count(schedule, schedule.c.active, schedule.c.next < now - OVERDUE).label("overdue")
    for state in MAIL:
        yield _count(mail, mail.c.state == state).label(f"mail_{state}")
    for priority, of in zip(PRIORITIES, waiting, strict=True):  # each is the first row of a range of the index
        oldest = sa.select(sa.func.min(job.c.due, type_=job.c.due.type)).where(*of, due)
        yield oldest.scalar_subquery().label(f"oldest_{priority}")


def _count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many rows, read from an index no further than MOST."""
    some = sa.select(sa.literal(1).label("one")).select_from(table).where(*conditions).limit(MOST).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _sum(parts: Iterable[sa.ScalarSelect[int]]) -> sa.ColumnElement[int]:
    found: sa.ColumnElement[int] = sa.literal(0)
    for part in parts:
        found = found + part
    return found
