"""What is over is forgotten by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, housekeeping, kinds_of
from hanok.engine.jobs.queue import enqueue
from hanok.engine.store import Store, new_id
from hanok.engine.store.desk_tables import bulk, bulk_row, import_row, import_run
from hanok.engine.store.merge_tables import merge, merge_row
from tests.builders import TYPES, with_tables

NOW = datetime.now(UTC)


def changed(conn: sa.Connection, days: int, rows: int) -> UUID:
    """A change of so many records, so many days ago."""
    id = new_id()
    conn.execute(bulk.insert().values(
        id=id, at=NOW - timedelta(days=days), user_id=new_id(), module="company", action="set", chosen={}, change={},
        state="done", counts={},
    ))  # fmt: skip
    conn.execute(bulk_row.insert(), [{"bulk": id, "record": new_id(), "state": "changed"} for _ in range(rows)])
    return id


def imported(conn: sa.Connection, days: int, rows: int) -> UUID:
    id = new_id()
    conn.execute(import_run.insert().values(
        id=id, at=NOW - timedelta(days=days), user_id=new_id(), module="company", file=new_id(), state="done", facts={},
    ))  # fmt: skip
    conn.execute(import_row.insert(), [
        {"import_id": id, "number": number, "action": "new", "state": "done"} for number in range(rows)
    ])  # fmt: skip
    return id


def merged(conn: sa.Connection, days: int, rows: int) -> UUID:
    id = new_id()
    conn.execute(merge.insert().values(
        id=id, at=NOW - timedelta(days=days), user_id=new_id(), module="company", stays=new_id(), state="done",
        facts={},
    ))  # fmt: skip
    conn.execute(merge_row.insert(), [
        {"merge": id, "place": "link person company", "record": new_id(), "former": new_id(), "state": "moved"}
        for _ in range(rows)
    ])  # fmt: skip
    return id


@pytest.mark.parametrize(("setting", "stays"), [({}, 1), ({"undo_days": 400}, 2), ({"undo_days": 10}, 0)])
def test_old_changes_of_many_go_with_their_rows_in_portions(
    store: Store, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, int], stays: int
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    with_tables(store, catalog)
    with store.write() as conn:
        old, young = changed(conn, 91, 7), changed(conn, 20, 2)
        imported(conn, 91, 7), imported(conn, 20, 2)
        merged(conn, 91, 7), merged(conn, 20, 2)
        enqueue(conn, "undo.forget")
    where = Surroundings(Live(store, TYPES, catalog), tmp_path, setting)
    Worker(where, kinds_of(housekeeping.KINDS)).run_until_idle()
    with store.read() as conn:
        left = set(conn.scalars(sa.select(bulk.c.id)))
        assert left == {0: set(), 1: {young}, 2: {old, young}}[stays]
        for table in (bulk_row, import_row, merge_row):
            assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == {0: 0, 1: 2, 2: 9}[stays]
        assert conn.scalar(sa.select(sa.func.count()).select_from(import_run)) == stays
