"""In a real browser: what one does for another shows in her bell; @ offers people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from hanok.engine.records import Record
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def enter(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/login")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/", wait_until="networkidle")


def test_what_one_gives_and_whom_one_names_shows_in_the_bell(
    page: Page, browser: Browser, address: str, make: Callable[..., Record]
) -> None:
    made = make("company", name="한빛전자")
    enter(page, address, "admin")
    page.goto(f"{address}/company/{made.id}/edit", wait_until="networkidle")
    box = page.locator("textarea[data-mentions]")
    box.fill("확인 부탁합니다 ")
    box.press("End")
    page.locator("[data-name-one]").click()
    box.press_sequentially("re")
    expect(page.get_by_role("option", name="rep")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("확인 부탁합니다 @rep ")
    owner = page.locator("[data-field=owner] input[role=combobox]")
    owner.fill("rep")
    page.locator("[data-field=owner] [role=option]", has_text="rep").first.click()
    page.keyboard.press("Control+s")
    page.wait_for_url(f"{address}/company/{made.id}")
    expect(page.locator(".person")).to_have_text("@rep")
    page.wait_for_load_state("networkidle")

    with browser.new_context(locale="ko-KR") as other:
        other.add_cookies([{"name": "hanok_language", "value": "ko", "url": address}])
        hers = other.new_page()
        enter(hers, address, "rep")
        expect(hers.get_by_role("button", name="알림, 읽지 않은 알림 1건")).to_be_visible()
        hers.keyboard.press("n")
        told = hers.locator(".bell-menu .told button")
        expect(told).to_contain_text("관리자님이 한빛전자 담당을 맡겼습니다.")
        hers.keyboard.press("ArrowDown")
        hers.keyboard.press("ArrowDown")
        expect(told).to_be_focused()
        hers.keyboard.press("Enter")
        hers.wait_for_url(f"{address}/company/{made.id}", wait_until="networkidle")
        expect(hers.get_by_role("button", name="알림", exact=True)).to_be_visible()
        expect(hers.locator("#follow-button")).to_have_attribute("aria-pressed", "true")
        hers.keyboard.press("f")
        expect(hers.locator("#follow-button")).to_have_attribute("aria-pressed", "false")
