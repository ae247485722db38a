"""What can be wrong with a condition, and how large one may be."""

from __future__ import annotations

from dataclasses import dataclass

from hanok.engine.errors import Message

#: Tests in one condition, and values in one list: databases bound the size of a statement.
LARGEST, LONGEST = 500, 10_000
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the keys that lead to it within the condition."""

    path: Path
    message: Message


class ConditionError(ValueError):
    """The condition cannot be read. `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(str(fault.message) for fault in faults))
        self.faults = tuple(faults)
