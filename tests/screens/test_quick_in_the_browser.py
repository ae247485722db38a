"""In a real browser: a record is made from anywhere, and where one is picked that is not there yet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def test_a_parent_is_made_while_its_child_is_written_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/company/new")
    page.fill("[name=name]", "작은 회사")
    parent = page.locator("hk-link", has=page.locator("[name=parent]")).get_by_role("combobox")
    parent.press_sequentially("큰 회사")
    expect(page.get_by_role("option")).to_contain_text(["큰 회사"])
    parent.press("Enter")
    dialog = page.get_by_role("dialog")
    name = dialog.locator("[name=name]")
    expect(name).to_have_value("큰 회사")
    name.fill("")
    name.press("Enter")
    expect(dialog.locator(".bad, [aria-invalid=true]").first).to_be_visible()
    dialog.locator("[name=name]").fill("아주 큰 회사")
    dialog.locator("[name=name]").press("Enter")
    expect(dialog).to_have_count(0)
    expect(parent).to_have_value("아주 큰 회사")
    expect(parent).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("작은 회사")
    page.context.route("**/*", lambda route: route.abort())
    page.wait_for_function("() => fetch('/health', { cache: 'no-store' }).then(() => false, () => true)")
    page.keyboard.press("Control+s")
    expect(page.locator("#notices")).to_contain_text("The server does not answer")
    expect(page.locator("[name=name]")).to_have_value("작은 회사")
    page.context.unroute("**/*")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/company/*-*")
    expect(page.get_by_role("main")).to_contain_text("아주 큰 회사")
    page.goto(f"{address}/")
    page.keyboard.press("c")
    page.locator(".topbar a[data-ask][href='/company/_quick']").click()
    dialog.locator("[name=name]").fill("또 하나")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("hk-notice")).to_contain_text("또 하나")
    expect(page.locator("hk-notice").get_by_role("link", name="Open")).to_be_visible()
