"""What a site does for itself by the clock: it forgets what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.accounts.challenges import forget_challenges
from hanok.engine.accounts.factors import forget_unconfirmed
from hanok.engine.errors import say
from hanok.engine.jobs.job import CANCELLED, DONE
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Work
from hanok.engine.records.uploading import clean
from hanok.engine.store.desk_tables import bulk, bulk_row, import_row, import_run
from hanok.engine.store.job_tables import job
from hanok.engine.store.merge_tables import merge, merge_row
from hanok.engine.store.moments import now as now_of

#: Rows that one transaction deletes.
BATCH = 1000
DAYS = 14
LOGINS_DAYS = 180
UNDO_DAYS = 90


def forget_jobs(work: Work) -> dict[str, int]:
    """Deletes jobs that ended well long ago. Dead letters stay until somebody decides."""
    before = datetime.now(UTC) - timedelta(days=int(work.surroundings.settings.get("jobs_days", DAYS)))

    def some(conn: sa.Connection) -> int:
        old = sa.select(job.c.id).where(job.c.state.in_((DONE, CANCELLED)), job.c.ended_at < before).limit(BATCH)
        return conn.execute(job.delete().where(job.c.id.in_(old))).rowcount

    return {"jobs": in_batches(work, some)}


def forget_sessions(work: Work) -> dict[str, int]:
    """Deletes sessions that ended, second factors that were never confirmed, and what passkeys were asked in vain."""
    return work.write(lambda conn, _: {
        "sessions": accounts.forget_expired(conn, now=now_of(conn)),
        "factors": forget_unconfirmed(conn, now=now_of(conn)),
        "challenges": forget_challenges(conn, now=now_of(conn)),
    })  # fmt: skip


def forget_logins(work: Work) -> dict[str, int]:
    """Deletes attempts to log in that are long past."""
    before = datetime.now(UTC) - timedelta(days=int(work.surroundings.settings.get("logins_days", LOGINS_DAYS)))
    return {"logins": in_batches(work, lambda conn: accounts.forget_logins(conn, before, most=BATCH))}


def forget_undo(work: Work) -> dict[str, int]:
    """Deletes changes of many, imports and merges that began long ago, row by row: they stay as they are."""
    before = datetime.now(UTC) - timedelta(days=int(work.surroundings.settings.get("undo_days", UNDO_DAYS)))
    return {
        "changes": _whole(work, bulk, bulk_row, bulk_row.c.bulk, bulk_row.c.record, before),
        "imports": _whole(work, import_run, import_row, import_row.c.import_id, import_row.c.number, before),
        "merges": _whole(work, merge, merge_row, merge_row.c.merge, merge_row.c.record, before),
    }


def _whole(
    work: Work, head: sa.Table, rows: sa.Table, of: sa.Column[Any], key: sa.Column[Any], before: datetime
) -> int:
    """Deletes what began before this moment, with its rows; how many."""
    oldest = sa.select(head.c.id).where(head.c.at < before).order_by(head.c.id).limit(1)

    def deleting(id: UUID) -> Callable[[sa.Connection], int]:
        some = sa.select(key).where(of == id).limit(BATCH)
        return lambda conn: conn.execute(rows.delete().where(of == id, key.in_(some))).rowcount

    total = 0
    while (id := work.write(lambda conn, _: conn.scalar(oldest))) is not None:
        in_batches(work, deleting(id))
        work.write(_without(head, id))
        total += 1
    return total


def _without(head: sa.Table, id: UUID) -> Callable[[sa.Connection, Any], int]:
    return lambda conn, _: conn.execute(head.delete().where(head.c.id == id)).rowcount


def clean_files(work: Work) -> dict[str, int]:
    """Clears away uploads that no record holds."""
    blobs = work.surroundings.blobs
    if blobs is None:
        return {}
    gone = clean(work.surroundings.store, blobs)
    return {"files": gone.files, "blobs": gone.blobs, "abandoned": gone.abandoned}


def in_batches(work: Work, some: Callable[[sa.Connection], int]) -> int:
    """Does it again, a transaction each, until nothing is left; how much in all."""
    total = 0
    while found := work.write(lambda conn, _: some(conn)):
        total += found
        work.progress(total)
    return total


KINDS = (
    Kind("jobs.forget", say("Forget old jobs"), forget_jobs),
    Kind("sessions.forget", say("Forget sessions that ended"), forget_sessions),
    Kind("logins.forget", say("Forget old logins"), forget_logins),
    Kind("undo.forget", say("Forget what is not taken back any more"), forget_undo),
    Kind("files.clean", say("Clear away unused uploads"), clean_files, long=True),
)
SCHEDULES = (
    Schedule("jobs.forget", "jobs.forget", say("Forget old jobs"), "10 3 * * *"),
    Schedule("sessions.forget", "sessions.forget", say("Forget sessions that ended"), "20 3 * * *"),
    Schedule("logins.forget", "logins.forget", say("Forget old logins"), "25 3 * * *"),
    Schedule("undo.forget", "undo.forget", say("Forget what is not taken back any more"), "28 3 * * *"),
    Schedule("files.clean", "files.clean", say("Clear away unused uploads"), "30 3 * * *"),
)
