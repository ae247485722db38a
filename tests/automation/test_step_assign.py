"""Assigning: to a value, one after the other, or to whoever has least to do; only to those who may be given it."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest

from hanok.engine import records
from hanok.engine.accounts import grants
from hanok.engine.catalog import Catalog
from hanok.engine.records import acting
from hanok.engine.store import Store
from tests.builders import STAGE, a_catalog, a_record, a_user, an_administrator, with_tables

JOB = """
label: {en: Job, ko: 건}
traits: [owned]
fields:
  name:  {type: text, required: true}
  stage: {type: choice, options: stage, default: new}
  firm:  {type: link, to: firm}
actions:
  turn:  {do: [{assign: {to: {round_robin: {team: sales}}}}]}
  both:  {do: [{assign: {to: {round_robin: {team: sales, role: seller}}}}]}
  group: {do: [{assign: {to: {round_robin: {security_group: seoul}}}}]}
  least: {do: [{assign: {to: {least_busy: {role: seller}}}}]}
  none:  {do: [{assign: {to: {round_robin: {team: nowhere}}}}]}
  firms: {do: [{assign: {to: $record.firm.owner}}]}
"""
FIRM = "label: {en: Firm, ko: 회사}\ntraits: [owned]\nfields: {name: {type: text}}\n"
#: `away` is a field of users that a site may have.
USER = "fields: {away: {type: boolean}, team: {type: link, to: team, reverse: members}}\n"
SELLER = "label: {en: Seller, ko: 영업}\ndefault: {list: all, view: all, create: all, edit: all, assign: all}\n"
READER = "label: {en: Reader, ko: 열람}\nassignable: false\ndefault: {list: all, view: all}\n"
FILES = {
    "modules/job.yaml": JOB, "modules/firm.yaml": FIRM, "modules/user.yaml": USER, "options/stage.yaml": STAGE,
    "roles/seller.yaml": SELLER, "roles/reader.yaml": READER,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


class Sales:
    """A team of three sellers: 가, 나, 다; one who only reads, and one who left."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self.store, self.catalog = with_tables(store, catalog), catalog
        self.team = a_record(store, catalog, "team", name="영업", key="sales").id
        self.people = {name: self.joined(name, "seller") for name in ("ga", "na", "da")}
        self.joined("reads", "reader")
        self.change(self.joined("left", "seller"), active=False)

    def joined(self, name: str, role: str) -> UUID:
        id = a_user(self.store, self.catalog, name).id
        assert id is not None
        with self.store.write() as conn:
            grants.grant(conn, id, role)
        self.change(id, team=str(self.team))
        return id

    def change(self, user: UUID, **raw: Any) -> None:
        with self.store.write() as conn:
            version = records.get(conn, self.catalog, an_administrator(), "user", user).version
            records.update(conn, self.catalog, an_administrator(), "user", user, raw, version=version)

    def job(self, **raw: Any) -> UUID:
        return a_record(self.store, self.catalog, "job", **{"name": "지붕", **raw}).id

    def owner(self, job: UUID) -> str:
        with self.store.read() as conn:
            found = records.get(conn, self.catalog, an_administrator(), "job", job).values["owner"]
        return found.title if found else ""

    def assigned(self, action: str, job: UUID | None = None) -> str:
        id = job or self.job()
        with self.store.write() as conn:
            outcome = acting.act(conn, self.catalog, an_administrator(), "job", [id], action)
        return str(outcome.refused[0].refused) if outcome.refused else self.owner(id)


@pytest.fixture
def sales(store: Store, catalog: Catalog) -> Sales:
    return Sales(store, catalog)


def test_one_gets_it_after_the_other(sales: Sales) -> None:
    assert [sales.assigned("turn") for _ in range(5)] == ["ga", "na", "da", "ga", "na"]


def test_what_was_taken_back_was_no_turn(sales: Sales) -> None:
    job = sales.job()
    with sales.store.write() as conn, conn.begin_nested() as tried:
        acting.act(conn, sales.catalog, an_administrator(), "job", [job], "turn")
        tried.rollback()
    assert sales.assigned("turn") == "ga"


def test_who_is_away_who_left_and_who_only_reads_get_nothing(sales: Sales) -> None:
    sales.change(sales.people["na"], away=True)
    assert [sales.assigned("turn") for _ in range(3)] == ["ga", "da", "ga"]


def test_team_and_role_hold_both(sales: Sales) -> None:
    sales.joined("boss", "reader")
    assert {sales.assigned("both") for _ in range(4)} == {"ga", "na", "da"}


def test_the_people_of_a_security_group_take_turns(sales: Sales) -> None:
    ids = [{"id": str(sales.people[name])} for name in ("da", "na")]
    a_record(sales.store, sales.catalog, "security_group", name="서울", key="seoul", users=ids)
    assert [sales.assigned("group") for _ in range(3)] == ["na", "da", "na"]


def test_whoever_has_the_fewest_open_records_gets_it(sales: Sales) -> None:
    for name, open_ones, closed in (("ga", 2, 0), ("na", 1, 5), ("da", 3, 0)):
        for number in range(open_ones + closed):
            sales.job(owner=str(sales.people[name]), stage="new" if number < open_ones else "won")
    assert [sales.assigned("least") for _ in range(4)] == ["na", "ga", "na", "da"]


def test_of_equally_busy_people_the_one_who_waited_longest_gets_it(sales: Sales) -> None:
    given = []
    for _ in range(4):
        job = sales.job()
        given.append(sales.assigned("least", job))
        with sales.store.write() as conn:  # done at once: everybody has nothing again
            records.update(conn, sales.catalog, an_administrator(), "job", job, {"stage": "won"}, version=2)
    assert given == ["ga", "na", "da", "ga"]


def test_where_nobody_is_to_be_found_it_says_so(sales: Sales) -> None:
    assert sales.assigned("none") == "There is no Team “nowhere”."
    a_record(sales.store, sales.catalog, "team", name="빈 팀", key="nowhere")
    assert sales.assigned("none") == "Nobody who may be given this is there: team “nowhere”."


def test_two_at_once_do_not_give_both_to_the_same(sales: Sales) -> None:
    jobs = [sales.job() for _ in range(2)]
    together = threading.Barrier(2, timeout=20)

    def give(job: UUID) -> None:
        together.wait()
        with sales.store.write() as conn:
            acting.act(conn, sales.catalog, an_administrator(), "job", [job], "turn")

    threads = [threading.Thread(target=give, args=(job,)) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(sales.owner, jobs)) == ["ga", "na"]
