"""From when to when: two moments, or whole days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.boolean import Boolean, BooleanValue
from hanok.engine.fields.columns import Moment
from hanok.engine.fields.date import ISO, DateValue
from hanok.engine.fields.datetime import DateTime, DateTimeValue
from hanok.engine.fields.duration import LENGTH, Duration, Seconds, parse_length
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.operators import Operator
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.value import Value, refuse

DAY = timedelta(days=1)
BETWEEN = re.compile(r"\s*(?:~|～|–|—|\s-\s|/)\s*")
NOT_ONE = say("This must say from when to when, such as 2026-11-17T09:30 ~ 2026-11-17T11:00.")
WORDS: Mapping[str, Labels] = {
    "start": {"en": "start", "ko": "시작"},
    "end": {"en": "end", "ko": "끝"},
    "duration": {"en": "duration", "ko": "길이"},
    "all_day": {"en": "all day", "ko": "종일"},
}


@dataclass(frozen=True, slots=True)
class Period:
    """`start` and `end` in UTC; what happens at `end` is no longer part of it.

    Of whole days (`all_day`) they are midnights of UTC, so that the days are the same in every zone: the last day
    ends where the next one begins.
    """

    start: datetime
    end: datetime
    all_day: bool = False

    @property
    def duration(self) -> Seconds:
        return Seconds((self.end - self.start) // timedelta(seconds=1))

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def last_day(self) -> date:
        return (self.end - DAY if self.all_day else self.end).date()

    def ends(self) -> tuple[str, str]:
        """Both ends as JSON has them: days (the last one included), else moments."""
        if self.all_day:
            return self.first_day.isoformat(), self.last_day.isoformat()
        return _written(self.start), _written(self.end)

    def __str__(self) -> str:
        return " ~ ".join(dict.fromkeys(self.ends()) if self.all_day else self.ends())


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def days(first: date, last: date) -> Period:
    """The period of whole days from the first to the last one, both included. Raises ValidationError."""
    try:
        return _ordered(Period(_midnight(first), _midnight(last) + DAY, all_day=True))
    except OverflowError:
        raise refuse(say("This is not within the calendar.")) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _ordered(found: Period) -> Period:
    if found.end < found.start or (found.all_day and found.end == found.start):
        raise refuse(say("The end is before the start."))
    return found


class PeriodValue(Value):
    """A Period from `{start: …, end: …, all_day: …}`, or from text: two moments or days with ~ or / between them.

    Days make it a period of whole days; one day alone is that day. `length` is that of one which says only its start,
    in seconds (None: it has to say both). Whole days are refused unless `whole`.
    """

    def __init__(self, *, length: int | None = None, whole: bool = True, **rest: Any) -> None:
        super().__init__(**rest)
        self.length = length
        self.whole = whole

    def load(self, value: Any, **known: Any) -> Period | None:
        if isinstance(value, Period):
            return value
        if isinstance(value, str):
            start, between, end = BETWEEN.sub("~", value.strip()).partition("~")
            if not between and self.length is None and not _is_day(start):
                raise refuse(NOT_ONE)
            return self._load(start, end, all_day=None, **known)
        if isinstance(value, date) and not isinstance(value, datetime):
            return days(value, value)
        if not isinstance(value, Mapping) or not {"start"} <= set(value) <= {"start", "end", "all_day", "duration"}:
            raise refuse(NOT_ONE)
        all_day = BooleanValue().deserialize(value.get("all_day") or None)
        return self._load(value["start"], value.get("end"), all_day=all_day, **known)

    def _load(self, start: Any, end: Any, *, all_day: bool | None, **known: Any) -> Period | None:
        if all(each is None or each == "" for each in (start, end)):
            return None
        if all_day or (all_day is None and _is_day(start)):
            if not self.whole:
                raise refuse(say("This is from moment to moment, not of whole days."))
            return self._days(start, end)
        if start in (None, ""):
            raise refuse(say("Say when it starts, too."))
        if end in (None, "") and self.length is None:
            raise refuse(say("Say when it ends, too."))
        first = DateTimeValue().deserialize(start, **known)
        return _ordered(Period(first, self._end(first, end, **known)))

    def _end(self, start: datetime, end: Any, **known: Any) -> datetime:
        if end in (None, "") and self.length is not None:
            return start + timedelta(seconds=self.length)
        found: datetime = DateTimeValue().deserialize(end, **known)
        return found

    def _days(self, start: Any, end: Any) -> Period:
        first, last = (DateValue().deserialize(_day(each)) for each in (start or end, end or start))
        return days(first, last)


def _is_day(raw: Any) -> bool:
    return bool(ISO.fullmatch(raw)) if isinstance(raw, str) else not isinstance(raw, datetime)


def _day(raw: Any) -> Any:
    """The day of what a box of day and time says, when only days count."""
    return raw[:10] if isinstance(raw, str) and re.fullmatch(r"[0-9-]{10}T[0-9:.]+", raw, re.ASCII) else raw


class PeriodType(FieldType):
    """Parts: `.start`, `.end` (moments in UTC), `.duration`, `.all_day`. Conditions and sorting look at the start.

    Relative words mean the zone of who asks; whole days begin at midnight of UTC, so west of it a day of a period
    counts among the one before.
    """

    key = "period"
    label: ClassVar[Labels] = {"en": "Period", "ko": "기간"}
    icon = "calendar-event"
    group = "time"
    options: ClassVar[Mapping[str, Any]] = {
        "all_day": {"type": "boolean", "description": "Takes whole days, too."},
        "default": {"description": "How long it is where only its start is given, such as 1h; or from when to when."},
    }
    operators = DateTime.operators

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (
            Part("", Moment()), Part("end", Moment()), Part("duration", sa.BigInteger()), Part("all_day", sa.Boolean()),
        )  # fmt: skip

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return {"": None, "end": None, "duration": None, "all_day": None}
        return {"": value.start, "end": value.end, "duration": int(value.duration), "all_day": value.all_day}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else Period(parts[""], parts["end"], bool(parts["all_day"]))

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return PeriodValue(length=self.length(field), whole=bool(field.settings.get("all_day", False)))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return PeriodValue()

    def length(self, field: Field) -> int | None:
        """The seconds of one that says only its start; None where it has to say both."""
        written = field.settings.get("default")
        return parse_length(written) if isinstance(written, str) and re.fullmatch(LENGTH["pattern"], written) else None

    def default(self, field: Field) -> Any:
        return field.settings.get("default") if self.length(field) is None else None

    def comparable(self, field: Field, value: Any) -> Any:
        return value.start if isinstance(value, Period) else value

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return DateTimeValue()

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        return ("2026-11-17T09:30+09:00", "2026-11-16T15:00Z", "2030-01-01T00:00Z", "2026-12-31T00:00Z")

    def operator(self, key: str) -> Operator:
        return DateTime().operator(key)

    def relative(self, field: Field, word: str, *, now: datetime, zone: str) -> tuple[Any, Any] | None:
        return DateTime().relative(field, word, now=now, zone=zone)

    def part_field(self, field: Field, part: str) -> Field | None:
        types: Mapping[str, type[FieldType]] = {
            "start": DateTime, "end": DateTime, "duration": Duration, "all_day": Boolean,
        }  # fmt: skip
        if part not in types:
            return None
        return part_of(field, part, types[part](), WORDS[part], {"": "" if part == "start" else part})

    def dump(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        start, end = value.ends()
        return {"start": start, "end": end, "all_day": value.all_day}

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else str(value)

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("period", {"all_day": bool(field.settings.get("all_day", False)), "length": self.length(field)})

    def asks(self, field: Field) -> Widget:
        return Widget("datetime")

    def cell(self, field: Field) -> Cell:
        return Cell("period", width="period", role="when")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({"all_day": True}, {"default": "1h"})

    def samples(self, field: Field) -> Sequence[Any]:
        moments = (
            "2026-11-17T09:30+09:00 ~ 2026-11-17T11:00+09:00",
            "2026-11-17T00:30Z/2026-11-17T00:30Z",
        )
        if not field.settings.get("all_day"):
            return (*moments, "2026-11-17T09:30") if self.length(field) else moments
        return (
            "2026-11-17T09:30+09:00 ~ 2026-11-17T11:00+09:00",
            "2026-11-17T00:30Z/2026-11-17T00:30Z",
            {"start": "2026-11-17T23:00+09:00", "end": "2026-11-18T01:00:00.5+09:00", "all_day": False},
            "2026-11-17",
            "2026-11-17 ~ 2026-11-19",
            {"start": "2028-02-29", "end": "", "all_day": True},
            {"start": "2026-12-31T09:00", "end": "2027-01-01T10:00", "all_day": "true"},
        )
