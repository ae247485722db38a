"""Hand-overs: counted before, done once, past things stay, rights of the actor hold, and all comes back once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import jobs, records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.jobs import Surroundings, handing
from hanok.engine.records import sharing
from hanok.engine.records.handing import drafting, looking, moving
from hanok.engine.records.handing.holdings import holdings
from hanok.engine.records.handing.plan import BEGUN, DONE, MOVED, ONLY, SWAP, UNDONE, Part
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.tables import audit, group_record
from tests.builders import Statements, a_record, put_in_group, with_tables
from tests.fields.fields import TYPES
from tests.jobs.conftest import Hiring
from tests.jobs.handing import Office, a_site_catalog

HAND, UNDO = handing.KINDS


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_site_catalog()


@pytest.fixture
def office(store: Store, catalog: Catalog, tmp_path: Path, hire: Hiring, surroundings: Surroundings) -> Office:
    made = Office(surroundings, hire, catalog)
    for name in ("ari", "bo", "chan"):
        made.person(name, "member")
    return made


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path)


@pytest.fixture
def admin(office: Office) -> Actor:
    return office.person("boss", ADMINISTRATOR)


def held(office: Office, actor: Actor, *names: str) -> dict[str, list[tuple[int, int, int]]]:
    people = [office.id(name) for name in names]
    with office.store.read() as conn:
        found = looking.preview(conn, office.catalog, actor, people)
    return {one.holding.module.key: [(count.open, count.past, count.fixed) for count in one.counts.values()]
            for one in found}  # fmt: skip


def trail(office: Office, id: UUID) -> list[Any]:
    columns = (audit.c.action, audit.c.actor_id, audit.c.actor_name, audit.c.owner_from, audit.c.owner_to)
    with office.store.read() as conn:
        return list(conn.execute(sa.select(*columns).where(audit.c.record == id).order_by(audit.c.id)))


def record(office: Office, id: UUID, module: str = "company") -> records.Record:
    with office.store.read() as conn:
        return records.get(conn, office.catalog, office.people["boss"], module, id)


# -- what there is -------------------------------------------------------------------------------------------------
def test_what_somebody_has_is_counted_by_module_and_by_what_is_past(office: Office, admin: Actor) -> None:
    for number, stage in enumerate(("new", "open", "won", None)):
        office.company("ari", f"c{number}", stage=stage)
    office.company("bo", "other")
    a_record(office.store, office.catalog, "person", family="Kim", owner=str(office.id("ari")))
    assert held(office, admin, "ari") == {"company": [(3, 1, 0)], "person": [(1, 0, 0)]}
    assert held(office, admin, "ari", "bo") == {"company": [(3, 1, 0), (1, 0, 0)], "person": [(1, 0, 0), (0, 0, 0)]}
    assert held(office, admin, "chan") == {}


def test_visits_that_ended_are_past(office: Office, admin: Actor) -> None:
    for name, year in (("then", 2020), ("some day", 2999)):
        time = f"{year}-01-01T09:00 ~ {year}-01-01T10:00"
        a_record(office.store, office.catalog, "visit", name=name, time=time, owner=str(office.id("ari")))
    assert held(office, admin, "ari") == {"visit": [(1, 1, 0)]}
    office.hand(admin)
    assert office.owners("visit") == {"then": "ari", "some day": "bo"}


def test_what_tells_who_somebody_is_is_not_handed_over(office: Office, admin: Actor) -> None:
    a_record(office.store, office.catalog, "badge", name="b", bearer=str(office.id("ari")))
    assert "badge" not in holdings(office.catalog, admin) and held(office, admin, "ari") == {}


def test_who_made_a_record_is_no_owner_of_it(office: Office, admin: Actor) -> None:
    known = holdings(office.catalog, admin)
    assert known["desk"].fields == ("owner", "second") and "user" not in known and "team" not in known


# -- a leaver ------------------------------------------------------------------------------------------------------
def test_open_records_go_and_past_ones_stay_with_all_that_was_done(office: Office, admin: Actor) -> None:
    ari = replace(office.person("ari"), roles=("giver",))
    with office.store.write() as conn:
        mine = records.create(conn, office.catalog, ari, "company", {"name": "open"}).id
        past = records.create(conn, office.catalog, ari, "company", {"name": "past", "stage": "won"}).id
    before = trail(office, mine)
    plan = office.hand(admin)
    assert office.owners() == {"open": "bo", "past": "ari"}
    assert plan.state == DONE and plan.result["modules"] == {"company": {"done": 1}}
    changed = record(office, mine)
    assert changed["created_by"].id == ari.id and changed.version == 2
    assert trail(office, mine)[:1] == before
    assert trail(office, mine)[1] == ("changed", admin.id, "boss", ari.id, office.id("bo"))
    assert record(office, past).version == 1 and len(trail(office, past)) == 1


def test_past_ones_go_too_where_that_is_wished(office: Office, admin: Actor) -> None:
    office.company("ari", "past", stage="won")
    plan = office.plan(admin)
    assert plan.parts["company"].closed is False
    office.hand(admin, Part("company", closed=True))
    assert office.owners() == {"past": "bo"}


def test_modules_go_to_different_people_and_some_stay(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    a_record(office.store, office.catalog, "person", family="Kim", owner=str(office.id("ari")))
    a_record(office.store, office.catalog, "visit", name="v", owner=str(office.id("ari")))
    office.hand(admin, Part("company", to=office.id("bo")), Part("person", to=office.id("chan")), to=None)
    assert [office.owners(key) for key in ("company", "person", "visit")] == [
        {"one": "bo"}, {"Kim": "chan"}, {"v": "ari"}
    ]  # fmt: skip


def test_only_these_and_all_but_these(office: Office, admin: Actor) -> None:
    ids = [office.company("ari", f"c{number}") for number in range(4)]
    plan = office.plan(admin)
    with office.store.write() as conn:
        drafting.pick(conn, admin, plan.id, "company", shown=ids, ticked=ids[1:])
    office.begin(admin, plan)
    office.run()
    assert office.owners() == {"c0": "ari", "c1": "bo", "c2": "bo", "c3": "bo"}
    second = office.plan(admin, from_="bo", to="chan")
    with office.store.write() as conn:
        drafting.set_mode(conn, admin, second.id, "company", ONLY)
        drafting.pick(conn, admin, second.id, "company", shown=ids[:3], ticked=[ids[1]])
        drafting.pick(conn, admin, second.id, "company", shown=[ids[3]], ticked=[ids[3]])
        drafting.pick(conn, admin, second.id, "company", shown=[ids[3]], ticked=[])
    office.begin(admin, second)
    office.run()
    assert office.owners() == {"c0": "ari", "c1": "chan", "c2": "bo", "c3": "bo"}


def test_a_leaver_can_be_set_inactive_and_her_sessions_end(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    plan = office.hand(admin, deactivate=True)
    assert plan.result["deactivated"] and record(office, office.id("ari"), "user")["active"] is False
    back = office.undo(admin, plan)
    assert back.state == UNDONE and record(office, office.id("ari"), "user")["active"] is True


def test_the_last_administrator_stays_active(office: Office, admin: Actor) -> None:
    with pytest.raises(Refused, match="last administrator"):
        office.plan(admin, from_="boss", deactivate=True)


def test_moved_to_another_team(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    team = a_record(office.store, office.catalog, "team", key="two", name="Two").id
    assert office.plan(admin, reason=MOVED).parts == {}
    plan = office.hand(admin, Part("company"), reason=MOVED, team=team)
    assert record(office, office.id("ari"), "user")["team"].id == team and office.owners() == {"one": "bo"}
    office.undo(admin, plan)
    assert record(office, office.id("ari"), "user")["team"] is None


def test_two_change_places(office: Office, admin: Actor) -> None:
    for owner, name in (("ari", "a1"), ("ari", "a2"), ("bo", "b1"), ("chan", "c1")):
        office.company(owner, name)
    desk = a_record(office.store, office.catalog, "desk", name="d", owner=str(office.id("ari")),
                    second=str(office.id("bo"))).id  # fmt: skip
    plan = office.hand(admin, reason=SWAP)
    assert office.owners() == {"a1": "bo", "a2": "bo", "b1": "ari", "c1": "chan"}
    changed = record(office, desk, "desk")
    assert (changed["owner"].id, changed["second"].id, changed.version) == (office.id("bo"), office.id("ari"), 2)
    office.undo(admin, plan)
    assert office.owners() == {"a1": "ari", "a2": "ari", "b1": "bo", "c1": "chan"}


def test_groups_of_owners_are_inherited_anew(office: Office, admin: Actor) -> None:
    groups = {}
    for key, name in (("one", "ari"), ("two", "bo")):
        with office.store.write() as conn:
            made = records.create(conn, office.catalog, admin, "security_group", {
                "key": key, "name": key, "users": [str(office.id(name))],
            })  # fmt: skip
        groups[key] = made.id
    id = office.company("ari", "one")

    def of_owner() -> list[UUID]:
        mine = (group_record.c.record == id, group_record.c.via == sharing.OWNER)
        asked = sa.select(group_record.c.group_id).where(*mine)
        with office.store.read() as conn:
            return list(conn.scalars(asked))

    assert of_owner() == [groups["one"]]
    plan = office.hand(admin)
    assert of_owner() == [groups["two"]]
    office.undo(admin, plan)
    assert of_owner() == [groups["one"]]


# -- rights --------------------------------------------------------------------------------------------------------
def test_whoever_may_assign_in_her_groups_hands_over_those_and_is_told_of_the_others(office: Office) -> None:
    office.person("boss", ADMINISTRATOR)
    chan = office.person("dana", "giver")
    with office.store.write() as conn:
        group = records.create(conn, office.catalog, office.people["boss"], "security_group", {
            "key": "g", "name": "g", "users": [str(chan.id)], "from_owner": False,
        }).id  # fmt: skip
    shared, other = office.company("ari", "shared"), office.company("ari", "other")
    with office.store.write() as conn:
        put_in_group(conn, office.catalog, "company", shared, group)
    chan = Actor(chan.id, "dana", "dana", roles=("giver",), groups=(group,))
    assert held(office, chan, "ari") == {"company": [(2, 0, 1)]}
    plan = office.hand(chan)
    assert office.owners() == {"shared": "bo", "other": "ari"} and record(office, other).version == 1
    assert office.problems(plan) == ["You may see this record but not change it."]


def test_a_record_that_she_sees_in_lists_only_is_not_hers_to_give(office: Office) -> None:
    office.person("boss", ADMINISTRATOR)
    half = office.person("dana", "half")
    for name in ("one", "two"):
        office.company("ari", name)
    assert held(office, half, "ari") == {"company": [(2, 0, 2)]}
    plan = office.hand(half)
    assert set(office.owners().values()) == {"ari"} and len(office.problems(plan)) == 2


def test_hidden_modules_and_those_without_the_right_are_not_touched(office: Office) -> None:
    looker = office.person("dana", "looker")
    office.company("ari", "one")
    named: list[tuple[str, dict[str, Any]]] = [("person", {"family": "Kim"}), ("visit", {"name": "v"})]
    for module, raw in named:
        a_record(office.store, office.catalog, module, owner=str(office.id("ari")), **raw)
    assert list(held(office, looker, "ari")) == ["company"]
    office.hand(looker, Part("company"), Part("person"), Part("visit"))
    assert [office.owners(key) for key in ("company", "person", "visit")] == [
        {"one": "bo"}, {"Kim": "ari"}, {"v": "ari"}
    ]  # fmt: skip


def test_whoever_may_assign_nothing_begins_none_and_sees_none(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    rep, plan = office.person("dana", "owner_only"), office.plan(admin)
    with pytest.raises(Denied):
        office.plan(rep)
    with pytest.raises(NotFound):
        office.begin(rep, plan)
    assert office.owners() == {"one": "ari"}


def test_rights_are_those_of_the_moment_of_the_transfer(office: Office) -> None:
    giver = office.person("dana", "looker")
    office.company("ari", "one")
    begun = office.begin(giver, office.plan(giver, Part("company")))
    with office.store.write() as conn:
        conn.execute(sa.text("DELETE FROM hanok_grant"))
    office.run()
    assert office.owners() == {"one": "ari"} and office.again(giver, begun).result["modules"] == {}


# -- wrong people --------------------------------------------------------------------------------------------------
def test_nobody_gets_her_own_records_and_nobody_who_left_gets_any(office: Office, admin: Actor) -> None:
    with pytest.raises(Invalid) as same:
        office.plan(admin, to="ari")
    assert "to" in same.value.errors
    with office.store.write() as conn:
        bo = records.get(conn, office.catalog, admin, "user", office.id("bo"))
        records.update(conn, office.catalog, admin, "user", bo.id, {"active": False}, version=bo.version)
    with pytest.raises(Invalid):
        office.plan(admin)
    office.company("ari", "one")
    with pytest.raises(Refused, match="to whom"):
        office.begin(admin, office.plan(admin, to=None))
    late = office.plan(admin, to="chan")
    with office.store.write() as conn:
        chan = records.get(conn, office.catalog, admin, "user", office.id("chan"))
        records.update(conn, office.catalog, admin, "user", chan.id, {"active": False}, version=chan.version)
    with pytest.raises(Refused, match="no such active user"):
        office.begin(admin, late)


# -- once ----------------------------------------------------------------------------------------------------------
def test_begun_twice_it_is_one_hand_over(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    plan = office.plan(admin)
    first, second = office.begin(admin, plan), office.begin(admin, plan)
    assert first.job == second.job and second.state == BEGUN
    with pytest.raises(Refused, match="begun already"), office.store.write() as conn:
        drafting.set_parts(conn, office.catalog, admin, plan.id, ())


@pytest.mark.parametrize("lives", [0, 1, 3])
def test_a_worker_that_is_killed_in_the_middle_hands_each_record_over_once(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch, lives: int
) -> None:
    monkeypatch.setattr(moving, "BATCH", 3)
    ids = [office.company("ari", f"c{number}") for number in range(10)]
    begun = office.begin(admin, office.plan(admin))
    office.killed(begun, HAND, after=lives)
    assert list(office.owners().values()).count("bo") == min(10, lives * 3)
    office.run()
    plan = office.again(admin, begun)
    assert plan.state == DONE and office.rows(plan) == [("done", 10)]
    assert {record(office, id).version for id in ids} == {2} and all(len(trail(office, id)) == 2 for id in ids)
    job = office.job(begun)
    assert (job.state, job.done, job.total, job.crashes) == ("done", 10, 10, 1)
    office.where.live.write(lambda conn, catalog: handing.begin_undo(conn, catalog, admin, plan.id))
    office.killed(office.again(admin, plan), UNDO, after=lives + 1)
    office.run()
    assert set(office.owners().values()) == {"ari"} and {record(office, id).version for id in ids} == {3}
    assert office.rows(plan) == [("undone", 10)]


def test_stopped_halfway_it_can_be_undone(office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    for number in range(5):
        office.company("ari", f"c{number}")
    begun = office.begin(admin, office.plan(admin))
    with pytest.raises(Refused, match="under way"), office.store.write() as conn:
        handing.begin_undo(conn, office.catalog, admin, begun.id)
    office.killed(begun, HAND, after=1)
    with office.store.write() as conn:
        conn.execute(sa.text("UPDATE hanok_job SET state = 'cancelled', ended_at = created_at"))
    assert list(office.owners().values()).count("bo") == 2
    assert office.undo(admin, begun).state == UNDONE
    assert set(office.owners().values()) == {"ari"}
    with office.store.write() as conn:
        jobs.retry(conn, begun.job or UUID(int=0))
    office.run()
    assert set(office.owners().values()) == {"ari"}, "a hand-over that was undone does not go on"


# -- back ----------------------------------------------------------------------------------------------------------
def test_undone_once_all_is_as_before_and_a_second_time_is_refused(office: Office, admin: Actor) -> None:
    for number, stage in enumerate(("new", "won")):
        office.company("ari", f"c{number}", stage=stage)
    office.company("bo", "own")
    before, plan = office.owners(), office.hand(admin, Part("company", closed=True))
    assert set(office.owners().values()) == {"bo"}
    assert office.undo(admin, plan).state == UNDONE and office.owners() == before
    with pytest.raises(Refused, match="only once"):
        office.undo(admin, plan)
    with office.store.read() as conn:
        told = conn.execute(sa.select(deed.c.action, deed.c.title, deed.c.changes).order_by(deed.c.id)).all()
    assert [row.action for row in told if " → " in row.title] == ["begun", "done", "undone"]
    assert told[-1].changes == {"rows": [None, 2], "kept": [None, 0]}


def test_what_was_given_on_or_deleted_stays_and_is_listed(office: Office, admin: Actor) -> None:
    on, gone, edited = (office.company("ari", name) for name in ("on", "gone", "edited"))
    plan = office.hand(admin)
    with office.store.write() as conn:
        records.update(conn, office.catalog, admin, "company", on, {"owner": str(office.id("chan"))}, version=2)
        records.update(conn, office.catalog, admin, "company", edited, {"size": 7}, version=2)
        records.delete(conn, office.catalog, admin, "company", gone, version=2)
    office.undo(admin, plan)
    assert office.owners() == {"on": "chan", "gone": "bo", "edited": "ari"}
    assert record(office, edited)["size"] == 7
    assert office.problems(plan) == [str(moving.GIVEN_ON), str(moving.DELETED)]
    assert office.rows(plan) == [("kept", 2), ("undone", 1)]


def test_what_others_change_between_the_choice_and_the_transfer_is_not_lost(office: Office, admin: Actor) -> None:
    given, closed, edited = (office.company("ari", name) for name in ("given", "closed", "edited"))
    plan = office.plan(admin)
    with office.store.write() as conn:
        drafting.set_mode(conn, admin, plan.id, "company", ONLY)
        drafting.pick(conn, admin, plan.id, "company", shown=[given, closed, edited], ticked=[given, closed, edited])
        for id, raw in ((given, {"owner": str(office.id("chan"))}), (closed, {"stage": "won"}), (edited, {"size": 7})):
            records.update(conn, office.catalog, admin, "company", id, raw, version=1)
    office.begin(admin, plan)
    office.run()
    assert office.owners() == {"given": "chan", "closed": "ari", "edited": "bo"} and record(office, edited)["size"] == 7
    assert office.problems(plan) == [str(moving.NO_LONGER)] * 2


def test_they_come_back_to_somebody_who_was_inactive_before(office: Office, admin: Actor) -> None:
    office.company("ari", "one")
    with office.store.write() as conn:
        ari = records.get(conn, office.catalog, admin, "user", office.id("ari"))
        records.update(conn, office.catalog, admin, "user", ari.id, {"active": False}, version=ari.version)
    plan = office.hand(admin, deactivate=True)
    assert office.owners() == {"one": "bo"} and not plan.result["deactivated"]
    office.undo(admin, plan)
    assert office.owners() == {"one": "ari"} and record(office, office.id("ari"), "user")["active"] is False


def test_whoever_may_no_longer_give_them_back_is_told_before_anything_happens(office: Office, admin: Actor) -> None:
    dana = office.person("dana", "giver")
    office.company("dana", "mine")
    plan = office.hand(dana, from_="dana")
    assert office.owners() == {"mine": "bo"}
    with pytest.raises(Refused, match="ask an administrator"):
        office.undo(dana, plan)
    office.undo(admin, plan)
    assert office.owners() == {"mine": "dana"}


# -- many ----------------------------------------------------------------------------------------------------------
def test_a_batch_takes_the_same_few_statements_however_many_records_it_has(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spent(count: int, size: int) -> float:
        monkeypatch.setattr(moving, "BATCH", size)
        for number in range(count):
            office.company("ari", f"c{size}-{number}")
        begun = office.begin(admin, office.plan(admin))
        seen = Statements(office.store)
        office.run()
        assert office.rows(begun) == [("done", count)]
        return len(seen.texts) / (count / size)

    few, many = spent(20, 5), spent(200, 50)
    assert many <= few * 1.5, "more records in a batch need no more statements"
