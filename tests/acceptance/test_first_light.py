"""The first hour of somebody new, in a real browser: wide, on a phone, and without a mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.acceptance.visitor import Visitor
from tests.served import PASSWORD

NAME = re.compile("^이름")
pytestmark = pytest.mark.browser
#: What a browser notes by itself when an answer is a refusal that the page is for.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@pytest.fixture
def desk(page: Page) -> Iterator[Page]:
    """A wide window whose console stays silent."""
    yield from silent(page)


@pytest.fixture
def hand(phone: Page) -> Iterator[Page]:
    """A phone whose console stays silent."""
    yield from silent(phone)


def silent(page: Page) -> Iterator[Page]:
    said: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.match(message.text):
            said.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    yield page
    assert not said, "\n".join(said)


@pytest.fixture(scope="module")
def somebody(sqlite_address: str) -> Visitor:
    return Visitor(sqlite_address).log_in()


def enter(page: Page, visitor: Visitor, path: str) -> None:
    """Opens a page in the session of a visitor."""
    cookies = [{"name": name, "value": value, "url": visitor.address} for name, value in visitor.jar.items()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # dicts are what it takes
    page.goto(visitor.address + path)


def no_sideways(page: Page) -> None:
    """Nothing sticks out of the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_the_first_hour(desk: Page, sqlite_address: str, somebody: Visitor) -> None:
    existing = somebody.create("contact", last_name="온", first_name="새미")
    _logs_in(desk, sqlite_address)
    account = _makes_an_account(desk, "주식회사 해오름전자")
    _adds_a_contact(desk)
    _links_a_contact(desk, "온새미", existing)
    _finds_it(desk, "오름", account)
    _edits_it(desk, account)
    _filters_the_list(desk, account)
    _speaks_english_and_korean(desk)
    _goes_dark(desk)
    _leaves(desk)


def _logs_in(page: Page, address: str) -> None:
    page.goto(f"{address}/account/new")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("사용자 이름").fill("admin")
    page.get_by_label("비밀번호").fill("틀린 비밀번호")
    page.get_by_role("button", name="로그인").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("비밀번호").fill(PASSWORD)
    page.get_by_role("button", name="로그인").click()
    expect(page).to_have_url(f"{address}/account/new")


def _makes_an_account(page: Page, name: str) -> str:
    page.get_by_role("button", name="저장").click()
    expect(page.locator(".field.bad")).to_have_count(1)
    page.get_by_label(NAME).fill(name)
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("status").filter(has_text="저장했습니다")).to_contain_text(f"‘{name}’")
    return page.url


def _adds_a_contact(page: Page) -> None:
    panel = page.locator("#sub-contacts")
    panel.get_by_role("link", name="연락처").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^성")).fill("한")
    dialog.get_by_label(NAME).fill("바람")
    dialog.get_by_role("button", name="저장").click()
    expect(page.locator("#sub-contacts").get_by_role("link", name="한바람")).to_be_visible()


def _links_a_contact(page: Page, name: str, id: str) -> None:
    panel = page.locator("#sub-contacts")
    panel.get_by_text("연결", exact=True).first.click()
    panel.get_by_role("combobox").fill("새미")
    panel.get_by_role("option", name=name).click()
    panel.get_by_role("button", name="연결", exact=True).click()
    expect(panel.get_by_role("link", name=name)).to_have_attribute("href", f"/contact/{id}")
    expect(panel.locator("tbody tr")).to_have_count(2)


def _finds_it(page: Page, part: str, account: str) -> None:
    page.goto(account.rpartition("/account")[0])
    page.keyboard.press("/")
    page.keyboard.type(part)
    found = page.get_by_role("option", name="해오름전자")
    expect(found).to_be_visible()
    found.click()
    page.wait_for_url(account)


def _edits_it(page: Page, account: str) -> None:
    page.keyboard.press("e")
    page.wait_for_url(f"{account}/edit")
    page.get_by_label("구분").select_option(label="고객사")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(account)
    expect(page.locator("main")).to_contain_text("고객사")


def _filters_the_list(page: Page, account: str) -> None:
    page.goto(account.rpartition("/")[0])
    page.locator("header .editor-place summary").click()
    page.locator("header .editor-place").get_by_role("link", name="구분").click()
    page.get_by_label("고객사").check()
    page.get_by_role("button", name="적용").click()
    chip = page.locator(".chip").filter(has_text="구분")
    expect(chip).to_contain_text("고객사")
    expect(page.get_by_role("link", name="주식회사 해오름전자")).to_be_visible()
    expect(page).to_have_url(re.compile("kind=customer"))
    chip.get_by_role("link", name="조건 지우기").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("kind=customer"))


def _speaks_english_and_korean(page: Page) -> None:
    page.get_by_role("button", name="내 메뉴").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="my menu").click()
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("거래처")


def _goes_dark(page: Page) -> None:
    bright = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="내 메뉴").click()
    page.get_by_role("button", name="어두운 화면").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != bright
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def _leaves(page: Page) -> None:
    page.get_by_role("button", name="내 메뉴").click()
    page.get_by_role("button", name="로그아웃").click()
    expect(page).to_have_url(re.compile("/login$"))
    page.go_back()
    page.reload()
    expect(page).to_have_url(re.compile("/login"))


def test_a_phone_is_enough(hand: Page, somebody: Visitor) -> None:
    enter(hand, somebody, "/account")
    no_sideways(hand)
    hand.get_by_role("navigation", name="이 화면에서 할 일").get_by_role("link").last.click()
    no_sideways(hand)
    hand.get_by_label(NAME).fill("달무리식품")
    hand.get_by_role("button", name="저장").click()
    expect(hand.get_by_role("heading", level=1)).to_have_text("달무리식품")
    no_sideways(hand)
    made = hand.url
    hand.get_by_role("searchbox", name="전체 검색").click()
    hand.get_by_role("combobox", name="전체 검색").fill("무리")
    hand.get_by_role("option", name="달무리식품").click()
    expect(hand).to_have_url(made)
    hand.get_by_role("navigation", name="이 화면에서 할 일").get_by_role("link", name="수정").click()
    no_sideways(hand)


def test_no_record_is_wider_than_a_phone(hand: Page, somebody: Visitor) -> None:
    name = "온누리중공업 울산 사업장 대형 선박용 밸브 및 배관 설비 공급 계약 " * 2
    account = somebody.create("account", name=name)
    deal = {"account": account, "amount": "1500000000", "stage": "prospecting", "close_date": "2030-01-31"}
    opportunity = somebody.create("opportunity", name=name, **deal)
    paths = [f"/account/{account}", f"/opportunity/{opportunity}", "/"]
    paths += [f"/{key}/{somebody.create(key, name=name, account=account)}" for key in ("case", "task")]
    paths.append(f"/lead/{somebody.create('lead', last_name='온', company=name)}")
    for path in [*paths, *(path + "/edit" for path in paths if path != "/")]:
        enter(hand, somebody, path)
        no_sideways(hand)


def test_a_keyboard_is_enough(desk: Page, sqlite_address: str) -> None:
    desk.goto(f"{sqlite_address}/login")
    desk.keyboard.type("admin")
    desk.keyboard.press("Tab")
    desk.keyboard.type(PASSWORD)
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"{sqlite_address}/")
    desk.keyboard.press("c")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".dropdown-menu.show").get_by_role("link", name="거래처")).to_be_focused()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_label(NAME)).to_be_focused()
    desk.keyboard.type("글쇠상사")
    desk.keyboard.press("Tab")
    expect(dialog.get_by_label("구분")).to_be_focused()
    desk.keyboard.press("Control+s")
    desk.locator("hk-notice").get_by_role("link").press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("글쇠상사")


def test_escape_leaves_a_form(desk: Page, somebody: Visitor, sqlite_address: str) -> None:
    record = f"/account/{somebody.create('account', name='나감상사')}"
    enter(desk, somebody, f"{record}/edit")
    desk.get_by_label(NAME).press("Escape")
    expect(desk).to_have_url(sqlite_address + record)
