"""Repetitions: rules of RFC 5545, the walls' clocks, and sentences."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from hanok.engine.fields.repeating import RuleError, occurrences, parse_rule
from hanok.engine.fields.repeating_words import sentence
from tests.fields.loading import field, load, read_back, refusal

START = datetime(2026, 11, 17, 9, 30)
EVER = {"after": datetime(2000, 1, 1, tzinfo=UTC), "before": datetime(2100, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("rule", "korean", "english"),
    [
        ("FREQ=DAILY", "매일", "every day"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=10", "3일마다, 10회", "every 3 days, 10 times"),
        ("FREQ=WEEKLY;BYDAY=MO", "매주 월요일", "every Monday"),
        ("FREQ=WEEKLY;BYDAY=WE,MO", "매주 월요일·수요일", "every Monday and Wednesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "매주 평일", "every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2주마다 금요일", "every 2 weeks on Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "매월 말일", "every month on the last day"),
        ("FREQ=MONTHLY;BYDAY=2TU", "매월 둘째 화요일", "every month on the second Tuesday"),
        (
            "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1;UNTIL=20301231",
            "매년 3월 1일, 2030-12-31까지",
            "every year on March 1, until 2030-12-31",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, korean: str, english: str) -> None:
    assert (sentence(parse_rule(rule), "ko"), sentence(parse_rule(rule), "en")) == (korean, english)


def test_what_a_rule_leaves_to_its_start_is_said_too() -> None:
    said = [sentence(parse_rule(f"FREQ={each}"), "en", START) for each in ("WEEKLY", "MONTHLY", "YEARLY")]
    assert said == ["every Tuesday 09:30", "every month on the 17th 09:30", "every year on November 17 09:30"]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYHOUR=9",
        "BYDAY=MO",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;COUNT=2;UNTIL=20300101",
        "FREQ=DAILY;INTERVAL=1001",
        "FREQ=DAILY;UNTIL=20301399",
        "FREQ=DAILY;" + "X" * 600,
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=54",
        "FREQ=MONTHLY;BYSETPOS=5",
    ],
)
def test_what_is_no_rule_is_refused_at_once(rule: str) -> None:
    began = time.process_time()
    with pytest.raises(RuleError):
        parse_rule(rule)
    assert time.process_time() - began < 1


def test_a_rule_has_one_form() -> None:
    assert str(parse_rule("rrule:interval=1;byday=-1fr,+1MO;freq=monthly;")) == "FREQ=MONTHLY;BYDAY=1MO,-1FR"


def test_the_wall_s_clock_counts_when_the_clocks_change() -> None:
    rule = parse_rule("FREQ=WEEKLY;UNTIL=20270404")
    found = occurrences(rule, datetime(2027, 3, 21, 9, 30), "Europe/Berlin", **EVER)
    assert [f"{each:%m-%d %H:%M}" for each in found] == ["03-21 08:30", "03-28 07:30", "04-04 07:30"]


def test_a_rule_without_an_end_is_followed_only_so_far() -> None:
    assert len(occurrences(parse_rule("FREQ=DAILY"), START, "Asia/Seoul", **EVER, most=7)) == 7
    assert len(occurrences(parse_rule("FREQ=DAILY;COUNT=3"), START, "Asia/Seoul", **EVER)) == 3


def test_a_start_without_a_zone_is_the_writer_s() -> None:
    found = load(field("recurrence"), {"rule": "FREQ=DAILY;COUNT=2", "start": "2026-11-17T09:30"})
    assert found.zone == "Asia/Seoul"
    assert [each.hour for each in found.moments(**EVER)] == [0, 0]
    assert load(field("recurrence"), "FREQ=DAILY").moments(**EVER) == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"rule": "FREQ=DAILY", "start": "2026-11-17T09:30Z"}, "without a zone"),
        ({"rule": "FREQ=DAILY", "start": "soon"}, "date"),
        ({"rule": "FREQ=DAILY", "start": "2026-11-17T09:30", "zone": "Mars/Base"}, "no time zone"),
        ({"start": "x"}, "rule"),
        ({"rule": "FREQ=DAILY", "start": "2026-11-17T09:30", "zone": "../etc/passwd"}, "no time zone"),
    ],
)
def test_what_is_no_repetition_is_refused(raw: Any, said: str) -> None:
    assert said in refusal(field("recurrence"), raw)


def test_a_repetition_leaves_and_comes_back_as_icalendar() -> None:
    raw = "DTSTART;TZID=Europe/Berlin:20261117T093000 RRULE:FREQ=MONTHLY;BYDAY=-1FR"
    found = field("recurrence")
    assert found.type.export(found, load(found, raw), "ko") == raw
    assert read_back(found, raw) == load(found, raw)
