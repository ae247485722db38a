"""Kinds of jobs: what is done, and how often it is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hanok.engine.errors import Message

if TYPE_CHECKING:
    from hanok.engine.jobs.work import Work

#: Waits after the first failure, doubled with each further one up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job. `run` does it and returns what is kept as its result (plain JSON data or None).

    `attempts` is how often it is tried before it is a dead letter. `long` ones leave a thread of each worker to
    others. `own` ones are shown to whoever asked for them, with their progress; she is told when they end, where
    `tells`.
    """

    key: str
    label: Message
    run: Callable[[Work], Any]
    attempts: int = 5
    long: bool = False
    own: bool = False
    tells: bool = True
    first_wait: timedelta = FIRST_WAIT

    def wait(self, tries: int) -> timedelta:
        """How long to wait after so many failures, 1 or more."""
        doubled: timedelta = self.first_wait * 2 ** min(tries - 1, 20)
        return min(doubled, LONGEST_WAIT)


Kinds = Mapping[str, Kind]


def kinds_of(*rooms: Iterable[Kind]) -> Kinds:
    """The frozen registry of kinds by key. Raises ValueError when two have the same key."""
    found: dict[str, Kind] = {}
    for kind in (kind for room in rooms for kind in room):
        if kind.key in found:
            raise ValueError(f"two kinds of jobs are called {kind.key}")
        found[kind.key] = kind
    return MappingProxyType(found)
