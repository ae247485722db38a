"""In a real browser: a note is written and what is next is ended on the timeline, in Korean; on a phone too."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_record
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_actions_in_the_browser import dialect as dialect
from tests.screens.test_feed import catalog as catalog  # the same small model

pytestmark = pytest.mark.browser


@pytest.fixture
def company(site: Store, catalog: Catalog) -> Record:
    made = a_record(site, catalog, "company", name="한빛전자")
    a_record(site, catalog, "todo", name="견적 회신 확인 전화", due=date.today().isoformat(), company=str(made.id))
    return made


def enter(page: Page, address: str, company: Record) -> Page:
    page.context.add_cookies([{"name": "hanok_language", "value": "ko", "url": address}])
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/company/{company.id}")
    return page


def test_a_note_is_written_and_a_task_is_finished_without_leaving_the_page(
    page: Page, address: str, company: Record
) -> None:
    inside = enter(page, address, company)
    inside.locator("hk-composer [data-open]").click()
    expect(inside.locator("hk-composer textarea")).to_be_focused()
    inside.keyboard.press("Control+Enter")
    expect(inside.locator("hk-composer .hint.danger")).to_be_visible()
    inside.locator("hk-composer textarea").fill("단가를 다시 보기로 했습니다.")
    inside.locator("hk-composer [role=tab]", has_text="일거리").click()
    expect(inside.locator("hk-composer [name=due]")).to_be_visible()
    inside.locator("hk-composer [role=tab]", has_text="메모").click()
    expect(inside.locator("hk-composer [name=due]")).to_have_count(0)
    inside.locator("hk-composer textarea").fill("수요일까지 회신하기로 했습니다.")
    inside.keyboard.press("Control+Enter")
    expect(inside.locator(".past blockquote")).to_contain_text("수요일까지 회신하기로 했습니다.")
    expect(inside.locator("hk-notice")).to_contain_text("저장했습니다")
    expect(inside.locator("hk-composer [data-open]")).to_be_focused()
    ahead = inside.locator("ol.next li", has_text="견적 회신 확인 전화")
    expect(ahead).to_contain_text("오늘")
    ahead.locator("button").click()
    expect(inside.locator("ol.next")).to_have_count(0)
    expect(inside.locator("ol.past")).to_contain_text("견적 회신 확인 전화")
    inside.locator("hk-notice form button").click()
    expect(inside.locator("ol.next li")).to_contain_text("견적 회신 확인 전화")


def test_on_a_phone_the_box_comes_to_the_thumb(phone: Page, address: str, company: Record) -> None:
    inside = enter(phone, address, company)
    expect(inside.locator("#feed")).not_to_be_visible()
    inside.locator(".thumb [data-compose]").click()
    expect(inside.locator("hk-composer textarea")).to_be_focused()
    expect(inside.locator("hk-composer")).to_have_css("position", "fixed")
    inside.locator("hk-composer textarea").fill("현장에서 적습니다.")
    inside.locator("hk-composer footer .btn:not(.bare)").click()
    expect(inside.locator(".past blockquote")).to_contain_text("현장에서 적습니다.")
