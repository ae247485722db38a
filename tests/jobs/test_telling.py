"""What people are told of work in the background: that their own ended, and what it did for them, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Refused, say
from hanok.engine.jobs import Kind, Surroundings, bulk, enqueue, telling
from hanok.engine.jobs.bulk import KINDS
from hanok.engine.jobs.work import Work
from hanok.engine.records import bulk as engine
from hanok.engine.records.bulk import ASSIGN, SET, Chosen
from hanok.engine.records.importing import guessing, keeping
from hanok.engine.records.telling.followers import follow
from hanok.engine.records.telling.notices import tell
from hanok.engine.records.telling.reading import notices
from hanok.engine.store import Store
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.desk_tables import notice
from hanok.engine.store.tables import grant
from tests.builders import TYPES, a_record, a_user, with_tables
from tests.jobs.conftest import Hiring
from tests.jobs.test_importing import Desk


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path, {}, open_blobs(str(tmp_path / "files")))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records are many."""
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(engine, "BATCH", 4)


def boss_called(store: Store, catalog: Catalog, name: str) -> Actor:
    made = a_user(store, catalog, name, ADMINISTRATOR)
    with store.write() as conn:
        conn.execute(grant.insert().values(holder=made.id, role=ADMINISTRATOR))
    return Actor(made.id, name, made.title, admin=True, roles=(ADMINISTRATOR,))


@pytest.fixture
def boss(store: Store, catalog: Catalog, surroundings: Surroundings) -> Actor:
    return boss_called(store, catalog, "boss")


@pytest.fixture
def jun(store: Store, catalog: Catalog, surroundings: Surroundings) -> Actor:
    return boss_called(store, catalog, "jun")


def said(store: Store, catalog: Catalog, actor: Actor) -> list[str]:
    """Kinds of what she was told and how many records it was about, the latest first."""
    with store.read() as conn:
        rows = notices(conn, catalog, actor).rows
    return [f"{row.kind} {row.text.facts.get('count', '')}".strip() for row in rows]


def companies(store: Store, catalog: Catalog, count: int) -> tuple[UUID, ...]:
    return tuple(a_record(store, catalog, "company", name=f"c{at:02}", size=1).id for at in range(count))


@pytest.mark.parametrize("count", [2, 9])
def test_whoever_is_given_many_records_is_told_once(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, jun: Actor, hire: Hiring, count: int
) -> None:
    chosen, change = Chosen(ids=companies(store, catalog, count)), {"owner": str(jun.id)}
    surroundings.live.write(lambda conn, catalog: bulk.begin(conn, catalog, boss, "company", ASSIGN, chosen, change))
    hire(KINDS).run_until_idle()
    assert said(store, catalog, jun) == [f"assigned {count}"]
    assert said(store, catalog, boss) == ([] if count < 3 else ["ended"])


def test_a_change_of_many_that_one_follows_is_told_once(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, jun: Actor, hire: Hiring
) -> None:
    ids = companies(store, catalog, 9)
    with store.write() as conn:
        for id in ids[:5]:
            follow(conn, catalog, jun, "company", id)
    chosen = Chosen(ids=ids)
    surroundings.live.write(lambda conn, catalog: bulk.begin(conn, catalog, boss, "company", SET, chosen, {"size": 7}))
    hire(KINDS).run_until_idle()
    assert said(store, catalog, jun) == ["changed 5"]


def test_an_import_tells_whoever_has_the_new_records_once(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, jun: Actor, hire: Hiring
) -> None:
    desk = Desk(surroundings, hire, boss)
    text = "\n".join(["Name,Owner", *(f"c{at},{jun.title}" for at in range(5))])
    plan = desk.take(text)
    mapping = guessing.guess(catalog, boss, "company", plan.look.headings)
    assert "owner" in mapping.values()
    plan = desk.run(desk.check(text))
    assert plan.state == keeping.DONE
    assert said(store, catalog, jun) == ["assigned 5"]
    assert said(store, catalog, boss) == ["ended"]


def test_work_that_ended_is_told_to_whoever_asked_for_it_with_its_job(
    store: Store, catalog: Catalog, surroundings: Surroundings, boss: Actor, hire: Hiring
) -> None:
    def fail(work: Work) -> None:
        raise Refused(say("No."))

    kinds = [Kind("good", say("Good"), lambda work: {"rows": 1}, own=True), Kind("bad", say("Bad"), fail, own=True),
             Kind("quiet", say("Quiet"), lambda work: None)]  # fmt: skip
    with store.write() as conn:
        made = {kind.key: enqueue(conn, kind.key, {}, actor=boss) for kind in kinds}
        enqueue(conn, "good", {})
    hire(kinds).run_until_idle()
    with store.read() as conn:
        rows = notices(conn, catalog, boss).rows
    assert {str(row.text) for row in rows} == {"“Good” is done.", "“Bad” failed."}
    assert {row.text.facts[telling.JOB] for row in rows} == {str(made["good"]), str(made["bad"])}


def test_old_notices_are_forgotten_by_the_clock(
    store: Store, surroundings: Surroundings, boss: Actor, hire: Hiring
) -> None:
    assert boss.id
    with store.write() as conn:
        for key in ("old", "new"):
            tell(conn, [boss.id], "ended", say("Done."), key=key)
        ago = datetime.now(UTC) - timedelta(days=telling.READ_DAYS + 1)
        conn.execute(notice.update().where(notice.c.key == "old").values(read=ago))
        enqueue(conn, "notices.forget", {})
    hire(telling.KINDS).run_until_idle()
    with store.read() as conn:
        assert conn.scalars(sa.select(notice.c.key)).all() == ["new"]
