"""What a write changed, as far as other values may follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import TITLE, Place


def _sets() -> dict[Place, set[UUID]]:
    return defaultdict(set)


@dataclass(slots=True)
class Changes:
    """By field, the records of which it changed; `left` are by link the records that were linked before."""

    keys: dict[Place, set[UUID]] = field(default_factory=_sets)
    left: dict[Place, set[UUID]] = field(default_factory=_sets)

    def note(self, module: Module, id: UUID, changes: Mapping[str, Any]) -> None:
        """The changed fields of one record, `[before, after]` as the trail keeps them."""
        for key, pair in changes.items():
            self.keys[module.key, key].add(id)
            before = pair[0]
            if isinstance(before, Mapping) and "id" in before and module.has(key) and module.field(key).targets:
                self.left[module.key, key].add(UUID(before["id"]))
        if any(name in changes for name in module.title.names):
            self.keys[module.key, TITLE].add(id)

    def come_or_gone(self, catalog: Catalog, module: Module, ids: Iterable[UUID]) -> None:
        """Records that were deleted or restored: everything about them changed."""
        found = set(ids)
        for place in catalog.derived.asking:
            if place[0] == module.key:
                self.keys[place] |= found

    def tied(self, module: str, end: str, ids: Iterable[UUID]) -> None:
        """Records to which others were tied, or from which they were taken."""
        self.keys[module, end] |= set(ids)
