"""Runs that end for a reason that no step tells."""

from __future__ import annotations

import time
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.coming import Came
from hanok.engine.automation.run import FAILED, LIVING, Run
from hanok.engine.automation.tracing import Trace, error_told
from hanok.engine.errors import HanokError, Message, written
from hanok.engine.store.automation_tables import run as run_table
from hanok.engine.store.moments import here

#: The row of the trace that tells of the trigger and its conditions.
BEGINNING = "when"


def end(conn: sa.Connection, id: UUID, state: str, why: Message | None = None) -> bool:
    """Ends a run for a reason that no step tells; whether it had not ended yet."""
    ended = {"state": state, "error": written(why), "ended_at": here(conn), "due": None, "watches": False}
    living = run_table.c.state.in_(LIVING)
    return bool(conn.execute(run_table.update().where(run_table.c.id == id, living).values(ended)).rowcount)


def unfit(conn: sa.Connection, found: Run, error: HanokError) -> Came:
    """The version that it began with cannot be read any more."""
    number = found.checkpoint["number"] if found.checkpoint else 0
    trace = Trace(found.id, number)
    trace.add(BEGINNING, "trigger", FAILED, error_told(error), time.monotonic())
    trace.write(conn)
    end(conn, found.id, FAILED, error.message)
    return Came(FAILED)
