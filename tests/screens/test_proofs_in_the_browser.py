"""In a real browser: a role is given from a part of a page, the proof comes between, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from hanok.engine import accounts
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.tables import session
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.working import user

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def test_what_was_picked_is_given_after_the_proof_and_she_is_where_she_was(
    page: Page, address: str, site: Store, catalog: Catalog
) -> None:
    page.context.add_cookies([{"name": "hanok_language", "value": "ko", "url": address}])
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(minutes=15)))
    page.goto(f"{address}/role/owner_only")
    page.locator("#role-holders summary").first.click()
    page.get_by_role("combobox").fill("guest")
    page.get_by_role("option", name="guest").click()
    page.locator("#role-holders form.linker footer .btn").click()
    expect(page.get_by_role("heading", name="본인 확인")).to_be_visible()
    expect(page.get_by_text("입력한 내용은 그대로 남아 있습니다.")).to_be_visible()
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/role/owner_only")
    expect(page.get_by_role("link", name="guest", exact=True)).to_be_visible()
    with site.read() as conn:
        assert accounts.roles_of(conn, user(site, catalog, "guest")) == ("owner_only",)
