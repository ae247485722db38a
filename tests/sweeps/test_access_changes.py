"""The law of rights for whoever changes something: done exactly when the roles allow it, else nothing is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor, context_of
from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import holds, parse
from hanok.engine.errors import Denied, Invalid, NotFound
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.tables import group_record
from hanok.engine.store.tables import metadata as system
from tests.builders import STAGE, a_catalog, put_in_group, times_that_differ, with_tables
from tests.evidence import Evidence, sizes
from tests.sweeps import rights
from tests.sweeps.everything import ADMIN
from tests.sweeps.rights import Drawer, People, Role, Row

FILES: Mapping[str, str] = {
    "options/stage.yaml": STAGE,
    "modules/company.yaml": """
label: {en: Company}
traits: [owned]
fields:
  name:  {type: text, required: true}
  size:  {type: integer}
  stage: {type: choice, options: stage, default: new}
""",
    "modules/person.yaml": """
label: {en: Person}
traits: [owned]
fields:
  name:    {type: text, required: true}
  size:    {type: integer}
  stage:   {type: choice, options: stage}
  company: {type: link, to: company, inherit: true}
""",
    "modules/visit.yaml": """
label: {en: Visit}
owners: [owner, guests]
fields:
  name:   {type: text, required: true}
  size:   {type: integer}
  stage:  {type: choice, options: stage}
  owner:  {type: user, default: $me}
  guests: {type: links, to: user}
""",
    "modules/memo.yaml": """
label: {en: Memo}
fields:
  name:  {type: text, required: true}
  size:  {type: integer}
  stage: {type: choice, options: stage}
""",
}
MODULES = ("company", "person", "visit", "memo")
REFUSALS = (Denied, NotFound, Invalid)
STAGES = ("new", "open", "won")


@dataclass
class Kept:
    """A record as it must be stored: its values, whom it belongs to, its groups and the ways by which they came."""

    module: str
    id: UUID
    values: dict[str, Any]
    creator: UUID | None
    guests: set[UUID] = field(default_factory=set)
    ways: set[tuple[UUID, str]] = field(default_factory=set)
    version: int = 1
    deleted: bool = False

    @property
    def row(self) -> Row:
        owner = self.values.get("owner")
        mine = self.creator if self.module == "memo" else owner.id if owner else None
        return Row(mine, self.guests, {group for group, _ in self.ways})


@dataclass
class House:
    """Records with what must be stored of them, changed by people with drawn roles, one attempt after the other."""

    store: Store
    people: People
    drawn: Random
    catalog: Catalog
    roles: Mapping[str, Role] = field(default_factory=dict)
    kept: dict[UUID, Kept] = field(default_factory=dict)
    done: int = 0
    refused: int = 0

    def condition(self, module: str) -> rights.Condition:
        """One of the conditions that people write in roles."""
        drawn, number = self.drawn, self.drawn.randint(0, 9)
        every: list[rights.Condition] = [
            {"stage": drawn.choice(STAGES)}, {"stage": {"closed": drawn.choice([True, False])}},
            {"size": {"gt": number}}, {"not": {"size": {"lte": number}}}, {"created_by": "$me"},
            {"any": [{"size": number}, {"stage": "open"}]},
        ]  # fmt: skip
        if module != "memo":
            every += [{"owner": {"team": "$me.team"}}, {"owner": "$me", "size": {"gte": number}}]
            every += [{"owner": {"ne": "$me"}}]
        if module == "person":
            every += [{"company": {"owner": "$me"}}, {"company": {"size": {"gt": number}}}]
            every += [{"company": {"empty": True}}]
        return drawn.choice(every)

    def draw_roles(self) -> None:
        drawer = Drawer(self.drawn, self.catalog, self.condition, MODULES)
        self.roles = drawer.roles(8)
        files = dict(role.file for role in self.roles.values())
        self.catalog = a_catalog({**FILES, **files}, before=self.catalog)
        self.people.hold(self.roles)

    # -- the oracle --------------------------------------------------------------------------------------------
    def allows(self, user: UUID, action: str, one: Kept) -> bool:
        roles = [self.roles[key] for key in sorted(self.people.roles_of(user))]

        def fits(written: rights.Condition) -> bool:
            return self.fits(user, one, written)

        return rights.allowed(roles, user, self.people.groups_of(user), one.module, action, one.row, fits)

    def takes(self, user: str, module: str) -> bool:
        """Whether records of the module may be given to this user."""
        said = [self.roles[key].says(module, "view") for key in self.people.roles_of(UUID(user))]
        return any(each != "none" for each in said) and "deny" not in said

    def fits(self, user: UUID, one: Kept, written: rights.Condition) -> bool:
        module, team = self.catalog.every[one.module], self.people.team[user]
        me = Actor(id=user, username="", title="", teams=(team,) if team else ())
        node = parse(written, ModuleScope(module, self.catalog.every))
        return holds(node, self.whole(one), context_of(me, self.catalog), follow=self.follow)

    def whole(self, one: Kept) -> dict[str, Any]:
        return {**one.values, "created_by": Linked("user", one.creator, "") if one.creator else None}

    def follow(self, found: Any, value: Any) -> Mapping[str, Any] | None:
        if value is None:
            return None
        if value.module == "user":
            team = self.people.team[value.id]
            return {"id": value.id, "team": Linked("team", team, "") if team else None}
        there = self.kept[value.id]
        return None if there.deleted else self.whole(there)

    def inherited(self, one: Kept, via: str) -> set[tuple[UUID, str]]:
        """The groups that come this way: from whoever made it, from the owner, from the company."""
        if via == "parent":
            company = one.values.get("company")
            groups = {group for group, _ in self.kept[company.id].ways} if company else set()
        else:
            owner = one.values.get("owner")
            person = one.creator if via == "creator" else owner.id if owner else None
            groups = self.people.groups_of(person) if person else set()
        return {(group, via) for group in groups if self.people.flags[group][f"from_{via}"]}

    # -- attempts ----------------------------------------------------------------------------------------------
    def attempt(self, user: UUID) -> None:
        actor = self.people.actor(self.catalog, user)
        living = [one for one in self.kept.values() if not one.deleted]
        gone = [one for one in self.kept.values() if one.deleted]
        how = self.drawn.random()
        if how < 0.35 or not living:
            self.create(actor, self.drawn.choice(MODULES))
        elif how < 0.8:
            self.update(actor, self.drawn.choice(living))
        elif how < 0.92 or not gone:
            self.remove(actor, self.drawn.choice(living))
        else:
            self.bring_back(actor, self.drawn.choice(gone))

    def create(self, actor: Actor, module: str) -> None:
        raw = {"name": "하나", **self.raw(module, likely=0.7)}
        new = Kept(module, UUID(int=0), {"stage": "new" if module == "company" else None}, actor.id)
        if module != "memo":
            new.values["owner"] = Linked("user", actor.id, "")
        self.take(new, raw)
        new.ways = {way for via in ("creator", "owner", "parent") for way in self.inherited(new, via)}
        assert actor.id is not None
        fine = self.allows(actor.id, "create", new) and self.links(actor.id, None, raw)
        fine = fine and (raw.get("owner") in (None, str(actor.id)) or self.takes(raw["owner"], module))
        made = self.tried(fine, lambda conn: records.create(conn, self.catalog, actor, module, raw))
        if made is not None:
            new.id = made.id
            self.kept[new.id] = new
            self.same(actor, new, made)

    def update(self, actor: Actor, one: Kept) -> None:
        raw = self.raw(one.module, likely=0.4)
        after = Kept(one.module, one.id, dict(one.values), one.creator, set(one.guests), set(one.ways), one.version)
        self.take(after, {key: value for key, value in raw.items() if value or not self.is_gone(one.values.get(key))})
        changed = {key for key in ("owner", "company") if _id(one.values.get(key)) != _id(after.values.get(key))}
        for key, via in (("owner", "owner"), ("company", "parent")):
            if key in changed:
                after.ways = {way for way in after.ways if way[1] != via} | self.inherited(after, via)
        assert actor.id is not None
        fine = self.allows(actor.id, "view", one) and self.allows(actor.id, "edit", one)
        fine = fine and ("owner" not in changed or self.allows(actor.id, "assign", one))
        fine = fine and ("owner" not in changed or not raw["owner"] or self.takes(raw["owner"], one.module))
        fine = fine and self.links(actor.id, one, raw)
        call = {"version": one.version}
        made = self.tried(fine, lambda conn: records.update(conn, self.catalog, actor, one.module, one.id, raw, **call))
        if made is not None:
            after.version = made.version
            self.kept[one.id] = after
            self.same(actor, after, made)

    def is_gone(self, value: Any) -> bool:
        """Whether a link leads to a deleted record: it reads as empty, and to empty it is no change."""
        return isinstance(value, Linked) and value.id in self.kept and self.kept[value.id].deleted

    def remove(self, actor: Actor, one: Kept) -> None:
        assert actor.id is not None
        fine = self.allows(actor.id, "view", one) and self.allows(actor.id, "delete", one)
        if self.tried(fine, lambda conn: records.delete(conn, self.catalog, actor, one.module, one.id) or one):
            one.deleted, one.version = True, one.version + 1

    def bring_back(self, actor: Actor, one: Kept) -> None:
        assert actor.id is not None
        fine = self.allows(actor.id, "view", one) and self.allows(actor.id, "delete", one)
        made = self.tried(fine, lambda conn: records.restore(conn, self.catalog, actor, one.module, one.id))
        if made is not None:
            one.deleted, one.version = False, made.version
            self.same(actor, one, made)

    def raw(self, module: str, *, likely: float) -> dict[str, Any]:
        drawn = self.drawn
        some: dict[str, Any] = {"size": drawn.randint(0, 9), "stage": drawn.choice(STAGES)}
        if module != "memo":
            some["owner"] = str(drawn.choice(self.people.users))
        if module == "visit":
            some["guests"] = [str(each) for each in drawn.sample(self.people.users, drawn.randint(0, 3))]
        if module == "person":
            companies = [str(one.id) for one in self.kept.values() if one.module == "company" and not one.deleted]
            some["company"] = drawn.choice([None, *companies])
        return {key: value for key, value in some.items() if drawn.random() < likely}

    @staticmethod
    def take(one: Kept, raw: Mapping[str, Any]) -> None:
        """What the raw values make of the record."""
        for key, value in raw.items():
            if key == "guests":
                one.guests = {UUID(each) for each in value}
            elif key in ("owner", "company"):
                to = "user" if key == "owner" else "company"
                one.values[key] = Linked(to, UUID(value), "") if value else None
            else:
                one.values[key] = value

    def links(self, user: UUID, one: Kept | None, raw: Mapping[str, Any]) -> bool:
        """Whether the company is one that the user may see; what stays as it was is not asked."""
        wanted = raw.get("company")
        if wanted is None or (one and _id(one.values.get("company")) == UUID(wanted)):
            return True
        return self.allows(user, "view", self.kept[UUID(wanted)])

    # -- what must come of it ----------------------------------------------------------------------------------
    def tried(self, fine: bool, work: Any) -> Any:
        """What the work gives, None when it was refused; a refusal leaves every table as it was."""
        before = "" if fine else self.digest()
        try:
            with self.store.write() as conn:
                made = work(conn)
        except REFUSALS as error:
            assert not fine, f"refused, though the roles allow it: {error}"
            assert self.digest() == before
            self.refused += 1
            return None
        assert fine, f"done, though the roles do not allow it: {made}"
        self.done += 1
        return made

    def digest(self) -> str:
        """A hash of everything that is stored."""
        found = hashlib.sha256()
        with self.store.read() as conn:
            for table in (*system.sorted_tables, *self.catalog.metadata.sorted_tables):
                for row in conn.execute(sa.select(table).order_by(*table.primary_key.columns)):
                    found.update(repr(tuple(row)).encode())
                found.update(b"\0")
        return found.hexdigest()

    def same(self, actor: Actor, one: Kept, made: Record) -> None:
        """What a save says may be done next is what a reading says, and the groups are those that it inherits."""
        assert actor.id is not None
        may = tuple(self.allows(actor.id, action, one) for action in ("edit", "delete"))
        assert (made.may_edit, made.may_delete) == may
        with self.store.read() as conn:
            mine = sa.and_(group_record.c.module == one.module, group_record.c.record == one.id)
            stored = {(row.group_id, row.via) for row in conn.execute(sa.select(group_record).where(mine))}
            assert stored == one.ways
            try:
                found = records.get(conn, self.catalog, actor, one.module, one.id)
            except NotFound:
                assert not self.allows(actor.id, "view", one)
                return
        assert self.allows(actor.id, "view", one)
        assert (found.may_edit, found.may_delete, found.version) == (*may, made.version)


def _id(link: Linked | None) -> UUID | None:
    return link.id if link else None


@pytest.fixture
def house(store: Store, evidence: Evidence) -> House:
    catalog = a_catalog(FILES)
    people = People(with_tables(store, catalog), catalog, evidence.random)
    people.settle(users=5, teams=2, groups=3)
    return House(store, people, evidence.random, catalog)


def fill(house: House, modules: Collection[str] = MODULES) -> None:
    """Some records of each module, put there by hand: nobody asked whether they may be."""
    for module in modules:
        for _ in range(3):
            creator = house.drawn.choice(house.people.users)
            raw = {"name": "하나", **house.raw(module, likely=1)}
            by = Actor(id=creator, username="", title="", admin=True)
            new = Kept(module, UUID(int=0), {}, creator)
            house.take(new, raw)
            new.ways = {way for via in ("creator", "owner", "parent") for way in house.inherited(new, via)}
            with house.store.write() as conn:
                new.id = records.create(conn, house.catalog, by, module, raw).id
                group = house.drawn.choice(list(house.people.groups))
                if house.drawn.random() < 0.3:
                    put_in_group(conn, house.catalog, module, new.id, group)
                    new.ways.add((group, "hand"))
            house.kept[new.id] = new


@sizes(sample=3, full=60)
def test_a_change_is_made_when_the_roles_allow_it_and_else_nothing_is(
    house: House, evidence: Evidence, size: int, dialect: str
) -> None:
    assert ADMIN.admin
    fill(house)
    for _ in range(size):
        house.draw_roles()
        for _ in range(30):
            house.attempt(house.drawn.choice(house.people.users))
        with house.store.read() as conn:
            assert times_that_differ(conn, house.catalog) == [], "the time of the last change stands beside each group"
    evidence.count(f"{dialect}: changes that the roles allow, made", house.done)
    evidence.count(f"{dialect}: changes that they do not allow, refused with every table as it was", house.refused)
    assert house.done > size * 3
    assert house.refused > size * 3
