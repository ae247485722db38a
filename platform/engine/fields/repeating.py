"""A rule of repetition (RRULE of RFC 5545): read, written in one form, and followed.

Rules repeat by days at most: the time of day is the start's, so FREQ=HOURLY and BYHOUR have no place here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from hanok.engine.errors import Message, say

LONGEST, MOST_INTERVAL, MOST_COUNT = 500, 1000, 10_000
#: Occurrences are looked for no further than that; one that comes more rarely never comes.
HORIZON = timedelta(days=366 * 41)
#: A day from which rules without a start are tried.
SOME_DAY = datetime(2024, 1, 1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
COUNT = r"[1-9][0-9]{0,4}"
#: What each part may say, in the order in which a rule is written.
PARTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "FREQ": "|".join(FREQUENCIES),
        "INTERVAL": COUNT,
        "BYMONTH": r"(?:1[0-2]|[1-9])(?:,(?:1[0-2]|[1-9]))*",
        "BYWEEKNO": r"-?[1-9][0-9]?(?:,-?[1-9][0-9]?)*",
        "BYYEARDAY": r"-?[1-9][0-9]{0,2}(?:,-?[1-9][0-9]{0,2})*",
        "BYMONTHDAY": r"-?(?:3[01]|[12][0-9]|[1-9])(?:,-?(?:3[01]|[12][0-9]|[1-9]))*",
        "BYDAY": r"(?:[+-]?[1-9][0-9]?)?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:[+-]?[1-9][0-9]?)?(?:MO|TU|WE|TH|FR|SA|SU))*",
        "BYSETPOS": r"-?[1-9][0-9]{0,2}(?:,-?[1-9][0-9]{0,2})*",
        "WKST": "|".join(DAYS),
        "COUNT": COUNT,
        "UNTIL": r"[0-9]{8}(?:T[0-9]{6}Z?)?",
    }.items()
}


class RuleError(ValueError):
    """The text is no rule; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of a rule by name, each as it is written."""

    parts: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        return dict(self.parts).get(name, "")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.parts)

    @property
    def interval(self) -> int:
        return int(self.get("INTERVAL") or 1)

    @property
    def days(self) -> tuple[str, ...]:
        return tuple(self.get("BYDAY").split(",")) if self.get("BYDAY") else ()

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts)


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> Rule:
    """The rule, its parts in one order. Raises RuleError."""
    written = "".join(text.split()).upper().removeprefix("RRULE:").rstrip(";")
    if len(written) > LONGEST:
        raise RuleError(say("This rule is too long."))
    pairs = [part.partition("=")[::2] for part in written.split(";")]
    found = dict(pairs)
    if len(found) < len(pairs) or "FREQ" not in found:
        raise RuleError(say("This must be a rule such as FREQ=WEEKLY;BYDAY=MO."))
    for name, value in found.items():
        if name not in PARTS or not PARTS[name].fullmatch(value):
            raise RuleError(say("“{part}” cannot stand in a rule of repetition.", part=f"{name}={value}"[:80]))
    if "BYSETPOS" in found and found["FREQ"] in ("DAILY", "WEEKLY"):
        raise RuleError(say("“{part}” cannot stand in a rule of repetition.", part=f"BYSETPOS={found['BYSETPOS']}"))
    if {"COUNT", "UNTIL"} <= set(found):
        raise RuleError(say("A rule ends by its count or by a day, not by both."))
    if int(found.get("INTERVAL", 1)) > MOST_INTERVAL or int(found.get("COUNT", 1)) > MOST_COUNT:
        raise RuleError(say("This number is too large."))
    return _checked(Rule(tuple((name, _sorted(name, found[name])) for name in PARTS if _says(name, found))))


def _says(name: str, found: Mapping[str, str]) -> bool:
    return name in found and not (name == "INTERVAL" and found[name] == "1")


def _sorted(name: str, value: str) -> str:
    """Days of the week in their order."""
    if name != "BYDAY":
        return value
    days = dict.fromkeys(day.lstrip("+") for day in value.split(","))
    return ",".join(sorted(days, key=lambda day: (DAYS.index(day[-2:]), day)))


def _checked(rule: Rule) -> Rule:
    """The rule, when there is a day on which it holds. Days are tried year by year, which is quick."""
    tried = Rule((("FREQ", _tried(rule)), *(part for part in rule.parts if part[0].startswith("BY"))))
    try:
        last_wall(rule, None)
        found = next(_walls(tried, SOME_DAY, datetime.max, None), None)
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise RuleError(say("There is no day on which this rule holds."))
    return rule


def _tried(rule: Rule) -> str:
    frequency = rule.get("FREQ")
    return frequency if frequency == "MONTHLY" or rule.get("BYSETPOS") else "YEARLY"


def last_wall(rule: Rule, zone: str | None) -> datetime | None:
    """The last wall time that the rule allows; a day means all of it."""
    until = rule.get("UNTIL")
    if not until:
        return None
    if len(until) == 8:
        return datetime.combine(datetime.strptime(until, "%Y%m%d").date(), time.max)
    moment = datetime.strptime(until.removesuffix("Z"), "%Y%m%dT%H%M%S")
    if until.endswith("Z") and zone is not None:
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment


def _walls(rule: Rule, start: datetime, before: datetime, zone: str | None) -> Iterator[datetime]:
    """The wall times of a rule from its start, before another one and within the horizon."""
    parts = ";".join(f"{name}={value}" for name, value in rule.parts if name not in ("UNTIL", "COUNT"))
    ends = [each for each in (last_wall(rule, zone), before, _later(start)) if each is not None]
    found = rrulestr(parts, dtstart=start)
    assert isinstance(found, rrule)
    return islice(found.replace(until=min(ends)), int(rule.get("COUNT") or MOST_COUNT * 10))


def _later(start: datetime) -> datetime:
    try:
        return start + HORIZON
    except OverflowError:
        return datetime.max


def occurrences(
    rule: Rule, start: datetime, zone: str, *, after: datetime, before: datetime, most: int = 500
) -> list[datetime]:
    """The moments in UTC, from `after` and before `before` (both aware), of what begins at the wall time `start`.

    The wall's clock counts: 09:30 stays 09:30 when the clocks change. At most `most` of them.
    """
    here = ZoneInfo(zone)
    last = before.astimezone(here).replace(tzinfo=None)
    moments = (wall.replace(tzinfo=here).astimezone(UTC) for wall in _walls(rule, start, last, zone))
    return list(islice((moment for moment in moments if after <= moment < before), most))
