"""In a real browser: somebody leaves, her records go to another, and come back; begun in Korean, ended in English."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_handover import app as app
from tests.screens.test_handover import catalog as catalog
from tests.screens.test_handover import hers as hers
from tests.screens.test_handover import owners, work
from tests.screens.test_handover import people as people

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def speak(page: Page, address: str, language: str) -> None:
    page.context.add_cookies([{"name": "hanok_language", "value": language, "url": address}])


@pytest.fixture
def inside(page: Page, address: str) -> Page:
    speak(page, address, "ko")
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page


def test_somebody_leaves_and_it_is_taken_back(
    inside: Page, address: str, site: Store, catalog: Catalog, hers: list[Record], people: dict[str, UUID],
    tmp_path: Path,
) -> None:  # fmt: skip
    inside.goto(f"{address}/user/{people['rep']}")
    inside.get_by_role("link", name="담당자 일괄 변경").click()
    expect(inside.get_by_label("퇴사")).to_be_checked()
    to = inside.get_by_role("combobox", name="새 담당자")
    to.press_sequentially("kee")
    expect(inside.get_by_role("option", name="keeper")).to_be_visible()
    to.press("Enter")
    expect(to).to_have_value("keeper")
    inside.get_by_role("button", name="다음").click()
    expect(inside.get_by_role("checkbox", name="회사", exact=True)).to_be_checked()
    inside.locator("button[name=rows]").click()
    every = inside.locator("[data-tick-all]")
    expect(every).to_be_checked()
    inside.get_by_role("checkbox", name="c0").uncheck()
    assert every.evaluate("box => box.indeterminate")
    inside.get_by_role("button", name="선택 완료").click()
    expect(inside.locator("button[name=rows]")).to_contain_text("1건 제외")
    inside.go_back()
    expect(inside.get_by_role("checkbox", name="c0")).not_to_be_checked()
    inside.go_forward()
    inside.locator(".save-bar").get_by_role("button", name="다음").click()
    expect(inside.get_by_text("모두 2건입니다.")).to_be_visible()
    inside.get_by_role("button", name="담당자 변경 시작").click()
    state = inside.locator(".title-row .badge")
    expect(state).to_have_text("대기")
    work(site, catalog, tmp_path)
    expect(state).to_have_text("완료")
    assert owners(site, catalog, people)["c1"] == "keeper" and owners(site, catalog, people)["c0"] == "rep"
    speak(inside, address, "en")
    inside.reload()
    expect(state).to_have_text("Completed")
    inside.locator("#undo summary").click()
    inside.get_by_role("button", name="Undo the hand-over").click()
    work(site, catalog, tmp_path)
    expect(state).to_have_text("Undone")
    assert owners(site, catalog, people)["c1"] == "rep"
