"""What began a run, as its row keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cause:
    """`kind` is that of the trigger (created, changed … manual). `changes` are the changed fields, each [before, after]
    as the trail keeps them; `new` says that the record was made just then. `actor` and `by` are who did it.

    `depth` is how many runs led to it, `parent` the last of them. `facts` is what else is known, as plain JSON: the end
    and the other record of a link, the mail that came, the tick of a schedule.
    """

    kind: str
    event: UUID | None = None
    changes: Mapping[str, Sequence[Any]] = also(default_factory=dict)
    new: bool = False
    actor: UUID | None = None
    by: str = ""
    depth: int = 0
    parent: UUID | None = None
    facts: Mapping[str, Any] = also(default_factory=dict)

    def kept(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """As JSON, with the values that came along (of a web form, a webhook, the questions of an action)."""
        return {
            "event": str(self.event) if self.event else None,
            "changes": {key: list(pair) for key, pair in self.changes.items()},
            "new": self.new, "actor": str(self.actor) if self.actor else None, "by": self.by, "facts": dict(self.facts),
            "values": dict(values),
        }  # fmt: skip
