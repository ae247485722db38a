"""A dry run as a page: what is asked, how many there would be of each, and the trace of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanok.engine.automation.run import DONE, FAILED, SKIPPED, STOPPED, WAITING
from hanok.engine.automation.tracing import Traced
from hanok.engine.automation.trying import Outcome, Tried
from hanok.engine.errors import Message, say
from hanok.engine.jobs.job import Job
from hanok.screens.admin.words import State
from hanok.screens.automation.eyes import Eyes
from hanok.screens.automation.pages import WorkflowRow
from hanok.screens.automation.trace import TraceRow, rows_of
from hanok.screens.automation.words import STATES

PAST, RECORDS = "past", "records"
#: How many of the newest records are tried.
NEWEST = (10, 50, 200)
TALLIES: tuple[tuple[tuple[str, ...], Message, str], ...] = (
    ((DONE, WAITING), say("Would have run"), ""), ((SKIPPED,), say("Would not apply"), ""),
    ((STOPPED,), say("Would have stopped"), ""), ((FAILED,), say("Would have failed"), "late"),
)  # fmt: skip
WORKED = State(DONE, say("Would have run"), "green")


@dataclass(frozen=True, slots=True)
class DryRow:
    """One run as it would be."""

    number: int
    title: str
    url: str
    at: datetime | None
    state: State
    error: Message | None
    trace: tuple[TraceRow, ...]


@dataclass(frozen=True, slots=True)
class DryPage:
    """The page. `rows` is None before anything was tried; `cut` says that there would be more."""

    workflow: WorkflowRow
    past: bool
    over: str
    newest: int
    first: date
    last: date
    rows: tuple[DryRow, ...] | None = None
    tallies: tuple[tuple[Message, int, str], ...] = ()
    cut: bool = False
    seconds: str = ""
    lives: Job | None = None

    @property
    def choices(self) -> Sequence[int]:
        return NEWEST


def rows_of_outcome(outcome: Outcome, module: str, eyes: Eyes) -> tuple[DryRow, ...]:
    """Each run, told as a real one is; what would have left the house was not sent."""
    return tuple(_row(number, one, module, eyes) for number, one in enumerate(outcome.runs))


def tallies_of(
    outcome: Outcome, counts: Mapping[str, int] | None = None
) -> tuple[tuple[Message, int, str], ...]:
    """How many of each there would be; `counts` by state, where more was tried than is told."""
    counts = Counter(one.state for one in outcome.runs) if counts is None else counts
    found = ((label, sum(counts.get(key, 0) for key in keys), color) for keys, label, color in TALLIES)
    return tuple(row for row in found if row[1] or row[0] is not TALLIES[2][1])


def told_in(outcome: Outcome) -> list[Any]:
    """Everything that the steps tell."""
    return [step.told for one in outcome.runs for step in one.steps]


def _row(number: int, one: Tried, module: str, eyes: Eyes) -> DryRow:
    steps = [Traced(step.number, step.path, step.kind, step.state, step.at, 0, 0, step.key, step.told)
             for step in one.steps]  # fmt: skip
    record = str(one.record.id) if one.record else ""
    link = {"module": one.record.module, "id": record, "title": one.record.title} if one.record else None
    return DryRow(
        number=number,
        title=one.record.title if one.record else "",
        url=eyes.url(link) if link else "",
        at=one.at,
        state=WORKED if one.state in (DONE, WAITING) else STATES.get(one.state, WORKED),
        error=one.error,
        trace=rows_of(steps, module, record, eyes, dry=True),
    )
