"""What a run has done so far, so that each row meets those above it whether they are written already or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanok.engine.records.values import Bound, Group

#: A value that a record goes by: the key of a field (or "title") and the value as it is compared.
Name = tuple[str, Any]


@dataclass(slots=True)
class Ledger:
    """Keys that the file used, and the records it made or changed. One over another adds to it when `absorb`ed."""

    below: Ledger | None = None
    keys: dict[tuple[Any, ...], int] = field(default_factory=dict)
    titles: dict[UUID, str] = field(default_factory=dict)
    names: dict[Name, set[UUID]] = field(default_factory=dict)
    held: dict[tuple[Group, Bound], tuple[UUID, str]] = field(default_factory=dict)
    given_up: set[tuple[Group, Bound, UUID]] = field(default_factory=set)

    def _layers(self) -> Iterator[Ledger]:
        layer: Ledger | None = self
        while layer is not None:
            yield layer
            layer = layer.below

    def row_of(self, key: tuple[Any, ...]) -> int | None:
        """The row that used this key."""
        return next((layer.keys[key] for layer in self._layers() if key in layer.keys), None)

    def title(self, id: UUID) -> str | None:
        """The title of a record of this run."""
        return next((layer.titles[id] for layer in self._layers() if id in layer.titles), None)

    def named(self, name: Name) -> set[UUID]:
        """The records of this run that go by the name."""
        return set().union(*(layer.names.get(name, ()) for layer in self._layers()))

    def holder(self, group: Group, bound: Bound) -> tuple[UUID, str] | None:
        """The record of this run that holds these values."""
        return next((layer.held[group, bound] for layer in self._layers() if (group, bound) in layer.held), None)

    def gave_up(self, group: Group, bound: Bound, id: UUID) -> bool:
        return any((group, bound, id) in layer.given_up for layer in self._layers())

    def absorb(self, above: Ledger) -> None:
        """Takes over what a batch did."""
        self.keys |= above.keys
        self.titles |= above.titles
        self.held |= above.held
        self.given_up |= above.given_up
        for name, ids in above.names.items():
            self.names.setdefault(name, set()).update(ids)
