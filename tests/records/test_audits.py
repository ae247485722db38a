"""The trail as logs: what is told, to whom, along which index; old values are put back by whoever may write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanok.engine import records
from hanok.engine.access import Actor, Behind, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Denied, HanokError, Invalid, NotFound, Refused
from hanok.engine.records import auditing
from hanok.engine.records.auditing import CHANGES, INPUT, OWNERS, Search, pages
from hanok.engine.records.auditing.administration import Deed, Wanted, administration
from hanok.engine.records.auditing.putting import proposal, put_back
from hanok.engine.records.deeds import tell
from hanok.engine.store import Store
from hanok.engine.store.tables import audit
from tests.builders import SMALL, Statements, a_catalog, a_record, a_user, an_administrator, with_tables

ADMIN = an_administrator()
CLERK = """
label: {en: Clerk, ko: 사무}
default: all
fields:
  company.size:    {view: none}
  company.founded: {view: owner}
  person.owner:    {view: none}
"""
KEEPER = """
label: {en: Keeper, ko: 관리}
default: none
modules: {company: {list: all, view: {stage: won}, edit: owner}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/clerk.yaml": CLERK, "roles/keeper.yaml": KEEPER})


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "rep", "owner_only")


@pytest.fixture
def clerk(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "clerk", "clerk")


def change(store: Store, catalog: Catalog, module: str, id: UUID, actor: Actor = ADMIN, **raw: Any) -> records.Record:
    with store.write() as conn:
        now = records.get(conn, catalog, actor, module, id)
        return records.update(conn, catalog, actor, module, id, raw, version=now.version)


def log(store: Store, catalog: Catalog, reader: Actor, name: str = CHANGES, **asked: Any) -> list[auditing.Told]:
    with store.read() as conn:
        return list(pages.every(conn, seen(catalog, reader), reader, Search(log=name, **asked), size=2))


def titles(entries: list[auditing.Told]) -> list[str]:
    return [one.about.title if one.about else "" for one in entries]


def fields(entries: list[auditing.Told]) -> list[list[str]]:
    return [sorted(each.field for each in one.entry.changes) for one in entries]


def rows_of(store: Store) -> list[Any]:
    with store.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(audit).order_by(audit.c.id))]


# -- the logs ------------------------------------------------------------------------------------------------------
def test_what_was_entered_is_told_with_its_first_values(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="한빛", size=7)
    change(filled, catalog, "company", made.id, size=8)
    (entry,) = log(filled, catalog, ADMIN, INPUT, module="company")
    assert (entry.entry.action, entry.record, titles([entry])) == ("created", made.id, ["한빛"])
    assert {each.field: each.after for each in entry.entry.changes}["size"] == 7


def test_changes_deleted_and_restored_are_told_newest_first(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="한빛", size=7)
    change(filled, catalog, "company", made.id, size=8)
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", made.id)
    entries = log(filled, catalog, ADMIN, module="company")
    assert [one.entry.action for one in entries] == ["deleted", "changed"]
    assert entries[0].about and entries[0].about.deleted and entries[0].about.may_delete
    assert (entries[1].entry.changes[0].before, entries[1].entry.changes[0].after) == (7, 8)


def test_a_change_of_owner_is_told_with_both(filled: Store, catalog: Catalog, rep: Actor, clerk: Actor) -> None:
    made = a_record(filled, catalog, "company", name="한빛", owner=str(rep.id))
    change(filled, catalog, "company", made.id, owner=str(clerk.id))
    change(filled, catalog, "company", made.id, size=3)
    (entry,) = log(filled, catalog, ADMIN, OWNERS)
    assert (entry.owner_from, entry.owner_to) == (rep.id, clerk.id)
    assert len(log(filled, catalog, ADMIN, OWNERS, person=rep.id)) == 1
    assert not log(filled, catalog, ADMIN, OWNERS, person=made.id)


def test_both_names_are_told_where_an_administrator_was_somebody_else(
    filled: Store, catalog: Catalog, clerk: Actor
) -> None:
    made = a_record(filled, catalog, "company", name="한빛")
    change(filled, catalog, "company", made.id, replace(clerk, by=Behind(made.id, "관리자")), name="한빛상사")
    (entry,) = log(filled, catalog, ADMIN, module="company")
    assert (entry.entry.who, entry.entry.by) == ("clerk", "관리자")


def test_a_log_is_narrowed_by_all_that_it_can_be_asked(filled: Store, catalog: Catalog, clerk: Actor) -> None:
    one = a_record(filled, catalog, "company", name="한빛 건설")
    two = a_record(filled, catalog, "company", name="서울 물산")
    who = a_record(filled, catalog, "person", family="김")
    change(filled, catalog, "company", one.id, size=1)
    change(filled, catalog, "company", two.id, clerk, name="서울 상사")
    change(filled, catalog, "person", who.id, given="한빛")
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", two.id)
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["서울 상사", "김한빛", "서울 상사", "한빛 건설"]),
        ({"module": "person"}, ["김한빛"]),
        ({"actor": clerk.id}, ["서울 상사"]),
        ({"action": "deleted"}, ["서울 상사"]),
        ({"words": "한빛"}, ["김한빛", "한빛 건설"]),
        ({"module": "company", "field": "size"}, ["한빛 건설"]),
        ({"module": "company", "record": one.id}, ["한빛 건설"]),
        ({"since": datetime.now(UTC) - timedelta(minutes=1)}, ["서울 상사", "김한빛", "서울 상사", "한빛 건설"]),
        ({"until": datetime.now(UTC) - timedelta(minutes=1)}, []),
    ]
    for narrowing, expected in asked:
        assert titles(log(filled, catalog, ADMIN, **narrowing)) == expected, narrowing


def test_what_is_not_there_cannot_be_asked_for(filled: Store, catalog: Catalog, clerk: Actor) -> None:
    nobody = a_user(filled, catalog, "nobody")
    wrong: list[tuple[Actor, dict[str, str]]] = [
        (ADMIN, {"module": "nothing"}), (ADMIN, {"module": "company", "field": "nothing"}),
        (ADMIN, {"action": "created"}), (nobody, {"module": "user"}), (clerk, {"module": "company", "field": "size"}),
        (clerk, {"module": "company", "field": "founded"}),
    ]  # fmt: skip
    for actor, asked in wrong:
        with pytest.raises(Invalid):
            log(filled, catalog, actor, **asked)


def test_pages_lead_on_and_back(filled: Store, catalog: Catalog) -> None:
    for number in range(7):
        a_record(filled, catalog, "company", name=f"회사 {number}")
    search = Search(log=INPUT, module="company")
    with filled.read() as conn:
        first = auditing.page(conn, catalog, ADMIN, search, size=3)
        second = auditing.page(conn, catalog, ADMIN, search, size=3, after=first.next)
        third = auditing.page(conn, catalog, ADMIN, search, size=3, after=second.next)
        back = auditing.page(conn, catalog, ADMIN, search, size=3, before=third.previous)
        start = auditing.page(conn, catalog, ADMIN, search, size=3, before=back.previous)
    assert titles([*first.entries, *second.entries, *third.entries]) == [f"회사 {n}" for n in range(6, -1, -1)]
    assert (first.previous, third.next) == (None, None)
    assert back.entries == second.entries and start.entries == first.entries and start.previous is None


def test_a_page_costs_the_same_however_many_rows_it_has(
    filled: Store, catalog: Catalog, rep: Actor, clerk: Actor
) -> None:
    made = [a_record(filled, catalog, "company", name=f"회사 {n}", owner=str(rep.id)) for n in range(12)]
    above = a_record(filled, catalog, "company", name="어머니")
    for one in made:
        change(filled, catalog, "company", one.id, parent=str(above.id), owner=str(clerk.id))
        change(filled, catalog, "company", one.id, owner=str(rep.id))
    for actor in (ADMIN, rep):
        costs = []
        for size in (2, 20):
            counter = Statements(filled)
            with filled.read() as conn:
                found = auditing.page(conn, seen(catalog, actor), actor, Search(log=CHANGES), size=size)
            assert len(found.entries) == size
            costs.append(len(counter.queries))
        assert costs[0] == costs[1] <= 5


def test_a_count_stops_at_its_cap(filled: Store, catalog: Catalog, rep: Actor) -> None:
    for number in range(5):
        a_record(filled, catalog, "company", rep, name=f"회사 {number}")
    with filled.read() as conn:
        for actor in (ADMIN, rep):
            search = Search(log=INPUT, module="company")
            assert auditing.count(conn, catalog, actor, search, cap=10) == pages.Count(5, False)
            assert auditing.count(conn, catalog, actor, search, cap=3) == pages.Count(3, True)


def test_a_walk_that_finds_little_says_how_far_it_came(
    filled: Store, catalog: Catalog, rep: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "NEAR", 2)
    monkeypatch.setattr(pages, "FAR", 3)
    own = a_record(filled, catalog, "company", rep, name="나의 회사")
    for number in range(9):
        a_record(filled, catalog, "company", name=f"회사 {number}")
    search = Search(log=INPUT, module="company")
    with filled.read() as conn:
        found = auditing.page(conn, catalog, rep, search)
        assert not found.entries and found.reached is not None and found.next is not None
        assert auditing.count(conn, catalog, rep, search) == pages.Count(0, True)
        assert [one.record for one in pages.every(conn, catalog, rep, search)] == [own.id]


# -- who sees what -------------------------------------------------------------------------------------------------
def test_a_stranger_sees_nothing_of_hidden_records(filled: Store, catalog: Catalog, rep: Actor) -> None:
    secret = a_record(filled, catalog, "company", name="비밀 회사")
    own = a_record(filled, catalog, "company", rep, name="나의 회사", parent=None)
    change(filled, catalog, "company", own.id, parent=str(secret.id))
    change(filled, catalog, "company", secret.id, size=3)
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", secret.id)
    nobody = a_user(filled, catalog, "nobody")
    for name in (INPUT, CHANGES, OWNERS):
        assert "비밀" not in str(log(filled, catalog, rep, name))
        assert not log(filled, catalog, nobody, name)
    assert {one.record for one in log(filled, catalog, rep, CHANGES)} == {own.id}
    for asked in ({"module": "company", "record": secret.id}, {"words": "비밀"}):
        assert not log(filled, catalog, rep, CHANGES, **asked)
    (gone,) = log(filled, catalog, ADMIN, CHANGES, action="deleted")
    with pytest.raises(NotFound), filled.read() as conn:
        auditing.one(conn, catalog, rep, gone.entry.id)


def test_a_deleted_record_is_told_to_those_who_could_see_its_last_state(
    filled: Store, catalog: Catalog, rep: Actor
) -> None:
    own = a_record(filled, catalog, "company", rep, name="나의 회사")
    with filled.write() as conn:
        records.delete(conn, catalog, rep, "company", own.id)
    (entry,) = log(filled, catalog, rep, CHANGES)
    assert entry.about and entry.about.deleted and entry.about.may_delete


def test_denied_and_masked_fields_are_not_told(filled: Store, catalog: Catalog, clerk: Actor, rep: Actor) -> None:
    made = a_record(filled, catalog, "company", name="한빛", size=98765, founded="2020-02-03")
    change(filled, catalog, "company", made.id, size=98766, founded="2021-02-03", name="한빛상사")
    person = a_record(filled, catalog, "person", family="김", owner=str(rep.id))
    change(filled, catalog, "person", person.id, owner=str(clerk.id))
    told = [*log(filled, catalog, clerk, INPUT), *log(filled, catalog, clerk, CHANGES)]
    assert any("name" in keys for keys in fields(told))
    assert not {"size", "founded"} & {key for keys in fields(told) for key in keys}
    assert "98765" not in str(told) and "98766" not in str(told)
    assert not log(filled, catalog, clerk, OWNERS)  # she does not see who owns a person
    assert len(log(filled, catalog, ADMIN, OWNERS)) == 1


def test_an_administrator_sees_what_is_told_of_modules_that_are_gone(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="한빛")
    with filled.write() as conn:
        conn.execute(audit.update().values(module="lost"))
    (entry,) = (one for one in log(filled, catalog, ADMIN, INPUT) if one.record == made.id)
    assert (entry.key, entry.module, entry.about, entry.entry.changes) == ("lost", None, None, ())


STAGES = st.sampled_from(["new", "open", "won"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_entries_are_those_of_records_that_may_be_viewed(filled: Store, catalog: Catalog, data: st.DataObject) -> None:
    """For any rows and roles, with and without a module: what a log tells is what `records.get` would let see."""
    tag = str(datetime.now(UTC).timestamp())
    roles = data.draw(st.sets(st.sampled_from(["owner_only", "keeper", "clerk"])))
    actor = a_user(filled, catalog, f"u{tag}", *sorted(roles))
    made = []
    for number, (stage, own) in enumerate(data.draw(st.lists(st.tuples(STAGES, st.booleans()), max_size=6))):
        owner: dict[str, Any] = {"owner": str(actor.id)} if own else {}
        made.append(a_record(filled, catalog, "company", name=f"{tag} {number}", stage=stage, **owner).id)
        if data.draw(st.booleans()):
            change(filled, catalog, "company", made[-1], stage=data.draw(STAGES))
    expected = set()
    with filled.read() as conn:
        rows = conn.execute(sa.select(audit.c.id, audit.c.module, audit.c.record)).all()
        for row in rows:
            try:
                records.get(conn, seen(catalog, actor), actor, row.module, row.record)
            except NotFound:
                continue
            expected.add(row.id)
    for asked in ({}, {"module": "company"}):
        told = set()
        for name in (INPUT, CHANGES):
            try:
                told |= {one.entry.id for one in log(filled, catalog, actor, name, **asked)}
            except Invalid:
                assert not roles  # nobody whose roles let her see no company may ask for companies
        wanted = {row.id for row in rows if not asked or row.module == "company"}
        assert told == expected & wanted


# -- putting back --------------------------------------------------------------------------------------------------
def changed_entry(store: Store, catalog: Catalog, **asked: Any) -> UUID:
    return log(store, catalog, ADMIN, CHANGES, action="changed", **asked)[0].entry.id


def test_an_old_value_is_put_back_and_leaves_its_own_entry(filled: Store, catalog: Catalog, rep: Actor) -> None:
    parent = a_record(filled, catalog, "company", name="어머니")
    raw: dict[str, Any] = {
        "size": 7, "rate": "1.250", "active": "true", "stage": "open", "founded": "2020-02-03", "story": "옛말",
        "parent": str(parent.id), "owner": str(rep.id),
    }  # fmt: skip
    made = a_record(filled, catalog, "company", name="한빛", **raw)
    other: dict[str, Any] = {
        "size": 8, "rate": None, "active": "false", "stage": "won", "founded": None, "story": "", "parent": None,
        "owner": None,
    }  # fmt: skip
    change(filled, catalog, "company", made.id, **other)
    entry = changed_entry(filled, catalog, module="company", record=made.id)
    for version, key in enumerate(raw, 2):
        with filled.write() as conn:
            assert not proposal(conn, catalog, ADMIN, entry, key).same
            put_back(conn, catalog, ADMIN, entry, key, version=version)
            assert proposal(conn, catalog, ADMIN, entry, key).same
    with filled.read() as conn:
        now = records.get(conn, catalog, ADMIN, "company", made.id)
    assert all(now[key] == made[key] for key in raw)
    assert len(log(filled, catalog, ADMIN, CHANGES, module="company", record=made.id)) == 1 + len(raw)


def refused(store: Store, catalog: Catalog, actor: Actor, entry: UUID, field: str, version: int) -> HanokError:
    """The error; nothing of the trail is another afterwards."""
    before = rows_of(store)
    with pytest.raises(HanokError) as caught, store.write() as conn:
        put_back(conn, seen(catalog, actor), actor, entry, field, version=version)
    assert rows_of(store) == before
    return caught.value


def test_what_may_not_be_put_back_is_refused_and_changes_nothing(
    filled: Store, catalog: Catalog, rep: Actor, clerk: Actor
) -> None:
    made = a_record(filled, catalog, "company", name="한빛", size=7)
    change(filled, catalog, "company", made.id, size=8, name="한빛상사")
    a_record(filled, catalog, "company", name="한빛")
    entry = changed_entry(filled, catalog, module="company", record=made.id)
    told = [
        (rep, "size", NotFound), (clerk, "size", NotFound), (ADMIN, "rate", NotFound), (ADMIN, "name", Invalid),
    ]  # fmt: skip
    for actor, key, error in told:
        assert isinstance(refused(filled, catalog, actor, entry, key, 2), error)
    assert isinstance(refused(filled, catalog, ADMIN, entry, "size", 1), Conflict)
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", made.id)
    assert "restore it first" in str(refused(filled, catalog, ADMIN, entry, "size", 3))


def test_a_viewer_puts_nothing_back(filled: Store, catalog: Catalog) -> None:
    keeper = a_user(filled, catalog, "keeper", "keeper")
    made = a_record(filled, catalog, "company", name="한빛", size=7, stage="won")
    change(filled, catalog, "company", made.id, size=8)
    entry = changed_entry(filled, catalog, module="company")
    assert isinstance(refused(filled, catalog, keeper, entry, "size", 2), Denied)
    (told,) = log(filled, catalog, keeper, CHANGES)
    assert told.about and not told.about.may_edit


def test_a_field_of_another_kind_takes_no_old_value(store: Store, catalog: Catalog) -> None:
    with_tables(store, catalog)
    made = a_record(store, catalog, "company", name="한빛", story="여러 말")
    change(store, catalog, "company", made.id, story="다른 말")
    entry = changed_entry(store, catalog, module="company")
    retyped = {**SMALL, "modules/company.yaml": SMALL["modules/company.yaml"].replace(
        "story:   {type: long_text, search: true}", "story:   {type: integer}")}  # fmt: skip
    without = {**SMALL, "modules/company.yaml": SMALL["modules/company.yaml"].replace(
        "  story:   {type: long_text, search: true}\n", "")}  # fmt: skip
    for files, error in ((retyped, Refused), (without, NotFound)):
        with pytest.raises(error), store.read() as conn:
            proposal(conn, a_catalog(files), ADMIN, entry, "story")


# -- administration ------------------------------------------------------------------------------------------------
def test_deeds_and_changes_of_users_stand_in_one_log(filled: Store, catalog: Catalog, rep: Actor) -> None:
    a_record(filled, catalog, "company", name="한빛")
    with filled.write() as conn:
        tell(conn, ADMIN, "password", "set", about=UUID(int=1), title="rep")
    assert rep.id
    change(filled, catalog, "user", rep.id, last_name="대표")

    def done(by: Actor = ADMIN, **asked: Any) -> list[str]:
        with filled.read() as conn:
            found = administration(conn, catalog, by, Wanted(**asked))
        return [one.subject if isinstance(one, Deed) else f"{one.key} {one.entry.action}" for one in found.rows]

    assert done() == ["user changed", "password", "user created"]
    assert done(subject="password") == ["password"] and done(subject="user") == ["user changed", "user created"]
    assert done(until=datetime.now(UTC) - timedelta(minutes=1)) == []
    with pytest.raises(Invalid):
        done(subject="company")
    with pytest.raises(Denied):
        done(rep)


def test_the_log_of_administration_is_read_page_by_page(filled: Store, catalog: Catalog) -> None:
    with filled.write() as conn:
        for number in range(5):
            tell(conn, ADMIN, "token", "made", about=str(number))
    with filled.read() as conn:
        first = administration(conn, catalog, ADMIN, Wanted(), size=2)
        second = administration(conn, catalog, ADMIN, Wanted(), size=2, after=first.next)
        back = administration(conn, catalog, ADMIN, Wanted(), size=2, before=second.previous)
    assert [one.about for one in (*first.rows, *second.rows) if isinstance(one, Deed)] == ["4", "3", "2", "1"]
    assert back.rows == first.rows and back.previous is None


# -- along which index ---------------------------------------------------------------------------------------------
PLANS: list[tuple[str, dict[str, Any], str]] = [
    (INPUT, {}, "hanok_audit_entered"), (INPUT, {"module": "company"}, "hanok_audit_entered_module"),
    (INPUT, {"actor": UUID(int=7)}, "hanok_audit_entered_actor"), (CHANGES, {}, "hanok_audit_changed"),
    (CHANGES, {"module": "company"}, "hanok_audit_changed_module"),
    (CHANGES, {"actor": UUID(int=7)}, "hanok_audit_changed_actor"), (OWNERS, {}, "hanok_audit_handed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "asked", "index"), PLANS)
def test_each_log_is_read_along_its_index(
    filled: Store, catalog: Catalog, name: str, asked: dict[str, Any], index: str
) -> None:
    a_record(filled, catalog, "company", name="한빛")
    assert index in " ".join(plans(filled, catalog, Search(log=name, **asked))).split()


def plans(store: Store, catalog: Catalog, search: Search) -> list[str]:
    """How the database reads the first page, where reading the whole table costs too much."""
    kept: list[tuple[str, Any]] = []

    def see(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        kept.append((statement, parameters))

    sa.event.listen(store.engines[0], "before_cursor_execute", see)
    with store.read() as conn:
        auditing.page(conn, catalog, ADMIN, search)
    sa.event.remove(store.engines[0], "before_cursor_execute", see)
    how = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN (COSTS OFF) "
    with store.read() as conn:
        if store.dialect == "postgresql":
            for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
                conn.exec_driver_sql(f"SET LOCAL {setting} = off")
        (found,) = [(text, bound) for text, bound in kept if "FROM hanok_audit" in text][:1]
        return [str(row[-1]) for row in conn.exec_driver_sql(how + found[0], found[1])]
