"""How far one transaction of a run came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hanok.engine.automation.steps.base import StepKind


@dataclass(frozen=True, slots=True)
class Sending:
    """A request that is to leave the house now."""

    kind: StepKind
    request: Mapping[str, Any]
    key: UUID


@dataclass(frozen=True, slots=True)
class Came:
    """How far a transaction came: `state` of the run; where it goes on at once, later, or after something was sent."""

    state: str
    again: bool = False
    due: datetime | None = None
    sending: Sending | None = None

    @property
    def is_over(self) -> bool:
        """Whether the job of the run has nothing to do until somebody wakes it."""
        return not self.again and self.due is None and self.sending is None
