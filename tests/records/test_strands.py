"""Lists of whoever sees her own records and those of her groups: by the times that stand beside each record of a group.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound
from hanok.engine.records import Query, Record, strands
from hanok.engine.records.changing import change_many, hold
from hanok.engine.records.sharing import share, unshare
from hanok.engine.store import Store
from hanok.engine.store.tables import group_record
from tests.builders import Statements, a_catalog, a_user, an_administrator, times_that_differ, with_tables

ADMIN = an_administrator()
FILES = {
    "modules/quote.yaml": """
label: {en: Quote}
traits: [owned]
fields:
  name:  {type: text, required: true}
  lines: {type: lines, of: {what: {type: text, required: true, length: 10}}}
views:
  list: {columns: [name], sort: [-updated_at]}
""",
    "modules/call.yaml": """
label: {en: Call}
traits: [owned]
fields:
  name:  {type: text, required: true}
  quote: {type: link, to: quote, inherit: true}
""",
    "roles/ours.yaml": "label: {en: Ours}\ndefault: {list: group, view: group}\n",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def here(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@dataclass
class Desk:
    """Records of a few people in a few groups, to which anything may be done."""

    store: Store
    catalog: Catalog
    drawn: Random
    people: list[Actor] = field(default_factory=list)
    groups: list[UUID] = field(default_factory=list)

    def open(self) -> None:
        for name in ("kim", "lee", "park"):
            self.people.append(a_user(self.store, self.catalog, name, "ours"))
            with self.store.write() as conn:
                accounts.grant(conn, _id(self.people[-1]), "ours")
        for number in range(3):
            users = [str(person.id) for person in self.people[: number + 1]]
            raw = {"key": f"g{number}", "name": f"g{number}", "users": users, "from_parent": True}
            self.groups.append(self.do("create", "security_group", raw).id)

    def do(self, deed: str, *words: Any, **named: Any) -> Any:
        with self.store.write() as conn:
            return getattr(records, deed)(conn, self.catalog, ADMIN, *words, **named)

    def some(self, module: str, **asked: Any) -> Record | None:
        with self.store.read() as conn:
            rows = records.page(conn, self.catalog, ADMIN, Query(module=module, size=100, **asked)).rows
        return self.drawn.choice(rows) if rows else None

    # -- deeds -----------------------------------------------------------------------------------------------------
    def makes(self) -> None:
        owner, by = (self.drawn.choice(self.people) for _ in range(2))
        raw = {"name": "하나", "owner": str(owner.id)}
        quote = self.some("quote")
        more: dict[str, Any] = {"lines": [{"what": "a"}]}
        module = self.drawn.choice(["quote", "call"])
        if module == "call":
            more = {"quote": str(quote.id)} if quote else {}
        with self.store.write() as conn:
            records.create(conn, self.catalog, an_administrator(id=by.id), module, {**raw, **more})

    def changes(self) -> None:
        found = self.some(self.drawn.choice(["quote", "call"]))
        raw = self.drawn.choice([{"name": str(self.drawn.random())}, {"owner": str(self.drawn.choice(self.people).id)}])
        if found:
            self.do("update", found.module, found.id, raw, version=found.version)

    def changes_lines(self) -> None:
        found = self.some("quote")
        if found and self.drawn.random() < 0.5:
            raw = {"lines": [{"what": str(self.drawn.randrange(9))}]}
            self.do("update", "quote", found.id, raw, version=found.version)
        elif found:
            self.do("create", "quote.lines", {"parent": str(found.id), "what": "b"})

    def changes_a_line(self) -> None:
        line = self.some("quote.lines")
        if line and self.drawn.random() < 0.5:
            self.do("delete", "quote.lines", line.id)
        elif line:
            self.do("update", "quote.lines", line.id, {"what": str(self.drawn.randrange(9))}, version=line.version)
        gone = self.some("quote.lines", deleted=True)
        with suppress(NotFound):  # its quote was deleted, too
            if gone:
                self.do("restore", "quote.lines", gone.id)

    def goes_and_comes(self) -> None:
        found, gone = self.some("quote"), self.some("quote", deleted=True)
        if found:
            self.do("delete", "quote", found.id)
        if gone:
            self.do("restore", "quote", gone.id)

    def shares(self) -> None:
        found = self.some(self.drawn.choice(["quote", "call"]))
        if found:
            with self.store.write() as conn:
                way = self.drawn.choice([share, share, unshare])
                way(conn, self.catalog, ADMIN, found, self.drawn.choice(self.groups))

    def changes_many(self) -> None:
        module = self.catalog.module("quote")
        with self.store.write() as conn:
            ids = sorted(conn.scalars(sa.select(module.table.c.id).where(module.table.c.deleted_at.is_(None)).limit(4)))
            present = hold(conn, self.catalog, ADMIN, module, ids)
            wishes = {id: {"owner": str(self.drawn.choice(self.people).id), "name": "둘"} for id in present}
            change_many(conn, self.catalog, ADMIN, module, wishes, present)

    def lives(self, count: int) -> None:
        deeds = (self.makes, self.makes, self.changes, self.changes_lines, self.changes_a_line, self.goes_and_comes,
                 self.shares, self.changes_many)  # fmt: skip
        for _ in range(count):
            self.drawn.choice(deeds)()

    # -- what is read ----------------------------------------------------------------------------------------------
    def actor(self, number: int) -> Actor:
        one = self.people[number]
        return Actor(one.id, one.username, one.title, roles=one.roles, groups=tuple(self.groups[number:]))

    def listed(self, conn: sa.Connection, actor: Actor, module: str, **asked: Any) -> Iterator[UUID]:
        after: str | None = ""
        while after is not None:
            query = Query(module=module, size=3, after=after or None, **asked)
            found = records.page(conn, self.catalog, actor, query)
            yield from (row.id for row in found.rows)
            after = found.next


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


@pytest.fixture
def desk(here: Store, catalog: Catalog) -> Desk:
    found = Desk(here, catalog, Random(7))
    found.open()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_the_times_beside_the_records_of_groups_are_theirs(desk: Desk, seed: int) -> None:
    desk.drawn.seed(seed)
    for _ in range(4):
        desk.lives(12)
        with desk.store.read() as conn:
            assert times_that_differ(conn, desk.catalog) == []
            assert conn.scalar(sa.select(sa.func.count()).select_from(group_record))


ORDERS = [("quote", "-updated_at"), ("quote", "updated_at"), ("call", "-created_at")]


@pytest.mark.parametrize(("module", "sort"), ORDERS)
def test_the_list_of_who_sees_groups_is_that_of_the_administrator_but_for_what_she_does_not_see(
    desk: Desk, module: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.lives(40)
    with desk.store.read() as conn:
        for number in range(3):
            actor = desk.actor(number)
            statements = Statements(desk.store)
            found = list(desk.listed(conn, actor, module, sort=(sort,)))
            assert any("strand0" in text for text in statements.queries)
            with monkeypatch.context() as patch:
                patch.setattr(strands, "MOST_GROUPS", 0)
                otherwise = list(desk.listed(conn, actor, module, sort=(sort,)))
            whole = list(desk.listed(conn, ADMIN, module, sort=(sort,)))
            assert found == otherwise == [id for id in whole if id in set(found)]


def test_a_filter_and_words_narrow_every_strand(desk: Desk) -> None:
    desk.lives(40)
    with desk.store.read() as conn:
        every = records.page(conn, desk.catalog, desk.actor(1), Query(module="quote", size=100)).rows
        some = list(desk.listed(conn, desk.actor(1), "quote", asked={"name": "둘"}))
        assert some and some == [row.id for row in every if row["name"] == "둘"]
        assert list(desk.listed(conn, desk.actor(1), "quote", words="둘")) == some


def test_an_order_that_groups_do_not_know_is_read_otherwise(desk: Desk) -> None:
    desk.lives(10)
    with desk.store.read() as conn:
        for module, sort in (("quote", "-created_at"), ("call", "-updated_at"), ("quote", "name")):
            statements = Statements(desk.store)
            list(desk.listed(conn, desk.actor(0), module, sort=(sort,)))
            assert not any("strand" in text for text in statements.queries)
