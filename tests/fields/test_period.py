"""Periods: two moments, or whole days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hanok.engine.fields import Field
from tests.fields.loading import field, load, read_back, refusal


def whole() -> Field:
    return field("period", all_day=True)


def test_moments_are_kept_in_utc() -> None:
    found = load(field("period"), "2026-11-17T09:30 ~ 2026-11-17T11:00")
    assert (found.start, found.end) == (
        datetime(2026, 11, 17, 0, 30, tzinfo=UTC),
        datetime(2026, 11, 17, 2, tzinfo=UTC),
    )
    assert (found.duration, found.all_day) == (5400, False)


def test_whole_days_are_the_same_in_every_zone_and_the_last_one_counts() -> None:
    found = load(whole(), {"start": "2026-11-17", "end": "2026-11-19", "all_day": True})
    assert (found.first_day, found.last_day) == (date(2026, 11, 17), date(2026, 11, 19))
    assert found.duration == 3 * 86400
    assert str(load(whole(), "2026-11-17")) == "2026-11-17"
    assert whole().type.dump(whole(), found) == {
        "start": "2026-11-17", "end": "2026-11-19", "all_day": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "said"),
    [("2026-11-17T09:30 ~ 2026-11-17T09:29", "before the start"), ("2026-11-18 ~ 2026-11-17", "before the start"),
     ({"start": "2026-11-17T09:30"}, "ends"), ({"start": "", "end": "2026-11-17T09:30"}, "starts"),
     ("soon", "from when to when"), ({"start": "2026-11-17", "stop": "x"}, "from when to when"),
     ("2026-11-17 ~ 2026-11-18 ~ 2026-11-19", "date")],
)  # fmt: skip
def test_what_is_no_period_is_refused(raw: Any, said: str) -> None:
    assert said in refusal(whole(), raw)


def test_a_period_comes_back_from_a_spreadsheet() -> None:
    for raw in ("2026-11-17T09:30 ~ 2026-11-17T11:00", "2026-11-17 ~ 2026-11-19", "2026-11-17"):
        assert read_back(whole(), raw) == load(whole(), raw)


def test_only_one_that_takes_whole_days_is_of_days() -> None:
    assert "not of whole days" in refusal(field("period"), "2026-11-17")
    assert "not of whole days" in refusal(field("period"), {"start": "2026-11-17", "all_day": True})
    assert field("period").type.former(field("period")).deserialize("2026-11-17").all_day


def test_one_with_a_length_needs_its_start_alone() -> None:
    one = field("period", default="1h 30m")
    assert load(one, "2026-11-17T09:30").duration == 5400
    assert load(one, {"start": "2026-11-17T23:30", "end": ""}).last_day == date(2026, 11, 17)
    assert load(one, "2026-11-17T09:30 ~ 2026-11-17T09:45").duration == 900
    assert one.type.default(one) is None


def test_a_default_may_say_both_ends() -> None:
    one = field("period", default="2026-11-17T09:30 ~ 2026-11-17T11:00")
    assert "ends" in refusal(one, {"start": "2026-11-17T09:30"})
    assert load(one, one.type.default(one)).duration == 5400
