"""Work that an administrator asked for in somebody's place leaves both names, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from hanok.engine import accounts
from hanok.engine.access import SYSTEM, Behind
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs.queue import enqueue, job_of
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import Work
from hanok.engine.store import Store
from tests.builders import TYPES, a_catalog, with_tables


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog()


def test_a_job_knows_whose_hand_it_was(store: Store, catalog: Catalog, tmp_path: Path) -> None:
    with_tables(store, catalog)
    with store.write() as conn:
        rep, admin = (
            accounts.create_user(conn, catalog, SYSTEM, {"username": name, "last_name": name})
            for name in ("rep", "boss")
        )
        actor = actor_with(conn, catalog, rep)
        plain = enqueue(conn, "trial", actor=actor)
        in_place = enqueue(conn, "trial", actor=replace(actor, by=Behind(admin, "Boss")))
    surroundings = Surroundings(Live(store, TYPES, catalog), tmp_path, {}, None)

    def by(id: UUID) -> Behind | None:
        with store.read() as conn:
            return Work(job_of(conn, id), surroundings).actor(conn, catalog).by

    assert by(plain) is None
    assert by(in_place) == Behind(admin, "Boss")
