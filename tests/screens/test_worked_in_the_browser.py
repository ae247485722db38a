"""Lines come to something while somebody types, in a real browser; what is not saved is not left by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from playwright.sync_api import Page, expect

from tests.screens.test_lines import BID, ITEM
from tests.served import Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser
COMPANY = "label: {en: Company, ko: 회사}\nfields: {name: {type: text, required: true}}\n"
PERSON = "label: {en: Person, ko: 사람}\nfields: {name: {type: text, required: true}}\n"
FILES = {"company": COMPANY, "person": PERSON, "item": ITEM, "bid": BID}


@pytest.fixture(scope="module")
def bids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("bids") / "site"
    new_site(folder)
    for name, text in FILES.items():
        (folder / "metadata" / "modules").mkdir(parents=True, exist_ok=True)
        (folder / "metadata" / "modules" / f"{name}.yaml").write_text(text, encoding="utf-8")
    run_hanok("--site", folder, "deploy", "--yes")
    with serving(folder) as running:
        yield running


@pytest.fixture
def form(page: Page, bids: Served) -> Page:
    page.goto(f"{bids.address}/login")
    page.fill("[name=username]", bids.username)
    page.fill("[name=password]", bids.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{bids.address}/bid/new")
    return page


def worked(page: Page, name: str) -> str:
    return page.locator(f"[data-worked='{name}']").inner_text()


def test_totals_follow_what_is_typed_and_are_what_is_saved(form: Page) -> None:
    drawn = Random(20261121)
    form.fill("#f-name", "셈하는 입찰")
    total = 0
    for number in range(3):
        form.get_by_role("button", name="줄", exact=True).click()
        price, quantity = drawn.randrange(100, 90000), drawn.randrange(1, 20)
        form.fill(f"#f-lines-{number}-name", f"품목 {number}")
        form.fill(f"#f-lines-{number}-price", str(price))
        form.fill(f"#f-lines-{number}-quantity", str(quantity))
        total += price * quantity
        expect(form.locator(f"[data-worked='lines.{number}.net']")).to_contain_text(f"{price * quantity:,}")
    expect(form.locator("[data-worked=total]")).to_contain_text(f"{total:,}")
    shown = worked(form, "taxed")
    form.locator("[data-line]").first.locator("[data-gone]").click()
    expect(form.locator("[data-worked=taxed]")).not_to_have_text(shown)
    shown = [worked(form, name) for name in ("total", "taxed")]
    form.click(".save-bar .btn-primary")
    form.wait_for_url(re.compile(r"/bid/[0-9a-f-]{36}$"))
    for amount in shown:
        expect(form.locator("main")).to_contain_text(amount)


def test_leaving_asks_when_something_was_typed(form: Page, bids: Served) -> None:
    asked: list[str] = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    form.fill("#f-name", "놓칠 뻔한 입찰")
    form.locator("a[data-cancel]").click()
    assert asked == ["beforeunload"]
    expect(form.locator("#f-name")).to_have_value("놓칠 뻔한 입찰")
    form.fill("#f-name", "")
    form.goto(f"{bids.address}/bid")
    assert asked == ["beforeunload"]  # nothing is typed any more: nothing is asked


def test_a_refused_form_that_is_sent_again_saves_once(form: Page, bids: Served) -> None:
    form.on("dialog", lambda dialog: dialog.accept())
    form.click(".save-bar .btn-primary")  # refused: the name is missing
    expect(form.locator("#f-name-error")).to_be_visible()
    form.reload()  # sends nothing again
    expect(form.locator("form[data-typed]")).to_be_visible()
    form.fill("#f-name", "한 번만")
    form.click(".save-bar .btn-primary")
    form.wait_for_url(re.compile(r"/bid/[0-9a-f-]{36}$"))
    form.reload()
    form.goto(f"{bids.address}/bid?q=한 번만")
    expect(form.locator("a.title")).to_have_count(1)


def test_what_was_refused_is_there_when_one_comes_back(form: Page, bids: Served) -> None:
    form.on("dialog", lambda dialog: dialog.accept())
    form.get_by_role("button", name="줄", exact=True).click()
    form.fill("#f-lines-0-name", "못")
    form.fill("#f-lines-0-price", "1200")
    form.click(".save-bar .btn-primary")  # refused: the name is missing
    expect(form.locator("#f-name-error")).to_be_visible()
    form.fill("#f-lines-0-quantity", "7")
    form.press("#f-lines-0-quantity", "Tab")
    form.goto(f"{bids.address}/bid")
    form.go_back()
    expect(form.locator("form[data-typed] #f-lines-0-quantity")).to_have_value("7")
    expect(form.locator("#f-lines-0-name")).to_have_value("못")
    expect(form.locator("#f-name-error")).to_have_count(0)
    form.fill("#f-name", "돌아온 입찰")
    form.click(".save-bar .btn-primary")
    form.wait_for_url(re.compile(r"/bid/[0-9a-f-]{36}$"))
    form.goto(f"{bids.address}/bid?q=돌아온 입찰")
    expect(form.locator("a.title")).to_have_count(1)
