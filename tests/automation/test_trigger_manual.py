"""Workflows that people begin by hand, and those that others begin by a signal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hanok.engine.automation.switching import switch
from hanok.engine.automation.triggers.manual import offered, start
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound
from hanok.engine.jobs import Surroundings
from hanok.engine.records.read import get
from hanok.engine.store import Store
from tests.automation.triggering import a_site_of, runs_of, surroundings_of
from tests.builders import SMALL, a_record, a_user, an_administrator

BY_HAND = """
label: {en: Greet, ko: 인사}
module: company
trigger: manual
when: {stage: {closed: false}}
do: [{set: {story: hello}}]
"""
READER = "label: {en: Reader}\ndefault: {list: all, view: all}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_site_of({"greet": BY_HAND}, {**SMALL, "roles/reader.yaml": READER})


@pytest.fixture
def site(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    return surroundings_of(store, catalog, tmp_path)


def test_it_is_offered_to_whoever_may_edit_a_record_that_fits(site: Surroundings, catalog: Catalog) -> None:
    fits = a_record(site.store, catalog, "company", name="A")
    closed = a_record(site.store, catalog, "company", name="B", stage="won")
    reader = replace(a_user(site.store, catalog, "reader", "reader"))
    with site.store.read() as conn:
        for actor, record, keys in ((an_administrator(), fits, ["greet"]), (an_administrator(), closed, []),
                                    (reader, fits, [])):  # fmt: skip
            shown = get(conn, catalog, actor, "company", record.id)
            assert [one.key for one in offered(conn, catalog, actor, shown)] == keys


def test_it_begins_a_run_that_says_who_did(site: Surroundings, catalog: Catalog) -> None:
    one, boss = a_record(site.store, catalog, "company", name="A"), a_user(site.store, catalog, "boss")
    boss = replace(boss, admin=True)
    with site.store.write() as conn:
        id = start(conn, catalog, boss, "company", one.id, "greet")
    (row,) = runs_of(site.store, "greet")
    assert (row["id"], row["record"], row["trigger"]) == (id, one.id, "manual")
    assert (row["cause"]["actor"], row["cause"]["by"]) == (str(boss.id), boss.title)


def test_who_may_not_edit_begins_nothing_and_what_is_off_is_not_there(site: Surroundings, catalog: Catalog) -> None:
    one, reader = a_record(site.store, catalog, "company", name="A"), a_user(site.store, catalog, "reader", "reader")
    with pytest.raises(Denied), site.store.write() as conn:
        start(conn, catalog, reader, "company", one.id, "greet")
    with pytest.raises(NotFound), site.store.write() as conn:
        start(conn, catalog, an_administrator(), "company", one.id, "nothing")
    with site.store.write() as conn:
        switch(conn, catalog, an_administrator(), "greet", active=False)
    with pytest.raises(NotFound), site.store.write() as conn:
        start(conn, catalog, an_administrator(), "company", one.id, "greet")
    assert runs_of(site.store, "greet") == []
