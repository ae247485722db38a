"""Exports as jobs: with the rights of the moment, whole or not at all, kept for one person and for a week."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import jobs, records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.accounts import grants
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Denied, NotFound
from hanok.engine.jobs import Job, Surroundings, Work, claiming, exporting, running
from hanok.engine.jobs.exporting import ask, file_made
from hanok.engine.records.attachments import file_of, stored
from hanok.engine.records.exporting import Listed, Wish
from hanok.engine.records.uploading import clean
from hanok.engine.store import Store, new_id
from hanok.engine.store.blobs import Blobs, open_blobs
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import file
from tests.builders import COMPANY, SMALL, TYPES, a_catalog, a_record, a_user, an_administrator, with_tables
from tests.databases import Databases, opened
from tests.jobs.conftest import Hiring
from tests.records.files import Database, a_csv

EXPORTER = """
label: {en: Exporter, ko: 내보내기}
default: {list: owner, view: owner, create: all, edit: owner, delete: none, export: all}
"""
FILTER = """
saved_filters:
  going: {label: {en: Going, ko: 진행}, where: {stage: open}}
"""
LEASE = timedelta(seconds=30)
(KIND,) = exporting.KINDS


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/company.yaml": COMPANY + FILTER, "roles/exporter.yaml": EXPORTER})


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path, blobs=open_blobs(str(tmp_path / "files")))


@pytest.fixture
def blobs(surroundings: Surroundings) -> Blobs:
    assert surroundings.blobs is not None
    return surroundings.blobs


@pytest.fixture
def jihye(store: Store, catalog: Catalog, surroundings: Surroundings) -> Actor:
    """Sees what is hers, and may export."""
    return granted(store, a_user(store, catalog, "jihye"), "exporter")


def granted(store: Store, actor: Actor, role: str) -> Actor:
    """The actor with a role that the database knows of."""
    assert actor.id is not None
    with store.write() as conn:
        grants.grant(conn, actor.id, role)
    return replace(actor, roles=(role,), admin=role == ADMINISTRATOR)


def asked(where: Surroundings, actor: Actor, module: str = "company", ending: str = ".csv", **wish: Any) -> UUID:
    wanted = Wish(actor=actor, module=module, language="en", **{"listed": Listed(), **wish})
    return where.live.write(lambda conn, catalog: ask(conn, catalog, wanted, ending))


def done(where: Surroundings, hire: Hiring, id: UUID) -> Job:
    hire([KIND]).run_until_idle()
    with where.store.read() as conn:
        return jobs.job_of(conn, id)


def rows_of(blobs: Blobs, where: Surroundings, one: Job) -> list[list[str]]:
    with where.store.read() as conn:
        found = stored(conn, [UUID(one.result["file"])])[UUID(one.result["file"])]
    with blobs.open(found.sha256) as source:
        return list(csv.reader(io.StringIO(source.read().decode("utf-8-sig"), newline="")))


def files(store: Store) -> list[datetime]:
    with store.read() as conn:
        return list(conn.execute(sa.select(file.c.until).order_by(file.c.until)).scalars())


def claimed(where: Surroundings) -> Work:
    """The one job that waits, taken by some worker."""
    with where.store.write() as conn:
        (one,) = claiming.claim(conn, new_id(), 1, lease=LEASE, kinds=[KIND.key])
    return Work(one, where)


def test_an_export_is_done_with_what_its_actor_may_see(
    surroundings: Surroundings, catalog: Catalog, blobs: Blobs, hire: Hiring, jihye: Actor
) -> None:
    a_record(surroundings.store, catalog, "company", name="한빛")
    for name in ("나래", "=1+1"):
        a_record(surroundings.store, catalog, "company", jihye, name=name, owner=str(jihye.id))
    one = done(surroundings, hire, asked(surroundings, jihye, columns=("name",)))
    assert (one.state, one.done, one.total, str(one.title)) == ("done", 2, 2, "Export of Company")
    assert one.result["rows"] == 2 and one.result["name"].endswith(".csv")
    assert rows_of(blobs, surroundings, one) == [["Name"], ["나래"], ["'=1+1"]]


def test_rights_are_those_of_the_moment_when_it_runs(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring, jihye: Actor
) -> None:
    late = asked(surroundings, jihye)
    assert jihye.id is not None
    with surroundings.store.write() as conn:
        grants.revoke(conn, catalog, an_administrator(), "user", jihye.id, "exporter")
    one = done(surroundings, hire, late)
    assert (one.state, str(one.error)) == ("failed", "You may not export records of this kind.")
    with pytest.raises(Denied):
        asked(surroundings, replace(jihye, roles=()))
    assert files(surroundings.store) == []


def test_whoever_left_exports_nothing(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring, jihye: Actor
) -> None:
    late = asked(surroundings, jihye)
    with surroundings.store.write() as conn:
        found = records.get(conn, catalog, an_administrator(), "user", jihye.id or "")
        records.update(conn, catalog, an_administrator(), "user", found.id, {"active": False}, version=found.version)
    assert done(surroundings, hire, late).state == "failed"


def test_asked_for_twice_it_is_one_job(surroundings: Surroundings, hire: Hiring, jihye: Actor) -> None:
    first = asked(surroundings, jihye)
    assert asked(surroundings, jihye) == first
    assert asked(surroundings, jihye, ending=".xlsx") != first
    with surroundings.store.write() as conn:
        claiming.claim(conn, new_id(), 1, lease=LEASE, kinds=[KIND.key])
    assert asked(surroundings, jihye) == first
    with surroundings.store.read() as conn:
        assert not jobs.job_of(conn, first).again
    hire([KIND]).run_until_idle()
    with surroundings.store.write() as conn:
        conn.execute(job.update().where(job.c.id == first).values(state="done"))
    assert asked(surroundings, jihye) != first


def test_nobody_else_gets_the_file(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring, jihye: Actor
) -> None:
    one = done(surroundings, hire, asked(surroundings, jihye))
    with surroundings.store.read() as conn:
        assert file_made(conn, catalog, jihye, one.id).name == one.result["name"]
        for other in (an_administrator(), an_administrator(id=new_id()), replace(jihye, id=new_id())):
            with pytest.raises(NotFound):
                file_made(conn, catalog, other, one.id)
        for anybody in (jihye, an_administrator(id=new_id())):
            with pytest.raises(NotFound):
                file_of(conn, catalog, anybody, one.result["file"])
        with pytest.raises(Denied):
            file_made(conn, catalog, replace(jihye, roles=()), one.id)


def test_after_a_week_it_is_cleared_away(
    surroundings: Surroundings, catalog: Catalog, blobs: Blobs, hire: Hiring, jihye: Actor
) -> None:
    one = done(surroundings, hire, asked(surroundings, jihye))
    (until,) = files(surroundings.store)
    assert until.isoformat() == one.result["until"]
    assert clean(surroundings.store, blobs, now=until - timedelta(minutes=1)).files == 0 and len(list(blobs)) == 1
    assert clean(surroundings.store, blobs, now=until).files == 1 and list(blobs) == []
    with surroundings.store.read() as conn, pytest.raises(NotFound):
        file_made(conn, catalog, jihye, one.id)


def test_a_run_that_was_cut_off_is_done_anew_and_leaves_one_file(
    surroundings: Surroundings, catalog: Catalog, blobs: Blobs, hire: Hiring, jihye: Actor
) -> None:
    id = asked(surroundings, jihye, columns=("name",))
    work = claimed(surroundings)
    KIND.run(work)  # the process ends here: nothing says that the job is done
    a_record(surroundings.store, catalog, "company", jihye, name="나래", owner=str(jihye.id))
    with surroundings.store.write() as conn:
        conn.execute(job.update().values(lease_until=work.job.created_at))
    one = done(surroundings, hire, id)
    assert (one.state, one.crashes) == ("done", 1)
    assert rows_of(blobs, surroundings, one) == [["Name"], ["나래"]]
    first, second = files(surroundings.store)
    assert second - first > timedelta(days=6)
    assert clean(surroundings.store, blobs).files == 1 and len(list(blobs)) == 1


def test_a_worker_that_lost_the_job_keeps_nothing(
    surroundings: Surroundings, blobs: Blobs, hire: Hiring, jihye: Actor
) -> None:
    id = asked(surroundings, jihye)
    late = claimed(surroundings)
    with surroundings.store.write() as conn:
        conn.execute(job.update().values(lease_until=late.job.created_at))
    assert done(surroundings, hire, id).state == "done"
    assert running.run(late, KIND).state == running.LOST
    assert len(files(surroundings.store)) == 1
    assert list((Path(blobs.root) / "coming").iterdir()) == []


def test_a_killed_run_leaves_a_folder_until_the_next_one(
    surroundings: Surroundings, hire: Hiring, jihye: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    id = asked(surroundings, jihye, ending=".xlsx")
    mine, other = (tmp_path / "tmp" / f"hanok-export-{one}-abc" for one in (id, new_id()))
    for left in (mine, other):
        left.mkdir(parents=True)
        (left / "half.xlsx").touch()
    assert done(surroundings, hire, id).state == "done"
    assert list((tmp_path / "tmp").iterdir()) == [other]


def test_more_than_a_workbook_holds_is_refused_before_it_is_written(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring, jihye: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_XLSX_ROWS", 1)
    for name in ("가", "나"):
        a_record(surroundings.store, catalog, "company", jihye, name=name, owner=str(jihye.id))
    one = done(surroundings, hire, asked(surroundings, jihye, ending=".xlsx"))
    assert (one.state, one.tries, one.done) == ("failed", 1, 0) and "export as CSV" in str(one.error)
    assert done(surroundings, hire, asked(surroundings, jihye, ending=".csv")).state == "done"


def test_cancelled_it_leaves_nothing(surroundings: Surroundings, blobs: Blobs, jihye: Actor) -> None:
    asked(surroundings, jihye)
    work = claimed(surroundings)
    work.end()
    assert running.run(work, KIND).state == "cancelled"
    assert files(surroundings.store) == [] and list(blobs) == []


def test_the_list_as_it_stands_in_one_snapshot(
    surroundings: Surroundings, catalog: Catalog, blobs: Blobs, hire: Hiring, jihye: Actor, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = "name,stage,size\n" + "".join(f"한빛 {n:04},{'open' if n % 3 else 'won'},{n % 7}\n" for n in range(3600))
    Database(surroundings.store, catalog).bring(a_csv(tmp_path, rows), "company", actor=an_administrator(id=jihye.id))
    listed = Listed(saved="going", asked={"size": {"gte": 3}}, words="한빛", sort=("-size", "name"))
    id = asked(surroundings, jihye, columns=("name", "size"), listed=listed)
    told = Work.progress

    def meanwhile(work: Work, done: int, *rest: Any) -> None:
        """Somebody makes and changes records while it runs."""
        if done == 500:
            a_record(surroundings.store, catalog, "company", name="한빛 0000 b", size=3, stage="open")
        told(work, done, *rest)

    monkeypatch.setattr(Work, "progress", meanwhile)
    one = done(surroundings, hire, id)
    found = rows_of(blobs, surroundings, one)[1:]
    wanted = sorted((-(n % 7), f"한빛 {n:04}") for n in range(3600) if n % 3 and n % 7 >= 3)
    assert [(-int(size), name) for name, size in found] == wanted
    assert one.result["rows"] == one.total == len(wanted)


def test_a_filter_that_is_gone_is_said(
    surroundings: Surroundings, hire: Hiring, jihye: Actor, catalog: Catalog
) -> None:
    id = asked(surroundings, jihye, listed=Listed(saved="going"))
    later = replace(surroundings, live=Live(surroundings.store, TYPES, a_catalog({
        **SMALL, "roles/exporter.yaml": EXPORTER
    })))  # fmt: skip
    with surroundings.store.write() as conn:
        (one,) = claiming.claim(conn, new_id(), 1, lease=LEASE, kinds=[KIND.key])
    said = running.run(Work(one, later), KIND)
    assert (said.state, str(said.error), one.id) == ("failed", "The filter of this list is no longer there.", id)


def test_all_fields_come_back_unchanged_elsewhere(
    surroundings: Surroundings, catalog: Catalog, blobs: Blobs, hire: Hiring, databases: Databases, dialect: str,
    request: pytest.FixtureRequest, tmp_path: Path,
) -> None:
    admin = granted(surroundings.store, a_user(surroundings.store, catalog, "boss"), ADMINISTRATOR)
    here = Database(surroundings.store, catalog)
    for number, name in enumerate(("=1+1", "'=already", "세미;콜론", "01234")):
        a_record(here.store, catalog, "company", name=name, rate=-number, story="첫째\n=둘째", stage=None)
    with opened(databases.copy(request.getfixturevalue(f"{dialect}_template"))) as store:
        there = Database(with_tables(store, catalog), catalog)
        for ending in exporting.TYPES:
            one = done(surroundings, hire, asked(surroundings, admin, ending=ending))
            path = tmp_path / one.result["name"]
            with surroundings.store.read() as conn, blobs.open(file_made(conn, catalog, admin, one.id).sha256) as read:
                path.write_bytes(read.read())
            assert here.bring(path, "company", key=("id",)).numbers == (0, 0, 4, 0)
            assert there.bring(path, "company", key=("id",)).faults == []
            assert [row.title for row in there.all("company")] == [row.title for row in here.all("company")]


def test_a_site_without_a_place_for_files_says_so(
    surroundings: Surroundings, jihye: Actor
) -> None:
    asked(surroundings, jihye)
    work = Work(claimed(surroundings).job, replace(surroundings, blobs=None))
    said = running.run(work, KIND)
    assert said.state == "failed" and "keeps no files" in str(said.error)
