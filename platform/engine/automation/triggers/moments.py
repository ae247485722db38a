"""When records come due: the moment that follows from a date of theirs, or from its return each year.

A day comes due at a time of the wall clock (`at`, 09:00 where nothing is said), a moment at itself; `offset` moves
either. Days, weeks, months and years are counted on the wall, hours and minutes by the clock. Whoever was born on a
29 February has the 28th in other years.

Pure functions: the zone and the window are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanok.engine.fields.dates import OFFSET, STEPS, day_of

MORNING = time(9)
DAY = timedelta(days=1)
#: How far a month is from what 28 to 31 days are, and a zone from UTC.
SLACK = timedelta(days=4)
CLOCK = {"h": "hours", "m": "minutes"}


@dataclass(frozen=True, slots=True)
class Coming:
    """How a trigger counts: `offset` is a span like -3d ("" for none), `at` a time of the wall clock in `zone`."""

    zone: str
    offset: str = ""
    at: time | None = None

    @property
    def wall(self) -> time:
        """The time of the day at which days come due."""
        return self.at or MORNING

    def moment(self, value: date | datetime) -> datetime | None:
        """When a record with this value comes due (UTC); None beyond the calendar."""
        try:
            return self._moment(value)
        except (ValueError, OverflowError):
            return None

    def within(self, value: date | datetime, since: datetime, until: datetime) -> bool:
        """Whether that is after `since`, and not after `until`."""
        moment = self.moment(value)
        return moment is not None and since < moment <= until

    def days(self, since: datetime, until: datetime) -> tuple[date, ...]:
        """The days that come due in a window."""
        first, last = self.reach(since, until)
        return tuple(day for day in _each_day(first.date(), last.date()) if self.within(day, since, until))

    def anniversaries(self, since: datetime, until: datetime) -> tuple[tuple[date, tuple[int, int]], ...]:
        """The days that come due in a window, each with a month and a day whose return it is."""
        found = []
        for day in self.days(since, until):
            found.append((day, (day.month, day.day)))
            if (day.month, day.day) == (2, 28) and (day + DAY).month == 3:
                found.append((day, (2, 29)))
        return tuple(found)

    def reach(self, since: datetime, until: datetime) -> tuple[datetime, datetime]:
        """Values that come due in a window are between these: rather a few more than one too few."""
        exact = self.at is None and (not self.offset or self._unit in CLOCK)
        slack = timedelta(0) if exact else SLACK
        return _sure(since, -self._rough - slack), _sure(until, slack - self._rough)

    # -- the offset ------------------------------------------------------------------------------------------------
    def _moment(self, value: date | datetime) -> datetime:
        own = ZoneInfo(self.zone)
        if isinstance(value, datetime):
            if self.at is not None:
                return self._moment(day_of(value, self.zone))
            return self._moved(value) if not self.offset or self._unit in CLOCK else self._on_the_wall(value, own)
        if self.offset and self._unit in CLOCK:
            return self._moved(datetime.combine(value, self.wall, own).astimezone(UTC))
        return datetime.combine(self._shifted(value), self.wall, own).astimezone(UTC)

    def _on_the_wall(self, value: datetime, own: ZoneInfo) -> datetime:
        local = value.astimezone(own)
        return datetime.combine(self._shifted(local.date()), local.timetz()).astimezone(UTC)

    def _moved(self, value: datetime) -> datetime:
        return value + self._rough

    def _shifted(self, day: date) -> date:
        return STEPS[self._unit](day, self._count) if self.offset else day

    @property
    def _unit(self) -> str:
        return self.offset[-1]

    @property
    def _count(self) -> int:
        return int(self.offset[:-1])

    @property
    def _rough(self) -> timedelta:
        """The offset, months and years by their mean."""
        if not self.offset:
            return timedelta(0)
        if self._unit in CLOCK:
            return timedelta(**{CLOCK[self._unit]: self._count})
        return DAY * round(self._count * {"d": 1, "w": 7, "M": 30.4369, "y": 365.2425}[self._unit])


def coming(zone: str, offset: str = "", at: str = "") -> Coming:
    """What is written in a trigger, read. Raises ValueError for what is no span, or no time."""
    signed = offset if not offset or offset[0] in "+-" else f"+{offset}"
    if signed and OFFSET.fullmatch(signed) is None:
        raise ValueError(offset)
    return Coming(zone, signed, time.fromisoformat(at) if at else None)


def _sure(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        edge = datetime.max if span > timedelta(0) else datetime.min
        return edge.replace(tzinfo=UTC)


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + DAY * number
