"""What workers ask all the time reads a few rows of an index, however many jobs there are in any state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.jobs import claiming, outbox
from hanok.engine.jobs.job import PRIORITIES
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import outbox as events

EACH = 4000
LEASE = timedelta(seconds=30)
NOW = datetime.now(UTC)
KINDS = ("a", "b")


@pytest.fixture
def full(store: Store) -> Store:
    """Thousands of jobs in each state, a few that run, and thousands of events."""
    with store.write() as conn:
        for state in ("waiting", "done", "failed", "cancelled"):
            conn.execute(job.insert(), [row(state, number) for number in range(EACH)])
        conn.execute(job.insert(), [row("running", number) for number in range(4)])
        conn.execute(events.insert(), [
            {"id": new_id(), "at": NOW, "topic": "x", "module": "", "payload": {}} for _ in range(EACH)
        ])  # fmt: skip
    if store.dialect == "postgresql":
        with store.apart() as conn:
            conn.execute(sa.text("ANALYZE"))
    return store


def row(state: str, number: int) -> dict[str, Any]:
    """Of those that wait, one of eight is due; none has an end in the lease's own time."""
    later = timedelta(hours=-1 if number % 8 == 0 else 1)
    running, ended = state == "running", state not in ("waiting", "running")
    return {
        "id": new_id(), "kind": KINDS[number % 2], "payload": {}, "state": state, "priority": PRIORITIES[number % 3],
        "due": NOW + later, "unique_key": f"{state} {number}", "again": False, "tries": 0, "crashes": 0, "claims": 0,
        "worker": new_id() if running else None, "lease_until": NOW + timedelta(hours=1) if running else None,
        "cancel_asked": False, "done": 0, "created_at": NOW, "ended_at": NOW if ended else None,
    }  # fmt: skip


@contextmanager
def seen(store: Store) -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def see(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    sa.event.listen(store.engines[1], "before_cursor_execute", see)
    try:
        yield found
    finally:
        sa.event.remove(store.engines[1], "before_cursor_execute", see)


def plans(store: Store, act: Callable[[sa.Connection], object]) -> list[str]:
    """How the database runs what this says, a plan each."""
    with seen(store) as statements, store.write() as conn:
        act(conn)
    words = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN "
    with store.write() as conn:
        return [
            "\n".join(str(line[-1]) for line in conn.exec_driver_sql(words + statement, parameters))
            for statement, parameters in statements if "hanok_job" in statement or "hanok_outbox" in statement
        ]  # fmt: skip


ASKED: dict[str, Callable[[sa.Connection], object]] = {
    "is due": lambda conn: claiming.is_due(conn, KINDS),
    "claim": lambda conn: claiming.claim(conn, new_id(), 2, lease=LEASE, kinds=KINDS, long=("b",), most_long=1),
    "keep": lambda conn: claiming.keep(conn, new_id(), [new_id()], lease=LEASE),
    "has lapsed": lambda conn: claiming.has_lapsed(conn, but=[new_id()]),
    "take back": claiming.take_back,
    "release": lambda conn: claiming.release(conn, new_id()),
    "unique": lambda conn: jobs.enqueue(conn, "a", unique="waiting 7"),
    "relay": lambda conn: outbox.relay(conn, [], most=20),
}


@pytest.mark.parametrize("asked", ASKED)
def test_no_statement_reads_the_whole_table(full: Store, asked: str) -> None:
    found = plans(full, ASKED[asked])
    assert found
    for plan in found:
        assert "Seq Scan on hanok_job" not in plan and "SCAN hanok_job" not in plan, plan


def test_what_waits_is_found_by_when_it_is_due(full: Store) -> None:
    for plan in [*plans(full, ASKED["is due"]), plans(full, ASKED["claim"])[0]]:
        assert plan.count("hanok_job_due") == len(PRIORITIES), plan


def test_a_unique_job_is_found_by_its_key(full: Store) -> None:
    looked_for = [plan for plan in plans(full, ASKED["unique"]) if "hanok_job_unique" in plan]
    assert len(looked_for) == 2  # where it runs, and where it waits
