"""Jobs as somebody looks through them: pages by state, kind and words, and the long work of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from hanok.engine.accounts.people import UserColumns
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.jobs.job import ENDED, FAILED, LIVING, WAITING, Job
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of

SIZE = 50
#: Own work that ended longer ago is no news.
NEWS = timedelta(minutes=10)
MOST_OWN = 30
#: Rows that one statement changes.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Search:
    """Which jobs to look for. `kinds` are keys of kinds whose names fit the words."""

    state: str
    kind: str = ""
    words: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of jobs; `last` is the id of its last one where more follow."""

    jobs: tuple[Job, ...]
    last: UUID | None


def page(conn: sa.Connection, search: Search, *, after: UUID | None = None, size: int = SIZE) -> Found:
    """The living in the order in which they are due, those that ended the latest first; from behind `after` on."""
    asked = sa.select(job).where(job.c.state == search.state, *_narrowed(search))
    asked = _ordered(asked, search.state)
    if after is not None:
        asked = asked.where(_behind(conn, search.state, after))
    rows = conn.execute(asked.limit(size + 1)).mappings().all()
    jobs = tuple(Job.of(dict(row)) for row in rows[:size])
    return Found(jobs, jobs[-1].id if len(rows) > size else None)


def _ordered(asked: sa.Select[Any], state: str) -> sa.Select[Any]:
    """Each order is that of an index."""
    if state in ENDED:
        return asked.order_by(job.c.ended_at.desc(), job.c.id.desc())
    return asked.order_by(job.c.priority, job.c.due, job.c.id)


def _behind(conn: sa.Connection, state: str, after: UUID) -> sa.ColumnElement[bool]:
    """What comes after a job in the order of its state. One that is gone, or elsewhere by now, is no place."""
    row = conn.execute(sa.select(job).where(job.c.id == after)).mappings().first()
    if row is None or (state in ENDED and row["ended_at"] is None):
        raise NotFound(say("This page of the list is no longer there."))
    if state in ENDED:
        return sa.or_(job.c.ended_at < row["ended_at"],
                      sa.and_(job.c.ended_at == row["ended_at"], job.c.id < after))  # fmt: skip
    same = job.c.priority == row["priority"]
    return sa.or_(
        job.c.priority > row["priority"],
        sa.and_(same, job.c.due > row["due"]),
        sa.and_(same, job.c.due == row["due"], job.c.id > after),
    )


def _narrowed(search: Search) -> list[sa.ColumnElement[bool]]:
    found = [job.c.kind == search.kind] if search.kind else []
    if search.words:
        found.append(_says(search.words, search.kinds))
    return found


def _says(words: str, kinds: Iterable[str]) -> sa.ColumnElement[bool]:
    """Its name, what it is about or why it failed holds the words as they are written; or it is its id."""
    text = orjson.dumps(words).decode()[1:-1]
    told = [sa.type_coerce(column, sa.Text).icontains(text, autoescape=True)
            for column in (job.c.title, job.c.payload, job.c.error)]  # fmt: skip
    parts = [*told, job.c.kind.icontains(words, autoescape=True), job.c.kind.in_(list(kinds))]
    with suppress(ValueError):
        parts.append(job.c.id == UUID(words.strip()))
    return sa.or_(*parts)


# -- one's own -----------------------------------------------------------------------------------------------------
def own(conn: sa.Connection, actor: UUID, kinds: Collection[str], *, news: timedelta = NEWS) -> tuple[Job, ...]:
    """The work of these kinds that somebody asked for and that lives or has ended since, the latest first."""
    told = sa.or_(job.c.state.in_(LIVING), job.c.ended_at >= now_of(conn) - news)
    rows = conn.execute(
        sa.select(job).where(job.c.actor_id == actor, job.c.kind.in_(sorted(kinds)), told)
        .order_by(job.c.created_at.desc(), job.c.id.desc()).limit(MOST_OWN)
    ).mappings()  # fmt: skip
    return tuple(Job.of(dict(row)) for row in rows)


def own_job(conn: sa.Connection, actor: UUID, kinds: Collection[str], id: UUID) -> Job:
    """One of them, however long ago. Raises NotFound, also for somebody else's."""
    mine = sa.select(job).where(job.c.id == id, job.c.actor_id == actor, job.c.kind.in_(sorted(kinds)))
    row = conn.execute(mine).mappings().first()
    if row is None:
        raise NotFound(say("There is no such job."))
    return Job.of(dict(row))


def people(conn: sa.Connection, catalog: Catalog, ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """The names of users by id, deleted ones too; a user who is no longer stored has none."""
    wanted = sorted({id for id in ids if id is not None})
    if not wanted:
        return {}
    user = UserColumns.of(catalog)
    rows = conn.execute(sa.select(user.id, user.title).where(user.id.in_(wanted)))
    return {row[0]: row[1] or "" for row in rows}


# -- dead letters --------------------------------------------------------------------------------------------------
def retry_failed(conn: sa.Connection, kind: str) -> int:
    """Gives all dead letters of a kind another try; how many. Of those with one unique key only the latest goes."""
    failed = sa.and_(job.c.state == FAILED, job.c.kind == kind)
    anew = {"state": WAITING, "due": now_of(conn), "tries": 0, "crashes": 0, "error": None, "ended_at": None,
            "cancel_asked": False, "again": False}  # fmt: skip
    count = conn.execute(job.update().where(failed, job.c.unique_key.is_(None)).values(anew)).rowcount
    keyed = conn.execute(
        sa.select(job.c.unique_key, job.c.id).where(failed, job.c.unique_key.is_not(None)).order_by(job.c.id)
    )
    newest = {row.unique_key: row.id for row in keyed}
    alive = sa.select(job.c.unique_key).where(job.c.state.in_(LIVING), job.c.unique_key.is_not(None))
    for taken in conn.execute(alive).scalars():
        newest.pop(taken, None)
    ids = list(newest.values())
    for start in range(0, len(ids), BATCH):
        some = job.c.id.in_(ids[start : start + BATCH])
        count += conn.execute(job.update().where(failed, some).values(anew)).rowcount
    return count


def delete_failed(conn: sa.Connection, kind: str) -> int:
    """Deletes all dead letters of a kind for good; how many."""
    return conn.execute(job.delete().where(job.c.state == FAILED, job.c.kind == kind)).rowcount


def delete_ended(conn: sa.Connection, id: UUID) -> None:
    """Deletes one job that ended. Raises Refused while it lives, NotFound where there is none."""
    if conn.execute(job.delete().where(job.c.id == id, job.c.state.in_(ENDED))).rowcount:
        return
    if conn.execute(sa.select(job.c.id).where(job.c.id == id)).first() is None:
        raise NotFound(say("There is no such job."))
    raise Refused(say("This job has not ended yet."))
