"""A length of time, to the second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import LONGEST, plain
from hanok.engine.fields.operators import NUMERIC
from hanok.engine.fields.value import Value, refuse

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
#: More than three hundred years.
MOST = 10**10
UNITS: Mapping[str, int] = {
    **dict.fromkeys(("w", "week", "weeks", "주"), WEEK),
    **dict.fromkeys(("d", "day", "days", "일"), DAY),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "시간"), HOUR),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "분"), MINUTE),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "초"), 1),
}
SIGNS: Mapping[str, tuple[str, str, str]] = {"en": ("h", "m", "s"), "ko": ("시간", "분", "초")}
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
WORDS = re.compile(rf"(?:{NUMBER}\s*[a-z가-힣]+[\s,]*)+", re.ASCII)
WORD = re.compile(rf"({NUMBER})\s*([a-z가-힣]+)", re.ASCII)
CLOCK = re.compile(r"([0-9]{1,7}):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
#: ISO 8601 without years and months, which have no length of their own.
ISO = re.compile(r"p(?:([0-9]+)w)?(?:([0-9]+)d)?(?:t(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?)?", re.ASCII)
LENGTH: Mapping[str, Any] = {"type": "string", "pattern": "^[0-9]+[wdhms]( ?[0-9]+[dhms])*$"}
NOT_ONE = say("This must be a length of time, such as 1h 30m, 1:30 or 90m.")


class Seconds(int):
    """A number of seconds that prints as a length of time: 1h 30m."""

    def __str__(self) -> str:
        return written(self)


def written(seconds: int, language: str = "en") -> str:
    """1h 30m; 1시간 30분. Hours go on beyond a day, because a day of work is not a day of the calendar."""
    hours, rest = divmod(abs(int(seconds)), HOUR)
    minutes, left = divmod(rest, MINUTE)
    signs = SIGNS.get(language, SIGNS["en"])
    found = [f"{count}{sign}" for count, sign in zip((hours, minutes, left), signs, strict=True) if count]
    return ("-" if seconds < 0 else "") + (" ".join(found) or f"0{signs[1]}")


def iso(seconds: int) -> str:
    """ISO 8601: PT1H30M."""
    return ("-PT" if seconds < 0 else "PT") + written(abs(seconds)).upper().replace(" ", "")


def parse_length(text: str) -> int:
    """The seconds of what a person or ISO 8601 wrote. Raises ValidationError."""
    found = plain(text).lower()
    if len(found) > LONGEST:
        raise refuse(NOT_ONE)
    sign, bare = (-1, found[1:].strip()) if found.startswith("-") else (1, found)
    seconds = _clock(bare) if CLOCK.fullmatch(bare) else _iso(bare) if bare.startswith("p") else _words(bare)
    if seconds is None or seconds != seconds.to_integral_value():
        raise refuse(NOT_ONE)
    return sign * int(seconds)


def _clock(text: str) -> Decimal:
    hours, minutes, seconds = text.split(":") if text.count(":") == 2 else (*text.split(":"), "0")
    return Decimal(int(hours) * HOUR + int(minutes) * MINUTE + int(seconds))


def _iso(text: str) -> Decimal | None:
    found = ISO.fullmatch(text)
    if found is None or not any(found.groups()) or text.endswith("t"):
        return None
    counts = zip(found.groups(), (WEEK, DAY, HOUR, MINUTE, 1), strict=True)
    return sum((Decimal(count or 0) * length for count, length in counts), Decimal())


def _words(text: str) -> Decimal | None:
    found = WORD.findall(text) if WORDS.fullmatch(text) else []
    lengths = [UNITS.get(unit) for _, unit in found]
    falling = [length for length in lengths if length]
    if not found or None in lengths or falling != sorted(set(falling), reverse=True):
        return None
    try:
        return sum((Decimal(count) * UNITS[unit] for count, unit in found), Decimal())
    except InvalidOperation:
        return None


class DurationValue(Value):
    """Seconds, from `low` to `high`; a bare number is seconds only when it is no text, where nobody could tell."""

    def __init__(self, *, low: str | None = None, high: str | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.low = None if low is None else parse_length(low)
        self.high = None if high is None else parse_length(high)

    def load(self, value: Any, **known: Any) -> Seconds:
        found = self._seconds(value)
        if abs(found) > MOST:
            raise refuse(say("This length of time is too long."))
        if self.low is not None and found < self.low:
            raise refuse(say("This must be at least {low}.", low=written(self.low)))
        if self.high is not None and found > self.high:
            raise refuse(say("This must be at most {high}.", high=written(self.high)))
        return Seconds(found)

    def _seconds(self, value: Any) -> int:
        if isinstance(value, str):
            return parse_length(value)
        if isinstance(value, timedelta):
            value = value.total_seconds()
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > MOST:
            raise refuse(NOT_ONE)
        if value != int(value):
            raise refuse(NOT_ONE)
        return int(value)


class Duration(FieldType):
    """Values are `Seconds`: whole seconds, PT1H30M in JSON, 1h 30m where people read and write it."""

    key = "duration"
    label: ClassVar[Labels] = {"en": "Duration", "ko": "기간(길이)"}
    icon = "hourglass"
    group = "time"
    options: ClassVar[Mapping[str, Any]] = {
        "min": {**LENGTH, "description": "The shortest, such as 15m."},
        "max": {**LENGTH, "description": "The longest, such as 1d 4h."},
        "reminds": {"type": "string", "description": "The time that owners are reminded of, so long before."},
    }
    operators = ("gte", "lte", *(key for key in NUMERIC if key not in ("gte", "lte")))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.BigInteger()),)

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {"": None if value is None else int(value)}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else Seconds(parts[""])

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return DurationValue(low=field.settings.get("min"), high=field.settings.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return DurationValue()

    def comparable(self, field: Field, value: Any) -> Any:
        return int(value)

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else iso(value)

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else written(value, language)

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("duration")

    def cell(self, field: Field) -> Cell:
        return Cell("duration", align="end", width="number", role="figure")

    def samples(self, field: Field) -> Sequence[Any]:
        limits = [field.settings[key] for key in ("min", "max") if key in field.settings]
        return limits or (
            "1h 30m", "1:30:15", "90분", "1시간 30분", "PT0S", "P1DT1S", "-45m", "1.5h", "２시간", 3661, f"{MOST}s",
        )  # fmt: skip

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": "15m", "max": "8h"})
