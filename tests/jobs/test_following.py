"""Records that follow their groups: after any changes, once the jobs ran, they are where a new record would be."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy import Live
from hanok.engine.errors import Invalid
from hanok.engine.jobs import Surroundings, Worker, following, kinds_of, outbox
from hanok.engine.jobs.job import DONE, WAITING
from hanok.engine.records import Record
from hanok.engine.records.sharing import share, unshare
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import group_record
from tests.builders import TYPES, Statements, a_catalog, an_administrator, times_that_differ, with_tables
from tests.evidence import Evidence

ADMIN = an_administrator()
#: How long others may write before a job that waits for them counts as stuck, in seconds.
PATIENCE = 60.0
FILES: Mapping[str, str] = {
    "modules/company.yaml": """
label: {en: Company}
traits: [owned]
fields:
  name:   {type: text, required: true}
  parent: {type: link, to: company, inherit: true, tree: true}
""",
    "modules/person.yaml": """
label: {en: Person}
traits: [owned]
fields:
  name:    {type: text, required: true}
  company: {type: link, to: company, inherit: true}
""",
    "modules/memo.yaml": """
label: {en: Memo}
fields:
  name:  {type: text, required: true}
  about: {type: link, to: [company, person], inherit: true}
  again: {type: link, to: company, inherit: true}
""",
    "roles/sees.yaml": "label: {en: Sees}\ndefault: {list: all, view: all}\n",
}
LINKS = {"company": ("parent",), "person": ("company",), "memo": ("about", "again")}
Row = tuple[str, UUID, UUID, str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def worker(site: Store, catalog: Catalog, tmp_path: Path) -> Worker:
    where = Surroundings(Live(site, TYPES, catalog), tmp_path)
    kinds = kinds_of(following.KINDS, (outbox.event_kind(following.SUBSCRIBERS),))
    return Worker(where, kinds, subscribers=following.SUBSCRIBERS)


def rows(site: Store, *vias: str) -> set[Row]:
    with site.read() as conn:
        found = {tuple(row)[:4] for row in conn.execute(sa.select(group_record))}
    return {row for row in found if row[3] in vias} if vias else found


def settled(site: Store, worker: Worker) -> None:
    """Lets everything that was asked for happen; nothing may have failed. On PostgreSQL a job comes back later while
    anybody writes who began before it, be it in another database of the server."""
    end, states = monotonic() + PATIENCE, {WAITING}
    while WAITING in states and monotonic() < end:
        worker.run_until_idle()
        with site.read() as conn:
            states = set(conn.scalars(sa.select(job.c.state)))
        sleep(0.1 if WAITING in states else 0)
    assert states <= {DONE}


@dataclass
class House:
    """People, groups and records, and what was said of them last."""

    site: Store
    catalog: Catalog
    people: list[UUID] = field(default_factory=list)
    groups: dict[UUID, Record] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)
    kept: dict[UUID, Record] = field(default_factory=dict)

    def make(self, module: str, by: UUID | None = None, **raw: Any) -> Record:
        actor = an_administrator(id=by) if by else ADMIN
        raw = raw if module == "user" else {"name": "하나", **raw}
        with self.site.write() as conn:
            made = records.create(conn, self.catalog, actor, module, raw)
        if module in LINKS:
            self.kept[made.id] = made
        elif module == "security_group":
            self.groups[made.id] = made
        return made

    def person(self, name: str) -> UUID:
        self.people.append(self.make("user", username=name, last_name=name).id)
        with self.site.write() as conn:
            accounts.grant(conn, self.people[-1], "sees")  # whoever sees nothing is given nothing
        return self.people[-1]

    def group(self, key: str, *people: UUID, **flags: bool) -> UUID:
        return self.make("security_group", name=key, key=key, users=[str(each) for each in people], **flags).id

    def change(self, id: UUID, **raw: Any) -> Record:
        mine = self.groups if id in self.groups else self.kept
        with self.site.write() as conn:
            module = mine[id].module
            version = records.get(conn, self.catalog, ADMIN, module, id).version
            mine[id] = records.update(conn, self.catalog, ADMIN, module, id, raw, version=version)
        return mine[id]

    def read(self, id: UUID) -> Record:
        with self.site.read() as conn:
            return records.get(conn, self.catalog, ADMIN, self.kept[id].module, id)

    # -- the oracle ------------------------------------------------------------------------------------------------
    def members(self) -> dict[UUID, set[UUID]]:
        through = self.catalog.every["security_group"].ends["users"].through
        assert through is not None
        found: dict[UUID, set[UUID]] = {group: set() for group in self.groups if group not in self.gone}
        with self.site.read() as conn:
            for row in conn.execute(sa.select(through.c.left, through.c.right)):
                found.get(row.left, set()).add(row.right)
        return found

    def expected(self, *, creators: bool) -> set[Row]:
        """What every record would inherit if it were made now; what it was given by hand stays, and so does what it
        has of whoever made it, unless that is asked for anew."""
        members, found = self.members(), rows(self.site, "hand") | (set() if creators else rows(self.site, "creator"))
        there = {id: self.read(id).values for id in self.kept}

        def through(group: UUID, via: str) -> bool:
            return group not in self.gone and bool(self.groups[group].values[f"from_{via}"])

        for id, values in there.items():
            module = self.kept[id].module
            for group, people in members.items():
                ends = {"owner": values.get("owner"), "creator": values["created_by"] if creators else None}
                found |= {(module, id, group, via) for via, end in ends.items()
                          if end is not None and end.id in people and through(group, via)}  # fmt: skip
        while True:
            more = {
                (self.kept[id].module, id, row[2], "parent")
                for id, values in there.items() for key in LINKS[self.kept[id].module]
                if values[key] is not None for row in found if row[1] == values[key].id and through(row[2], "parent")
            }  # fmt: skip
            if more <= found:
                return found
            found |= more


@pytest.fixture
def house(site: Store, catalog: Catalog) -> House:
    return House(site, catalog)


def of(site: Store, record: Record, *vias: str) -> set[UUID]:
    return {row[2] for row in rows(site, *vias) if row[1] == record.id}


def test_who_joins_a_group_brings_the_records_that_are_hers(house: House, worker: Worker) -> None:
    kim, lee = house.person("kim"), house.person("lee")
    seoul = house.group("seoul", lee)
    hers, others = house.make("company", owner=str(kim)), house.make("company", owner=None)
    below = house.make("person", company=str(hers.id))
    settled(house.site, worker)
    assert of(house.site, hers) == of(house.site, below) == set()
    house.change(seoul, users=[str(lee), str(kim)])
    settled(house.site, worker)
    assert of(house.site, hers, "owner") == of(house.site, below, "parent") == {seoul}
    assert of(house.site, others) == set()
    house.change(seoul, users=[str(lee)])
    settled(house.site, worker)
    assert of(house.site, hers) == of(house.site, below) == set()


def test_what_somebody_made_stays_where_it_was_made(house: House, worker: Worker) -> None:
    kim = house.person("kim")
    seoul = house.group("seoul", kim)
    made = house.make("company", by=kim, owner=None)
    house.change(seoul, users=[])
    settled(house.site, worker)
    assert of(house.site, made, "creator") == {seoul}


def test_a_group_is_applied_to_what_its_members_made(house: House, worker: Worker) -> None:
    kim, lee = house.person("kim"), house.person("lee")
    hers, his = house.make("memo", by=kim), house.make("memo", by=lee)
    seoul = house.group("seoul", kim)
    with house.site.write() as conn:
        following.apply(conn, seoul, "Seoul", ADMIN)
    settled(house.site, worker)
    assert (of(house.site, hers, "creator"), of(house.site, his)) == ({seoul}, set())
    house.change(seoul, from_creator=False)
    settled(house.site, worker)
    assert of(house.site, hers, "creator") == {seoul}, "only what is new"
    with house.site.write() as conn:
        following.apply(conn, seoul, "Seoul", ADMIN)
    settled(house.site, worker)
    assert of(house.site, hers) == set()


def test_what_belongs_to_a_record_follows_it_into_groups_given_by_hand(house: House, worker: Worker) -> None:
    seoul = house.group("seoul")
    head = house.make("company")
    part = house.make("company", parent=str(head.id))
    memo = house.make("memo", about={"module": "company", "id": str(part.id)})
    for way, wanted in ((share, {seoul}), (unshare, set())):
        with house.site.write() as conn:
            way(conn, house.catalog, ADMIN, records.get(conn, house.catalog, ADMIN, "company", head.id), seoul)
        settled(house.site, worker)
        assert of(house.site, part) == of(house.site, memo) == wanted


def test_a_group_that_was_deleted_and_came_back_has_its_records(house: House, worker: Worker) -> None:
    kim = house.person("kim")
    seoul, made = house.group("seoul", kim), house.make("company")
    with house.site.write() as conn:
        records.delete(conn, house.catalog, ADMIN, "security_group", seoul)
    house.change(made.id, owner=str(kim))
    settled(house.site, worker)
    assert of(house.site, made) == set()
    with house.site.write() as conn:
        records.restore(conn, house.catalog, ADMIN, "security_group", seoul)
    settled(house.site, worker)
    assert of(house.site, made, "owner") == {seoul}


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_records_are_where_new_ones_would_be(house: House, worker: Worker, seed: int) -> None:
    story = Story(house, Random(seed))
    for _ in range(8):
        for _ in range(story.drawn.randint(1, 6)):
            story.change()
        settled(house.site, worker)
        assert rows(house.site) == house.expected(creators=False)
        with house.site.read() as conn:
            assert times_that_differ(conn, house.catalog) == []
    for group in house.groups:
        with house.site.write() as conn:
            following.apply(conn, group, "any", ADMIN)
    settled(house.site, worker)
    assert rows(house.site) == house.expected(creators=True)


@dataclass
class Story:
    """Random changes of groups and records."""

    house: House
    drawn: Random

    def __post_init__(self) -> None:
        people = [self.house.person(f"p{number}") for number in range(4)]
        for number in range(4):
            flags = {f"from_{via}": self.drawn.random() < 0.8 for via in ("creator", "owner", "parent")}
            self.house.group(f"g{number}", *self.drawn.sample(people, 2), **flags)
        for _ in range(10):
            self.record()

    def record(self) -> None:
        module = self.drawn.choice(list(LINKS))
        self.house.make(module, by=self.drawn.choice(self.house.people), **self.raw(module))

    def raw(self, module: str, *, but: UUID | None = None) -> dict[str, Any]:
        some: dict[str, Any] = {key: self.target(key, but) for key in LINKS[module]}
        if module != "memo":
            some["owner"] = self.drawn.choice([None, *map(str, self.house.people)])
        return {key: value for key, value in some.items() if self.drawn.random() < 0.7}

    def target(self, key: str, but: UUID | None) -> Any:
        modules = ("company", "person") if key == "about" else ("company",)
        offered = [one for one in self.house.kept.values() if one.module in modules and one.id != but]
        one = self.drawn.choice([None, *offered])
        return one and ({"module": one.module, "id": str(one.id)} if key == "about" else str(one.id))

    def change(self) -> None:
        house, drawn = self.house, self.drawn
        group = drawn.choice([each for each in house.groups if each not in house.gone])
        record = drawn.choice(list(house.kept.values()))
        what = drawn.randrange(6)
        if what == 0:
            self.record()
        elif what == 1:
            with suppress(Invalid):  # a circle of companies
                house.change(record.id, **self.raw(record.module, but=record.id))
        elif what == 2:
            house.change(group, users=[str(each) for each in drawn.sample(house.people, drawn.randint(0, 3))])
        elif what == 3:
            house.change(group, **{f"from_{drawn.choice(['owner', 'parent', 'creator'])}": drawn.random() < 0.5})
        elif what == 4:
            self.user_side(group)
        else:
            with house.site.write() as conn:
                one = records.get(conn, house.catalog, ADMIN, record.module, record.id)
                drawn.choice([share, unshare])(conn, house.catalog, ADMIN, one, group)

    def user_side(self, group: UUID) -> None:
        with self.house.site.write() as conn:
            person, way = self.drawn.choice(self.house.people), self.drawn.choice([records.link, records.unlink])
            way(conn, self.house.catalog, ADMIN, "user", person, "security_groups", group)


def many(house: House, owner: UUID, count: int, per: int) -> None:
    """So many companies of this owner, each with people, written without any save."""
    company, person = (house.catalog.modules[key] for key in ("company", "person"))
    at = datetime.now(UTC)
    system = {"created_at": at, "updated_at": at, "version": 1, "title": "하나", "title$folded": "하나", "name": "하나"}
    system |= {"name$folded": "하나"}
    with house.site.write() as conn:
        for start in range(0, count, 2000):
            above = [new_id() for _ in range(min(2000, count - start))]
            below = [(new_id(), id) for id in above for _ in range(per)]
            rows = [{**kept(company, system), "id": id, column(company, "owner"): owner} for id in above]
            conn.execute(company.table.insert(), rows)
            conn.execute(person.table.insert(), [{**kept(person, system), "id": id, column(person, "company"): up}
                                                 for id, up in below])  # fmt: skip
    house.site.analyze(company.table.name, person.table.name)


def column(module: Module, key: str) -> str:
    return module.field(key).columns[""]


def kept(module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in module.table.c}


def test_many_records_cost_a_few_statements_for_each_batch(house: House, worker: Worker) -> None:
    kim = house.person("kim")
    seoul = house.group("seoul")
    many(house, kim, 1100, 1)
    worker.run_until_idle()
    house.change(seoul, users=[str(kim)])
    statements = Statements(house.site)
    settled(house.site, worker)
    assert len(rows(house.site)) == 2200
    asked = [text for text in statements.texts if "group_record" in text]
    batches = 2 * 3 + 1  # of 500, for companies by their owner and for people by their company; the tree of companies
    assert len(asked) <= 5 * batches + 8


@pytest.mark.slow
def test_a_hundred_thousand_records_follow(house: House, worker: Worker, evidence: Evidence, dialect: str) -> None:
    kim = house.person("kim")
    seoul = house.group("seoul")
    many(house, kim, 20_000, 4)
    worker.run_until_idle()
    for people, number in (([str(kim)], 100_000), ([], 0)):
        house.change(seoul, users=people)
        statements, began = Statements(house.site), monotonic()
        settled(house.site, worker)
        how = "who joined" if people else "who left"
        evidence.count(f"{dialect}: records that followed somebody {how}, of 100,000", number or 100_000)
        evidence.count(f"{dialect}: statements for it, {how}", len(statements.texts))
        evidence.count(f"{dialect}: seconds for it, {how}", round(monotonic() - began))
        assert len(rows(house.site)) == number
        assert len(statements.texts) < 20 * 100_000 / 500
