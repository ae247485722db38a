"""A time of day on the wall's clock, without a zone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.dates import moments_of
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import LONGEST, plain
from hanok.engine.fields.operators import NUMERIC
from hanok.engine.fields.value import Value, refuse

#: +2h, -30m: as far from now.
OFFSET = re.compile(r"[+-][0-9]{1,5}[hm]", re.ASCII)
#: 09:30, 9:30:15, 오후 3:05, 3:05 PM, 9시 30분, 3pm.
WRITTEN = re.compile(
    r"(?P<before>오전|오후|[ap]\.?m\.?)?\s*(?P<hour>[0-9]{1,2})"
    r"(?P<rest>:(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"|시(?:\s*(?P<minutes>[0-9]{1,2})분(?:\s*(?P<seconds>[0-9]{1,2})초)?)?)?"
    r"\s*(?P<after>[ap]\.?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
CLOCK: Mapping[str, Any] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
OF_DAY = {"오전": 0, "오후": 12, "am": 0, "pm": 12}
DAY = timedelta(days=1)


def parse_time(text: str) -> time:
    """The time that a person wrote. Raises ValidationError."""
    written = plain(text)
    found = WRITTEN.fullmatch(written) if len(written) <= LONGEST else None
    try:
        read = _time(found) if found else None
    except ValueError:
        read = None
    if read is None:
        raise refuse(say("This must be a time of day, such as 09:30 or 15:05."))
    return read


def _time(found: re.Match[str]) -> time | None:
    half = (found["before"] or found["after"] or "").lower().replace(".", "")
    hour = int(found["hour"])
    if (found["before"] and found["after"]) or not (half or found["rest"]) or (half and not 1 <= hour <= 12):
        return None
    minute, second = found["minute"] or found["minutes"] or 0, found["second"] or found["seconds"] or 0
    return time(hour % 12 + OF_DAY[half] if half else hour, int(minute), int(second))


def clock(value: time) -> str:
    """09:30, and the seconds where there are any."""
    return value.isoformat("seconds" if value.second else "minutes")


class TimeValue(Value):
    """A time of day to the second, from `low` to `high`."""

    def __init__(self, *, low: str | None = None, high: str | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.low = None if low is None else parse_time(low)
        self.high = None if high is None else parse_time(high)

    def load(self, value: Any, **known: Any) -> time:
        found = parse_time(value) if isinstance(value, str) else value
        if not isinstance(found, time) or found.tzinfo is not None or found.microsecond:
            raise refuse(say("This must be a time of day, such as 09:30 or 15:05."))
        if self.low is not None and found < self.low:
            raise refuse(say("This must be {low} or later.", low=clock(self.low)))
        if self.high is not None and found > self.high:
            raise refuse(say("This must be {high} or earlier.", high=clock(self.high)))
        return found


class Time(FieldType):
    """Values are `datetime.time` to the second: 09:30 in JSON, 09:30:15 where there are seconds."""

    key = "time"
    label: ClassVar[Labels] = {"en": "Time", "ko": "시각"}
    icon = "clock"
    group = "time"
    options: ClassVar[Mapping[str, Any]] = {
        "min": {**CLOCK, "description": "The earliest time."}, "max": {**CLOCK, "description": "The latest time."},
    }  # fmt: skip
    operators = ("between", *(key for key in NUMERIC if key != "between"))
    compares = "time"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.Time()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return TimeValue(low=field.settings.get("min"), high=field.settings.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return TimeValue()

    def relative(self, field: Field, word: str, *, now: datetime, zone: str) -> tuple[Any, Any] | None:
        """`now`, and hours and minutes from now (+2h, -30m), on the zone's clock."""
        span = moments_of(word, now=now, zone=zone) if word == "now" or OFFSET.fullmatch(word) else None
        if span is None:
            return None
        found = span[0].astimezone(ZoneInfo(zone)).time().replace(microsecond=0)
        return found, found

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else clock(value)

    def from_text(self, field: Field, text: Any) -> Any:
        """Spreadsheets keep a time as a part of a day, or as a moment of their first day."""
        if isinstance(text, float) and 0 <= text < 1:
            text = timedelta(seconds=round(text * DAY.total_seconds()))
        if isinstance(text, timedelta) and timedelta() <= text < DAY:
            return (datetime.min + text).time()
        return text.time().replace(microsecond=0) if isinstance(text, datetime) and text.year < 1905 else text

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("time", {key: field.settings.get(key) for key in ("min", "max")})

    def cell(self, field: Field) -> Cell:
        return Cell("time", width="date", role="when")

    def samples(self, field: Field) -> Sequence[Any]:
        limits = [field.settings[key] for key in ("min", "max") if key in field.settings]
        return limits or ("09:30", "00:00", "23:59:59", "9:05", "오후 3:05", "12:00 AM", "９시 30분", time(12))

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": "09:00", "max": "18:00"})
