"""A moment: kept in UTC, shown in the reader's zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import Moment
from hanok.engine.fields.date import FIRST_YEAR, ISO, parse_day
from hanok.engine.fields.dates import moments_of, whole
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.operators import OF_TIME, OPERATORS, TIMELY, Operator
from hanok.engine.fields.value import Value, refuse

#: Behind this moment the clocks of some zone would show a year of five digits.
LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]"
    r"([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


def parse_moment(text: str, *, zone: str | None) -> datetime:
    """The moment in UTC. Without an offset it is meant in `zone`, where it must exist. Raises ValidationError."""
    found = WRITTEN.fullmatch(text.strip())
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}") if found else None
    except ValueError:
        moment = None
    if moment is None:
        raise refuse(say("This must be a date and a time, such as 2026-11-17T09:30."))
    return in_utc(moment, zone=zone)


def in_utc(moment: datetime, *, zone: str | None) -> datetime:
    """The moment in UTC. Of a wall time that comes twice (clocks go back) the first one is meant."""
    try:
        found = _local(moment, zone).astimezone(UTC)
    except OverflowError:
        found = LAST
    if found >= LAST:
        raise refuse(say("This is not within the calendar."))
    if found.year < FIRST_YEAR:
        raise refuse(say("A year has four digits."))
    return found


def _local(moment: datetime, zone: str | None) -> datetime:
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise refuse(say("This needs its offset from UTC, such as 2026-11-17T09:30+09:00."))
    aware = moment.replace(tzinfo=ZoneInfo(zone))
    if aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != moment:
        raise refuse(say("The clocks of {zone} never showed this time.", zone=zone))
    return aware


class DateTimeValue(Value):
    """A moment in UTC: ISO 8601 with an offset, or without one in the zone given to `deserialize(raw, zone=…)`."""

    def load(self, value: Any, *, zone: str | None = None, **known: Any) -> datetime:
        if isinstance(value, datetime):
            return in_utc(value, zone=zone)
        if not isinstance(value, str):
            raise refuse(say("This must be a date and a time, such as 2026-11-17T09:30."))
        return parse_moment(value, zone=zone)


class DateTime(FieldType):
    key = "datetime"
    label: ClassVar[Labels] = {"en": "Date and time", "ko": "날짜와 시각"}
    icon = "calendar-time"
    group = "time"
    operators = TIMELY
    compares = "moment"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", Moment()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return DateTimeValue()

    def unchanged(self, field: Field, raw: Any, present: Any) -> bool:
        """Forms show minutes: what comes back without the seconds is what was shown."""
        return super().unchanged(field, raw, present) or (
            present is not None and super().unchanged(field, raw, present.replace(second=0, microsecond=0))
        )

    def operator(self, key: str) -> Operator:
        return OF_TIME.get(key) or OPERATORS[key]

    def relative(self, field: Field, word: str, *, now: datetime, zone: str) -> tuple[Any, Any] | None:
        """Besides the words of `fields.dates`, a day means all of it, and a time without an offset is the zone's."""
        if (found := moments_of(word, now=now, zone=zone)) is not None:
            return found
        try:
            if ISO.fullmatch(word):
                return whole((parse_day(word),) * 2, zone=zone)
            moment = parse_moment(word, zone=zone)
        except (ma.ValidationError, OverflowError):
            return None
        return moment, moment

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else value.isoformat().replace("+00:00", "Z")

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("datetime")

    def cell(self, field: Field) -> Cell:
        return Cell("datetime", width="datetime", role="when")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "2026-11-17T09:30+09:00",
            "2026-11-17 09:30:15Z",
            "2026-11-17T09:30:15.123456+0530",
            "1000-01-01T00:00:00Z",
            "9999-12-30T23:59:59Z",
            datetime(2026, 1, 1, tzinfo=UTC),
        )
