"""Values are edited where they stand, in a real browser: by mouse, keyboard and touch, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance.visitor import Visitor
from tests.browser import window
from tests.screens.following import MODEL
from tests.served import PASSWORD, Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser
CLERK = """
label: {en: Clerk, ko: 사원}
default: all
"""
READER = """
label: {en: Clerk, ko: 사원}
default: {list: all, view: all, edit: none}
"""
LIST = "views:\n  list: {columns: [name, stage, amount, reason, until]}\n"


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("deals") / "site"
    new_site(folder)
    files = {**MODEL, "roles/clerk.yaml": CLERK}
    files["modules/deal.yaml"] = files["modules/deal.yaml"].replace("views:\n", LIST, 1)
    for name, text in files.items():
        path = folder / "metadata" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run_hanok("--site", folder, "deploy", "--yes")
    with serving(folder) as running:
        yield running


@pytest.fixture
def boss(deals: Served) -> Visitor:
    return Visitor(deals.address).log_in()


def opened(page: Page, deals: Served, address: str, username: str = "admin") -> Page:
    page.goto(f"{deals.address}/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(deals.address + address)
    return page


def row(page: Page, title: str) -> Locator:
    return page.locator("tbody tr", has_text=title)


def cell(page: Page, title: str, key: str) -> Locator:
    heads = page.locator("table.rows thead th")
    keys = heads.evaluate_all("found => found.map((head) => head.dataset.edit ?? '')")
    return row(page, title).locator("td").nth(keys.index(key))


def test_a_row_is_walked_and_edited_by_keyboard(page: Page, deals: Served, boss: Visitor) -> None:
    boss.create("deal", name="자판 거래", amount="1000")
    opened(page, deals, "/deal?name=자판 거래")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    expect(page.locator("#f-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cell-edit")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("#f-amount").fill("25000")
    page.keyboard.press("Tab")
    expect(cell(page, "자판 거래", "amount")).to_contain_text("25,000")
    expect(page.locator("#f-reason")).to_have_count(0)  # not asked for as the deal is now: it says so
    expect(page.locator(".cell-edit [role=alert]")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="되돌리기").click()
    expect(cell(page, "자판 거래", "amount")).to_contain_text("1,000")


def test_a_double_click_edits_and_a_click_opens(page: Page, deals: Served, boss: Visitor) -> None:
    id = boss.create("deal", name="쥐 거래")
    opened(page, deals, "/deal?name=쥐 거래")
    cell(page, "쥐 거래", "until").dblclick()
    page.locator("#f-until").fill("2027-03-01")
    page.locator("h1").click()  # a press elsewhere saves
    expect(cell(page, "쥐 거래", "until")).to_contain_text("2027")
    cell(page, "쥐 거래", "amount").hover()
    page.locator(".pencil:visible").click()
    page.locator("#f-amount").fill("x")
    page.keyboard.press("Enter")
    expect(page.locator("#f-amount-error")).to_be_visible()
    expect(page.locator("#f-amount")).to_have_value("x")
    page.locator("h1").click()
    expect(page.locator("#f-amount")).to_have_value("x")  # what was asked about waits
    page.get_by_role("button", name="취소").click()
    cell(page, "쥐 거래", "amount").click()
    page.wait_for_url(re.compile(f"/deal/{id}$"))


def test_what_another_field_needs_goes_along_into_the_form(page: Page, deals: Served, boss: Visitor) -> None:
    id = boss.create("deal", name="놓친 거래")
    opened(page, deals, f"/deal/{id}")
    page.locator("[data-edit=stage] .pencil").click()
    page.locator("#f-stage").select_option("lost")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-edit [role=alert]")).to_contain_text("사유")
    page.get_by_role("button", name="전체 폼 열기").click()
    expect(page.locator("#f-stage")).to_have_value("lost")
    page.locator("#f-reason").fill("값이 비쌉니다")
    page.locator(".save-bar .btn-primary").click()
    page.wait_for_url(re.compile(f"/deal/{id}$"))
    expect(page.locator("[data-edit=reason]")).to_contain_text("값이 비쌉니다")


def test_a_page_shows_all_that_followed(page: Page, deals: Served, boss: Visitor) -> None:
    id = boss.create("deal", name="쪽 거래")
    opened(page, deals, f"/deal/{id}")
    page.locator("[data-edit=name] > dd:first-of-type").click()
    page.locator("#f-name").fill("새 쪽 거래")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("새 쪽 거래")
    expect(page.locator("[data-edit=name] .pencil")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("새 쪽 거래")


def test_two_people_edit_one_value(page: Page, deals: Served, boss: Visitor, browser: Browser) -> None:
    id = boss.create("deal", name="둘의 거래", amount="100")
    opened(page, deals, f"/deal/{id}")
    page.locator("[data-edit=amount] .pencil").click()
    page.locator("#f-amount").fill("300")
    with window(browser, width=1280, height=800) as other:
        opened(other, deals, f"/deal/{id}")
        other.locator("[data-edit=amount] .pencil").click()
        other.locator("#f-amount").fill("200")
        other.keyboard.press("Enter")
        expect(other.locator("[data-edit=amount] > dd:first-of-type")).to_contain_text("200")
    page.keyboard.press("Enter")
    told = page.locator(".cell-edit [role=alert]")
    expect(told).to_contain_text("200")
    expect(told).to_contain_text("300")
    page.get_by_role("button", name="상대 값 유지").click()
    expect(page.locator("[data-edit=amount] > dd:first-of-type")).to_contain_text("200")
    page.locator("[data-edit=amount] .pencil").click()
    page.locator("#f-amount").fill("300")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edit=amount] > dd:first-of-type")).to_contain_text("300")


def test_a_role_that_changes_while_the_cell_is_open_refuses_in_words(page: Page, deals: Served, boss: Visitor) -> None:
    boss.create("deal", name="닫힌 거래", amount="100")
    add = ("--name", "사원", "--role", "clerk", "--password", PASSWORD)
    run_hanok("--site", deals.site, "user", "add", "clerk", *add)
    opened(page, deals, "/deal?name=닫힌 거래", "clerk")
    cell(page, "닫힌 거래", "amount").dblclick()
    page.locator("#f-amount").fill("777")
    (deals.site / "metadata" / "roles" / "clerk.yaml").write_text(READER, encoding="utf-8")
    run_hanok("--site", deals.site, "deploy", "--yes")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 403
    expect(page.locator(".cell-edit [role=alert]")).to_contain_text("수정할 수는 없습니다")
    expect(page.locator("#f-amount")).to_have_value("777")
    page.keyboard.press("Escape")
    expect(cell(page, "닫힌 거래", "amount")).to_contain_text("100")
    page.reload()
    expect(row(page, "닫힌 거래")).not_to_have_attribute("data-edits", re.compile(""))


def test_a_finger_edits_on_the_page_of_a_record(phone: Page, deals: Served, boss: Visitor) -> None:
    id = boss.create("deal", name="손 거래", amount="100")
    opened(phone, deals, f"/deal/{id}")
    phone.locator("[data-edit=amount] .pencil").tap()
    phone.locator("#f-amount").fill("900")
    phone.get_by_role("button", name="저장").tap()
    expect(phone.locator("[data-edit=amount] > dd:first-of-type")).to_contain_text("900")


def test_a_finger_edits_in_a_list(phone: Page, deals: Served, boss: Visitor) -> None:
    boss.create("deal", name="집은 거래", amount="100")
    opened(phone, deals, "/deal?name=집은 거래")
    amount = cell(phone, "집은 거래", "amount")
    amount.dispatch_event("pointerdown", {"pointerType": "touch", "isPrimary": True, "bubbles": True})
    phone.locator("#f-amount").fill("900")
    phone.get_by_role("button", name="저장").tap()
    expect(amount).to_contain_text("900")
    expect(phone).to_have_url(re.compile(r"/deal\?"))


def test_what_is_typed_is_not_left_by_accident(page: Page, deals: Served, boss: Visitor) -> None:
    id = boss.create("deal", name="지킨 거래")
    opened(page, deals, f"/deal/{id}")
    page.locator("[data-edit=amount] .pencil").click()
    page.locator("#f-amount").fill("5")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
