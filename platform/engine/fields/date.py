"""A day of the calendar, without a zone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.dates import day_of, days_of
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.operators import OF_TIME, OPERATORS, TIMELY, Operator
from hanok.engine.fields.value import Value, refuse

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
#: Year first, so nobody can mistake the day for the month: 2026.11.17, 2026. 11. 17., 2026/11/17, 2026년 11월 17일.
YEAR_FIRST = re.compile(r"([0-9]{4})(?:\. ?|/|-|년 ?)([0-9]{1,2})(?:\. ?|/|-|월 ?)([0-9]{1,2})(?:\.|일)?", re.ASCII)
FIRST_YEAR = 1000
DAY: Mapping[str, Any] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def parse_day(text: str) -> date:
    """The day of an ISO 8601 text. Raises ValidationError."""
    plain = text.strip()
    try:
        found = date.fromisoformat(plain) if ISO.fullmatch(plain) else None
    except ValueError:
        found = None
    if found is None:
        raise refuse(say("This must be a date, such as 2026-11-17."))
    if found.year < FIRST_YEAR:
        raise refuse(say("A year has four digits."))
    return found


class DateValue(Value):
    """A date from `low` to `high`. A datetime is none: it would lose its time."""

    def __init__(self, *, low: str | None = None, high: str | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.low = None if low is None else parse_day(low)
        self.high = None if high is None else parse_day(high)

    def load(self, value: Any, **known: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        if not isinstance(value, str):
            raise refuse(say("This must be a date, such as 2026-11-17."))
        found = parse_day(value)
        if self.low is not None and found < self.low:
            raise refuse(say("This must be {low} or later.", low=self.low))
        if self.high is not None and found > self.high:
            raise refuse(say("This must be {high} or earlier.", high=self.high))
        return found


class Date(FieldType):
    key = "date"
    label: ClassVar[Labels] = {"en": "Date", "ko": "날짜"}
    icon = "calendar"
    group = "time"
    options: ClassVar[Mapping[str, Any]] = {
        "min": {**DAY, "description": "The earliest day."}, "max": {**DAY, "description": "The latest day."},
    }  # fmt: skip
    operators = TIMELY
    compares = "day"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.Date()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return DateValue(low=field.settings.get("min"), high=field.settings.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return DateValue()

    def operator(self, key: str) -> Operator:
        return OF_TIME.get(key) or OPERATORS[key]

    def relative(self, field: Field, word: str, *, now: datetime, zone: str) -> tuple[Any, Any] | None:
        return days_of(word, today=day_of(now, zone))

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def export(self, field: Field, value: Any, language: str) -> Any:
        return value

    def from_text(self, field: Field, text: Any) -> Any:
        """Files may write the day in other ways, year first; a spreadsheet's datetime at midnight is a date."""
        if isinstance(text, datetime) and text.time() == time() and text.tzinfo is None:
            return text.date()
        found = YEAR_FIRST.fullmatch(text.strip()) if isinstance(text, str) else None
        return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else text

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("date", {key: field.settings.get(key) for key in ("min", "max")})

    def cell(self, field: Field) -> Cell:
        return Cell("date", width="date", role="when")

    def samples(self, field: Field) -> Sequence[Any]:
        limits = [field.settings[key] for key in ("min", "max") if key in field.settings]
        return limits or ("2026-11-17", "1000-01-01", "9999-12-31", "2028-02-29", date(2026, 1, 1))

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": "2026-01-01", "max": "2026-12-31"})
