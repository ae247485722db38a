"""The trace of a run: one row for each step, in the transaction of what the step did."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from hanok.engine.errors import HanokError, Invalid, Message, written
from hanok.engine.store.automation_tables import run_step


@dataclass(frozen=True, slots=True)
class Traced:
    """A row of the trace, as `hanok_run_step` says. The step 0 is the beginning: the trigger and its conditions."""

    number: int
    path: str
    kind: str
    state: str
    at: datetime
    seconds: float
    tries: int
    key: UUID
    told: Mapping[str, Any]


class Trace:
    """The steps that one transaction does; `written` at its end. `next` is the number of the one to come."""

    def __init__(self, run: UUID, following: int) -> None:
        self.run = run
        self.next = following
        self.rows: list[Traced] = []

    def key(self, path: str) -> UUID:
        """What others know this very step of this run by, however often it is tried."""
        return uuid5(self.run, path)

    def add(self, path: str, kind: str, state: str, told: Mapping[str, Any], began: float, tries: int = 0) -> Traced:
        """A step that began at this reading of the clock (`time.monotonic`)."""
        seconds = round(time.monotonic() - began, 6)
        row = Traced(self.next, path, kind, state, datetime.now(UTC), seconds, tries, self.key(path), told)
        self.rows.append(row)
        self.next += 1
        return row

    def write(self, conn: sa.Connection) -> None:
        if self.rows:
            conn.execute(run_step.insert(), [{"run": self.run, **_columns(row)} for row in self.rows])

    def again(self, conn: sa.Connection, number: int, state: str, told: Mapping[str, Any], tries: int) -> None:
        """Tells what became of a step whose row is there already, in an earlier transaction or in this one."""
        for place, row in enumerate(self.rows):
            if row.number == number:
                self.rows[place] = replace(row, state=state, told=told, tries=tries)
                return
        mine = (run_step.c.run == self.run) & (run_step.c.number == number)
        conn.execute(run_step.update().where(mine).values(state=state, told=dict(told), tries=tries))


def _columns(row: Traced) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__} | {"told": dict(row.told)}


def error_told(error: HanokError) -> dict[str, Any]:
    """An error as the trace keeps it: what is wrong, and field by field where it says that."""
    told: dict[str, Any] = {"error": written(error.message), "code": error.code}
    if isinstance(error, Invalid):
        told["fields"] = {key: [written(each) for each in said] for key, said in error.errors.items()}
    return told


def message_told(message: Message) -> dict[str, Any]:
    return {"error": written(message)}
