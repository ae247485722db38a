"""Runs as somebody looks through them: pages by what narrows them, how many there are, what workflows did lately."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.automation.run import SKIPPED, Run
from hanok.engine.automation.tracing import Traced
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.records.former import called
from hanok.engine.store.automation_tables import run, run_step

SIZE, MOST_SIZE = 50, 500
#: Steps that a page shows at first; a run through many records has more.
STEPS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which runs to look for; what is empty does not narrow. `since` (included) and `until` (not) are aware moments."""

    workflow: str = ""
    modules: tuple[str, ...] = ()
    state: str = ""
    trigger: str = ""
    record: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of runs, the newest first; `next` and `previous` are ids for `after` and `before`, None at the ends."""

    runs: tuple[Run, ...]
    next: UUID | None
    previous: UUID | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a workflow did since a moment: how many runs, but for those in which it did not apply, how many of them
    failed; and when one began last, ever."""

    runs: int = 0
    failed: int = 0
    last: datetime | None = None


def page(
    conn: sa.Connection, search: Search, *, after: UUID | None = None, before: UUID | None = None, size: int = SIZE
) -> Found:
    """The runs from behind `after` on, or those before `before`. Raises NotFound where that run is gone."""
    size, before = max(1, min(size, MOST_SIZE)), None if after else before
    asked = sa.select(run).where(*_narrowed(search))
    if after or before:
        asked = asked.where(_beyond(conn, after or before, later=before is not None))
    order = (run.c.created_at, run.c.id) if before else (run.c.created_at.desc(), run.c.id.desc())
    rows = [Run.of(dict(row)) for row in conn.execute(asked.order_by(*order).limit(size + 1)).mappings()]
    kept, more = rows[:size], len(rows) > size
    if before:
        kept.reverse()
    first, last = (kept[0].id, kept[-1].id) if kept else (None, None)
    if before:
        return Found(tuple(kept), last, first if more else None)
    return Found(tuple(kept), last if more else None, first if after else None)


def every(conn: sa.Connection, search: Search) -> Iterator[Run]:
    """All of them, page by page."""
    after: UUID | None = None
    while True:
        found = page(conn, search, after=after, size=MOST_SIZE)
        yield from found.runs
        if found.next is None:
            return
        after = found.next


def count(conn: sa.Connection, search: Search, *, cap: int) -> int:
    """How many there are, counted no further than one beyond `cap`."""
    some = sa.select(run.c.id).where(*_narrowed(search)).limit(cap + 1)
    return int(conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)


def of_record(conn: sa.Connection, catalog: Catalog, module: str, record: UUID, *, size: int = SIZE) -> Found:
    """The newest runs for one record. Whoever asks may view it: that was found out before."""
    return page(conn, Search(modules=tuple(called(catalog, module)), record=record), size=size)


def trace(conn: sa.Connection, id: UUID, *, after: int = -1, size: int = STEPS) -> tuple[tuple[Traced, ...], bool]:
    """The steps of a run in the order in which they were done, and whether more follow."""
    asked = sa.select(run_step).where(run_step.c.run == id, run_step.c.number > after)
    rows = conn.execute(asked.order_by(run_step.c.number).limit(size + 1)).mappings().all()
    steps = tuple(Traced(**{key: value for key, value in row.items() if key != "run"}) for row in rows[:size])
    return steps, len(rows) > size


def begun_by(conn: sa.Connection, id: UUID, *, size: int = SIZE) -> tuple[Run, ...]:
    """The runs that this one led to."""
    rows = conn.execute(sa.select(run).where(run.c.parent == id).order_by(run.c.created_at, run.c.id).limit(size))
    return tuple(Run.of(dict(row)) for row in rows.mappings())


def tallies(conn: sa.Connection, workflows: Iterable[str], since: datetime) -> Mapping[str, Tally]:
    """What these workflows did since then."""
    failed = sa.func.sum(sa.case((run.c.state == "failed", 1), else_=0))
    lately = sa.select(run.c.workflow, sa.func.count(), failed).where(run.c.created_at >= since, run.c.state != SKIPPED)
    found = {row[0]: (int(row[1]), int(row[2])) for row in conn.execute(lately.group_by(run.c.workflow))}
    keys = list(workflows)
    last = _last(conn, keys)
    return {key: Tally(*found.get(key, (0, 0)), last.get(key)) for key in keys}


def _last(conn: sa.Connection, workflows: list[str]) -> Mapping[str, datetime]:
    """When each began last: one look at the index for each, in one statement."""
    if not workflows:
        return {}
    parts = [
        sa.select(sa.literal(key, sa.String()).label("workflow"),
                  sa.select(sa.func.max(run.c.created_at)).where(run.c.workflow == key).scalar_subquery().label("at"))
        for key in workflows
    ]  # fmt: skip
    rows = conn.execute(sa.union_all(*parts) if len(parts) > 1 else parts[0])
    return {row[0]: row[1] for row in rows if row[1] is not None}


def _narrowed(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.workflow:
        yield run.c.workflow == search.workflow
    if search.modules:
        yield run.c.module.in_(search.modules)
    if search.state:
        yield run.c.state == search.state
    if search.trigger:
        yield run.c.trigger == search.trigger
    if search.record is not None:
        yield run.c.record == search.record
    if search.since is not None:
        yield run.c.created_at >= search.since
    if search.until is not None:
        yield run.c.created_at < search.until


def _beyond(conn: sa.Connection, id: UUID | None, *, later: bool) -> ColumnElement[bool]:
    """What comes after a run in the order of the list. One that is gone is no place."""
    at = conn.scalar(sa.select(run.c.created_at).where(run.c.id == id))
    if at is None:
        raise NotFound(say("This page of the list is no longer there."))
    if later:
        return sa.or_(run.c.created_at > at, sa.and_(run.c.created_at == at, run.c.id > id))
    return sa.or_(run.c.created_at < at, sa.and_(run.c.created_at == at, run.c.id < id))
