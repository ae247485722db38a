"""The words of time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hanok.engine.fields import Field
from hanok.engine.fields.date import Date
from hanok.engine.fields.dates import days_of, moments_of
from hanok.engine.fields.datetime import DateTime

TUESDAY = date(2026, 11, 17)
NOW = datetime(2026, 11, 16, 23, 15, tzinfo=UTC)  # Tuesday morning in Seoul


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("now", "2026-11-17", "2026-11-17"),
        ("today", "2026-11-17", "2026-11-17"),
        ("yesterday", "2026-11-16", "2026-11-16"),
        ("tomorrow", "2026-11-18", "2026-11-18"),
        ("+30d", "2026-12-17", "2026-12-17"),
        ("-2w", "2026-11-03", "2026-11-03"),
        ("+3M", "2027-02-17", "2027-02-17"),
        ("-1y", "2025-11-17", "2025-11-17"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("next_week", "2026-11-23", "2026-11-29"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("next_quarter", "2027-01-01", "2027-03-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_words_of_days(word: str, first: str, last: str) -> None:
    assert days_of(word, today=TUESDAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("word", ["", "30d", "+30", "+2h", "this_day", "2026-11-17", "+99999y", "Today", "+３d"])
def test_what_is_no_word_of_days(word: str) -> None:
    assert days_of(word, today=TUESDAY) is None


def test_months_end_on_their_last_day() -> None:
    assert days_of("+1M", today=date(2026, 1, 31)) == (date(2026, 2, 28),) * 2
    assert days_of("-1y", today=date(2028, 2, 29)) == (date(2027, 2, 28),) * 2


def test_the_day_is_the_actor_s() -> None:
    field = Field("task", "due", Date(), {})
    assert field.type.relative(field, "today", now=NOW, zone="Asia/Seoul") == (TUESDAY, TUESDAY)
    assert field.type.relative(field, "today", now=NOW, zone="UTC") == (date(2026, 11, 16),) * 2


def test_a_day_of_moments_ends_just_before_the_next() -> None:
    first = datetime(2026, 11, 16, 15, tzinfo=UTC)
    last = datetime(2026, 11, 17, 14, 59, 59, 999999, tzinfo=UTC)
    field = Field("task", "created_at", DateTime(), {})
    assert moments_of("today", now=NOW, zone="Asia/Seoul") == (first, last)
    assert field.type.relative(field, "2026-11-17", now=NOW, zone="Asia/Seoul") == (first, last)


def test_a_day_on_which_the_clocks_change_has_another_length() -> None:
    span = moments_of("today", now=datetime(2026, 3, 29, 12, tzinfo=UTC), zone="Europe/Berlin")
    assert span is not None
    assert (span[1] - span[0]).total_seconds() == pytest.approx(23 * 3600)


def test_hours_and_minutes_are_counted_from_now() -> None:
    assert moments_of("+2h", now=NOW, zone="UTC") == (datetime(2026, 11, 17, 1, 15, tzinfo=UTC),) * 2
    assert moments_of("-30m", now=NOW, zone="UTC") == (datetime(2026, 11, 16, 22, 45, tzinfo=UTC),) * 2


def test_a_time_without_an_offset_is_the_actor_s() -> None:
    field = Field("task", "created_at", DateTime(), {})
    moment = datetime(2026, 11, 17, 0, 30, tzinfo=UTC)
    assert field.type.relative(field, "2026-11-17T09:30", now=NOW, zone="Asia/Seoul") == (moment, moment)
    assert field.type.relative(field, "soon", now=NOW, zone="Asia/Seoul") is None
