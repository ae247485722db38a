"""Samples in which every two values of two factors meet: greedily, so that their number stays near the least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from random import Random

Sample = dict[str, str]
#: How many rows are drawn for each one that is taken.
TRIES = 12


def pairs(factors: Mapping[str, Sequence[str]], drawn: Random) -> Iterator[Sample]:
    """Rows with one value of each factor, until each pair of values of two factors was in one."""
    names = sorted(factors)
    open_ = {((a, x), (b, y)) for a, b in combinations(names, 2) for x in factors[a] for y in factors[b]}
    while open_:
        seeds = drawn.sample(sorted(open_), min(TRIES, len(open_)))
        rows = [{name: drawn.choice(factors[name]) for name in names} | dict(seed) for seed in seeds]
        best = max(rows, key=lambda row: len(met(row) & open_))
        open_ -= met(best)
        yield best


def met(row: Sample) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """The pairs of values in a row."""
    return set(combinations(sorted(row.items()), 2))
