"""One page of a log, one entry, how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.records.auditing.asking import LOGS, VIEW, Search, checked
from hanok.engine.records.auditing.telling import Told, tell
from hanok.engine.records.auditing.walking import Walk
from hanok.engine.store.tables import audit

SIZE, MOST_SIZE = 50, 500
#: Rows that a page walks past at most, first and where these did not fill it; the latter for all modules together.
NEAR, FAR = 1000, 40_000
GONE = say("There is no such entry, or you may not see it.")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a log, the newest first. `next` and `previous` are ids for `after` and `before`, None at the ends.

    `reached` is the moment that the walk came to where it ended before the page was full: what is older (newer, on the
    way back) was not looked at yet.
    """

    entries: tuple[Told, ...]
    next: UUID | None
    previous: UUID | None
    reached: datetime | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries there are; `more`: at least so many."""

    total: int
    more: bool


def page(
    conn: sa.Connection, catalog: Catalog, actor: Actor, search: Search, *, size: int = SIZE,
    after: UUID | None = None, before: UUID | None = None, right: str = VIEW,
) -> Found:  # fmt: skip
    """One page. Raises Invalid for what the actor cannot ask for."""
    walk = Walk.of(catalog, actor, checked(catalog, actor, search, right), right)
    size, before = max(1, min(size, MOST_SIZE)), None if after else before
    rows, end = _walked(conn, walk, size + 1, after, before)
    on = rows[size - 1].id if len(rows) > size else end.id if end else None
    kept = rows[:size] if before is None else rows[:size][::-1]
    first, last = (kept[0].id, kept[-1].id) if kept else (None, None)
    entries = tell(conn, catalog, actor, kept)
    if search.field:
        entries = tuple(one for one in entries if any(each.field == search.field for each in one.entry.changes))
    reached = end.at if end else None
    if before is not None:
        return Found(entries, last or UUID(int=before.int + 1), on, reached)
    return Found(entries, on, first or UUID(int=after.int - 1) if after else None, reached)


def _walked(
    conn: sa.Connection, walk: Walk, size: int, after: UUID | None, before: UUID | None
) -> tuple[Sequence[Any], Any]:
    """The rows, and where the walk ended when it ended early."""
    if not walk.sifted:
        return conn.execute(walk.rows(size, size, after=after, before=before)).all(), None
    for most in (NEAR, max(NEAR, FAR // max(1, len(walk.branches)))):
        rows = conn.execute(walk.rows(size, most, after=after, before=before)).all()
        end = None if len(rows) == size else conn.execute(walk.end(most, after=after, before=before)).first()
        if end is None:
            break
    return rows, end


def every(
    conn: sa.Connection, catalog: Catalog, actor: Actor, search: Search, *, size: int = MOST_SIZE, right: str = VIEW
) -> Iterator[Told]:
    """All entries of a search, page by page."""
    after: UUID | None = None
    while True:
        found = page(conn, catalog, actor, search, size=size, after=after, right=right)
        yield from found.entries
        if found.next is None:
            return
        after = found.next


def count(conn: sa.Connection, catalog: Catalog, actor: Actor, search: Search, *, cap: int = 1000) -> Count:
    """How many entries there are, up to the cap, within what one page walks at most."""
    walk = Walk.of(catalog, actor, checked(catalog, actor, search))
    most = max(NEAR, FAR // max(1, len(walk.branches)))
    total = conn.scalar(walk.counted(cap + 1, most)) or 0
    if total > cap:
        return Count(cap, True)
    return Count(total, walk.sifted and conn.execute(walk.end(most)).first() is not None)


def one(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Told:
    """One entry of the logs. Raises NotFound, also where the actor may not see it."""
    row = conn.execute(sa.select(audit).where(audit.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    key = catalog.names.renamed.get(row.module, row.module)
    log = next(log for log, actions in LOGS.items() if row.action in actions)
    search = Search(log=log, module=key, record=row.record)
    known = Walk.of(catalog, actor, search)
    if key not in catalog.every or not known.modules:
        raise NotFound(GONE)
    found = conn.execute(known.rows(1, 1, after=UUID(int=id.int + 1))).one_or_none()
    if found is None or found.id != id:
        raise NotFound(GONE)
    return tell(conn, catalog, actor, [found])[0]
