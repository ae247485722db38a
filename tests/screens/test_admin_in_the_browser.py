"""In a real browser: the header tells of one's own work while it lives, and how it ended."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.working import a_job, an_app, state_of, user

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog)


@pytest.fixture
def inside(page: Page, address: str) -> Page:
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    return page


def set_job(site: Store, id: object, **values: object) -> None:
    with site.write() as conn:
        conn.execute(job.update().where(job.c.id == id).values(values))


def test_the_header_tells_how_far_ones_work_is_and_how_it_ended(inside: Page, site: Store, catalog: Catalog) -> None:
    hers = {"actor_id": user(site, catalog, "admin")}
    export = a_job(site, "trial.own", "running", title="내보내기", done=10, total=100, **hers)
    other = a_job(site, "trial.own", title="둘째", **hers)
    inside.keyboard.press("Enter")
    button = inside.locator("#work-button")
    expect(button.locator("b")).to_have_text("2")
    button.focus()
    inside.keyboard.press("Enter")
    shown = inside.locator(f"#work-{export}")
    expect(shown.locator("progress")).to_have_attribute("value", "10")
    end = inside.locator(f"#work-end-{export}")
    end.focus()
    set_job(site, export, done=60)
    expect(shown.locator("progress")).to_have_attribute("value", "60")
    expect(end).to_be_focused()  # what looks again takes nobody's place away
    inside.click(f"#work-end-{other}")
    expect(inside.locator(f"#work-{other}")).to_have_attribute("data-lives", "")
    assert state_of(site, other) == "cancelled"
    with site.read() as conn:
        made = conn.execute(job.select().where(job.c.id == export)).mappings().one()
    set_job(site, export, state="done", ended_at=made["started_at"], result={"file": "x", "name": "회사.xlsx"})
    expect(inside.locator("#work-said")).to_have_text("“내보내기” is done.")
    expect(inside.locator(f"#work-file-{export}")).to_be_visible()
    expect(inside.locator("#work-menu")).to_be_visible()
    for id in (export, other):
        inside.click(f"#work-gone-{id}")
        expect(inside.locator(f"#work-{id}")).to_have_count(0)
    expect(inside.locator("#work")).to_have_count(0)


def test_a_list_of_jobs_looks_again_by_itself_and_focus_stays(
    inside: Page, address: str, site: Store, catalog: Catalog
) -> None:
    id = a_job(site, state="running", title="긴 일", done=1, total=4)
    inside.keyboard.press("Enter")
    inside.wait_for_url(f"{address}/")
    inside.goto(f"{address}/admin/jobs?state=running")
    link = inside.locator(f"#job-{id} a.title")
    link.focus()
    set_job(site, id, done=3)
    expect(inside.locator(f"#job-{id} progress")).to_have_attribute("value", "75")
    expect(link).to_be_focused()
