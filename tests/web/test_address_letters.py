"""Whose e-mail address was changed hears of it at the old one, whoever changed it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as mails
from hanok.web import address_letters
from tests.builders import TYPES, a_catalog, a_record, an_administrator, with_tables

ADMIN = an_administrator()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def worker(site: Store, catalog: Catalog, tmp_path: Path) -> Worker:
    kinds = kinds_of(address_letters.KINDS)
    where = Surroundings(Live(site, TYPES, catalog), tmp_path)
    return Worker(where, kinds, subscribers=address_letters.SUBSCRIBERS)


def somebody(site: Store, catalog: Catalog, **raw: object) -> UUID:
    said = {"username": "kim", "last_name": "김", "email": "old@example.com", **raw}
    return a_record(site, catalog, "user", **said).id


def change(site: Store, catalog: Catalog, id: UUID, **raw: object) -> None:
    with site.write() as conn:
        version = records.get(conn, catalog, ADMIN, "user", id).version
        records.update(conn, catalog, ADMIN, "user", id, raw, version=version)


def letters(site: Store, worker: Worker) -> list[tuple[str, str, str]]:
    """To whom, about what, and the text of what was posted."""
    worker.run_until_idle()
    with site.read() as conn:
        states = conn.scalars(sa.select(job.c.state).where(job.c.kind == address_letters.MOVED))
        assert set(states) <= {"done"}
        found = conn.execute(sa.select(mails)).all()
    return [(row.recipients, row.subject, row.letter["text"]) for row in found]


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "your e-mail address was changed"), ("ko", "이메일 주소가 변경되었습니다")]
)
def test_the_old_address_is_told_in_her_language(
    site: Store, catalog: Catalog, worker: Worker, language: str, subject: str
) -> None:
    kim = somebody(site, catalog, language=language)
    change(site, catalog, kim, email="new@example.com")
    ((to, about, text),) = letters(site, worker)
    assert "old@example.com" in to and "new@example.com" not in to
    assert subject in about and "kim" in text and "new@example.com" not in text


def test_it_is_told_when_the_address_is_taken_away_and_to_who_may_not_log_in(
    site: Store, catalog: Catalog, worker: Worker
) -> None:
    change(site, catalog, somebody(site, catalog, active=False), email=None)
    ((to, *_),) = letters(site, worker)
    assert "old@example.com" in to


@pytest.mark.parametrize("raw", [{"last_name": "이"}, {"email": "OLD@example.com"}])
def test_nothing_is_told_of_other_changes(
    site: Store, catalog: Catalog, worker: Worker, raw: dict[str, str]
) -> None:
    change(site, catalog, somebody(site, catalog), **raw)
    assert letters(site, worker) == []


def test_the_first_address_of_somebody_tells_nobody(site: Store, catalog: Catalog, worker: Worker) -> None:
    change(site, catalog, somebody(site, catalog, email=None), email="new@example.com")
    assert letters(site, worker) == []
