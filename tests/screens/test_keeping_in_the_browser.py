"""The columns of a list are put in order by dragging and by keys, in a real browser, and stay so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.visitor import Visitor
from tests.screens.test_inline_in_the_browser import opened
from tests.served import Served, new_site, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("house") / "site"
    new_site(folder)
    with serving(folder) as running:
        Visitor(running.address).log_in().create("account", name="두레상사")
        yield running


def heads(page: Page) -> list[str]:
    keys: list[str] = page.locator("table.rows thead th").evaluate_all(
        "found => found.map((head) => head.dataset.edit).filter(Boolean)"
    )
    return keys


def item(page: Page, key: str) -> str:
    return f".picker [data-item]:has([value={key}])"


def test_columns_are_dragged_walked_by_keys_and_kept(page: Page, house: Served) -> None:
    opened(page, house, "/account?filter=all")
    before = heads(page)
    first, second, third = before[1:4]
    page.get_by_text("열", exact=True).click()
    there = page.locator(item(page, third)).bounding_box()
    here = page.locator(f"{item(page, first)} .grip").bounding_box()
    assert there and here
    page.mouse.move(here["x"] + 8, here["y"] + 8)
    page.mouse.down()
    page.mouse.move(there["x"] + 20, there["y"] + there["height"] / 2, steps=4)
    page.mouse.move(there["x"] + 20, there["y"] + there["height"] - 3, steps=4)
    page.mouse.up()
    page.locator(f"{item(page, third)} .grip").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("hk-arrange [data-said]")).not_to_be_empty()
    page.get_by_role("button", name="좁게").click()  # applies all of it
    expect(page.locator("[data-compact]")).to_be_visible()
    assert heads(page)[:4] == [before[0], third, second, first]
    page.goto(f"{house.address}/account")
    assert heads(page)[:4] == [before[0], third, second, first]
    page.get_by_text("열", exact=True).click()
    page.get_by_role("button", name="처음대로").click()
    expect(page.locator("[data-compact]")).to_have_count(0)
    assert heads(page) == before
