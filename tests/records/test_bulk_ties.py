"""Tags of many records: stuck on and taken away at once, each by its own right, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Refused
from hanok.engine.records import Query, Record, bulk
from hanok.engine.records.bulk import TIE, Chosen
from hanok.engine.records.bulk_ties import ADD, REMOVE
from hanok.engine.records.ties import with_ties
from hanok.engine.store import Store
from tests.builders import COMPANY, SMALL, a_catalog, a_record, a_user, an_administrator, with_tables
from tests.records.test_bulk import MANAGER, NONE, OWN

TAG = """
label: {en: Tag, ko: 태그}
fields:
  name: {type: text, required: true}
  color: {type: choice, options: {red: {label: {en: Red}, color: red}, blue: {label: {en: Blue}, color: blue}}}
"""
TAGS = "fields: {tags: {type: links, to: tag, chips: color, reverse: tagged}}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    company = COMPANY.replace("[owned]", "[owned, tags]")
    return a_catalog({
        **SMALL, "roles/manager.yaml": MANAGER, "roles/own.yaml": OWN, "roles/one.yaml": NONE,
        "modules/company.yaml": company, "modules/tag.yaml": TAG, "traits/tags.yaml": TAGS,
    })  # fmt: skip


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def manager(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "mina", "manager")


@pytest.fixture
def tags(filled: Store, catalog: Catalog) -> tuple[Record, Record]:
    made = [a_record(filled, catalog, "tag", name=name, color=color) for name, color in (("A", "red"), ("B", "blue"))]
    return made[0], made[1]


def done(
    store: Store, catalog: Catalog, actor: Actor, ids: Sequence[UUID], **wanted: Sequence[Record]
) -> bulk.Bulk:
    change = {"tags": {key: [str(one.id) for one in some] for key, some in wanted.items()}}
    with store.write() as conn:
        plan = bulk.begin(conn, catalog, actor, "company", TIE, Chosen(ids=tuple(ids)), change)
        bulk.apply(conn, catalog, actor, plan, ids)
        bulk.finish(conn, plan)
        return bulk.bulk_of(conn, actor, plan.id)


def undone(store: Store, catalog: Catalog, actor: Actor, plan: bulk.Bulk) -> Mapping[str, int]:
    with store.write() as conn:
        plan = bulk.begin_undo(conn, actor, plan.id)
        while ids := bulk.to_take_back(conn, plan):
            bulk.take_back(conn, catalog, actor, plan, ids)
        return bulk.bulk_of(conn, actor, plan.id).counts


def tagged(store: Store, catalog: Catalog) -> dict[str, list[tuple[str, str]]]:
    """By company, its tags with their colours, as a list reads them."""
    with store.read() as conn:
        admin, module = an_administrator(), catalog.module("company")
        page = records.page(conn, catalog, admin, Query(module="company", sort=("name",)))
        rows = with_ties(conn, catalog, admin, module, page.rows, ("tags", "name"))
    return {row.title: [(tie.title, tie.color) for tie in row["tags"]] for row in rows}


def test_tags_are_stuck_on_many_and_taken_away_and_back(
    filled: Store, catalog: Catalog, manager: Actor, tags: tuple[Record, Record]
) -> None:
    first = a_record(filled, catalog, "company", name="one", tags=[str(tags[0].id)])
    second = a_record(filled, catalog, "company", name="two")
    plan = done(filled, catalog, manager, [first.id, second.id], **{ADD: [tags[1]], REMOVE: [tags[0]]})
    assert plan.counts == {"changed": 2}
    assert tagged(filled, catalog) == {"one": [("B", "blue")], "two": [("B", "blue")]}
    assert undone(filled, catalog, manager, plan) == {"changed": 2, "undone": 2}
    assert tagged(filled, catalog) == {"one": [("A", "red")], "two": []}


def test_a_record_that_has_the_tag_already_stays_and_keeps_it_at_the_undo(
    filled: Store, catalog: Catalog, manager: Actor, tags: tuple[Record, Record]
) -> None:
    first = a_record(filled, catalog, "company", name="one", tags=[str(tags[0].id)])
    second = a_record(filled, catalog, "company", name="two")
    plan = done(filled, catalog, manager, [first.id, second.id], **{ADD: [tags[0]]})
    assert plan.counts == {"same": 1, "changed": 1}
    undone(filled, catalog, manager, plan)
    assert tagged(filled, catalog) == {"one": [("A", "red")], "two": []}


def test_each_record_asks_for_its_own_right(
    filled: Store, catalog: Catalog, tags: tuple[Record, Record]
) -> None:
    own = a_user(filled, catalog, "own", "own")
    mine = a_record(filled, catalog, "company", name="mine", owner=str(own.id))
    hers = a_record(filled, catalog, "company", name="hers", owner=None)
    plan = done(filled, catalog, own, [mine.id, hers.id], **{ADD: [tags[0]]})
    assert plan.counts == {"changed": 1, "refused": 1}
    assert tagged(filled, catalog) == {"hers": [], "mine": [("A", "red")]}


def test_without_the_right_or_a_tag_nothing_begins(
    filled: Store, catalog: Catalog, manager: Actor, tags: tuple[Record, Record]
) -> None:
    one = a_record(filled, catalog, "company", name="one")
    alone = a_user(filled, catalog, "alone", "one")
    with pytest.raises(Denied):
        done(filled, catalog, alone, [one.id], **{ADD: [tags[0]]})
    with pytest.raises(Refused):
        done(filled, catalog, manager, [one.id], **{ADD: []})
