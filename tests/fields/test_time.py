"""Times of day, and lengths of time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hanok.engine.fields.duration import Seconds, written
from tests.fields.loading import field, load, refusal

NOW = datetime(2026, 11, 16, 23, 15, 30, tzinfo=UTC)  # a quarter past eight in Seoul


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("9:30", "09:30"),
        ("오전 12:05", "00:05"),
        ("오후 12시", "12:00"),
        ("3:05 p.m.", "15:05"),
        ("3pm", "15:00"),
        ("21시 5분 7초", "21:05:07"),
        ("１５：０５", "15:05"),
    ],
)
def test_times_are_read_as_people_write_them(raw: str, expected: str) -> None:
    found = field("time")
    assert found.type.dump(found, load(found, raw)) == expected


@pytest.mark.parametrize(
    "raw", ["9", "24:00", "12:60", "13pm", "오후 3:05 pm", "0am", 930, time(9, 30, 0, 1), "09:30Z"]
)
def test_what_is_no_time_of_day_is_refused(raw: Any) -> None:
    assert "time of day" in refusal(field("time"), raw)


def test_a_spreadsheet_s_part_of_a_day_is_a_time() -> None:
    found = field("time")
    cells = [0.5, timedelta(hours=12), datetime(1899, 12, 30, 12), time(12)]
    assert {load(found, found.type.from_text(found, cell)) for cell in cells} == {time(12)}


def test_times_have_bounds_and_a_now() -> None:
    found = field("time", min="09:00", max="18:00")
    assert refusal(found, "08:59") == "This must be 09:00 or later."
    assert refusal(found, "18:00:01") == "This must be 18:00 or earlier."
    assert found.type.relative(found, "now", now=NOW, zone="Asia/Seoul") == (time(8, 15, 30),) * 2
    assert found.type.relative(found, "+2h", now=NOW, zone="UTC") == (time(1, 15, 30),) * 2
    assert found.type.relative(found, "this_month", now=NOW, zone="UTC") is None


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("1h 30m", 5400),
        ("1:30", 5400),
        ("1:30:05", 5405),
        ("90분", 5400),
        ("1시간 30분", 5400),
        ("PT1H30M", 5400),
        ("1.5h", 5400),
        ("2 days, 3 hours", 183_600),
        ("-45m", -2700),
        ("P1W", 604_800),
        (timedelta(minutes=1), 60),
        (90, 90),
    ],
)
def test_lengths_are_read_as_people_and_machines_write_them(raw: Any, seconds: int) -> None:
    assert load(field("duration"), raw) == seconds


@pytest.mark.parametrize("raw", ["90", "1:60", "30m 1h", "1h 1h", "1x", "P", "PT", "P1M", "1.0001m", 1.5, True, "-"])
def test_what_is_no_length_of_time_is_refused(raw: Any) -> None:
    assert "length of time" in refusal(field("duration"), raw)


def test_lengths_are_written_for_people_and_for_machines() -> None:
    found = field("duration", max="8h")
    assert [written(each) for each in (0, 59, 3661, -90, 90_000)] == ["0m", "59s", "1h 1m 1s", "-1m 30s", "25h"]
    assert written(5400, "ko") == "1시간 30분"
    assert [found.type.dump(found, Seconds(each)) for each in (0, 5400, -90)] == ["PT0M", "PT1H30M", "-PT1M30S"]
    assert str(Seconds(5400)) == "1h 30m"
    assert refusal(found, "9h") == "This must be at most 8h."
