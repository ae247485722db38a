"""The words of time in conditions and defaults: today, +30d, this_quarter.

    now today yesterday tomorrow            a moment; a day
    +30d -2w +3M -1y                        the day that far from today; beyond the end of a month, its last day
    +2h -30m                                the moment that far from now
    this_week next_month last_quarter …     the whole of it; weeks begin on Monday (ISO 8601)

Pure functions: now and the zone are given.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS: Mapping[str, int] = {"today": 0, "yesterday": -1, "tomorrow": 1}
WHICH: Mapping[str, int] = {"last": -1, "this": 0, "next": 1}
OFFSET = re.compile(r"([+-][0-9]{1,5})([dwMyhm])", re.ASCII)
PERIOD = re.compile(r"(last|this|next)_(week|month|quarter|year)")
MOMENT = timedelta(microseconds=1)

Days = tuple[date, date]
Moments = tuple[datetime, datetime]


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month. Raises ValueError beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _week(day: date, which: int) -> Days:
    first = day + timedelta(weeks=which, days=-day.weekday())
    return first, first + timedelta(days=6)


def _months(length: int) -> Callable[[date, int], Days]:
    def period(day: date, which: int) -> Days:
        first = months_later(day.replace(day=1), which * length - (day.month - 1) % length)
        return first, months_later(first, length) - timedelta(days=1)

    return period


PERIODS: Mapping[str, Callable[[date, int], Days]] = {
    "week": _week, "month": _months(1), "quarter": _months(3), "year": _months(12),
}  # fmt: skip
STEPS: Mapping[str, Callable[[date, int], date]] = {
    "d": lambda day, count: day + timedelta(days=count),
    "w": lambda day, count: day + timedelta(weeks=count),
    "M": months_later,
    "y": lambda day, count: months_later(day, 12 * count),
}


def days_of(word: str, *, today: date) -> Days | None:
    """First and last day of what the word means, or None when it is no word of days."""
    if word == "now":
        return today, today
    if word in DAYS:
        day = today + timedelta(days=DAYS[word])
        return day, day
    try:
        if (found := PERIOD.fullmatch(word)) is not None:
            return PERIODS[found[2]](today, WHICH[found[1]])
        if (found := OFFSET.fullmatch(word)) is not None and found[2] in STEPS:
            day = STEPS[found[2]](today, int(found[1]))
            return day, day
    except (ValueError, OverflowError):
        return None
    return None


def moments_of(word: str, *, now: datetime, zone: str) -> Moments | None:
    """First and last moment of what the word means in this zone, or None when it is no word of time."""
    if word == "now":
        return now, now
    found = OFFSET.fullmatch(word)
    if found is not None and found[2] in "hm":
        count = int(found[1])
        moment = now + (timedelta(hours=count) if found[2] == "h" else timedelta(minutes=count))
        return moment, moment
    days = days_of(word, today=day_of(now, zone))
    return None if days is None else whole(days, zone=zone)


def day_of(moment: datetime, zone: str) -> date:
    """The day that this aware moment belongs to in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def whole(days: Days, *, zone: str) -> Moments:
    """First and last moment (to the microsecond, in UTC) of these days in the zone."""
    first, last = days
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    return datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC), end - MOMENT
