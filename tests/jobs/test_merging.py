"""Merges as jobs: what moves little is done at once, the rest in the background, whole or not at all, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, merging
from hanok.engine.jobs.merging import KINDS
from hanok.engine.records import Record
from hanok.engine.records.merging import asked
from hanok.engine.records.merging.asked import BEGUN, DONE, FAILED, UNDONE, Merge, Wish
from hanok.engine.records.merging.run import merge
from hanok.engine.store import Store
from hanok.engine.store.tables import grant
from tests.builders import TYPES, a_record, a_user, an_administrator, with_tables
from tests.jobs.conftest import Hiring


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path)


@pytest.fixture
def boss(store: Store, catalog: Catalog, surroundings: Surroundings) -> Actor:
    made = a_user(store, catalog, "boss", ADMINISTRATOR)
    with store.write() as conn:
        conn.execute(grant.insert().values(holder=made.id, role=ADMINISTRATOR))
    return Actor(made.id, "boss", made.title, admin=True, roles=(ADMINISTRATOR,))


@pytest.fixture
def pair(store: Store, catalog: Catalog, boss: Actor) -> tuple[Record, Record]:
    """Two companies; seven people work at the second one."""
    stays, goes = (a_record(store, catalog, "company", name=name) for name in ("하나", "둘"))
    for number in range(7):
        a_record(store, catalog, "person", family=f"p{number}", company=str(goes.id))
    return stays, goes


def begun(where: Surroundings, actor: Actor, pair: tuple[Record, Record]) -> Merge:
    wish = Wish("company", pair[0].id, (pair[1].id,), {one.id: one.version for one in pair})
    return where.live.write(lambda conn, catalog: merging.begin(conn, catalog, actor, wish))


def again(store: Store, actor: Actor, plan: Merge) -> Merge:
    with store.read() as conn:
        return asked.merge_of(conn, actor, plan.id)


def people_of(store: Store, catalog: Catalog, company: Record) -> int:
    table = catalog.module("person").table
    with store.read() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.company == company.id)) or 0


def test_few_things_move_while_one_waits(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, pair: tuple[Record, Record]
) -> None:
    plan = begun(surroundings, boss, pair)
    assert (plan.state, plan.job, people_of(store, catalog, pair[0])) == (DONE, None, 7)


def test_many_move_in_the_background_and_come_back(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring,
    pair: tuple[Record, Record], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(merging, "AT_ONCE", 3)
    monkeypatch.setattr("hanok.engine.records.merging.ways.BATCH", 2)
    plan = begun(surroundings, boss, pair)
    assert plan.job is not None
    assert people_of(store, catalog, pair[0]) == 0
    hire(KINDS).run_until_idle()
    assert (again(store, boss, plan).state, people_of(store, catalog, pair[0])) == (DONE, 7)
    back = surroundings.live.write(lambda conn, catalog: merging.begin_undo(conn, catalog, boss, plan.id))
    assert back.job is not None
    hire(KINDS).run_until_idle()
    assert (again(store, boss, plan).state, people_of(store, catalog, pair[1])) == (UNDONE, 7)


def test_a_record_that_changes_before_the_job_runs_is_told_and_nothing_moves(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring,
    pair: tuple[Record, Record], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(merging, "AT_ONCE", 3)
    plan = begun(surroundings, boss, pair)
    with store.write() as conn:
        records.update(conn, catalog, an_administrator(), "company", pair[1].id, {"size": "3"}, version=1)
    hire(KINDS).run_until_idle()
    found = again(store, boss, plan)
    assert (found.state, people_of(store, catalog, pair[1])) == (FAILED, 7)
    assert "meanwhile" in str(found.facts["problem"])


def test_a_merge_runs_with_the_rights_of_whoever_asked(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring,
    pair: tuple[Record, Record], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(merging, "AT_ONCE", 3)
    plan = begun(surroundings, boss, pair)
    with store.write() as conn:
        conn.execute(grant.delete().where(grant.c.holder == boss.id))
    hire(KINDS).run_until_idle()
    assert (again(store, boss, plan).state in (BEGUN, FAILED), people_of(store, catalog, pair[1])) == (True, 7)


def test_a_merge_of_the_engine_is_the_same_as_that_of_the_job(
    store: Store, catalog: Catalog, boss: Actor, pair: tuple[Record, Record]
) -> None:
    wish = Wish("company", pair[0].id, (pair[1].id,), {one.id: one.version for one in pair})
    with store.write() as conn:
        plan = merge(conn, catalog, boss, asked.begin(conn, catalog, boss, wish))
    assert plan.moved == 7
