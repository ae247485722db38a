"""In a real browser: the menu of a row and the questions of an action, by mouse and by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_record
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions import catalog as catalog  # the same small model

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def inside(page: Page, address: str, site: Store, catalog: Catalog) -> Page:
    return on_the_list(page, address, site, catalog)


def on_the_list(page: Page, address: str, site: Store, catalog: Catalog) -> Page:
    """Logged in, on the list of the one company that there is."""
    a_record(site, catalog, "company", name="한빛전자", size="5")
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/company?filter=all")
    return page


def test_a_row_is_acted_on_by_the_keyboard_and_the_list_stays(inside: Page) -> None:
    link = inside.locator("[data-menu]")
    link.focus()
    inside.keyboard.press("Enter")
    items = inside.locator(".row-menu .dropdown-item:visible")
    expect(items).to_have_text(["Win", "Close down"])
    expect(items.first).to_be_focused()
    inside.keyboard.press("ArrowDown")
    expect(items.last).to_be_focused()
    inside.keyboard.press("Escape")
    expect(items).to_have_count(0)
    expect(link).to_be_focused()
    link.click()
    items.first.click()
    expect(inside.locator("hk-notice")).to_contain_text("“한빛전자”: Win.")
    assert inside.url.endswith("/company?filter=all")
    inside.locator("hk-notice form button").click()
    expect(inside.locator("hk-notice")).to_contain_text("is as it was")
    assert inside.url.endswith("/company?filter=all")


def test_a_dialog_says_what_is_wrong_and_leads_on_when_it_is_right(inside: Page) -> None:
    inside.locator("a.title").click()
    ask = inside.locator(".title-row a[data-ask]", has_text="Grow")
    ask.click()
    box = inside.locator("dialog.ask input[name='ask.by']")
    expect(box).to_be_focused()
    inside.keyboard.press("Escape")
    expect(inside.locator("dialog.ask")).to_have_count(0)
    expect(ask).to_be_focused()
    ask.click()
    box.fill("-1")
    inside.keyboard.press("Enter")
    expect(inside.locator("dialog.ask [aria-invalid]")).to_have_value("-1")
    box.fill("7")
    inside.keyboard.press("Enter")
    expect(inside.locator("hk-notice")).to_contain_text("Grow")
    expect(inside.locator("main")).to_contain_text("12")
    expect(inside.locator("dialog.ask")).to_have_count(0)


def test_chosen_rows_are_acted_on_together(inside: Page, site: Store, catalog: Catalog) -> None:
    a_record(site, catalog, "company", name="두레상사", size="7", stage="won")
    inside.reload()
    inside.locator("[data-pick-all]").check()
    bar = inside.locator("[data-bulk]")
    bar.get_by_role("button", name="Grow").click()
    dialog = inside.get_by_role("dialog")
    expect(dialog).to_contain_text("2")
    dialog.locator("[name='ask.by']").fill("3")
    dialog.get_by_role("button", name="Grow").click()
    expect(inside.locator("hk-notice")).to_contain_text("Grow: 2 done")
    expect(bar).to_be_hidden()  # what was changed is chosen no more
    expect(inside.locator("tbody")).to_contain_text("10")
    inside.locator("[data-pick-all]").check()
    bar.get_by_role("button", name="Win").click()
    expect(inside.locator("hk-notice").first).to_contain_text("Win: 1 done, 1 left as before")


def test_on_a_phone_a_touch_chooses(phone: Page, address: str, site: Store, catalog: Catalog) -> None:
    on_the_list(phone, address, site, catalog)
    phone.locator(".thumb summary").last.tap()
    phone.locator("[data-choose]").tap()
    phone.locator("tbody tr").tap()
    expect(phone.locator("[data-bulk]")).to_contain_text("1 chosen")
    phone.locator("tbody tr").tap()
    expect(phone.locator("[data-bulk]")).to_be_hidden()
    expect(phone).to_have_url(f"{address}/company?filter=all")
