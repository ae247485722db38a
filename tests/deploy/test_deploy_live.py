"""A running process: it reads on the catalog that it has, and writes on the one that is live."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Clock, Live, live, load_catalog, load_live, waiting
from hanok.engine.errors import Refused, StaleCatalog
from hanok.engine.store import held_revision, open_store
from tests.builders import TYPES, Statements, an_administrator
from tests.deploy.conftest import House

CITY = ("founded:", "city: {type: text}\n  founded:")


def make(conn: sa.Connection, catalog: Catalog) -> int:
    """Makes a company and says on which revision."""
    records.create(conn, catalog, an_administrator(), "company", {"name": f"c{catalog.revision}"})
    return catalog.revision


def test_a_write_after_a_deploy_runs_on_the_new_catalog(lived_in: House) -> None:
    running = lived_in.live()
    assert running.write(make) == 1
    lived_in.change(*CITY)
    lived_in.deploy()
    assert running.catalog.revision == 1
    assert running.write(make) == 2
    assert running.catalog.revision == 2


def test_a_write_follows_deploys_that_are_faster_than_itself(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice, another revision goes live between taking up the last one and writing on it."""
    running, further = lived_in.live(), ["town", "village"]
    refresh = running.refresh

    def late() -> bool:
        fresh = refresh()
        if further:
            lived_in.change("founded:", f"{further.pop()}: {{type: text}}\n  founded:")
            lived_in.deploy()
        return fresh

    monkeypatch.setattr(running, "refresh", late)
    lived_in.change(*CITY)
    lived_in.deploy()
    assert running.write(make) == 4


def test_a_read_keeps_the_catalog_that_it_began_with(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    running = lived_in.live()
    with running.read() as (conn, catalog):
        records.count(conn, catalog, an_administrator(), records.Query(module="person"))
        lived_in.change(*CITY)
        lived_in.deploy()
        assert running.refresh()
        assert catalog.revision == 1
        found = records.page(conn, catalog, an_administrator(), records.Query(module="company"))
        assert len(found.rows) == 3
    with running.read() as (conn, catalog):
        assert catalog.revision == 2


def test_reading_never_compiles_and_costs_no_statement(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    running = lived_in.live()
    lived_in.change(*CITY)
    lived_in.deploy()
    monkeypatch.setattr(live, "load_catalog", lambda *_: pytest.fail("compiled"))
    counted = Statements(lived_in.store)
    with running.read() as (_, catalog):
        assert catalog.revision == 1
    assert counted.queries == []


def test_refreshing_compiles_once_and_only_when_there_is_something_new(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, compiled = lived_in.live(), list[int]()
    real = load_catalog

    def count(*arguments: Any, **named: Any) -> Catalog:
        compiled.append(1)
        return real(*arguments, **named)

    monkeypatch.setattr(live, "load_catalog", count)
    assert not running.refresh()
    lived_in.change(*CITY)
    lived_in.deploy()
    threads = [threading.Thread(target=running.refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert compiled == [1]
    assert running.catalog.revision == 2


def test_a_process_that_cannot_follow_says_so_and_writes_nothing(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = lived_in.live()
    monkeypatch.setattr(running, "refresh", lambda: False)
    lived_in.change(*CITY)
    lived_in.deploy()
    with pytest.raises(StaleCatalog):
        running.write(make)
    assert len(lived_in.rows("m_company", "name")) == 3


def failure(dialect: str) -> Exception:
    """What a database says when the same work may simply run again."""
    if dialect == "sqlite":
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        return sa.exc.OperationalError("INSERT", {}, busy)
    import psycopg

    return sa.exc.OperationalError("INSERT", {}, psycopg.errors.DeadlockDetected("deadlock detected"))


def test_work_that_met_a_lock_runs_three_times_in_all(
    lived_in: House, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    running, runs = lived_in.live(), list[int]()

    def unlucky(conn: sa.Connection, catalog: Catalog, *, times: int) -> int:
        raw = {"name": f"try {times} {len(runs)}"}
        records.create(conn, catalog, an_administrator(), "company", raw)
        runs.append(1)
        if len(runs) < times:
            raise failure(dialect)
        return len(runs)

    assert running.write(lambda conn, catalog: unlucky(conn, catalog, times=3)) == 3
    assert len(lived_in.rows("m_company", "name")) == 4
    runs.clear()
    with pytest.raises(sa.exc.OperationalError):
        running.write(lambda conn, catalog: unlucky(conn, catalog, times=9))
    assert len(runs) == 3
    assert len(lived_in.rows("m_company", "name")) == 4


def test_another_failure_is_not_tried_again(lived_in: House) -> None:
    running, runs = lived_in.live(), list[int]()

    def wrong(conn: sa.Connection, catalog: Catalog) -> None:
        runs.append(1)
        conn.execute(sa.select(sa.column("nothing")).select_from(sa.table("nowhere")))

    with pytest.raises(sa.exc.DBAPIError):
        running.write(wrong)
    assert len(runs) == 1


def test_the_switch_waits_until_writers_are_done(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that has seen the old revision commits on it before the new one goes live."""
    if lived_in.store.dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    monkeypatch.setattr(waiting, "LOCK_TIMEOUT", "50ms")
    lived_in.change("Company", "Firm")
    catalog, order = lived_in.live().catalog, list[str]()
    begun, go = threading.Event(), threading.Event()

    def write() -> None:
        with lived_in.store.write() as conn:
            assert held_revision(conn) == 1
            begun.set()
            go.wait(10)
            make(conn, catalog)
        order.append("writer")

    def pause(seconds: float) -> None:
        go.set()
        writer.join()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(10)
    monkeypatch.setattr(time, "sleep", pause)
    lived_in.deploy()
    order.append("switch")
    assert order == ["writer", "switch"]


def test_a_server_starts_on_the_revision_that_is_live(lived_in: House, database: str) -> None:
    lived_in.change(*CITY)
    lived_in.deploy()
    store = open_store(database)
    started = load_live(store, TYPES)
    assert started.catalog.revision == 2
    assert "city" in started.catalog.modules["company"].fields
    store.dispose()


def test_an_empty_database_is_not_served(empty_database: str) -> None:
    store = open_store(empty_database)
    with pytest.raises(Refused, match="hanok init"):
        load_live(store, TYPES)
    store.dispose()


def test_a_clock_goes_on_whatever_happens(lived_in: House) -> None:
    running, ticks, ticked = lived_in.live(), list[int](), threading.Event()

    def work() -> None:
        ticks.append(1)
        if len(ticks) < 3:
            raise KeyError("broken")
        running.refresh()
        ticked.set()

    lived_in.change(*CITY)
    lived_in.deploy()
    clock = Clock("test", work, seconds=0.001).start()
    assert ticked.wait(10)
    clock.stop()
    assert running.catalog.revision == 2
    assert isinstance(running, Live)
    stopped = len(ticks)
    assert len(ticks) == stopped


def test_a_process_that_follows_a_deploy_makes_anew_what_it_changed(lived_in: House) -> None:
    running = lived_in.live()
    before = running.catalog
    lived_in.change(*CITY)
    lived_in.deploy()
    assert running.refresh()
    assert running.catalog.work.parsed == running.catalog.work.merged == 1
    assert "company" in running.catalog.work.built and "team" not in running.catalog.work.built
    assert running.catalog.module("team") is before.module("team")
