"""How something repeats: a rule of RFC 5545, with the wall time and the zone of its start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.datetime import WRITTEN
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.repeating import Rule, RuleError, occurrences, parse_rule
from hanok.engine.fields.repeating_words import sentence
from hanok.engine.fields.text import clean
from hanok.engine.fields.value import Value, refuse

#: DTSTART;TZID=Asia/Seoul:20261117T093000 RRULE:FREQ=WEEKLY;BYDAY=TU
ICALENDAR = re.compile(r"DTSTART(?:;TZID=([\w/+-]{1,64}))?:([0-9]{8}T[0-9]{6})\s+(?:RRULE:)?(\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule; `start` is the first time on the wall's clock (a datetime without a zone) and `zone` its IANA name, both
    empty when something else says when it begins.
    """

    rule: Rule
    start: datetime | None = None
    zone: str = ""

    def moments(self, *, after: datetime, before: datetime, most: int = 500) -> list[datetime]:
        """When it happens, in UTC, from `after` and before `before`; nothing without a start."""
        if self.start is None:
            return []
        return occurrences(self.rule, self.start, self.zone, after=after, before=before, most=most)

    def said(self, language: str) -> str:
        return sentence(self.rule, language, self.start)

    def __str__(self) -> str:
        return self.said("en")


class RecurrenceValue(Value):
    """A Recurrence from `{rule: …, start: …, zone: …}`, from a rule alone, or from DTSTART and RRULE of iCalendar.

    Without a zone the start is meant in the writer's.
    """

    def load(self, value: Any, *, zone: str | None = None, **known: Any) -> Recurrence | None:
        if isinstance(value, Recurrence):
            return value
        if isinstance(value, str):
            found = ICALENDAR.fullmatch(clean(value, lines=True))
            value = {"rule": found[3], "start": _iso(found[2]), "zone": found[1]} if found else {"rule": value}
        if not isinstance(value, Mapping) or not {"rule"} <= set(value) <= {"rule", "start", "zone"}:
            raise refuse(say("This must be a rule such as FREQ=WEEKLY;BYDAY=MO."))
        if value["rule"] in (None, ""):
            return None
        start = _wall(value.get("start"))
        return Recurrence(_rule(value["rule"]), start, _zone(value.get("zone") or zone) if start else "")


def _iso(text: str) -> str:
    """20261117T093000 as ISO 8601 with its signs; what is no date stays none."""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[9:11]}:{text[11:13]}:{text[13:]}"


def _rule(raw: Any) -> Rule:
    try:
        return parse_rule(clean(raw))
    except RuleError as error:
        raise refuse(error.message) from None


def _wall(raw: Any) -> datetime | None:
    if raw in (None, ""):
        return None
    found = raw if isinstance(raw, datetime) else _parsed(raw)
    if found is None or found.tzinfo is not None or found.microsecond or found.year < 1000:
        raise refuse(say("This must be a date and a time without a zone, such as 2026-11-17T09:30."))
    return found


def _parsed(raw: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(raw) if isinstance(raw, str) and WRITTEN.fullmatch(raw.strip()) else None
    except ValueError:
        return None


def _zone(raw: Any) -> str:
    if raw is None:
        raise refuse(say("This needs its time zone, such as Asia/Seoul."))
    try:
        return ZoneInfo(raw).key
    except (TypeError, ValueError, OSError, KeyError):
        raise refuse(say("There is no time zone “{zone}”.", zone=str(raw)[:80])) from None


class RecurrenceType(FieldType):
    """Parts: the rule, and `start` and `zone` of it. Lists say it as a sentence."""

    key = "recurrence"
    label: ClassVar[Labels] = {"en": "Repetition", "ko": "반복"}
    icon = "repeat"
    group = "time"
    operators = ("empty",)
    sortable = False

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()), Part("start", plain_text()), Part("zone", plain_text()))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return {"": None, "start": None, "zone": None}
        start = None if value.start is None else value.start.isoformat()
        return {"": str(value.rule), "start": start, "zone": value.zone or None}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        if parts[""] is None:
            return None
        start = None if parts["start"] is None else datetime.fromisoformat(parts["start"])
        return Recurrence(parse_rule(parts[""]), start, parts["zone"] or "")

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return RecurrenceValue()

    def comparable(self, field: Field, value: Any) -> Any:
        return str(value.rule)

    def dump(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        start = {} if value.start is None else {"start": value.start.isoformat(), "zone": value.zone}
        return {"rule": str(value.rule), **start}

    def export(self, field: Field, value: Any, language: str) -> Any:
        """As iCalendar writes it, on one line."""
        if value is None:
            return None
        start = "" if value.start is None else f"DTSTART;TZID={value.zone}:{value.start:%Y%m%dT%H%M%S} "
        return f"{start}RRULE:{value.rule}"

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("recurrence")

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("recurrence", width="text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "FREQ=WEEKLY;BYDAY=MO", "rrule:freq=daily;interval=3;count=10",
            {"rule": "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231", "start": "2026-11-27T09:30"},
            {"rule": "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2", "start": "2028-02-29 00:00", "zone": "Europe/Berlin"},
            "DTSTART;TZID=America/New_York:20261117T093015\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        )  # fmt: skip
