"""An import that changed links to many is taken back with them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record
from tests.jobs.test_importing import Desk
from tests.jobs.test_importing import desk as desk
from tests.jobs.test_importing import surroundings as surroundings

LINKED = SMALL["modules/company.yaml"].rstrip() + "\n  folk: {type: links, to: person}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/company.yaml": LINKED})


def people(store: Store, catalog: Catalog, desk: Desk, name: str) -> list[str]:
    table = catalog.module("company").table
    with store.read() as conn:
        id = conn.scalar(sa.select(table.c.id).where(table.c.name == name))
        found = records.get(conn, catalog, desk.actor, "company", id)
        return [tie.title for tie in records.related(conn, catalog, desk.actor, found)["folk"]]


def test_links_to_many_are_given_back(store: Store, catalog: Catalog, desk: Desk) -> None:
    made = {name: a_record(store, catalog, "person", family=name) for name in ("Ann", "Ben")}
    for name, size in (("a", "1"), ("b", "1")):
        a_record(store, catalog, "company", name=name, size=size, folk=[str(made["Ann"].id)])
    text = "Name,Size,Folk\na,1,Ben\nb,2,Ann; Ben"
    plan = desk.run(desk.check(text, key=("name",)))
    assert desk.counts(plan) == {"changed done": 2}
    assert (people(store, catalog, desk, "a"), people(store, catalog, desk, "b")) == (["Ben"], ["Ann", "Ben"])
    desk.undo(plan)
    assert desk.counts(plan) == {"changed undone": 2}
    assert (people(store, catalog, desk, "a"), people(store, catalog, desk, "b")) == (["Ann"], ["Ann"])
    assert desk.sizes() == {"a": 1, "b": 1}
