"""The queue: putting jobs in, looking at them, cancelling them, giving dead letters another try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.errors import Message, NotFound, Refused, say, written
from hanok.engine.jobs.job import CANCELLED, DONE, ENDED, ORDINARY, PRIORITIES, RUNNING, WAITING, Job
from hanok.engine.records.trail import behind
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import LIVING, job
from hanok.engine.store.moments import here, now

#: How often a job that others take away at the same moment is looked for.
LOOKS = 5
BUSY = say("This work is begun and ended by others all the time. Please try again.")


def enqueue(
    conn: sa.Connection, kind: str, payload: Mapping[str, Any] | None = None, *, priority: int = ORDINARY,
    due: datetime | None = None, unique: str = "", actor: Actor | None = None, title: Message | None = None,
) -> UUID:  # fmt: skip
    """Puts a job into the queue, in the caller's transaction; its id.

    `due` is when it may begin (default: now). Of jobs with the same `unique` one waits or runs at a time: asked for
    while it waits, it is that one; asked for while it runs, it runs once more after it ended. In a long transaction
    a `unique` job keeps others waiting who ask for the same: tell the outbox instead.
    """
    if priority not in PRIORITIES:
        raise ValueError(f"{priority} is no priority of jobs")
    moment = here(conn)
    asked = {"priority": priority, "due": moment if due is None else due, "created_at": moment}
    row = _row(kind, payload or {}, unique) | asked | {
        "title": written(title), "actor_id": actor.id if actor else None, **(behind(actor) if actor else {}),
    }  # fmt: skip
    if not unique:
        conn.execute(job.insert().values(row))
        return UUID(str(row["id"]))
    return _only_one(conn, row)


def enqueue_many(
    conn: sa.Connection, kind: str, several: Iterable[tuple[Mapping[str, Any], str]], *, priority: int = ORDINARY
) -> None:
    """Puts jobs of one kind into the queue, by one statement: payloads, each with a `unique` key that is new."""
    moment = now(conn)
    asked = {"priority": priority, "due": moment, "created_at": moment}
    rows = [_row(kind, payload, unique) | asked for payload, unique in several]
    if rows:
        conn.execute(job.insert(), rows)


def _row(kind: str, payload: Mapping[str, Any], unique: str) -> dict[str, Any]:
    """What is the same of every job that is new."""
    request = structlog.contextvars.get_contextvars().get("request")
    return {
        "id": new_id(), "kind": kind, "payload": dict(payload), "state": WAITING, "unique_key": unique or None,
        "again": False, "request": request, "tries": 0, "crashes": 0, "claims": 0, "cancel_asked": False, "done": 0,
    }  # fmt: skip


def _only_one(conn: sa.Connection, row: Mapping[str, Any]) -> UUID:
    # spelled as the partial index is: SQLite uses it for nothing else
    same = sa.and_(job.c.unique_key == row["unique_key"], sa.text(LIVING))
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(job)
    sooner = sa.case((sa.and_(job.c.tries == 0, job.c.due > row["due"]), row["due"]), else_=job.c.due)
    steps: tuple[Any, ...] = (
        job.update().where(same, job.c.state == RUNNING).values(again=True),
        insert.values(row).on_conflict_do_nothing(),
        job.update().where(same, job.c.state == WAITING).values(due=sa.type_coerce(sooner, job.c.due.type)),
    )
    for _ in range(LOOKS):
        for step in steps:
            found = conn.execute(step.returning(job.c.id)).scalar()
            if found is not None:
                return UUID(str(found))
    raise Refused(BUSY)


def job_of(conn: sa.Connection, id: UUID) -> Job:
    """A job by its id. Raises NotFound."""
    row = conn.execute(sa.select(job).where(job.c.id == id)).mappings().first()
    if row is None:
        raise NotFound(say("There is no such job."))
    return Job.of(dict(row))


def cancel(conn: sa.Connection, id: UUID) -> Job:
    """Cancels a job: at once while it waits, at its next step while it runs. Raises Refused for one that has ended."""
    ended = {"state": CANCELLED, "ended_at": here(conn), "again": False}
    steps = (
        job.update().where(job.c.id == id, job.c.state == WAITING).values(ended),
        job.update().where(job.c.id == id, job.c.state == RUNNING).values(cancel_asked=True, again=False),
    )
    for _ in range(LOOKS):  # between two looks it may begin, or fail and wait again
        if any(conn.execute(step).rowcount for step in steps):
            return job_of(conn, id)
        if job_of(conn, id).state in ENDED:
            raise Refused(say("This job has ended already."))
    raise Refused(BUSY)


def retry(conn: sa.Connection, id: UUID) -> Job:
    """Gives a job that failed or was cancelled another try, from where it had come to. Raises Refused for others."""
    found = job_of(conn, id)
    if found.state not in ENDED:
        raise Refused(say("This job has not ended yet."))
    if found.state == DONE:
        raise Refused(say("This job is done; there is nothing to try again."))
    anew = {"state": WAITING, "due": here(conn), "tries": 0, "crashes": 0, "error": None, "ended_at": None,
            "cancel_asked": False, "again": False}  # fmt: skip
    try:
        with conn.begin_nested():
            conn.execute(job.update().where(job.c.id == id, job.c.state == found.state).values(anew))
    except sa.exc.IntegrityError:  # the unique index knows, whoever asked for it at this very moment
        raise Refused(say("The same work waits in the queue already.")) from None
    return job_of(conn, id)
