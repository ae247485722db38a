"""One job, as its row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from hanok.engine.errors import Message, message_of

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
LIVING = (WAITING, RUNNING)
ENDED = (DONE, FAILED, CANCELLED)
#: Somebody waits for it; ordinary work; what may wait for a quiet hour.
SOON, ORDINARY, WHENEVER = PRIORITIES = (1, 5, 9)


@dataclass(frozen=True, slots=True)
class Job:
    """A job. Moments are UTC; `done` of `total` is its progress (`total` None: nobody knows how much there is).

    `by_id` and `by_name` are the administrator who asked for it in the actor's place.
    """

    id: UUID
    kind: str
    title: Message | None
    payload: Mapping[str, Any]
    checkpoint: Any
    state: str
    priority: int
    due: datetime
    unique_key: str | None
    again: bool
    actor_id: UUID | None
    request: str | None
    tries: int
    crashes: int
    claims: int
    worker: UUID | None
    lease_until: datetime | None
    cancel_asked: bool
    done: int
    total: int | None
    message: Message | None
    result: Any
    error: Message | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    by_id: UUID | None = None
    by_name: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Job:
        """The job of a row of `hanok_job`."""
        plain = {each.name: row[each.name] for each in fields(cls)}
        return cls(**(plain | {name: message_of(plain[name]) for name in ("title", "message", "error")}))
