"""Boards, calendars and timelines: views that place records by one of their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from hanok.engine.catalog.report import Source
from hanok.engine.catalog.views import CalendarView, KanbanView, TimelineView
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

#: How much a card shows beside its title, and what: by their place in a phone's list.
CARD = 3
ROLES = ("sub", "figure", "when")
TIMES = ("day", "moment")


class Known(Protocol):
    """The fields of a module, as its views name them (`Layouts`)."""

    source: Source
    own: Mapping[str, Field]

    def known(self, key: str, *path: str | int) -> Field | None: ...

    def keys(self, names: Any, *path: str | int) -> tuple[str, ...]: ...

    def sort(self, keys: Any, *path: str | int) -> tuple[str, ...]: ...

    def wrong(self, message: Message, *path: str | int) -> None: ...


def kanban_view(fields: Known, written: Mapping[str, Any]) -> KanbanView | None:
    """The board, or None when its columns make none."""
    path = ("views", "kanban")
    by = fields.known(written["by"], *path, "by")
    if by is None:
        return None
    if by.type.option_set(by.settings) is None or "eq" not in by.type.operators or "." in by.key:
        told = say("A board needs a choice of one option for its columns; “{key}” is none.", key=by.key)
        fields.wrong(told, *path, "by")
        return None
    total = fields.known(written["sum"], *path, "sum") if "sum" in written else None
    if total is not None and total.type.compares != "number":
        fields.wrong(say("“{key}” is no number that could be summed up.", key=written["sum"]), *path, "sum")
        total = None
    card = fields.keys(written.get("card", {}), *path, "card") or _card(fields, by.key)
    sort = fields.sort(written.get("sort", []), *path, "sort")
    return KanbanView(by.key, card, sort, written["sum"] if total else "", written.get("where"))


def _card(fields: Known, by: str) -> tuple[str, ...]:
    """The title, and what lists would show of the record first."""
    said = {by, *re.findall(r"\w+", fields.source.data.get("title", "name"))}
    others = {key: field for key, field in fields.own.items() if key not in said and _is_shown(field)}
    shown = [key for key, field in others.items() if field.type.cell(field).role in ROLES]
    return ("title", *shown[:CARD])


def _is_shown(field: Field) -> bool:
    return not (field.hidden or field.type.apart)


def calendar_view(fields: Known, written: Mapping[str, Any]) -> CalendarView | None:
    """The calendar, or None when its records have no day to stand at."""
    path = ("views", "calendar")
    by = fields.known(written["by"], *path, "by")
    until = fields.known(written["until"], *path, "until") if "until" in written else None
    title = "title" if written.get("title", "$title") == "$title" else written["title"]
    if by is None or fields.known(title, *path, "title") is None:
        return None
    for field, name in ((by, "by"), (until, "until")):
        if field is not None and not _is_time(field):
            told = say("A calendar needs a day, a moment or a period; “{key}” is none.", key=written[name])
            fields.wrong(told, *path, name)
            return None
    return CalendarView(written["by"], written["until"] if until else "", title, written.get("where"))


def timeline_view(fields: Known, written: Mapping[str, Any]) -> TimelineView | None:
    """The place in timelines, or None when its records have no time to stand at."""
    path, times = ("views", "timeline"), {}
    for name in ("by", "past"):
        found = fields.known(written[name], *path, name) if name in written else None
        if name in written and found is None:
            return None
        if found is not None and not (_is_time(found) and found.type.sortable and not found.live):
            told = say("A timeline needs a day, a moment or a period; “{key}” is none.", key=written[name])
            fields.wrong(told, *path, name)
            return None
        times[name] = written.get(name, "")
    by = times["by"] or "created_at"
    text = fields.known(written["text"], *path, "text") if "text" in written else None
    return TimelineView(
        by, times["past"] or by, written.get("open"), written["text"] if text else "",
        fields.keys(written.get("card", {}), *path, "card"), written.get("finish", ""),
    )  # fmt: skip


def _is_time(field: Field) -> bool:
    return field.type.compares in TIMES or field.type.part_field(field, "start") is not None
