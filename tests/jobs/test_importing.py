"""Imports as jobs: looked at, written with the rights of whoever asked, each row once, and taken back once."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.jobs import Kind, Surroundings, claiming, importing
from hanok.engine.jobs.importing import KINDS
from hanok.engine.records.importing import guessing, keeping, undoing
from hanok.engine.records.importing.keeping import CHECKED, DONE, RUNNING, UNDONE, Import
from hanok.engine.store import Store, new_id
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import audit, file, grant
from tests.builders import TYPES, Statements, a_record, a_user, with_tables
from tests.jobs.conftest import Hiring
from tests.jobs.handing import Dying, Killed

CHECK, RUN, UNDO = KINDS
HEAD = "Name,Size,Parent"


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path, {}, open_blobs(str(tmp_path / "files")))


@dataclass
class Desk:
    """Somebody who imports companies."""

    where: Surroundings
    hire: Hiring
    actor: Actor

    @property
    def store(self) -> Store:
        return self.where.store

    @property
    def catalog(self) -> Catalog:
        return self.where.live.catalog

    def take(self, text: str, *, name: str = "회사.csv") -> Import:
        assert self.where.blobs is not None
        return keeping.take(self.store, self.where.blobs, self.catalog, self.actor, "company",
                            io.BytesIO(text.encode()), name=name, most=10**8)  # fmt: skip

    def check(self, text: str, mapping: Mapping[str, str] | None = None, **said: Any) -> Import:
        plan = self.take(text)
        guessed = guessing.guess(self.catalog, self.actor, "company", plan.look.headings)
        plan = replace(plan, mapping=mapping or guessed, **said)
        self.where.live.write(lambda conn, catalog: importing.begin_check(conn, catalog, self.actor, plan))
        return self.work(plan)

    def work(self, plan: Import) -> Import:
        self.hire(KINDS).run_until_idle()
        return self.again(plan)

    def begin(self, plan: Import, **said: bool) -> Import:
        return self.where.live.write(lambda conn, catalog: importing.begin(conn, catalog, self.actor, plan.id, **said))

    def run(self, plan: Import, **said: bool) -> Import:
        return self.work(self.begin(plan, **said))

    def undo(self, plan: Import) -> Import:
        self.where.live.write(lambda conn, catalog: importing.begin_undo(conn, catalog, self.actor, plan.id))
        return self.work(plan)

    def again(self, plan: Import) -> Import:
        with self.store.read() as conn:
            return keeping.import_of(conn, self.actor, plan.id)

    def counts(self, plan: Import) -> dict[str, int]:
        with self.store.read() as conn:
            return {f"{action} {state}": count for (action, state), count in keeping.counts(conn, plan).items()}

    def sizes(self) -> dict[str, int | None]:
        table = self.catalog.module("company").table
        with self.store.read() as conn:
            rows = conn.execute(sa.select(table.c.name, table.c.size).where(table.c.deleted_at.is_(None)))
            return {row[0]: row[1] for row in rows}

    def killed(self, kind: Kind, *, after: int) -> None:
        with self.store.write() as conn:
            (found,) = claiming.claim(conn, new_id(), 1, lease=timedelta(seconds=30), kinds=[kind.key])
        with pytest.raises(Killed):
            kind.run(Dying(found, self.where, lives=after))
        with self.store.write() as conn:
            conn.execute(job.update().values(lease_until=found.created_at))


def a_desk(store: Store, catalog: Catalog, where: Surroundings, hire: Hiring, name: str, role: str) -> Desk:
    made = a_user(store, catalog, name, role)
    with store.write() as conn:
        conn.execute(grant.insert().values(holder=made.id, role=role))
    return Desk(where, hire, Actor(made.id, name, made.title, admin=role == ADMINISTRATOR, roles=(role,)))


@pytest.fixture
def desk(store: Store, catalog: Catalog, surroundings: Surroundings, hire: Hiring) -> Desk:
    return a_desk(store, catalog, surroundings, hire, "boss", ADMINISTRATOR)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are many."""
    monkeypatch.setattr(sys.modules["hanok.engine.records.importing.run"], "BATCH", 4)
    monkeypatch.setattr(undoing, "BATCH", 3)


def test_a_file_is_looked_at_then_written_and_taken_back_with_its_changes(desk: Desk) -> None:
    old = a_record(desk.store, desk.catalog, "company", name="c1", size=7)
    text = "\n".join([HEAD, *(f"c{at},{at}," for at in range(9)), "bad,many,"])
    plan = desk.check(text, key=("name",), skip_blank=True)
    assert plan.state == CHECKED
    assert desk.counts(plan) == {"new checked": 8, "changed checked": 1, "failed checked": 1}
    assert desk.sizes() == {"c1": 7}, "looking writes nothing"
    with desk.store.read() as conn:
        (changed,) = keeping.rows(conn, plan, actions=("changed",))
        (failed,) = keeping.failed_rows(conn, plan)
    assert (changed.record, changed.changes["size"]) == (old.id, [7, 1])
    assert (failed.number, failed.problems[0][0], failed.cells) == (11, "Size", ("bad", "many", ""))
    with pytest.raises(Refused, match="Some rows are wrong"):
        desk.begin(plan)
    plan = desk.run(plan, leave_out=True)
    assert (plan.state, desk.sizes()) == (DONE, {f"c{at}": at for at in range(9)})
    assert desk.counts(plan) == {"new done": 8, "changed done": 1, "failed done": 1}
    plan = desk.undo(plan)
    assert (plan.state, desk.sizes()) == (UNDONE, {"c1": 7})
    with pytest.raises(Refused):
        desk.undo(plan)


def test_an_import_never_runs_twice(desk: Desk) -> None:
    plan = desk.check(f"{HEAD}\na,1,\nb,2,")
    desk.begin(plan)
    with pytest.raises(Refused):
        desk.begin(plan)
    desk.work(plan)
    with pytest.raises(Refused):
        desk.begin(plan)
    assert desk.sizes() == {"a": 1, "b": 2}


def test_a_worker_that_is_killed_in_the_middle_writes_each_row_once(desk: Desk) -> None:
    rows = [*(f"c{at:02},{at}," for at in range(11)), "c01,99,"]
    plan = desk.check("\n".join([HEAD, *rows]), key=("name",))
    assert desk.counts(plan) == {"new checked": 11, "failed checked": 1}, "a key that stands twice"
    desk.begin(plan, leave_out=True)
    desk.killed(RUN, after=1)
    assert len(desk.sizes()) == 4
    plan = desk.work(plan)
    assert (plan.state, len(desk.sizes()), desk.sizes()["c01"]) == (DONE, 11, 1)
    assert desk.counts(plan) == {"new done": 11, "failed done": 1}
    with desk.store.read() as conn:
        told = conn.execute(sa.select(audit.c.record).where(audit.c.module == "company")).all()
    assert len(told) == len(set(told)) == 11
    desk.where.live.write(lambda conn, catalog: importing.begin_undo(conn, catalog, desk.actor, plan.id))
    desk.killed(UNDO, after=2)
    assert (desk.work(plan).state, desk.sizes()) == (UNDONE, {})


def test_what_somebody_changed_since_stays_and_is_listed(desk: Desk) -> None:
    old = a_record(desk.store, desk.catalog, "company", name="old", size=1)
    plan = desk.run(desk.check(f"{HEAD}\nold,5,\nnew,6,\nother,7,", key=("name",)))
    with desk.store.write() as conn:
        for name in ("old", "new"):
            table = desk.catalog.module("company").table
            id = conn.scalar(sa.select(table.c.id).where(table.c.name == name))
            version = conn.scalar(sa.select(table.c.version).where(table.c.name == name))
            assert isinstance(id, UUID) and isinstance(version, int)
            records.update(conn, desk.catalog, desk.actor, "company", id, {"size": "9"}, version=version)
    plan = desk.undo(plan)
    assert desk.sizes() == {"old": 9, "new": 9}
    with desk.store.read() as conn:
        left = undoing.left(conn, plan)
    assert [title for _, title, _ in left] == ["old", "new"]
    assert left[0][0] == old.id
    assert "since" in str(left[0][2])


def test_rows_that_link_to_rows_above_are_taken_back_first(desk: Desk) -> None:
    plan = desk.run(desk.check(f"{HEAD}\ntop,1,\nbelow,2,top\nlast,3,below"))
    assert len(desk.sizes()) == 3
    assert (desk.undo(plan).state, desk.sizes()) == (UNDONE, {})


def test_the_mapping_of_the_same_headings_is_remembered(desk: Desk) -> None:
    plan = desk.check("Firma,Size,Beside\na,1,x", {"Firma": "name", "Size": "size"}, key=("name",))
    again = desk.take("size,firma,beside\n1,b,x")
    with desk.store.read() as conn:
        found = keeping.remembered(conn, desk.actor, again)
        assert found is not None
        assert (found.id, found.mapping, found.key) == (plan.id, {"Firma": "name", "Size": "size"}, ("name",))
        assert keeping.remembered(conn, desk.actor, desk.take("Name\nx")) is None
        assert keeping.remembered(conn, replace(desk.actor, id=new_id()), again) is None


def test_rights_are_those_of_the_moment(
    desk: Desk, store: Store, catalog: Catalog, surroundings: Surroundings, hire: Hiring
) -> None:
    guest = a_desk(store, catalog, surroundings, hire, "guest", "nothing")
    with pytest.raises(Denied):
        guest.take("Name\nx")
    plan = desk.check("Name\nx")
    with store.read() as conn, pytest.raises(NotFound):
        keeping.import_of(conn, guest.actor, plan.id)
    desk.begin(plan)
    with store.write() as conn:
        conn.execute(grant.delete().where(grant.c.holder == desk.actor.id))
    assert desk.work(plan).state == RUNNING, "it was given up"
    assert desk.sizes() == {}
    with store.read() as conn:
        failed = conn.execute(sa.select(job.c.state).where(job.c.kind == RUN.key)).scalars().all()
        assert (failed, importing.lives(conn, desk.again(plan))) == (["failed"], False)


def test_a_mapping_that_cannot_be_is_told_at_its_column(desk: Desk) -> None:
    with pytest.raises(Invalid) as wrong:
        desk.check("A,B\nx,y", {"A": "name", "B": "name"})
    assert set(wrong.value.errors) == {"B"}


def test_the_file_stays_a_week_after_the_import(desk: Desk) -> None:
    plan = desk.run(desk.check("Name\nx"))
    with desk.store.read() as conn:
        until = conn.scalar(sa.select(file.c.until).where(file.c.id == plan.file))
    assert until is not None and plan.ended is not None
    assert until - plan.ended == timedelta(days=7)


def test_what_is_no_table_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.take("")
    with desk.store.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(file)) == 0


def test_what_is_taken_back_is_found_no_more_and_told_once(desk: Desk) -> None:
    plan = desk.run(desk.check(f"{HEAD}\n" + "".join(f"가람 {at},{at},\n" for at in range(7))))
    before = len(logged(desk, "deleted"))
    statements = Statements(desk.store)
    desk.undo(plan)
    assert len(logged(desk, "deleted")) == before + 7
    with desk.store.read() as conn:
        assert records.search(conn, desk.catalog, desk.actor, "가람") == ()
    written = [text for text in statements.texts if "UPDATE" in text and "m_company" in text and "deleted_at=" in text]
    assert len(written) == 3  # one for each batch


def logged(desk: Desk, action: str) -> list[UUID]:
    with desk.store.read() as conn:
        return list(conn.scalars(sa.select(audit.c.record).where(audit.c.action == action)))
