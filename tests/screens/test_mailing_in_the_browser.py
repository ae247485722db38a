"""In a real browser: a template is written with variables that are picked, and a mail is sent with it in Korean."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_actions_in_the_browser import dialect as dialect
from tests.screens.test_mailing import catalog as catalog  # the shipped modules
from tests.screens.test_mailing import database as database
from tests.screens.test_mailing import lead as lead

pytestmark = pytest.mark.browser


def test_a_template_is_made_and_a_mail_sent_with_it(
    page: Page, address: str, site: Store, catalog: Catalog, lead: Record
) -> None:
    page.context.add_cookies([{"name": "hanok_language", "value": "ko", "url": address}])
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/email_template/new")
    page.fill("[name=name]", "첫인사")
    page.select_option("[name=about]", "lead")
    page.fill("[name=subject]", "안녕하세요, ")
    picker = page.locator("[data-field=subject] hk-variables")
    picker.locator("button").first.click()
    expect(picker.locator("[data-variable=company]")).to_be_visible()
    picker.locator("input").fill("company")
    page.keyboard.press("Enter")
    expect(page.locator("[name=subject]")).to_have_value("안녕하세요, {{ company }}")
    page.locator("[data-field=body] .rich").click()
    page.keyboard.type("{{ josa(title, '와/과') }} 함께")
    page.keyboard.press("Control+s")
    expect(page.locator("hk-notice")).to_contain_text("첫인사")
    page.goto(f"{address}/lead/{lead.id}")
    page.get_by_role("link", name="메일 쓰기").first.click()
    dialog = page.locator("dialog.mail")
    dialog.locator("[name=template]").select_option(label="첫인사")
    dialog.locator("[name=fill]").click()
    expect(dialog.locator("[name=name]")).to_have_value("안녕하세요, 한빛전자")
    expect(dialog.locator(".rich")).to_have_text("김하늘과 함께")
    dialog.get_by_role("button", name="보내기").click()
    expect(page.locator("hk-notice")).to_contain_text("메일을 보냈습니다")
    expect(page.locator("#tab-timeline")).to_contain_text("안녕하세요, 한빛전자")
    with site.read() as conn:
        (one,) = records.page(conn, catalog, SYSTEM, Query(module="email")).rows
    assert (one["recipients"], one["lead"].id) == ("김하늘 <kim@example.com>", lead.id)
