"""Reminders: whoever owns something that begins or is due soon is told once, as long before as the record says.

A field with `reminds: <time>` says how long before; what is open is what the timeline of its module takes for open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.access.assigning import USER
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields.duration import written
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail.accounts import keep, kept
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Work
from hanok.engine.records import Query, Record, page, related
from hanok.engine.records.telling.kinds import DUE
from hanok.engine.records.telling.notices import tell
from hanok.engine.store.moments import now as now_of

KIND, LAST = "reminders.tell", "reminders"
#: Until when it was told is kept; after a longer rest nobody is told of what is long over.
REST = timedelta(hours=12)
#: How far ahead it looks, and how many records it reads at a time. `max` of the fields is less.
AHEAD, SIZE = "+31d", 500
#: What is due on a day is due in its morning.
MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Reminding:
    """A module, the field that says how long before, and the one that says when."""

    module: Module
    before: str
    at: str


def remind(work: Work) -> int:
    """Tells of everything whose time came since it was told last; how many records."""
    return work.finish(_tell_all)


def _tell_all(conn: sa.Connection, catalog: Catalog) -> int:
    now = now_of(conn)
    said = kept(conn, LAST)
    since = max(datetime.fromisoformat(said), now - REST) if said else now - timedelta(minutes=5)
    found = [(one, row) for one in remindings(catalog) for row in _due(conn, catalog, one, since, now)]
    for one, row in found:
        at = moment(catalog, row.values[one.at])
        key = f"due:{row.id}:{at:%Y%m%d%H%M}"
        tell(conn, _people(conn, catalog, one.module, row), DUE, _text(row.values[one.at], at, now), key=key,
             about=(row.module, row.id))  # fmt: skip
    keep(conn, LAST, now.isoformat())
    return len(found)


def remindings(catalog: Catalog) -> tuple[Reminding, ...]:
    """Where records say how long before somebody is told."""
    return tuple(
        Reminding(module, key, str(field.settings["reminds"]))
        for module in catalog.modules.values() for key, field in module.fields.items()
        if module.has(str(field.settings.get("reminds", "")))
    )  # fmt: skip


def _due(
    conn: sa.Connection, catalog: Catalog, one: Reminding, since: datetime, now: datetime
) -> Iterator[Record]:
    """The open records whose reminder falls between these moments."""
    view = one.module.views.timeline
    open = [view.open] if view is not None and view.open is not None else []
    where = {"all": [*open, {one.at: {"between": ["-1d", AHEAD]}}, {one.before: {"empty": False}}]}
    columns = (one.at, one.before, *one.module.owners)
    after: str | None = ""
    while after is not None:
        found = page(conn, catalog, SYSTEM, Query(
            module=one.module.key, where=where, columns=columns, size=SIZE, after=after or None, sort=(one.at,)
        ))  # fmt: skip
        for row in found.rows:
            if since < moment(catalog, row.values[one.at]) - timedelta(seconds=int(row.values[one.before])) <= now:
                yield row
        after = found.next


def moment(catalog: Catalog, value: Any) -> datetime:
    """When it is, in UTC; a day begins in its morning, on the clock of the site."""
    start = getattr(value, "start", value)
    day = getattr(value, "first_day", None) if getattr(value, "all_day", False) else None
    if isinstance(start, date) and not isinstance(start, datetime):
        day = start
    if day is not None:
        return datetime.combine(day, MORNING, ZoneInfo(catalog.app.zone)).astimezone(UTC)
    assert isinstance(start, datetime), "a reminder is before a time"
    return start


def _text(value: Any, at: datetime, now: datetime) -> Message:
    if isinstance(value, date) and not isinstance(value, datetime):
        return say("{record} is due on {day}.", day=value.isoformat())
    left = int((at - now).total_seconds()) // 60 * 60
    if left <= 0:
        return say("{record} begins now.")
    return say("{record} begins in {time}.", time={"en": written(left), "ko": written(left, "ko")})


def _people(conn: sa.Connection, catalog: Catalog, module: Module, row: Record) -> list[UUID]:
    """Whoever owns the record: also by ties, as those who are invited to a meeting."""
    values: dict[str, Any] = {key: row.values.get(key) for key in module.owners}
    ties = tuple(key for key in module.owners if module.has(key) and module.field(key).members)
    if ties:
        values |= related(conn, catalog, SYSTEM, row, keys=ties)
    found: list[UUID] = []
    for key, value in values.items():
        members = module.field(key).members
        for each in value if isinstance(value, tuple | list) else (value,):
            target = getattr(each, "module", "") or (members[0] if members else "")
            if each is not None and target == USER:
                found.append(each.id)
    return [*dict.fromkeys(found)]


KINDS = (Kind(KIND, say("Remind of what is due"), remind),)
SCHEDULES = (Schedule(KIND, KIND, say("Remind of what is due"), "* * * * *"),)
