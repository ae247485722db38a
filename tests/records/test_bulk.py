"""Many records are changed at once, each as its own save would, and all of it is taken back once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts import grants
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound, Refused
from hanok.engine.records import bulk
from hanok.engine.records.bulk import ASSIGN, DELETE, SET, Bulk, Chosen
from hanok.engine.records.exporting import Listed
from hanok.engine.store import Store, new_id
from hanok.engine.store.tables import audit
from tests.builders import COMPANY, SMALL, a_catalog, a_record, a_user, with_tables

MANAGER = """
label: {en: Manager, ko: 관리}
default: {list: all, view: all, create: all, edit: all, delete: all, massupdate: all, assign: all}
"""
OWN = """
label: {en: Own, ko: 본인}
default: {list: all, view: all, create: all, edit: owner, delete: owner, massupdate: owner, assign: owner}
"""
NONE = """
label: {en: One by one, ko: 하나씩}
default: {list: all, view: all, create: all, edit: all, massupdate: none, assign: none, delete: none}
"""
RULED = COMPANY + """rules:
  small: {check: {not: {size: 13}}, message: {en: Not thirteen, ko: 13은 안 됨}}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    roles = {"roles/manager.yaml": MANAGER, "roles/own.yaml": OWN, "roles/one.yaml": NONE}
    return a_catalog({**SMALL, **roles, "modules/company.yaml": RULED})


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def manager(filled: Store, catalog: Catalog) -> Actor:
    return somebody(filled, catalog, "mina", "manager")


def somebody(store: Store, catalog: Catalog, name: str, role: str) -> Actor:
    """A user whose role the database knows too: records are given to those who may see them."""
    made = a_user(store, catalog, name, role)
    assert made.id is not None
    with store.write() as conn:
        grants.grant(conn, made.id, role)
    return made


def companies(store: Store, catalog: Catalog, actor: Actor, count: int, **raw: Any) -> list[UUID]:
    owner = str(actor.id)
    return [a_record(store, catalog, "company", actor, name=f"{raw.get('size', 0)}-{at}", owner=owner, **raw).id
            for at in range(count)]  # fmt: skip


def do(
    store: Store, catalog: Catalog, actor: Actor, action: str, chosen: Chosen, **change: Any
) -> Bulk:
    """All of it, batch by batch, as the job does."""
    with store.write() as conn:
        plan = bulk.begin(conn, catalog, actor, "company", action, chosen, change)
    place: bulk.Place = None
    while True:
        with store.write() as conn:
            ids, place = bulk.following(conn, catalog, actor, plan, place)
            bulk.apply(conn, catalog, actor, plan, ids)
            if place is None:
                bulk.finish(conn, plan)
                return bulk.bulk_of(conn, actor, plan.id)


def undo(store: Store, catalog: Catalog, actor: Actor, plan: Bulk) -> Mapping[str, int]:
    with store.write() as conn:
        plan = bulk.begin_undo(conn, actor, plan.id)
        while ids := bulk.to_take_back(conn, plan):
            bulk.take_back(conn, catalog, actor, plan, ids)
        bulk.finish(conn, plan, bulk.UNDONE)
        return bulk.bulk_of(conn, actor, plan.id).counts


def values(store: Store, catalog: Catalog, actor: Actor, ids: list[UUID], key: str) -> list[Any]:
    with store.read() as conn:
        return [records.get(conn, catalog, actor, "company", id)[key] for id in ids]


def test_ticked_records_get_a_value_with_history_and_version(
    filled: Store, catalog: Catalog, manager: Actor
) -> None:
    ids = companies(filled, catalog, manager, 4, size=1)
    done = do(filled, catalog, manager, SET, Chosen(ids=tuple(ids[:3])), size="7")
    assert done.counts == {"changed": 3}
    assert values(filled, catalog, manager, ids, "size") == [7, 7, 7, 1]
    assert values(filled, catalog, manager, ids, "version") == [2, 2, 2, 1]
    with filled.read() as conn:
        told = conn.scalars(sa.select(audit.c.changes).where(audit.c.action == "changed")).all()
    assert told == [{"size": [1, 7]}] * 3


def test_all_rows_of_a_list_but_some_are_meant(filled: Store, catalog: Catalog, manager: Actor) -> None:
    ids = companies(filled, catalog, manager, 5, size=1)
    others = companies(filled, catalog, manager, 2, size=2)
    chosen = Chosen(listed=Listed(asked={"size": 1}), but=(ids[4],))
    with filled.read() as conn:
        assert bulk.size_of(conn, catalog, manager, catalog.module("company"), chosen) == 4
    done = do(filled, catalog, manager, SET, chosen, size="9")
    assert done.counts == {"changed": 4}
    assert values(filled, catalog, manager, ids + others, "size") == [9, 9, 9, 9, 1, 2, 2]


def test_more_than_one_batch_is_walked_to_its_end(
    filled: Store, catalog: Catalog, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 3)
    ids = companies(filled, catalog, manager, 8, size=1)
    listed = do(filled, catalog, manager, SET, Chosen(listed=Listed(asked={"size": 1})), size="2")
    assert listed.counts == {"changed": 8}  # though each batch takes its rows out of the list
    ticked = do(filled, catalog, manager, SET, Chosen(ids=tuple(ids)), size="2")
    assert ticked.counts == {"same": 8}


def test_what_is_not_sound_is_left_and_told_and_the_others_are_written(
    filled: Store, catalog: Catalog, manager: Actor
) -> None:
    stage = companies(filled, catalog, manager, 2, size=1)
    odd = a_record(filled, catalog, "company", manager, name="odd", owner=str(manager.id), size=1).id
    done = do(filled, catalog, manager, SET, Chosen(ids=(*stage, odd)), size="13")
    assert done.counts == {"refused": 3}
    with filled.read() as conn:
        told = bulk.problems(conn, catalog, manager, done)
    assert sorted(title for _, title, _ in told) == ["1-0", "1-1", "odd"]
    assert all(message.facts or message.text for _, _, message in told)
    assert values(filled, catalog, manager, stage, "version") == [1, 1]


def test_rights_are_asked_record_by_record(filled: Store, catalog: Catalog, manager: Actor) -> None:
    jun = somebody(filled, catalog, "jun", "own")
    his, hers = companies(filled, catalog, jun, 2, size=3), companies(filled, catalog, manager, 2, size=4)
    done = do(filled, catalog, jun, SET, Chosen(ids=(*his, *hers)), size="5")
    assert done.counts == {"changed": 2, "refused": 2}
    assert values(filled, catalog, manager, his + hers, "size") == [5, 5, 4, 4]
    given = do(filled, catalog, jun, ASSIGN, Chosen(ids=(*his, *hers)), owner=str(manager.id))
    assert given.counts == {"changed": 2, "refused": 2}
    gone = do(filled, catalog, jun, DELETE, Chosen(ids=(*his, *hers)))
    assert gone.counts == {"refused": 4}  # his own are the manager's by now


def test_without_the_right_nothing_begins(filled: Store, catalog: Catalog, manager: Actor) -> None:
    one = a_user(filled, catalog, "one", "one")
    ids = tuple(companies(filled, catalog, manager, 1))
    assert bulk.actions_for(catalog, one, catalog.module("company")) == ()
    with filled.write() as conn:
        for action, change in ((SET, {"size": "1"}), (ASSIGN, {"owner": str(one.id)}), (DELETE, {})):
            with pytest.raises(Denied):
                bulk.begin(conn, catalog, one, "company", action, Chosen(ids=ids), change)


@pytest.mark.parametrize("change", [{}, {"name": "x"}, {"owner": "x"}, {"id": "x"}, {"nothing": "1"}])
def test_unique_fields_owners_and_the_systems_are_not_set_for_many(
    filled: Store, catalog: Catalog, manager: Actor, change: dict[str, str]
) -> None:
    ids = tuple(companies(filled, catalog, manager, 1))
    with filled.write() as conn, pytest.raises(Refused):
        bulk.begin(conn, catalog, manager, "company", SET, Chosen(ids=ids), change)


def test_a_choice_is_neither_empty_nor_endless(filled: Store, catalog: Catalog, manager: Actor) -> None:
    endless = Chosen(ids=tuple(new_id() for _ in range(bulk.MOST_IDS + 1)))
    with filled.write() as conn:
        for chosen in (Chosen(), endless):
            with pytest.raises(Refused):
                bulk.begin(conn, catalog, manager, "company", DELETE, chosen, {})


def test_all_is_taken_back_but_what_somebody_changed_since(filled: Store, catalog: Catalog, manager: Actor) -> None:
    ids = companies(filled, catalog, manager, 3, size=1)
    done = do(filled, catalog, manager, SET, Chosen(ids=tuple(ids)), size="7", stage="won")
    with filled.write() as conn:
        records.update(conn, catalog, manager, "company", ids[2], {"size": "8"}, version=2)
    assert undo(filled, catalog, manager, done) == {"changed": 3, "undone": 2, "kept": 1}
    assert values(filled, catalog, manager, ids, "size") == [1, 1, 8]
    assert values(filled, catalog, manager, ids, "stage") == ["new", "new", "won"]
    with filled.write() as conn, pytest.raises(Refused):
        bulk.begin_undo(conn, manager, done.id)


def test_an_owner_is_given_back(filled: Store, catalog: Catalog, manager: Actor) -> None:
    jun = somebody(filled, catalog, "jun", "own")
    ids = companies(filled, catalog, manager, 2)
    done = do(filled, catalog, manager, ASSIGN, Chosen(ids=tuple(ids)), owner=str(jun.id))
    assert [owner.id for owner in values(filled, catalog, manager, ids, "owner")] == [jun.id] * 2
    undo(filled, catalog, manager, done)
    assert [owner.id for owner in values(filled, catalog, manager, ids, "owner")] == [manager.id] * 2


def test_deleted_ones_come_back(filled: Store, catalog: Catalog, manager: Actor) -> None:
    ids = companies(filled, catalog, manager, 3)
    done = do(filled, catalog, manager, DELETE, Chosen(ids=tuple(ids)))
    assert done.counts == {"changed": 3}
    with filled.read() as conn, pytest.raises(NotFound):
        records.get(conn, catalog, manager, "company", ids[0])
    assert undo(filled, catalog, manager, done)["undone"] == 3
    assert values(filled, catalog, manager, ids, "size") == [None] * 3


def test_nobody_else_looks_at_it_or_takes_it_back(filled: Store, catalog: Catalog, manager: Actor) -> None:
    done = do(filled, catalog, manager, SET, Chosen(ids=tuple(companies(filled, catalog, manager, 1))), size="2")
    other = a_user(filled, catalog, "other", "manager")
    with filled.write() as conn:
        for look in (bulk.bulk_of, bulk.begin_undo):
            with pytest.raises(NotFound):
                look(conn, other, done.id)


def test_an_undo_gives_back_to_whoever_may_not_be_given_records_any_more(
    filled: Store, catalog: Catalog, manager: Actor
) -> None:
    left = somebody(filled, catalog, "june", "manager")
    ids = companies(filled, catalog, left, 2, size=1)
    done = do(filled, catalog, manager, ASSIGN, Chosen(ids=tuple(ids)), owner=str(manager.id))
    assert done.counts == {"changed": 2} and left.id is not None
    with filled.write() as conn:
        grants.revoke(conn, catalog, SYSTEM, "user", left.id, "manager")
    refused = do(filled, catalog, manager, ASSIGN, Chosen(ids=tuple(ids)), owner=str(left.id))
    assert refused.counts == {"refused": 2}
    assert undo(filled, catalog, manager, done)["undone"] == 2
    assert {one.id for one in values(filled, catalog, manager, ids, "owner")} == {left.id}
