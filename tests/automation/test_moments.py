"""When records come due: days, moments, offsets, and what comes back each year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.automation.triggers.moments import Coming, coming

SEOUL, BERLIN = "Asia/Seoul", "Europe/Berlin"
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_a_day_comes_due_at_its_time_on_the_wall() -> None:
    assert coming(SEOUL, at="09:00").moment(date(2026, 3, 10)) == utc(2026, 3, 10, 0, 0)
    assert coming(SEOUL, "-3d", "18:30").moment(date(2026, 3, 10)) == utc(2026, 3, 7, 9, 30)
    assert coming(SEOUL).moment(date(2026, 3, 10)) == utc(2026, 3, 10, 0, 0), "nine o'clock where nothing is said"


def test_a_moment_comes_due_at_itself() -> None:
    value = utc(2026, 3, 10, 4, 5)
    assert coming(SEOUL).moment(value) == value
    assert coming(SEOUL, "-15m").moment(value) == value - timedelta(minutes=15)
    assert coming(SEOUL, "2h").moment(value) == value + 2 * HOUR
    assert coming(SEOUL, "-1d", "09:00").moment(value) == utc(2026, 3, 9, 0, 0)


def test_days_are_counted_on_the_wall_where_clocks_change() -> None:
    value = utc(2026, 3, 30, 7, 0)  # nine in Berlin, in summer
    assert coming(BERLIN, "-1d").moment(value) == utc(2026, 3, 29, 7, 0)
    assert coming(BERLIN, "-2d").moment(value) == utc(2026, 3, 28, 8, 0), "nine in winter"
    assert coming(BERLIN, "-48h").moment(value) == utc(2026, 3, 28, 7, 0)


def test_a_month_later_than_the_last_of_january_is_the_last_of_february() -> None:
    month = coming(SEOUL, "1M", "00:00")
    since, until = utc(2026, 2, 27, 0), utc(2026, 2, 28, 0)
    assert month.days(since, until) == tuple(date(2026, 1, day) for day in (28, 29, 30, 31))


def test_a_birthday_on_29_february_is_the_28th_in_other_years() -> None:
    birthday = coming(SEOUL, at="09:00")
    ordinary = birthday.anniversaries(utc(2026, 2, 27, 0), utc(2026, 2, 28, 0))
    assert ordinary == ((date(2026, 2, 28), (2, 28)), (date(2026, 2, 28), (2, 29)))
    leap = birthday.anniversaries(utc(2028, 2, 27, 0), utc(2028, 2, 29, 0))
    assert leap == ((date(2028, 2, 28), (2, 28)), (date(2028, 2, 29), (2, 29)))
    before = coming(SEOUL, "-3d", "09:00").anniversaries(utc(2026, 2, 24, 0), utc(2026, 2, 25, 0))
    assert [found for _, found in before] == [(2, 28), (2, 29)]


def test_the_ends_of_the_calendar_never_come() -> None:
    assert coming(SEOUL, "1y").moment(date(9999, 12, 31)) is None
    assert coming(SEOUL, "-1M").moment(date(1, 1, 1)) is None
    assert coming(SEOUL).within(date(1, 1, 1), utc(2026, 1, 1), utc(2026, 1, 2)) is False


@pytest.mark.parametrize(("offset", "at"), [("soon", ""), ("3", ""), ("", "25:00"), ("-3s", "")])
def test_what_is_no_span_and_no_time_is_refused(offset: str, at: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        coming(SEOUL, offset, at)


OFFSETS = st.builds("{}{}{}".format, st.sampled_from("+-"), st.integers(0, 40), st.sampled_from("dwMyhm"))
TIMES = st.sampled_from(["", "00:00", "09:00", "23:59"])
ZONES = st.sampled_from([SEOUL, BERLIN, "America/New_York", "Pacific/Kiritimati"])


@given(OFFSETS, TIMES, ZONES, st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_each_day_comes_due_in_exactly_one_window(offset: str, at: str, zone: str, day: date) -> None:
    found = coming(zone, offset, at)
    moment = found.moment(day)
    assert moment is not None
    windows = [(moment + HOUR * (24 * start - 5), moment + HOUR * (24 * start + 19)) for start in (-1, 0, 1)]
    assert [day in found.days(*window) for window in windows] == [False, True, False]


@given(OFFSETS, TIMES, ZONES, st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))
def test_what_comes_due_is_within_reach(offset: str, at: str, zone: str, value: datetime) -> None:
    found, value = coming(zone, offset, at), value.replace(tzinfo=UTC)
    moment = found.moment(value)
    assert moment is not None
    low, high = found.reach(moment - HOUR, moment)
    assert low < value <= high


def test_what_is_read_is_kept() -> None:
    assert coming(SEOUL, "3d", "07:05") == Coming(SEOUL, "+3d", coming(SEOUL, at="07:05").at)
