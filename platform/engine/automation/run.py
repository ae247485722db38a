"""One run of a workflow, as its row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import Message, NotFound, message_of, say
from hanok.engine.store.automation_tables import run as table

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STOPPED, SKIPPED = "stopped", "skipped"
LIVING = (WAITING, RUNNING)


@dataclass(frozen=True, slots=True)
class Run:
    """A run. Moments are UTC; what the columns mean stands beside the table."""

    id: UUID
    workflow: str
    hash: str
    module: str
    record: UUID | None
    title: str
    state: str
    trigger: str
    cause: Mapping[str, Any]
    seen: str | None
    depth: int
    parent: UUID | None
    checkpoint: Any
    watches: bool
    due: datetime | None
    error: Message | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Run:
        """The run of a row of `hanok_run`."""
        plain = {each.name: row[each.name] for each in fields(cls)}
        return cls(**(plain | {"error": message_of(plain["error"])}))


def run_of(conn: sa.Connection, id: UUID, *, lock: bool = False) -> Run:
    """A run by its id, held until the transaction ends where `lock`. Raises NotFound."""
    wanted = sa.select(table).where(table.c.id == id)
    row = conn.execute(wanted.with_for_update() if lock else wanted).mappings().first()
    if row is None:
        raise NotFound(say("There is no such run."))
    return Run.of(dict(row))
