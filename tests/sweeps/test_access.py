"""The law of rights: what SQL returns is what the roles allow, on both databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor, context_of, predicate
from hanok.engine.accounts.explaining import explain
from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import holds, parse
from hanok.engine.errors import Denied, NotFound
from hanok.engine.records import Query, reaching, strands
from hanok.engine.records.closing import told
from hanok.engine.records.exporting import Wish, export
from hanok.engine.store import Store
from hanok.engine.store.tables import group_record
from tests.builders import a_catalog, an_administrator, put_in_group, with_tables
from tests.evidence import Evidence, sizes
from tests.sweeps import rights
from tests.sweeps.everything import ADMIN, EVERYTHING, Filler, everything_files
from tests.sweeps.rights import ACTIONS, Drawer, People, Role, Row
from tests.sweeps.test_conditions import Author, Rows, tied

RECORDS = 45
ROLES = 10


def owned_files() -> dict[str, str]:
    """The module of everything, with an owner and with guests, who count as owners where they only look."""
    files = everything_files()
    own = "owners: [owner, guests]\nfields:\n  owner: {type: user}\n  guests: {type: links, to: user}\n"
    return files | {f"modules/{EVERYTHING}.yaml": files[f"modules/{EVERYTHING}.yaml"].replace("fields:\n", own, 1)}


@dataclass(repr=False)
class World:
    """Stored records of everything, the people, and the rows that decide about each record."""

    rows: Rows
    people: People
    files: Mapping[str, str]
    decisive: Mapping[UUID, Row]

    @property
    def store(self) -> Store:
        return self.rows.store


@pytest.fixture
def world(store: Store, evidence: Evidence) -> World:
    files = owned_files()
    catalog = a_catalog(files)
    people = People(with_tables(store, catalog), catalog, evidence.random)
    filler = Filler(store, catalog, evidence.random)
    people.settle(users=6, teams=2, groups=3)
    filler.known["user"] += [str(user) for user in people.users]
    filler.known[EVERYTHING] = [str(record.id) for record in filler.records(6)]
    for number in range(RECORDS - 6):
        raw = filler.raw() | (filler.apart() if number % 2 else {})
        raw = {key: value for key, value in raw.items() if not catalog.every[EVERYTHING].fields[key].type.holds_files}
        by = replace(an_administrator(), id=evidence.random.choice(people.users))
        with store.write() as conn:
            records.create(conn, catalog, by, EVERYTHING, {**raw, "owner": str(evidence.random.choice(people.users))})
    return seen(store, catalog, people, files, evidence.random)


def seen(store: Store, catalog: Catalog, people: People, files: Mapping[str, str], drawn: Random) -> World:
    """The world as it is read back; some records were put into groups by hand."""
    values, ties = {}, {}
    with store.write() as conn:
        for module in catalog.every:
            found = records.page(conn, catalog, ADMIN, Query(module=module, size=1000)).rows
            values[module] = {record.id: record.values for record in found}
            ties |= tied(conn, catalog, found)
        for record in drawn.sample(sorted(values[EVERYTHING]), 6):
            put_in_group(conn, catalog, EVERYTHING, record, drawn.choice(list(people.groups)))
        in_groups = defaultdict(set)
        for row in conn.execute(sa.select(group_record).where(group_record.c.module == EVERYTHING)):
            in_groups[row.record].add(row.group_id)
    rows = Rows(store, catalog, values, context_of(ADMIN, catalog), defaultdict(list, ties))
    guests: dict[UUID, set[UUID]] = defaultdict(set)
    for record_id, tie in ties[EVERYTHING, "guests"]:
        guests[record_id].add(tie.id)
    decisive = {
        id: Row(each["owner"].id if each["owner"] else None, guests[id], in_groups[id])
        for id, each in values[EVERYTHING].items()
    }
    return World(rows, people, files, decisive)


@dataclass(frozen=True)
class Oracle:
    """What the roles of one actor allow with the records of everything, asked record by record."""

    world: World
    catalog: Catalog
    actor: Actor
    roles: tuple[Role, ...]

    def allowed(self, action: str) -> set[UUID]:
        return {id for id in self.world.decisive if self.allows(id, action)}

    def allows(self, id: UUID, action: str) -> bool:
        assert self.actor.id is not None

        def fits(written: rights.Condition) -> bool:
            return self.fits(id, written)

        row, user, groups = self.world.decisive[id], self.actor.id, self.world.people.groups_of(self.actor.id)
        return rights.allowed(self.roles, user, groups, EVERYTHING, action, row, fits)

    def fits(self, id: UUID, written: rights.Condition) -> bool:
        rows = self.world.rows
        node = parse(written, ModuleScope(rows.catalog.every[EVERYTHING], rows.catalog.every))
        team = self.world.people.team[self.actor.id] if self.actor.id else None
        groups = tuple(self.world.people.groups_of(self.actor.id)) if self.actor.id else ()
        me = replace(context_of(self.actor, self.catalog), teams=(team,) if team else (), groups=groups)
        say = {"follow": rows.follow, "members": rows.members}
        return holds(node, rows.values[EVERYTHING][id], me, **say)  # type: ignore[arg-type]


def oracles(world: World, evidence: Evidence) -> Iterator[Oracle]:
    """Everybody, with roles that were drawn anew and given out anew."""
    author = Author(evidence.random, world.rows)
    drawer = Drawer(evidence.random, world.rows.catalog, lambda module: author.condition(), (EVERYTHING,))
    roles = drawer.roles(ROLES)
    catalog = a_catalog({**world.files, **dict(role.file for role in roles.values())}, before=world.rows.catalog)
    world.people.hold(roles)
    for user in world.people.users:
        actor = world.people.actor(catalog, user)
        assert set(actor.roles) == world.people.roles_of(user), "roles of the user, of the team and of the groups"
        assert set(actor.groups) == world.people.groups_of(user)
        yield Oracle(world, catalog, actor, tuple(roles[key] for key in actor.roles))


@sizes(sample=2, full=40)
def test_sql_returns_what_the_roles_allow(world: World, evidence: Evidence, size: int, dialect: str) -> None:
    some = 0
    for _ in range(size):
        for oracle in oracles(world, evidence):
            expected = {action: oracle.allowed(action) for action in ACTIONS}
            with world.store.read() as conn:
                for action, ids in expected.items():
                    found = by_predicate(conn, oracle, action)
                    said = [role.says(EVERYTHING, action) for role in oracle.roles]
                    assert not found ^ ids, f"{action}: {said}\nSQL only: {found - ids}\noracle only: {ids - found}"
                    some += 0 < len(ids) < len(world.decisive)
                lists(conn, oracle, expected)
                shapes(conn, oracle, expected, evidence)
                pages(conn, oracle, expected, evidence.random)
                told = explained(conn, oracle, expected, evidence.random)
            evidence.count(f"{dialect}: explanations whose verdict is the oracle's", told)
            evidence.count(f"{dialect}: actors with drawn roles")
            evidence.count(f"{dialect}: actions of which SQL and the oracle name the same records", len(ACTIONS))
    evidence.count(f"{dialect}: of them, some of the records and not all", some)
    assert some > size * 6


def by_predicate(conn: sa.Connection, oracle: Oracle, action: str) -> set[UUID]:
    module = oracle.catalog.modules[EVERYTHING]
    table = module.table.alias()
    rule = predicate(oracle.catalog, oracle.actor, module, action, table)
    return set(conn.scalars(sa.select(table.c.id).where(rule)))


def lists(conn: sa.Connection, oracle: Oracle, expected: Mapping[str, set[UUID]]) -> None:
    """The list, its count and its export; and what each row says may be done to it."""
    catalog, actor = oracle.catalog, oracle.actor
    for action in ("list", "export"):
        query = Query(module=EVERYTHING, size=1000, action=action)
        rows = records.page(conn, catalog, actor, query).rows
        assert {row.id for row in rows} == expected[action]
        assert records.count(conn, catalog, actor, query) == len(expected[action])
        for row in rows:
            assert (row.may_edit, row.may_delete) == (row.id in expected["edit"], row.id in expected["delete"])
            assert row.may_view == (action == "export" or row.id in expected["view"])
            assert row.may_view or set(row.values) <= told(catalog.every[EVERYTHING])
    wish = Wish(actor=actor, module=EVERYTHING, language="en", columns=("id",))
    try:
        exported = {UUID(str(row[0])) for row in export(conn, catalog, wish).rows()}
    except Denied:
        exported = set()
    assert exported == expected["export"]


def shapes(conn: sa.Connection, oracle: Oracle, expected: Mapping[str, set[UUID]], evidence: Evidence) -> None:
    """In whatever shape rows are looked for: the pages of the list, in an order of its own, and how many they are."""
    orders = [(), (), ("text_1",), ("-created_at",), ("-owner", "text_1"), ("owner",)]
    sort = evidence.random.choice(orders)
    whole = [row.id for row in records.page(conn, oracle.catalog, ADMIN, Query(
        module=EVERYTHING, size=1000, sort=sort)).rows]  # fmt: skip
    for few, many, most in ((0, 0, 0), (0, 10_000, 0), (10_000, 10_000, 0), (0, 0, 24)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reaching, "FEW", few)
            patch.setattr(reaching, "MANY", many)
            patch.setattr(strands, "MOST_GROUPS", most)
            for action in ("list", "view"):
                query = Query(module=EVERYTHING, size=7, sort=sort, action=action)
                wanted = [id for id in whole if id in expected[action]]
                assert list(turned(conn, oracle, query)) == wanted, (few, many, most, sort, action)
                assert list(turned_back(conn, oracle, query)) == wanted[::-1], (few, many, most, sort, action)
                for cap in (3, None):
                    found = records.count(conn, oracle.catalog, oracle.actor, query, cap=cap)
                    assert found == (len(wanted) if cap is None else min(len(wanted), cap + 1))
                evidence.count("lists whose pages and count are the oracle's, in each shape")


def turned(conn: sa.Connection, oracle: Oracle, query: Query) -> Iterator[UUID]:
    """The ids of all pages, one after the other."""
    found = records.page(conn, oracle.catalog, oracle.actor, query)
    yield from (row.id for row in found.rows)
    while found.next:
        found = records.page(conn, oracle.catalog, oracle.actor, replace(query, after=found.next))
        yield from (row.id for row in found.rows)


def turned_back(conn: sa.Connection, oracle: Oracle, query: Query) -> Iterator[UUID]:
    """The same from the last page to the first one."""
    found = records.page(conn, oracle.catalog, oracle.actor, query)
    while found.next:
        found = records.page(conn, oracle.catalog, oracle.actor, replace(query, after=found.next))
    yield from (row.id for row in found.rows[::-1])
    while found.previous:
        found = records.page(conn, oracle.catalog, oracle.actor, replace(query, before=found.previous))
        yield from (row.id for row in found.rows[::-1])


def explained(conn: sa.Connection, oracle: Oracle, expected: Mapping[str, set[UUID]], drawn: Random) -> int:
    """What is told about some records is the verdict of the predicate, and names what the oracle goes by."""
    every, asked = sorted(oracle.world.decisive), [drawn.choice(ACTIONS) for _ in range(6)]
    for action in asked:
        id = drawn.choice(every)
        told = explain(conn, oracle.catalog, oracle.actor, EVERYTHING, id, action)
        assert told.allowed == (id in expected[action])
        row = oracle.world.decisive[id]
        assert {one.group.id for one in told.groups} == set(row.groups)
        for reason in told.rights[0].reasons:
            said = oracle.roles[oracle.actor.roles.index(reason.said.role)].says(EVERYTHING, action)
            assert reason.said.level == (said if isinstance(said, str) else "condition")
            assert (reason.said.written is None) == isinstance(said, str)
            assert {one.id for one in reason.holders} == {
                holder for holder in oracle.world.people.holders(oracle.actor.id or id)
                if reason.said.role in oracle.world.people.held[holder]
            }
            assert reason.said.place is not None and reason.said.place.file.endswith(f"{reason.said.role}.yaml")
    return len(asked)


def pages(conn: sa.Connection, oracle: Oracle, expected: Mapping[str, set[UUID]], drawn: Random) -> None:
    """Records that are opened one by one."""
    for id in drawn.sample(sorted(oracle.world.decisive), 5):
        try:
            found = records.get(conn, oracle.catalog, oracle.actor, EVERYTHING, id)
        except NotFound:
            assert id not in expected["view"]
            continue
        assert id in expected["view"]
        assert (found.may_edit, found.may_delete) == (id in expected["edit"], id in expected["delete"])
