"""Nothing gets lost when two people edit one record, a form is sent twice, or something is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.test_first_light import NAME, enter, silent
from tests.acceptance.visitor import Visitor
from tests.browser import window


@pytest.fixture(scope="module")
def somebody(sqlite_address: str) -> Visitor:
    return Visitor(sqlite_address).log_in()


@pytest.fixture
def desk(page: Page) -> Iterator[Page]:
    yield from silent(page)


@pytest.fixture
def other_desk(browser: Browser) -> Iterator[Page]:
    """A second browser profile."""
    with window(browser, width=1280, height=800) as opened:
        yield from silent(opened)


def count(visitor: Visitor, name: str) -> int:
    return len(set(re.findall(r"/account/[0-9a-f-]{36}", visitor.get(f"/account?filter=all&q={name}").text)))


@pytest.mark.browser
def test_two_people_edit_one_record(desk: Page, other_desk: Page, somebody: Visitor, sqlite_address: str) -> None:
    record = f"/account/{somebody.create('account', name='두레상사', phone='02-555-1234', kind='prospect')}"
    enter(desk, somebody, f"{record}/edit")
    enter(other_desk, Visitor(sqlite_address).log_in(), f"{record}/edit")
    _writes(other_desk, "두레식품", kind="고객사", website="https://dure.example.com")
    expect(other_desk.get_by_role("heading", level=1)).to_have_text("두레식품")
    _writes(desk, "두레물산", kind="협력사", representative="하나래")
    _sees_both(desk)
    _chooses(desk)
    expect(desk).to_have_url(f"{sqlite_address}{record}")
    kept = desk.locator("main")
    for word in ("두레물산", "고객사", "dure.example.com", "하나래", "555-1234"):
        expect(kept).to_contain_text(word)


def _writes(page: Page, name: str, *, kind: str, website: str = "", representative: str = "") -> None:
    page.get_by_label(NAME).fill(name)
    page.get_by_label("구분").select_option(label=kind)
    page.get_by_label("웹사이트").fill(website)
    page.get_by_label("대표자").fill(representative)
    page.get_by_role("button", name="저장").click()


def _sees_both(page: Page) -> None:
    """Name and kind are for her to choose; the website and the representative are merged."""
    rows = page.locator("table.choose tbody tr")
    expect(rows).to_have_count(2)
    for word in ("두레상사", "두레식품", "두레물산"):
        expect(rows.filter(has_text="이름")).to_contain_text(word)
    for word in ("잠재고객", "고객사", "협력사"):
        expect(rows.filter(has_text="구분")).to_contain_text(word)
    merged = page.locator(".clash details")
    expect(merged).to_contain_text("dure.example.com")
    expect(merged).to_contain_text("하나래")


def _chooses(page: Page) -> None:
    page.locator("table.choose tr", has_text="구분").get_by_role("radio").first.check()
    page.locator("table.choose tr", has_text="이름").get_by_role("radio").last.check()
    page.get_by_role("button", name="고른 값으로 저장").click()


@pytest.mark.browser
def test_two_clicks_make_one_record(desk: Page, somebody: Visitor) -> None:
    enter(desk, somebody, "/account/new")
    desk.get_by_label(NAME).fill("두번상사")
    desk.get_by_role("button", name="저장").dblclick()
    expect(desk.get_by_role("heading", level=1)).to_have_text("두번상사")
    assert count(somebody, "두번상사") == 1


@pytest.mark.browser
def test_going_back_and_saving_again_makes_no_second_record(desk: Page, somebody: Visitor) -> None:
    enter(desk, somebody, "/account/new")
    desk.get_by_label(NAME).fill("되돌이상사")
    desk.get_by_role("button", name="저장").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("되돌이상사")
    desk.reload()
    desk.go_back()
    expect(desk).to_have_url(re.compile("/account/new$"))
    with desk.expect_response(lambda answer: answer.request.method == "POST"):
        desk.get_by_role("button", name="저장").click()
    assert count(somebody, "되돌이상사") == 1


def test_a_form_sent_twice_makes_one_record(admin: Visitor) -> None:
    form = {"token": admin.get("/account/new").hidden("token"), "csrf_token": admin.token(), "name": "한벌상사"}
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: admin.post("/account/new", form, token=False), range(4)))
    assert [answer.status for answer in answers] == [303] * 4
    assert len({answer.location for answer in answers}) == 1
    assert count(admin, "한벌상사") == 1


@pytest.mark.browser
def test_what_was_deleted_comes_back(desk: Page, somebody: Visitor, sqlite_address: str) -> None:
    record = f"/account/{somebody.create('account', name='돌아온상사', phone='02-777-8888')}"
    enter(desk, somebody, record)
    desk.get_by_label("더 보기").click()
    desk.get_by_role("button", name="삭제").click()
    expect(desk).to_have_url(f"{sqlite_address}/account")
    expect(desk.get_by_role("link", name="돌아온상사")).to_have_count(0)
    assert somebody.get(record).status == 404
    desk.get_by_role("status").get_by_role("button", name="되돌리기").click()
    expect(desk).to_have_url(f"{sqlite_address}{record}")
    expect(desk.locator("main")).to_contain_text("777-8888")
