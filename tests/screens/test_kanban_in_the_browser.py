"""In a real browser: a card is dragged, comes back where it is refused, and goes by keyboard and menu."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_record
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_actions_in_the_browser import dialect as dialect
from tests.screens.test_kanban import catalog as catalog  # the same small model

pytestmark = pytest.mark.browser


@pytest.fixture
def inside(page: Page, address: str, site: Store, catalog: Catalog) -> Page:
    """Logged in, on the board: one company that may be won, one that is too small, one that lacks a size, and more."""
    for name, size in (("가온", 50), ("나래", 5), ("다온", None)):
        a_record(site, catalog, "company", name=name, size=size)
    for number in range(30):
        a_record(site, catalog, "company", name=f"하나 {number:02d}", size=1)
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/company?filter=all&view=kanban")
    return page


def lane(page: Page, key: str) -> Locator:
    return page.locator(f"[data-lane={key}]")


def card(page: Page, name: str) -> Locator:
    return page.locator("[data-card]", has_text=name)


def drag(page: Page, name: str, to: str) -> None:
    here, there = card(page, name).bounding_box(), lane(page, to).bounding_box()
    assert here
    assert there
    page.mouse.move(here["x"] + here["width"] - 60, here["y"] + here["height"] - 8)
    page.mouse.down()
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + 80, steps=6)
    page.mouse.up()


def test_a_card_is_dragged_and_taken_back_and_comes_back_where_it_is_refused(inside: Page) -> None:
    drag(inside, "가온", "won")
    expect(inside.locator("hk-notice")).to_contain_text("“가온” was moved to Won.")
    expect(lane(inside, "won").locator("[data-card]")).to_contain_text("가온")
    expect(lane(inside, "won").locator(".count")).to_have_text("1")
    expect(lane(inside, "new").locator(".count")).to_have_text("32")
    inside.locator("hk-notice form button").click()
    expect(lane(inside, "new").locator("[data-card]", has_text="가온")).to_be_visible()
    expect(lane(inside, "won").locator(".count")).to_have_text("0")
    drag(inside, "나래", "won")
    expect(inside.locator("hk-notice[data-kind=failed]")).to_contain_text("Too small to be won")
    expect(lane(inside, "new").locator("[data-card]", has_text="나래")).to_be_visible()
    expect(lane(inside, "won").locator("[data-card]")).to_have_count(0)
    drag(inside, "다온", "open")
    expect(inside.locator("hk-notice[data-kind=failed]")).to_contain_text("다온")
    inside.locator("hk-notice[data-kind=failed] form button").click()
    expect(inside).to_have_url(re.compile(r"/company/[0-9a-f-]+/set$"))
    expect(inside.locator("#f-why")).to_be_visible()


def test_a_card_goes_by_keyboard_and_by_its_menu_and_lanes_are_read_on(inside: Page) -> None:
    title = card(inside, "가온").locator("a.title")
    title.focus()
    inside.keyboard.press("Alt+ArrowRight")
    expect(inside.locator("#notices[aria-live] hk-notice")).to_contain_text("was moved to Open.")
    expect(lane(inside, "open").locator("a.title")).to_be_focused()
    inside.keyboard.press("Tab")
    inside.keyboard.press("Enter")
    inside.locator(".row-menu button", has_text="Won").click()
    expect(lane(inside, "won").locator("[data-card]:not(.sent)")).to_contain_text("가온")
    expect(lane(inside, "open").locator(".count")).to_have_text("0")
    cards = lane(inside, "new").locator("[data-card]")
    expect(cards).to_have_count(19)
    lane(inside, "new").locator("[data-more]").scroll_into_view_if_needed()
    expect(cards).to_have_count(32)
