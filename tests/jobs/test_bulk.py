"""Changes of many records as jobs: few at once, more in the background, each record once though a worker dies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, bulk, claiming
from hanok.engine.jobs.bulk import KINDS
from hanok.engine.records import bulk as engine
from hanok.engine.records.bulk import DELETE, DONE, SET, UNDONE, Bulk, Chosen
from hanok.engine.records.exporting import Listed
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import audit, grant
from tests.builders import TYPES, a_record, a_user, with_tables
from tests.jobs.conftest import Hiring
from tests.jobs.handing import Dying, Killed

CHANGE, UNDO = KINDS


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


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records are many."""
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(engine, "BATCH", 4)


def companies(store: Store, catalog: Catalog, count: int) -> tuple[UUID, ...]:
    return tuple(a_record(store, catalog, "company", name=f"c{at:02}", size=1).id for at in range(count))


def begun(where: Surroundings, actor: Actor, chosen: Chosen, action: str = SET, **change: str) -> Bulk:
    return where.live.write(lambda conn, catalog: bulk.begin(conn, catalog, actor, "company", action, chosen, change))


def again(store: Store, actor: Actor, plan: Bulk) -> Bulk:
    with store.read() as conn:
        return engine.bulk_of(conn, actor, plan.id)


def sizes(store: Store, catalog: Catalog) -> list[int]:
    table = catalog.module("company").table
    with store.read() as conn:
        return sorted(conn.scalars(sa.select(table.c.size).where(table.c.deleted_at.is_(None))))


def test_few_are_changed_while_one_waits(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor
) -> None:
    ids = companies(store, catalog, 3)
    plan = begun(surroundings, boss, Chosen(ids=ids), size="5")
    assert (plan.state, plan.job, plan.counts) == (DONE, None, {"changed": 3})
    back = surroundings.live.write(lambda conn, catalog: bulk.begin_undo(conn, catalog, boss, plan.id))
    assert (back.state, sizes(store, catalog)) == (UNDONE, [1, 1, 1])


def test_many_are_changed_in_the_background_with_progress_and_taken_back(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring
) -> None:
    companies(store, catalog, 11)
    plan = begun(surroundings, boss, Chosen(listed=Listed(asked={"size": 1})), size="5")
    assert plan.job is not None
    assert sizes(store, catalog) == [1] * 11
    hire(KINDS).run_until_idle()
    assert (again(store, boss, plan).state, sizes(store, catalog)) == (DONE, [5] * 11)
    with store.read() as conn:
        assert conn.execute(sa.select(job.c.state, job.c.done, job.c.total)).all() == [("done", 11, 11)]
    surroundings.live.write(lambda conn, catalog: bulk.begin_undo(conn, catalog, boss, plan.id))
    hire(KINDS).run_until_idle()
    assert (again(store, boss, plan).state, sizes(store, catalog)) == (UNDONE, [1] * 11)


@pytest.mark.parametrize("action", [SET, DELETE])
def test_a_worker_that_is_killed_in_the_middle_changes_each_record_once(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring, action: str
) -> None:
    companies(store, catalog, 11)
    chosen = Chosen(listed=Listed(asked={"size": 1}))
    plan = begun(surroundings, boss, chosen, action, **({"size": "5"} if action == SET else {}))
    with store.write() as conn:
        (found,) = claiming.claim(conn, new_id(), 1, lease=timedelta(seconds=30), kinds=[CHANGE.key])
    with pytest.raises(Killed):
        CHANGE.run(Dying(found, surroundings, lives=1))
    assert len(sizes(store, catalog)) == (11 if action == SET else 7)
    with store.write() as conn:
        conn.execute(job.update().values(lease_until=found.created_at))
    hire(KINDS).run_until_idle()
    assert again(store, boss, plan).counts == {"changed": 11}
    with store.read() as conn:
        told = conn.execute(sa.select(audit.c.record).where(audit.c.action != "created")).all()
    assert len(told) == len(set(told)) == 11
