"""The reference story, by the CRM as it is shipped: a web form makes a lead, the team gets it by turns, its owner finds
a call to make today on her desk and in the bell; a deal's next stage tells its owner what to do; an untouched one goes
on to the next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from hanok.app import create_app, job_kinds, subscribers_of
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts.sessions import open_session
from hanok.engine.automation.switching import switch
from hanok.engine.automation.triggers.keeping import keep, key_of
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker
from hanok.engine.jobs.overview import run_now
from hanok.engine.language import read_folder
from hanok.engine.store import Store
from hanok.engine.store.automation_tables import run
from hanok.engine.store.tables import grant
from hanok.portal import guarding
from hanok.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE
from tests.builders import CORE, TYPES, a_record, an_administrator, with_tables
from tests.databases import Filled

ROOT = Path(__file__).parents[2]
ADMIN = an_administrator()
TURNS = ("하나", "두리")


@cache
def shipped() -> Catalog:
    return compile_catalog([CORE, read_folder(ROOT / "metadata", name="shipped", root="metadata")], TYPES)


@pytest.fixture
def database(prefilled: Filled) -> str:
    return prefilled(shipped(), lambda store: fill(store, shipped()))


def fill(store: Store, catalog: Catalog) -> None:
    """A sales team of two, whose workflows are switched on."""
    with_tables(store, catalog)
    team = a_record(store, catalog, "team", name="영업팀", key="sales")
    for number, name in enumerate(TURNS):
        made = a_record(store, catalog, "user", username=f"rep{number}", last_name=name, team=str(team.id),
                        email=f"rep{number}@example.com", language="ko")  # fmt: skip
        with store.write() as conn:
            conn.execute(grant.insert().values(holder=made.id, role="sales_rep"))
    with store.write() as conn:
        for key in ("web_lead", "untouched_deal"):
            switch(conn, catalog, SYSTEM, key, active=True)
        keep(conn, catalog)


@dataclass
class Company:
    """The site at work: who comes from outside, who works there, and the worker."""

    store: Store
    folder: Path
    catalog: Catalog = field(default_factory=shipped)

    def __post_init__(self) -> None:
        self.live = Live(self.store, TYPES, self.catalog)
        self.app = create_app(self.live, {"secret_key": "for tests only", "files": str(self.folder)})

    def work(self) -> None:
        """Everything that is due is done."""
        known = subscribers_of(self.live)
        worker = Worker(Surroundings(self.live, self.folder), job_kinds(known), subscribers=known)
        while worker.run_until_idle():
            pass
        with self.store.read() as conn:
            assert set(conn.scalars(sa.select(run.c.state))) <= {"done"}

    def sends(self, **values: str) -> None:
        """Somebody fills in the form on the web site, and takes a minute for it."""
        stranger = self.app.test_client()
        with self.app.test_request_context():
            shown = guarding.stamp("web_lead", at=time.time() - 60)
        answer = stranger.post("/forms/web_lead", data={**values, "_shown": shown}, headers={"Accept-Language": "ko"})
        assert answer.status_code == 303
        thanks = stranger.get(answer.headers["Location"], headers={"Accept-Language": "ko"}).text
        assert "오늘 전화드리겠습니다" in thanks

    def rows(self, module: str) -> list[records.Record]:
        with self.store.read() as conn:
            found = records.page(conn, self.catalog, ADMIN, records.Query(module=module, sort=("created_at",)))
            return [records.get(conn, self.catalog, ADMIN, module, row.id) for row in found.rows]

    def desk(self, user: UUID) -> FlaskClient:
        """Her browser, logged in."""
        with self.store.write() as conn:
            token = open_session(conn, user, address="", agent="", now=datetime.now(UTC))
        client = self.app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        client.set_cookie(LANGUAGE_COOKIE, "ko")
        return client

    def change(self, one: records.Record, **raw: Any) -> records.Record:
        with self.store.write() as conn:
            current = records.get(conn, self.catalog, ADMIN, one.module, one.id)
            return records.update(conn, self.catalog, ADMIN, one.module, one.id, raw, version=current.version)

    def days_pass(self, days: int, *modules: str) -> None:
        """What was touched last was touched so many days earlier."""
        with self.store.write() as conn:
            for module in modules:
                table = self.catalog.module(module).table
                conn.execute(table.update().values(updated_at=datetime.now(UTC) - timedelta(days=days)))

    def morning(self) -> None:
        """The clock strikes eight."""
        with self.store.write() as conn:
            run_now(conn, key_of("untouched_deal"), SYSTEM)
        self.work()


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    return Company(store, tmp_path)


def test_a_web_form_becomes_a_call_to_make_today_on_the_desk_of_whose_turn_it_is(company: Company) -> None:
    for name in ("김하늘", "이바다", "박구름"):
        company.sends(last_name=name, company=f"{name} 상사", mobile="010-1234-5678")
    company.work()
    leads, tasks = company.rows("lead"), company.rows("task")
    assert [(one["source"], one["status"]) for one in leads] == [("website", "assigned")] * 3
    owners = [one["owner"].title for one in leads]
    assert sorted(owners) == sorted([owners[0], owners[1], owners[0]]) and set(owners) == set(TURNS)
    today = datetime.now(UTC).astimezone().date()
    assert {one["lead"].id: one["owner"].id for one in tasks} == {one.id: one["owner"].id for one in leads}
    assert all(abs((one["due"] - today).days) <= 1 and "전화해" in one["description"] for one in tasks)
    desk = company.desk(leads[0]["owner"].id)
    home, bell = desk.get("/").text, desk.get("/mine/notices").text
    assert f"{leads[0].title} 님께 오늘 전화" in home
    assert f"홈페이지 문의가 배정되었습니다: {leads[0].title}" in bell


def test_a_deal_tells_its_owner_what_to_do_now_and_goes_on_when_nobody_touches_it(company: Company) -> None:
    hana, duri = (one for one in company.rows("user") if one["username"].startswith("rep"))
    account = a_record(company.store, company.catalog, "account", name="한빛상사")
    deal, kept = (
        a_record(company.store, company.catalog, "opportunity", name=name, account=str(account.id), amount="1000000",
                 close_date="2027-01-01", owner=str(hana.id))
        for name in ("ERP 도입", "서버 교체")
    )  # fmt: skip
    company.change(deal, stage="proposal")
    company.work()
    assert "제안서를 보내고" in company.desk(hana.id).get("/mine/notices").text

    company.days_pass(6, "opportunity")
    company.morning()
    assert {one["owner"].id for one in company.rows("opportunity")} == {hana.id}, "six days are not seven"
    company.days_pass(8, "opportunity")
    a_record(company.store, company.catalog, "call", name="통화", opportunity=str(kept.id), owner=str(hana.id))
    for _ in TURNS:  # whose turn it is may be whose it was: then the next morning gives it on
        company.morning()
    owners = {one["name"]: one["owner"].id for one in company.rows("opportunity")}
    assert owners == {"서버 교체": hana.id, "ERP 도입": duri.id}, "somebody called about the one"
    assert "ERP 도입이 배정되었습니다. 7일 동안 진행이 없었습니다." in company.desk(duri.id).get("/mine/notices").text
