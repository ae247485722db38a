"""Logs as files, with the rights of the moment; what is too old of them goes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
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
from hanok.engine.errors import Denied, Invalid
from hanok.engine.jobs import Job, Surroundings, Work, auditing, claiming
from hanok.engine.jobs.auditing import Wish, ask, wish_of
from hanok.engine.jobs.exporting import file_made
from hanok.engine.records.attachments import stored
from hanok.engine.records.deeds import tell
from hanok.engine.store import Store, new_id
from hanok.engine.store.account_tables import deed
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.tables import audit
from tests.builders import SMALL, TYPES, a_catalog, a_record, a_user, an_administrator, with_tables
from tests.jobs.conftest import Hiring

#: Sees everything, and takes nothing along.
READER = "label: {en: Reader, ko: 열람}\ndefault: {list: all, view: all}\n"
#: Sees and takes along her own.
OWN = "label: {en: Own, ko: 본인}\ndefault: {list: owner, view: owner, export: owner}\n"
CLERK = "label: {en: Clerk, ko: 사무}\ndefault: all\nfields: {company.size: {view: none}}\n"
ADMIN = an_administrator()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/clerk.yaml": CLERK, "roles/reader.yaml": READER, "roles/own.yaml": OWN})


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path, blobs=open_blobs(str(tmp_path / "files")))


def somebody(where: Surroundings, catalog: Catalog, role: str) -> Actor:
    """A user who has this role, as the database knows it too."""
    found = a_user(where.store, catalog, role.replace("_", ""), role)
    assert found.id is not None
    with where.store.write() as conn:
        grants.grant(conn, found.id, role)
    return Actor(found.id, found.username, found.title, admin=role == ADMINISTRATOR, roles=(role,))


def asked(where: Surroundings, by: Actor, log: str = "changes", ending: str = ".csv", **rest: Any) -> UUID:
    wish = Wish(log=log, language="en", ending=ending, **rest)
    return where.live.write(lambda conn, catalog: ask(conn, catalog, by, wish))


def done(where: Surroundings, hire: Hiring, id: UUID) -> Job:
    hire(auditing.KINDS).run_until_idle()
    with where.store.read() as conn:
        return jobs.job_of(conn, id)


def rows_of(where: Surroundings, one: Job) -> list[list[str]]:
    with where.store.read() as conn:
        found = stored(conn, [UUID(one.result["file"])])[UUID(one.result["file"])]
    assert where.blobs is not None
    with where.blobs.open(found.sha256) as source:
        return list(csv.reader(io.StringIO(source.read().decode("utf-8-sig"), newline="")))


def edited(where: Surroundings, catalog: Catalog, **raw: Any) -> records.Record:
    made = a_record(where.store, catalog, "company", name="한빛", size=98765)
    with where.store.write() as conn:
        return records.update(conn, catalog, ADMIN, "company", made.id, raw, version=1)


def test_a_log_is_a_table_with_a_row_for_each_value(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring
) -> None:
    edited(surroundings, catalog, size=7, name="=한빛")
    boss = somebody(surroundings, catalog, ADMINISTRATOR)
    one = done(surroundings, hire, asked(surroundings, boss, module="company"))
    assert (one.state, one.result["rows"], str(one.title)) == ("done", 2, "Export of Changes and deletions")
    heading, *rows = rows_of(surroundings, one)
    assert heading[0] == "When" and heading[-2:] == ["Before", "After"]
    told = {row[7]: row[8:] for row in rows}
    assert told == {"Size": ["98765", "7"], "Name": ["한빛", "'=한빛"]}
    with surroundings.store.read() as conn:
        left = conn.execute(sa.select(deed).where(deed.c.subject == "export")).one()
    assert (left.actor_id, left.about, left.changes["rows"]) == (boss.id, "audit.changes", [None, 2])


def test_a_file_has_no_denied_field_and_no_hidden_record(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring
) -> None:
    edited(surroundings, catalog, size=7, name="한빛상사")
    clerk, rep = (somebody(surroundings, catalog, role) for role in ("clerk", "own"))
    mine, hers = (asked(surroundings, one) for one in (clerk, rep))
    seen = rows_of(surroundings, done(surroundings, hire, mine))
    assert "한빛상사" in str(seen) and "98765" not in str(seen) and "Size" not in str(seen)
    assert not [row for row in rows_of(surroundings, done(surroundings, hire, hers)) if "한빛" in str(row)]
    with pytest.raises(Invalid):
        asked(surroundings, clerk, module="company", field="size")
    with pytest.raises(Denied):
        asked(surroundings, clerk, "administration")


def test_who_may_not_export_records_takes_no_log_of_them_along(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring
) -> None:
    edited(surroundings, catalog, name="한빛상사")
    reader, clerk = (somebody(surroundings, catalog, role) for role in ("reader", "clerk"))
    with pytest.raises(Denied):
        asked(surroundings, reader)
    with pytest.raises(Denied):
        asked(surroundings, reader, "input", module="company")
    late = asked(surroundings, clerk)
    with surroundings.store.write() as conn:
        grants.revoke(conn, catalog, ADMIN, "user", clerk.id or new_id(), "clerk")
        grants.grant(conn, clerk.id or new_id(), "reader")
    assert "한빛상사" not in str(rows_of(surroundings, done(surroundings, hire, late)))


def test_the_log_of_administration_is_for_administrators_when_it_runs_and_when_it_is_fetched(
    surroundings: Surroundings, catalog: Catalog, hire: Hiring
) -> None:
    first, boss = (somebody(surroundings, catalog, ADMINISTRATOR), a_user(surroundings.store, catalog, "boss"))
    assert boss.id is not None
    with surroundings.store.write() as conn:
        grants.grant(conn, boss.id, ADMINISTRATOR)
        tell(conn, ADMIN, "password", "set", about=boss.id)
    one = done(surroundings, hire, asked(surroundings, first, "administration", ".xlsx"))
    assert one.state == "done" and one.result["name"].endswith(".xlsx")
    late = asked(surroundings, first, "administration")
    with surroundings.store.write() as conn:
        grants.revoke(conn, catalog, ADMIN, "user", first.id or new_id(), ADMINISTRATOR)
    assert done(surroundings, hire, late).state == "failed"
    with pytest.raises(Denied), surroundings.store.read() as conn:
        file_made(conn, catalog, Actor(first.id, first.username, first.title), one.id)


def test_a_wish_survives_the_queue(surroundings: Surroundings, catalog: Catalog) -> None:
    boss = somebody(surroundings, catalog, ADMINISTRATOR)
    whole: dict[str, Any] = {
        "actor": new_id(), "module": "company", "words": "한빛", "record": new_id(),
        "since": datetime(2026, 1, 2, tzinfo=UTC), "until": datetime(2026, 2, 2, tzinfo=UTC),
    }  # fmt: skip
    id = asked(surroundings, boss, **whole)
    assert asked(surroundings, boss, **whole) == id
    with surroundings.store.read() as conn:
        payload = jobs.job_of(conn, id).payload
    assert wish_of(payload) == Wish(log="changes", language="en", ending=".csv", **whole)


@pytest.mark.parametrize(("days", "left"), [(0, 5), (30, 2)])
def test_what_is_too_old_is_forgotten_where_the_site_says_so(
    store: Store, catalog: Catalog, tmp_path: Path, days: int, left: int
) -> None:
    with_tables(store, catalog)
    where = Surroundings(Live(store, TYPES, catalog), tmp_path, {"audit_days": days})
    now = datetime.now(UTC)
    with store.write() as conn:
        for ago in (400, 300, 31, 29, 0):
            at = now - timedelta(days=ago)
            tell(conn, ADMIN, "token", "made", about="x", at=at)
            row = {"id": new_id(at), "at": at, "actor_name": "x", "module": "company", "record": new_id(),
                   "action": "changed", "changes": {}, "revision": 1}  # fmt: skip
            conn.execute(audit.insert().values(row))
        jobs.enqueue(conn, "audit.forget", {})
        (one,) = claiming.claim(conn, new_id(), 1, lease=timedelta(seconds=30), kinds=["audit.forget"])
    assert auditing.forget(Work(one, where)) == {"entries": 5 - left, "deeds": 5 - left}
    with store.read() as conn:
        for table in (audit, deed):
            assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == left
