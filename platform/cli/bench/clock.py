"""Measuring several works in turns."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one work: the median, the tenth and the 95th of a hundred runs, and how often it ran.

    Works are compared by `quick`, the tenth of a hundred: what else the machine does interrupts long works more often
    than short ones, and the quick runs are those that nothing interrupted.
    """

    median: float
    quick: float
    p95: float
    runs: int

    @classmethod
    def of(cls, nanoseconds: list[int]) -> Timing:
        ordered = sorted(nanoseconds)

        def at(share: float) -> float:
            return ordered[round(share * (len(ordered) - 1))] / 1e6

        return cls(at(0.5), at(0.1), at(0.95), len(ordered))


def in_turns(
    works: Mapping[str, Work], *, seconds: float, warm: int = 3, fewest: int = 5, most: int = 400,
    now: Callable[[], int] = time.perf_counter_ns,
) -> dict[str, Timing]:  # fmt: skip
    """Runs the works one after the other, round by round, until the time is over; who begins changes each round.

    Each runs `warm` times before and at least `fewest` times. `now` is the clock in nanoseconds; the processor's own
    (`time.process_time_ns`) does not see what other programs do, nor what a database server does.
    """
    for work in works.values():
        for _ in range(warm):
            work()
    gc.collect()
    names = list(works)
    spent: dict[str, list[int]] = {name: [] for name in names}
    end = time.monotonic() + seconds
    for number in range(most):
        if number >= fewest and time.monotonic() > end:
            break
        for name in names[number % len(names) :] + names[: number % len(names)]:
            started = now()
            works[name]()
            spent[name].append(now() - started)
    return {name: Timing.of(found) for name, found in spent.items()}

