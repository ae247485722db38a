"""In a real browser: the palette by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hanok.engine.records import Record
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def test_a_record_is_opened_by_its_initials(page: Page, address: str, make: Callable[..., Record]) -> None:
    made = make("company", name="삼성전자")
    make("company", name="성심당")
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("combobox")
    expect(box).to_be_focused()
    box.press_sequentially("ㅅㅅㅈ")
    expect(dialog.get_by_role("option").first).to_contain_text("삼성전자")
    expect(box).to_have_attribute("aria-activedescendant", "palette-0")
    box.press("Enter")
    page.wait_for_url(f"{address}/company/{made.id}")
    page.keyboard.press("s")
    expect(page.locator(".star button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("/")
    expect(dialog.get_by_role("option").first).to_contain_text("삼성전자")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "palette-0")  # there is but one, and round it goes
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    box.press_sequentially("delet")
    expect(dialog.get_by_role("group", name="On this page").get_by_role("option")).to_have_text(["Delete"])
    box.press("Enter")
    page.wait_for_url(f"{address}/company")
    expect(page.locator("hk-notice").get_by_role("button", name="Undo")).to_be_visible()
