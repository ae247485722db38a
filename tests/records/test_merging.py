"""Records that are one: what stays, what moves along, what is refused, and all of it taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.records import Record, sharing
from hanok.engine.records.favourites import star
from hanok.engine.records.merging import asked, counting
from hanok.engine.records.merging.asked import ALL, DONE, MINE, UNDONE
from hanok.engine.records.merging.run import merge
from hanok.engine.records.merging.undoing import left_of
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import favourite, follow
from hanok.engine.store.tables import audit, group_record
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables
from tests.records.mergers import MODEL, everything, merged, pointing, undone


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(MODEL)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def boss(filled: Store, catalog: Catalog) -> Actor:
    made = a_user(filled, catalog, "boss")
    return Actor(made.id, "boss", made.title, admin=True, roles=(ADMINISTRATOR,))


def a_firm(store: Store, catalog: Catalog, name: str, **raw: Any) -> Record:
    return a_record(store, catalog, "firm", name=name, **raw)


def a_human(store: Store, catalog: Catalog, name: str, **raw: Any) -> Record:
    return a_record(store, catalog, "human", name=name, **raw)


def again(store: Store, catalog: Catalog, record: Record, actor: Actor | None = None) -> Record:
    with store.read() as conn:
        return records.get(conn, catalog, actor or an_administrator(), record.module, record.id)


def tied(store: Store, catalog: Catalog, record: Record, key: str) -> list[tuple[str, Any]]:
    with store.read() as conn:
        found = records.related(conn, catalog, an_administrator(), record, keys=(key,))[key]
    return [(tie.title, next(iter(tie.own.values()), None)) for tie in found]


def changed(store: Store, catalog: Catalog, record: Record, **raw: Any) -> Record:
    now = again(store, catalog, record)
    with store.write() as conn:
        return records.update(conn, catalog, an_administrator(), record.module, record.id, raw, version=now.version,
                              despite_duplicates=True)  # fmt: skip


def test_the_record_that_stays_takes_the_chosen_values_also_those_that_only_one_may_have(
    filled: Store, catalog: Catalog, boss: Actor
) -> None:
    stays = a_firm(filled, catalog, "한빛", phone="02-111-2222", worth="100")
    goes = a_firm(filled, catalog, "한빛상사", code="A1", worth="200")
    plan = merged(filled, catalog, boss, stays, [goes], take={"code": goes, "worth": goes, "name": stays})
    after = again(filled, catalog, stays)
    assert (plan.state, after["name"], after["code"], str(after["worth"].amount)) == (DONE, "한빛", "A1", "200")
    assert after["phone"] == stays["phone"]
    with filled.read() as conn:
        assert asked.went_into(conn, "firm", goes.id) == stays.id
        told = conn.execute(sa.select(audit.c.actor_name, audit.c.changes).where(audit.c.action == "merged")).one()
    assert told.changes["$merged"][1]["title"] == "한빛상사"
    assert "boss" in told.actor_name


def test_whatever_pointed_at_it_points_at_the_one_that_stays(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays, goes = a_firm(filled, catalog, "A", phone="02-111-2222"), a_firm(filled, catalog, "B", phone="02-333-4444")
    third = a_firm(filled, catalog, "C", rival=str(goes.id), above=str(goes.id))
    kim = a_human(filled, catalog, "Kim", firm=str(goes.id), about=f"firm:{goes.id}", kin=[f"firm:{goes.id}"])
    lee = a_human(filled, catalog, "Lee", firm=str(goes.id), ward=str(goes.id))
    changed(filled, catalog, goes, humans=[{"id": str(kim.id), "role": "old"}, {"id": str(lee.id), "role": "new"}])
    changed(filled, catalog, stays, humans=[{"id": str(kim.id), "role": "chief"}])
    inside = a_firm(filled, catalog, "D", rows=[{"what": "x", "from": str(goes.id)}])
    before = everything(filled, catalog)
    plan = merged(filled, catalog, boss, stays, [goes])
    assert pointing(filled, catalog, "firm", [goes.id]) == {}
    assert again(filled, catalog, kim)["firm"].id == stays.id
    assert again(filled, catalog, kim)["about"].id == stays.id
    assert again(filled, catalog, kim)["firm_phone"] == again(filled, catalog, stays)["phone"]
    assert again(filled, catalog, third)["above"].id == again(filled, catalog, third)["rival"].id == stays.id
    assert sorted(tied(filled, catalog, stays, "humans")) == [("Kim", "chief"), ("Lee", "new")]
    assert again(filled, catalog, stays)["people"] == 2
    with filled.read() as conn:
        lines = records.related(conn, catalog, boss, inside, keys=("rows",))["rows"]
    assert lines[0]["from"].id == stays.id
    assert undone(filled, catalog, boss, plan).state == UNDONE
    assert everything(filled, catalog) == before


def test_a_tree_never_runs_in_a_circle(filled: Store, catalog: Catalog, boss: Actor) -> None:
    top = a_firm(filled, catalog, "Top")
    goes = a_firm(filled, catalog, "Goes", above=str(top.id))
    between = a_firm(filled, catalog, "Between", above=str(goes.id))
    stays = a_firm(filled, catalog, "Stays", above=str(between.id))
    before = everything(filled, catalog)
    plan = merged(filled, catalog, boss, stays, [goes])
    assert again(filled, catalog, stays)["above"].id == top.id
    assert again(filled, catalog, between)["above"].id == stays.id
    undone(filled, catalog, boss, plan)
    assert everything(filled, catalog) == before


def test_links_between_the_records_themselves_are_gone(filled: Store, catalog: Catalog, boss: Actor) -> None:
    goes, other = a_firm(filled, catalog, "Goes"), a_firm(filled, catalog, "Other")
    partners = [{"id": str(goes.id), "since": "2020-01-02"}, {"id": str(other.id), "since": "2021-01-02"}]
    stays = a_firm(filled, catalog, "Stays", rival=str(goes.id), partners=partners)
    changed(filled, catalog, goes, partners=[str(stays.id), str(other.id)])
    before = everything(filled, catalog)
    plan = merged(filled, catalog, boss, stays, [goes])
    assert again(filled, catalog, stays)["rival"] is None
    assert [title for title, _ in tied(filled, catalog, stays, "partners")] == ["Other"]
    assert pointing(filled, catalog, "firm", [goes.id]) == {}
    undone(filled, catalog, boss, plan)
    assert everything(filled, catalog) == before


@pytest.mark.parametrize(("lines", "left"), [(MINE, ["a"]), (ALL, ["a", "b", "c"]), ("theirs", ["b", "c"])])
def test_lines_are_kept_taken_or_put_together(
    filled: Store, catalog: Catalog, boss: Actor, lines: str, left: list[str]
) -> None:
    stays = a_firm(filled, catalog, "A", rows=[{"what": "a", "price": "1"}])
    goes = a_firm(filled, catalog, "B", rows=[{"what": "b", "price": "2"}, {"what": "c", "price": "4"}])
    before = everything(filled, catalog)
    wanted = str(goes.id) if lines == "theirs" else lines
    plan = merged(filled, catalog, boss, stays, [goes], lines={"rows": wanted})
    with filled.read() as conn:
        found = records.related(conn, catalog, boss, stays, keys=("rows",))["rows"]
    assert [line["what"] for line in found] == left
    assert again(filled, catalog, stays)["total"] == sum({"a": 1, "b": 2, "c": 4}[one] for one in left)
    undone(filled, catalog, boss, plan)
    assert everything(filled, catalog) == before


def test_who_had_it_on_her_desk_has_the_one_that_stays(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays, goes = a_firm(filled, catalog, "A"), a_firm(filled, catalog, "B")
    other = a_user(filled, catalog, "other")
    with filled.write() as conn:
        star(conn, catalog, boss, "firm", goes.id)
        star(conn, catalog, boss, "firm", stays.id)
        values = {"user_id": other.id, "module": "firm", "record": goes.id, "at": datetime.now(UTC)}
        conn.execute(follow.insert().values(values))
    before = everything(filled, catalog)
    plan = merged(filled, catalog, boss, stays, [goes])
    with filled.read() as conn:
        assert conn.scalars(sa.select(favourite.c.record)).all() == [stays.id]
        assert conn.scalars(sa.select(follow.c.record)).all() == [stays.id]
    undone(filled, catalog, boss, plan)
    assert everything(filled, catalog) == before


def test_whoever_saw_one_of_them_by_a_group_sees_the_one_that_stays(
    filled: Store, catalog: Catalog, boss: Actor
) -> None:
    group = a_record(filled, catalog, "security_group", name="G", key="g")
    stays, goes = a_firm(filled, catalog, "A"), a_firm(filled, catalog, "B")
    with filled.write() as conn:
        sharing.share(conn, catalog, boss, goes, group.id)
    before = everything(filled, catalog)
    plan = merged(filled, catalog, boss, stays, [goes])
    with filled.read() as conn:
        mine = sa.select(group_record.c.via).where(group_record.c.record == stays.id)
        assert conn.scalars(mine).all() == ["hand"]
    undone(filled, catalog, boss, plan)
    assert everything(filled, catalog) == before


def test_nothing_is_done_where_somebody_changed_one_meanwhile(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays, goes = a_firm(filled, catalog, "A"), a_firm(filled, catalog, "B")
    changed(filled, catalog, goes, phone="02-111-2222")
    before = everything(filled, catalog)
    wish = asked.Wish("firm", stays.id, (goes.id,), {stays.id: 1, goes.id: 1})
    with pytest.raises(Refused, match="Somebody changed “B”"), filled.write() as conn:
        merge(conn, catalog, boss, asked.begin(conn, catalog, boss, wish))
    assert everything(filled, catalog) == before


def test_values_are_held_to_the_rules_of_a_save(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays, goes = a_firm(filled, catalog, "A"), a_firm(filled, catalog, "B")
    with filled.write() as conn:
        table = catalog.module("firm").table
        conn.execute(sa.update(table).where(table.c.id == goes.id).values({table.c.name: ""}))
    before = everything(filled, catalog)
    with pytest.raises(Invalid):
        merged(filled, catalog, boss, stays, [goes], take={"name": goes})
    assert everything(filled, catalog) == before


def test_who_may_not_delete_the_one_that_goes_merges_nothing(filled: Store, catalog: Catalog, boss: Actor) -> None:
    clerk = a_user(filled, catalog, "clerk", "owner_only")
    stays = a_record(filled, catalog, "firm", clerk, name="Mine")
    goes = a_firm(filled, catalog, "Hers", owner=str(clerk.id))
    plan = merged(filled, catalog, clerk, stays, [goes])
    assert plan.state == DONE
    foreign = a_firm(filled, catalog, "Not hers", owner=str(boss.id))
    with pytest.raises((Denied, NotFound)):
        merged(filled, catalog, clerk, stays, [foreign])


def test_what_was_changed_since_stays_and_is_listed(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays = a_firm(filled, catalog, "A", phone="02-111-2222")
    goes, third = a_firm(filled, catalog, "B", phone="02-333-4444", code="B1"), a_firm(filled, catalog, "C")
    kim, lee = (a_human(filled, catalog, name, firm=str(goes.id)) for name in ("Kim", "Lee"))
    plan = merged(filled, catalog, boss, stays, [goes], take={"phone": goes, "code": goes})
    changed(filled, catalog, kim, firm=str(third.id))
    changed(filled, catalog, stays, phone="02-555-6666")
    back = undone(filled, catalog, boss, plan)
    assert {title for _, _, title, _ in left_of(back)} == {"Kim", "A · Phone"}
    assert again(filled, catalog, kim)["firm"].id == third.id
    assert again(filled, catalog, lee)["firm"].id == goes.id
    assert (again(filled, catalog, stays)["code"], again(filled, catalog, goes)["code"]) == (None, "B1")
    with pytest.raises(Refused):
        undone(filled, catalog, boss, plan)


def test_of_what_moved_along_one_is_told_what_one_sees(filled: Store, catalog: Catalog, boss: Actor) -> None:
    stays, goes = a_firm(filled, catalog, "A"), a_firm(filled, catalog, "B", rows=[{"what": "x"}])
    kim = a_human(filled, catalog, "Kim", firm=str(goes.id), about=f"firm:{goes.id}", kin=[f"firm:{goes.id}"])
    a_firm(filled, catalog, "C", rival=str(goes.id), rows=[{"what": "x", "from": str(goes.id)}])
    changed(filled, catalog, goes, humans=[str(kim.id)])
    plan = merged(filled, catalog, boss, stays, [goes])
    rep = Actor(boss.id, "rep", "rep", roles=("owner_only",))
    with filled.read() as conn:
        assert counting.moved_along(conn, catalog, boss, plan) == plan.moved == 7
        assert counting.moved_along(conn, catalog, rep, plan) == 1  # the line, of a page that she may open
