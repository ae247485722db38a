"""States, times and JSON in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from hanok.engine.errors import Message, say
from hanok.engine.jobs.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from hanok.engine.jobs.kinds import Kinds

#: What a letter says is nobody's to read here.
UNSHOWN = frozenset({"text", "html", "body", "letter", "password", "secret", "token"})
NOT_SHOWN = "…"
LONGEST_JSON = 20_000


@dataclass(frozen=True, slots=True)
class State:
    """A state of a job: its name and its colour."""

    key: str
    label: Message
    color: str


STATES: Mapping[str, State] = {
    one.key: one
    for one in (
        State(WAITING, say("Waiting"), "blue"),
        State(RUNNING, say("Running"), "teal"),
        State(FAILED, say("Failed"), "red"),
        State(DONE, say("Completed"), "green"),
        State(CANCELLED, say("Cancelled"), "grey"),
    )
}
ENDING = State("ending", say("Being cancelled"), "orange")
ANEW = State("anew", say("Tries again"), "orange")
LATER = State("later", say("Later"), "grey")


def kind_label(kinds: Kinds, key: str) -> Message | str:
    """The name of a kind; the key where this program does not know it."""
    return kinds[key].label if key in kinds else key


def state_of(job: Job, now: datetime) -> State:
    if job.state == RUNNING and job.cancel_asked:
        return ENDING
    if job.state == WAITING and job.tries:
        return ANEW
    if job.state == WAITING and job.due > now:
        return LATER
    return STATES[job.state]


def share_of(job: Job) -> int | None:
    """How far it came, in per cent; a job that is done came all the way."""
    if not job.total:
        return None
    return min(100, max(0, round(100 * job.done / job.total)))


def lasting(span: timedelta) -> Message:
    """How long something took or takes, as short as it stays clear."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return say("{seconds} s", seconds=f"{max(seconds, 0.1):.1f}")
    whole = int(seconds)
    if whole < 60:
        return say("{seconds} s", seconds=whole)
    if whole < 3600:
        return say("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    if whole < 86400:
        return say("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)
    return say("{days} d {hours} h", days=whole // 86400, hours=whole % 86400 // 3600)


def as_json(data: Any) -> str:
    """Plain data to read; what letters say and what is secret is left out, what is very long is cut."""
    text = orjson.dumps(harmless(data), option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= LONGEST_JSON else text[:LONGEST_JSON] + "\n" + NOT_SHOWN


def harmless(data: Any) -> Any:
    """The same data without what nobody shall read here."""
    if isinstance(data, Mapping):
        return {key: NOT_SHOWN if key in UNSHOWN and value else harmless(value) for key, value in data.items()}
    return [harmless(one) for one in data] if isinstance(data, list | tuple) else data
