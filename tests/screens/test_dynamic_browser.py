"""Forms that follow their conditions while somebody types, in a real browser under the page's strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.following import MODEL
from tests.served import Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("deals") / "site"
    new_site(folder)
    for name, text in MODEL.items():
        path = folder / "metadata" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run_hanok("--site", folder, "deploy", "--yes")
    with serving(folder) as running:
        yield running


def opened(page: Page, deals: Served, address: str = "/deal/new") -> Page:
    page.goto(f"{deals.address}/login")
    page.fill("[name=username]", deals.username)
    page.fill("[name=password]", deals.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(deals.address + address)
    return page


def saved(page: Page) -> str:
    """Sends the form and gives the record's address."""
    page.click(".save-bar .btn-primary")
    page.wait_for_url(re.compile(r"/[0-9a-f-]{36}$"))
    return page.url


def pick(page: Page, id: str, words: str) -> None:
    page.fill(f"#{id}", words)
    page.wait_for_selector(f"hk-link:has(#{id}) [role=option].active")
    page.press(f"#{id}", "Enter")


def options(page: Page, id: str) -> list[str]:
    return [option.strip() for option in page.locator(f"#{id} option").all_inner_texts()][1:]


@pytest.fixture(scope="module")
def firms(deals: Served, browser: Browser) -> None:
    """한빛식품, which deals with food, with 윤재호; 가람기계 with 최윤서."""
    context = browser.new_context(locale="ko-KR")
    page = opened(context.new_page(), deals)
    for firm, food, buyer in (("한빛식품", True, "윤재호"), ("가람기계", False, "최윤서")):
        page.goto(f"{deals.address}/firm/new")
        page.fill("#f-name", firm)
        page.set_checked("#f-food", food)
        saved(page)
        page.goto(f"{deals.address}/buyer/new")
        page.fill("#f-name", buyer)
        pick(page, "f-firm", firm)
        saved(page)
    context.close()


def test_a_field_appears_is_asked_for_and_goes_again(page: Page, deals: Served) -> None:
    opened(page, deals)
    expect(page.locator("#f-reason")).to_be_hidden()
    expect(page.get_by_role("heading", name="실패 정보")).to_be_hidden()
    page.select_option("#f-stage", "lost")
    expect(page.locator("#f-reason")).to_be_visible()
    expect(page.locator("#f-reason")).to_have_attribute("aria-required", "true")
    expect(page.locator("#f-reason-label abbr")).to_have_text("*")
    expect(page.get_by_text("단계가 ‘실패’일 때 나타납니다")).to_be_visible()
    expect(page.locator("[data-told]")).to_have_text("나타난 칸: 사유, 메모")
    page.select_option("#f-stage", "talk")
    expect(page.locator("#f-reason")).to_be_hidden()
    expect(page.locator("[data-told]")).to_have_text("숨긴 칸: 사유, 메모")


def test_fields_beside_one_that_vanishes_stay_where_they_are(page: Page, deals: Served) -> None:
    opened(page, deals)
    page.select_option("#f-stage", "lost")
    expect(page.locator("#f-reason")).to_be_visible()
    before = page.locator("#f-amount").bounding_box()
    page.select_option("#f-stage", "talk")
    expect(page.locator("#f-reason")).to_be_hidden()
    after = page.locator("#f-amount").bounding_box()
    assert before and after
    assert (after["x"], after["width"]) == (before["x"], before["width"])


def test_what_is_hidden_is_passed_over_by_the_keyboard(page: Page, deals: Served) -> None:
    opened(page, deals)
    page.focus("#f-stage")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "f-amount"


def test_an_amount_is_compared_as_it_is_typed(page: Page, deals: Served) -> None:
    opened(page, deals)
    page.type("#f-amount", "1,000,000")
    expect(page.locator("#f-big")).to_be_visible()
    page.fill("#f-amount", "999,999")
    expect(page.locator("#f-big")).to_be_hidden()


def test_what_the_page_cannot_know_it_asks_the_server(page: Page, deals: Served, firms: None) -> None:
    opened(page, deals)
    pick(page, "f-firm", "한빛")
    expect(page.locator("#f-recipe")).to_be_visible()
    pick(page, "f-firm", "가람")
    expect(page.locator("#f-recipe")).to_be_hidden()


def test_a_dialog_of_a_few_fields_follows_what_is_typed(page: Page, deals: Served, firms: None) -> None:
    opened(page, deals, "/firm")
    for _ in range(2):  # the script of the form comes with the first dialog, and lives in the second
        page.get_by_role("button", name="새로 만들기").click()
        page.locator(".topbar a[data-ask][href='/deal/_quick']").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("#q-f-reason")).to_be_hidden()
        dialog.locator("#q-f-stage").select_option("lost")
        expect(dialog.locator("#q-f-reason")).to_be_visible()
        expect(dialog.locator("#q-f-reason")).to_have_attribute("aria-required", "true")
        pick(page, "q-f-firm", "한빛식품")
        expect(dialog.locator("#q-f-recipe")).to_be_visible()  # what only the server knows of a firm
        page.locator("#q-f-buyer").click()
        expect(dialog.locator("hk-link [role=option]")).to_contain_text(["윤재호"])
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_what_was_typed_and_hidden_again_is_not_stored(page: Page, deals: Served) -> None:
    opened(page, deals)
    page.fill("#f-name", "거래")
    page.select_option("#f-stage", "lost")
    page.fill("#f-reason", "처음 사유")
    page.fill("#f-note", "처음 메모")
    there = saved(page)
    page.goto(f"{there}/edit")
    page.fill("#f-reason", "다른 사유")
    page.fill("#f-note", "다른 메모")
    page.select_option("#f-stage", "talk")
    expect(page.locator("#f-note")).to_be_hidden()
    saved(page)
    page.goto(f"{there}/edit")
    page.select_option("#f-stage", "lost")
    expect(page.locator("#f-reason")).to_have_value("처음 사유")
    expect(page.locator("#f-note")).to_have_value("처음 메모")


def test_a_fixed_field_can_be_read_but_not_changed(page: Page, deals: Served) -> None:
    opened(page, deals)
    page.select_option("#f-stage", "won")
    expect(page.locator("#f-amount")).to_have_attribute("aria-readonly", "true")
    page.locator("#f-amount").press_sequentially("5")
    expect(page.locator("#f-amount")).to_have_value("")
    page.select_option("#f-stage", "talk")
    page.locator("#f-amount").press_sequentially("5")
    expect(page.locator("#f-amount")).to_have_value("5")
    page.select_option("#f-stage", "won")  # changed already: it can be put back
    page.fill("#f-amount", "")
    expect(page.locator("#f-amount")).to_have_value("")


def test_options_follow_the_form_and_keep_what_is_chosen(page: Page, deals: Served) -> None:
    opened(page, deals)
    assert options(page, "f-status") == ["새로움", "바쁨"]
    page.select_option("#f-status", "busy")
    page.select_option("#f-state", "shut")
    expect(page.locator("#f-status")).to_have_value("busy")
    expect(page.locator("#f-status option")).to_have_text(["–", "바쁨", "끝남"])
    expect(page.get_by_role("radio", name="끝남")).to_be_visible()
    expect(page.get_by_role("radio", name="새로움")).to_be_hidden()


def test_a_link_offers_what_fits_what_is_chosen_above(page: Page, deals: Served, firms: None) -> None:
    opened(page, deals)
    pick(page, "f-firm", "한빛")
    expect(page.locator("hk-link:has(#f-firm) .dropdown-menu")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    page.click("#f-buyer")
    found = page.locator("hk-link:has(#f-buyer) .dropdown-menu")
    expect(found).to_contain_text("한빛식품의 구매자만 보입니다")
    expect(found.locator("[role=option]:not([href])")).to_have_text(["윤재호 한빛식품"])


def test_a_link_in_a_line_offers_what_fits_its_line(page: Page, deals: Served, firms: None) -> None:
    opened(page, deals)
    page.click("[data-add]")
    pick(page, "f-lines-0-firm", "가람")
    page.click("#f-lines-0-buyer")
    found = page.locator("hk-link:has(#f-lines-0-buyer) [role=option]:not([href])")
    expect(found).to_have_text(["최윤서 가람기계"])


def test_enter_does_not_go_past_the_question_about_duplicates(page: Page, deals: Served, firms: None) -> None:
    opened(page, deals, "/firm/new")
    page.fill("#f-name", "한빛식품")
    page.press("#f-name", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("비슷한 레코드가 이미 있습니다.")
    page.press("#f-name", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("비슷한 레코드가 이미 있습니다.")
    page.get_by_role("button", name="그대로 저장").click()
    page.wait_for_url(re.compile(r"/firm/[0-9a-f-]{36}$"))


def test_without_scripts_everything_stands_there(browser: Browser, deals: Served) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ko-KR")
    page = opened(context.new_page(), deals)
    for id in ("f-reason", "f-big", "f-recipe", "f-note"):
        expect(page.locator(f"#{id}")).to_be_visible()
    assert options(page, "f-status") == ["새로움", "바쁨", "끝남"]
    context.close()


def test_the_title_of_a_wide_list_keeps_its_place(page: Page, deals: Served, firms: None) -> None:
    columns = "name,stage,amount,firm,buyer,state,status,from,until,number,closed,created_at,updated_at"
    opened(page, deals, "/deal/new")
    page.fill("#f-name", "거래")
    saved(page)
    page.goto(f"{deals.address}/deal?columns={columns}")
    title = page.locator("tbody td[data-at=title]").first
    before = title.bounding_box()
    page.evaluate("document.querySelector('[data-rows]').scrollLeft = 400")
    after = title.bounding_box()
    assert before and after
    assert before["width"] >= 200
    assert after["x"] == before["x"]
