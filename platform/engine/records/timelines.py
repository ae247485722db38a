"""The timeline of a record: what is still to come about it, and what happened, of all modules that say how.

Its sources are the ends of the record whose modules have `views.timeline`; each is read with the ordinary page of
records, so that everybody sees there what she sees elsewhere. What happened is merged with the changes of the record
itself, newest first: each source goes on from a cursor of its own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.catalog.views import TimelineView
from hanok.engine.errors import Invalid
from hanok.engine.records import cursor
from hanok.engine.records.history import Entry, history
from hanok.engine.records.query import Query, Record, Under
from hanok.engine.records.read import page

MADE = "created_at"
#: The changes of the record itself, beside the keys of ends.
CHANGES = "changes"
#: What a cursor says of a source that has nothing more.
OVER = "-"
LONGEST_CURSOR = 4000


@dataclass(frozen=True, slots=True)
class Origin:
    """One end of a record whose records stand in its timeline."""

    end: End
    module: Module
    view: TimelineView


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing: a record of another module (`origin` says whose), or a change of the record itself.

    `at` is when, in UTC, None where it has no time; `day` is given where only the day is known.
    """

    at: datetime | None
    day: date | None = None
    record: Record | None = None
    entry: Entry | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of what happened, newest first; `next` is where the next stretch begins, "" where there is nothing more."""

    happenings: tuple[Happening, ...]
    next: str = ""


def origins(catalog: Catalog, actor: Actor, module: Module) -> tuple[Origin, ...]:
    """What stands in the timelines of a module's records, of what the actor may see some."""
    found = []
    for end in module.ends.values():
        there = catalog.modules.get(end.module) if end.kind not in ("lines", "union") else None
        view = there.views.timeline if there is not None else None
        if there is not None and view is not None and may(catalog, actor, there.key, "list"):
            found.append(Origin(end, there, _known(catalog, there, view)))
    return tuple(found)


def _known(catalog: Catalog, module: Module, view: TimelineView) -> TimelineView:
    """With times by which the actor may sort: what she sees in some records only is none."""
    masked = {name for name in (view.by, view.past) if (module.key, name.partition(".")[0]) in catalog.masks}
    return replace(
        view, by=MADE if view.by in masked else view.by, past=MADE if view.past in masked else view.past
    )


# -- what is to come -----------------------------------------------------------------------------------------------
def coming(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, found: Sequence[Origin], *, size: int
) -> tuple[Happening, ...]:
    """What is open, the soonest first, at last what has no time; at most `size` of each source."""
    happenings: dict[tuple[str, UUID], Happening] = {}
    for origin in found:
        if origin.view.open is not None:
            for one in _open(conn, catalog, actor, record, origin, size):
                happenings.setdefault((one.module, one.id), _at(catalog, actor, origin, one, origin.view.by))
    late = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(happenings.values(), key=lambda one: one.at or late))


def _open(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, origin: Origin, size: int
) -> tuple[Record, ...]:
    """Those with a time stand before those without, of which the databases think otherwise."""
    by, open = origin.view.by, origin.view.open
    query = _query(record, origin, by, where=open, size=size)
    rows = page(conn, catalog, actor, replace(query, sort=(by, by))).rows
    if len(rows) == size and rows[0].values.get(by) is None:
        timed = replace(query, sort=(by, by), where={"all": [open, {by: {"empty": False}}]})
        rows = (*page(conn, catalog, actor, timed).rows, *(row for row in rows if row.values.get(by) is None))
    return rows


# -- what happened -------------------------------------------------------------------------------------------------
def happened(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, found: Sequence[Origin], *,
    changes: bool = True, after: str = "", size: int = 20,
) -> Stretch:  # fmt: skip
    """What happened, newest first: the records of these sources that are not open, and changes of the record.

    `after` is the `next` of an earlier stretch. Raises Invalid where it cannot be read.
    """
    begun = _decoded(after)
    streams = [
        _records(conn, catalog, actor, record, origin, begun.get(origin.end.key, ""), size)
        for origin in found if begun.get(origin.end.key) != OVER
    ]  # fmt: skip
    if changes and begun.get(CHANGES) != OVER:
        but = ("linked",) if found else ()  # that something was linked which stands there itself is no news
        streams.append(_changes(conn, catalog, actor, record, begun.get(CHANGES, ""), size, but))
    happenings = tuple(_merged(streams, size))
    ended = {key: OVER for key, text in begun.items() if text == OVER}
    now = {**ended, **{stream.key: stream.cursor for stream in streams}}
    return Stretch(happenings, "" if set(now.values()) <= {OVER} else _encoded(now))


@dataclass(slots=True)
class _Stream:
    """What was read of one source, and how much of it was taken. `cursors` lead on behind each of them."""

    key: str
    begun: str
    happenings: Sequence[Happening]
    cursors: Sequence[str]
    more: bool
    taken: int = field(default=0)

    @property
    def head(self) -> Happening | None:
        return self.happenings[self.taken] if self.taken < len(self.happenings) else None

    @property
    def cursor(self) -> str:
        if self.head is None and not self.more:
            return OVER
        return self.cursors[self.taken - 1] if self.taken else self.begun


def _merged(streams: Sequence[_Stream], size: int) -> Iterator[Happening]:
    """The newest of all heads again and again. It stops where a source has more than was read of it."""
    for _ in range(size):
        if any(stream.head is None and stream.more for stream in streams):
            return
        heads = [stream for stream in streams if stream.head is not None]
        if not heads:
            return
        first = max(heads, key=lambda stream: _rank(stream.head))
        newest = first.head
        for stream in heads:
            if stream is first or _same(stream.head, newest):
                stream.taken += 1
        if newest is not None:
            yield newest


def _rank(one: Happening | None) -> tuple[bool, datetime, UUID]:
    """What has no time comes last."""
    at = one.at if one else None
    id = one.record.id if one and one.record else one.entry.id if one and one.entry else UUID(int=0)
    return at is not None, at or datetime.min.replace(tzinfo=UTC), id


def _same(one: Happening | None, other: Happening | None) -> bool:
    """Whether both are one record, that stands there by two ways."""
    pair = [each.record for each in (one, other) if each is not None and each.record is not None]
    return len(pair) == 2 and (pair[0].module, pair[0].id) == (pair[1].module, pair[1].id)


def _records(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, origin: Origin, after: str, size: int
) -> _Stream:
    past = origin.view.past
    where = {"not": origin.view.open} if origin.view.open is not None else None
    query = _query(record, origin, past, where=where, size=size)
    # the order said twice is never that of the list: so a row that stays closed is there only where it shows its time
    found = page(conn, catalog, actor, replace(query, sort=(f"-{past}", f"-{past}"), after=after or None))
    happenings = [_at(catalog, actor, origin, row, past) for row in found.rows]
    cursors = [cursor.encode([_moment(row.values.get(past)), row.id]) for row in found.rows]
    return _Stream(origin.end.key, after, happenings, cursors, found.next is not None)


def _changes(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, after: str, size: int, but: Sequence[str]
) -> _Stream:
    try:
        before = UUID(after) if after else None
    except ValueError:
        raise Invalid({"": [cursor.GONE]}) from None
    entries = history(
        conn, catalog, actor, record.module, record.id, size=size + 1, before=before, record=record, but=but
    )
    kept = entries[:size]
    happenings = [Happening(entry.at, entry=entry) for entry in kept]
    return _Stream(CHANGES, after, happenings, [str(entry.id) for entry in kept], len(entries) > size)


def _query(record: Record, origin: Origin, by: str, *, where: Mapping[str, Any] | None, size: int) -> Query:
    view, module = origin.view, origin.module
    asked = (by, view.text, *view.card, *module.owners[:1], "created_by")
    columns = tuple(dict.fromkeys(key for key in asked if key and module.has(key)))
    under = Under(record.module, record.id, origin.end.key)
    return Query(module=module.key, where=where, columns=columns, size=size, under=under)


# -- times ---------------------------------------------------------------------------------------------------------
def _moment(value: Any) -> Any:
    """What the column of a time holds: of a period its start."""
    return getattr(value, "start", value)


def _at(catalog: Catalog, actor: Actor, origin: Origin, row: Record, by: str) -> Happening:
    value = row.values.get(by)
    day = value if isinstance(value, date) and not isinstance(value, datetime) else None
    if getattr(value, "all_day", False):
        day = value.first_day  # type: ignore[union-attr]  # a period
    if day is not None:
        zone = ZoneInfo(actor.zone or catalog.app.zone)
        return Happening(datetime.combine(day, time(), zone).astimezone(UTC), day, record=row, origin=origin)
    return Happening(_moment(value), record=row, origin=origin)


def _encoded(cursors: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(dict(cursors))).decode().rstrip("=")


def _decoded(text: str) -> dict[str, str]:
    """The cursors of an earlier stretch by source. Raises Invalid when it is none of ours."""
    if not text:
        return {}
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        found = None
    known = isinstance(found, dict) and len(text) <= LONGEST_CURSOR
    if not known or not all(isinstance(each, str) for each in found.values()):
        raise Invalid({"": [cursor.GONE]})
    return dict(found)
