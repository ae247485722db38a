"""The demo in a database: written as somebody, linked, found again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hanok.demo import amounts, load_demo
from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts import grants
from hanok.engine.deploy import Live, deploy, load_live, make_plan
from hanok.engine.fields import BUILT_IN
from hanok.engine.language import read_folder
from hanok.engine.records import Query
from hanok.engine.store import Store

ROOT = Path(__file__).parents[2]
TYPES = {found.key: found() for found in BUILT_IN}
COUNT, TODAY = 12, date(2026, 11, 23)


@pytest.fixture
def live(store: Store) -> Live:
    core = read_folder(ROOT / "platform" / "engine" / "catalog" / "core", name="core", root="core")
    shipped = read_folder(ROOT / "metadata", name="shipped", root="metadata")
    deploy(store, make_plan(store, [core, shipped], TYPES))
    return load_live(store, TYPES)


@pytest.fixture
def admin(live: Live) -> Actor:
    made = live.write(lambda conn, catalog: records.create(conn, catalog, SYSTEM, "user", {"username": "admin"}))
    return Actor(made.id, "admin", made.title, admin=True, language="ko", zone="Asia/Seoul")


def test_all_of_it_is_there(live: Live, admin: Actor) -> None:
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))

    made = load_demo(live, actor=admin, count=COUNT, today=TODAY, progress=progress)
    assert told[-1] == (made, made)
    with live.read() as (conn, catalog):
        found = {key: records.count(conn, catalog, admin, Query(module=key)) for key in amounts(COUNT)}
    assert found == {**amounts(COUNT), "user": amounts(COUNT)["user"] + 1}
    assert sum(amounts(COUNT).values()) == made


def test_what_no_colleague_owns_is_the_loaders(live: Live, admin: Actor) -> None:
    load_demo(live, actor=admin, count=COUNT, today=TODAY)
    with live.read() as (conn, catalog):
        mine = records.count(conn, catalog, admin, Query(module="account", where={"owner": "$me"}))
        nobodys = records.count(conn, catalog, admin, Query(module="account", where={"owner": {"empty": True}}))
    assert mine > 0
    assert nobodys == 0


def test_links_carry_the_names_of_what_they_point_to(live: Live, admin: Actor) -> None:
    load_demo(live, actor=admin, count=COUNT, today=TODAY)
    with live.read() as (conn, catalog):
        page = records.page(conn, catalog, admin, Query(module="contact", columns=("title", "account")))
    assert page.rows
    assert all(row.values["account"].title for row in page.rows)


def test_the_teams_have_the_roles_of_their_work(live: Live, admin: Actor) -> None:
    load_demo(live, actor=admin, count=1, today=TODAY)
    with live.read() as (conn, catalog):
        found = {one.user.title: [holder.title for holder in one.holders]
                 for one in grants.bearers(conn, catalog, "sales_rep")}  # fmt: skip
    assert found["김하늘"] == ["영업1팀"] and "정다은" not in found
