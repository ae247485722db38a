"""A rule of repetition as a sentence: 매주 월요일, every Monday."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hanok.engine.fields.repeating import DAYS, Rule

NAMES: Mapping[str, Sequence[str]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
PLACES: Mapping[str, Mapping[int, str]] = {
    "en": {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"},
    "ko": {1: "첫째", 2: "둘째", 3: "셋째", 4: "넷째", 5: "다섯째", -1: "마지막"},
}
UNITS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "DAILY": ("every day", "every {count} days"), "WEEKLY": ("every week", "every {count} weeks"),
        "MONTHLY": ("every month", "every {count} months"), "YEARLY": ("every year", "every {count} years"),
    },
    "ko": {
        "DAILY": ("매일", "{count}일마다"), "WEEKLY": ("매주", "{count}주마다"),
        "MONTHLY": ("매월", "{count}개월마다"), "YEARLY": ("매년", "{count}년마다"),
    },
}  # fmt: skip
#: What a sentence can say of each frequency; a richer rule is shown as it is written.
SAID: Mapping[str, Sequence[frozenset[str]]] = {
    "DAILY": (frozenset(),),
    "WEEKLY": (frozenset(), frozenset({"BYDAY"})),
    "MONTHLY": (frozenset(), frozenset({"BYMONTHDAY"}), frozenset({"BYDAY"})),
    "YEARLY": (frozenset(), frozenset({"BYMONTH", "BYMONTHDAY"})),
}
NUMBERED = re.compile(r"(-?[0-9]+)?([A-Z]{2})")
WORKDAYS = DAYS[:5]


def sentence(rule: Rule, language: str, start: datetime | None = None) -> str:
    """The rule in words, with the time of day of its start."""
    said = _said(rule, language, start)
    if said is None:
        return str(rule)
    return said + (f" {start:%H:%M}" if start is not None and _timed(start) else "") + _end(rule, language)


def is_common(rule: Rule) -> bool:
    """Whether the sentence says all of it."""
    return _said(rule, "en", None) is not None


def _timed(start: datetime) -> bool:
    return bool(start.hour or start.minute)


def _said(rule: Rule, language: str, start: datetime | None) -> str | None:
    asked = rule.names - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
    frequency = rule.get("FREQ")
    if asked not in SAID[frequency] or any("," in rule.get(name) for name in ("BYMONTH", "BYMONTHDAY")):
        return None
    on = _days(rule, language, start) if frequency == "WEEKLY" else _day(rule, language, start)
    if on is None:
        return None
    once, often = UNITS[language][frequency]
    if language == "en" and frequency == "WEEKLY" and rule.interval == 1 and on:
        return "every " + on.removeprefix("on ")
    every = once if rule.interval == 1 else often.format(count=rule.interval)
    return f"{every} {on}".strip()


def _days(rule: Rule, language: str, start: datetime | None) -> str | None:
    days = rule.days or ((DAYS[start.weekday()],) if start else ())
    if not set(days) <= set(DAYS):
        return None
    if days == WORKDAYS:
        return "weekday" if language == "en" and rule.interval == 1 else "평일" if language == "ko" else "on weekdays"
    names = [NAMES[language][DAYS.index(day)] for day in days]
    if language == "ko":
        return "·".join(names)
    return "on " + " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def _day(rule: Rule, language: str, start: datetime | None) -> str | None:
    """The day of a month or of a year: the 15th, the last Friday, March 1."""
    if rule.get("FREQ") == "DAILY":
        return ""
    if rule.days:
        return _weekday(rule, language)
    number = int(rule.get("BYMONTHDAY") or (start.day if start else 0))
    if rule.get("FREQ") == "YEARLY":
        return _date(int(rule.get("BYMONTH") or (start.month if start else 0)), number, language)
    if number == -1:
        return "on the last day" if language == "en" else "말일"
    if number < 0:
        return None
    if not number:
        return ""
    return f"on the {_ordinal(number)}" if language == "en" else f"{number}일"


def _date(month: int, day: int, language: str) -> str | None:
    if not month and not day:
        return ""
    if day < 1 or not month:
        return None
    return f"on {MONTHS[month - 1]} {day}" if language == "en" else f"{month}월 {day}일"


def _weekday(rule: Rule, language: str) -> str | None:
    found = NUMBERED.fullmatch(rule.days[0])
    if len(rule.days) > 1 or found is None or not found[1] or int(found[1]) not in PLACES[language]:
        return None
    place, name = PLACES[language][int(found[1])], NAMES[language][DAYS.index(found[2])]
    return f"on the {place} {name}" if language == "en" else f"{place} {name}"


def _ordinal(number: int) -> str:
    ending = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _end(rule: Rule, language: str) -> str:
    if rule.get("COUNT"):
        return f", {rule.get('COUNT')} times" if language == "en" else f", {rule.get('COUNT')}회"
    if rule.get("UNTIL"):
        day = until_day(rule).isoformat()
        return f", until {day}" if language == "en" else f", {day}까지"
    return ""


def until_day(rule: Rule) -> date:
    """The day that UNTIL names."""
    return datetime.strptime(rule.get("UNTIL")[:8], "%Y%m%d").date()
