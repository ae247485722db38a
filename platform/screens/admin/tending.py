"""Workers and schedules as administrators see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanok.engine.errors import Message, say
from hanok.engine.jobs.kinds import Kinds
from hanok.engine.jobs.overview import Planned, Worker
from hanok.screens.admin.jobs import JobRow, row_of
from hanok.screens.admin.words import kind_label

DAYS: Mapping[str, Message] = {
    "0": say("Sundays"), "1": say("Mondays"), "2": say("Tuesdays"), "3": say("Wednesdays"), "4": say("Thursdays"),
    "5": say("Fridays"), "6": say("Saturdays"), "7": say("Sundays"),
}  # fmt: skip
TIME = re.compile(r"(\d{1,2}) (\d{1,2})")
EVERY = re.compile(r"\*/(\d{1,2})")


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker with what it runs now."""

    worker: Worker
    running: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True)
class Workers:
    rows: tuple[WorkerRow, ...]

    @property
    def works(self) -> bool:
        return any(row.worker.alive for row in self.rows)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule; `words` says its times, None where the expression says it better."""

    schedule: Planned
    label: Message | str
    kind: Message | str
    words: Message | None


def workers_of(
    found: Sequence[Worker], kinds: Kinds, names: Mapping[UUID, str], now: datetime
) -> Workers:
    return Workers(tuple(
        WorkerRow(one, tuple(row_of(job, kinds, names, now) for job in one.running)) for one in found
    ))  # fmt: skip


def schedule_of(one: Planned, kinds: Kinds) -> ScheduleRow:
    kind = kind_label(kinds, one.kind)
    return ScheduleRow(one, one.label or kind, kind, in_words(one.cron))


def in_words(cron: str) -> Message | None:
    """The times of a simple expression as people say them; None for the others."""
    parts = cron.split()
    if len(parts) != 5:
        return None
    minute, hour, day, month, weekday = parts
    if (day, month) == ("*", "*"):
        return _of_days(minute, hour, weekday)
    at = TIME.fullmatch(f"{hour} {minute}")
    if at and day.isdigit() and (month, weekday) == ("*", "*"):
        return say("on day {day} of every month at {time}", day=int(day), time=_clock(at))
    return None


def _of_days(minute: str, hour: str, weekday: str) -> Message | None:
    at = TIME.fullmatch(f"{hour} {minute}")
    if at and weekday == "*":
        return say("every day at {time}", time=_clock(at))
    if at and weekday in DAYS:
        return say("{day} at {time}", day=DAYS[weekday], time=_clock(at))
    if at and weekday == "1-5":
        return say("Mondays to Fridays at {time}", time=_clock(at))
    if (hour, weekday) != ("*", "*"):
        return None
    if minute == "*":
        return say("every minute")
    if minute.isdigit():
        return say("every hour, {minute} minutes past", minute=int(minute)) if int(minute) else say("every hour")
    often = EVERY.fullmatch(minute)
    return say("every {minutes} minutes", minutes=int(often[1])) if often and int(often[1]) > 1 else None


def _clock(found: re.Match[str]) -> str:
    return f"{int(found[1]):02}:{int(found[2]):02}"
