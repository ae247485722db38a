"""What came of an action, record by record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hanok.engine.errors import Message


@dataclass(frozen=True, slots=True)
class Created:
    """A record that an action made; `open` says that whoever ran it wants to see it now."""

    module: str
    id: UUID
    title: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Acted:
    """One record: done where `refused` is None. `code` is that of the error (`conflict`, `duplicates` …).

    `version` is that of the record afterwards, 0 where it is no more. `undo` are raw values that take back what was
    done, where all of it was setting fields of the record itself; else None.
    """

    id: UUID
    title: str
    refused: Message | None = None
    code: str = ""
    created: tuple[Created, ...] = ()
    version: int = 0
    undo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it for every record that was asked for, in that order."""

    records: tuple[Acted, ...]

    @property
    def done(self) -> tuple[Acted, ...]:
        return tuple(one for one in self.records if one.refused is None)

    @property
    def refused(self) -> tuple[Acted, ...]:
        return tuple(one for one in self.records if one.refused is not None)

    @property
    def opened(self) -> Created | None:
        """The record to go to: the last one that was made to be opened."""
        return next((made for one in reversed(self.done) for made in reversed(one.created) if made.open), None)
