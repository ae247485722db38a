"""The queue at a glance: figures and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanok.engine.errors import Message, say
from hanok.engine.jobs.overview import Planned, Queue, Span
from hanok.screens.admin.jobs import Choice, JobRow

#: Units of the drawing: width and height of the chart, and the gap between bars.
WIDTH, HEIGHT, GAP = 720, 96, 2


@dataclass(frozen=True, slots=True)
class Period:
    """What the chart shows: so many spans of that length."""

    key: str
    label: Message
    spans: int
    each: timedelta


PERIODS: Mapping[str, Period] = {
    one.key: one
    for one in (
        Period("hour", say("Last hour"), 60, timedelta(minutes=1)),
        Period("day", say("Last 24 hours"), 24, timedelta(hours=1)),
    )
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One span in the drawing: what is done stands at the bottom, what failed on top of it."""

    span: Span
    x: float
    width: float
    done: float
    failed: float

    @property
    def total(self) -> int:
        return self.span.done + self.span.failed


@dataclass(frozen=True, slots=True)
class Chart:
    """Jobs that ended, over time."""

    period: Period
    bars: tuple[Bar, ...]
    most: int
    done: int
    failed: int

    @property
    def is_empty(self) -> bool:
        return not self.most

    @property
    def marks(self) -> tuple[datetime, ...]:
        """The times below the chart."""
        at = [round(part * (len(self.bars) - 1) / 4) for part in range(5)]
        return tuple(self.bars[one].span.begins for one in at)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page prints."""

    queue: Queue
    works: bool
    workers: int
    threads: int
    schedules: tuple[Planned, ...]
    mails: Mapping[str, int]
    chart: Chart
    failed: tuple[Choice, ...]
    running: tuple[JobRow, ...]
    every: int

    @property
    def active(self) -> tuple[Planned, ...]:
        return tuple(one for one in self.schedules if one.active)


def chart_of(period: Period, spans: Sequence[Span]) -> Chart:
    """Bars as high as their share of the highest."""
    most = max((one.done + one.failed for one in spans), default=0)
    step = WIDTH / max(1, len(spans))
    high = HEIGHT / most if most else 0
    bars = tuple(
        Bar(one, round(at * step, 2), round(step - GAP, 2), _height(one.done, high), _height(one.failed, high))
        for at, one in enumerate(spans)
    )
    return Chart(period, bars, most, sum(one.done for one in spans), sum(one.failed for one in spans))


def _height(count: int, high: float) -> float:
    """Even one is to be seen."""
    return round(max(2.0, count * high), 2) if count else 0.0
