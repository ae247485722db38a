"""In a real browser: a warning leads to a merge, what is linked moves along, and all of it comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import an_administrator
from tests.screens.conftest import PASSWORD
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_actions_in_the_browser import dialect as dialect
from tests.screens.test_merging import catalog as catalog  # the same small model
from tests.screens.test_merging import make as make
from tests.screens.test_merging import pair as pair

pytestmark = pytest.mark.browser


@pytest.fixture
def inside(page: Page, address: str) -> Page:
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page


def company_of(site: Store, catalog: Catalog, record: Record) -> str:
    with site.read() as conn:
        found = records.get(conn, catalog, an_administrator(), record.module, record.id)
    return str(found["company"].id)


def test_from_the_warning_to_the_merge_and_back(
    inside: Page, address: str, site: Store, catalog: Catalog, make: object, pair: tuple[Record, Record]
) -> None:
    third = make("company", name="한빛", size=20)  # type: ignore[operator]
    lee = make("person", family="이", given="서연", company=str(third.id))  # type: ignore[operator]
    inside.goto(f"{address}/company/{pair[0].id}/edit")
    inside.fill("[name=name]", "한빛")
    inside.keyboard.press("Control+s")
    warning = inside.locator(".alert[data-color=orange]")
    expect(warning).to_contain_text("한빛")
    warning.locator("a[href*=_merge]").first.click()
    inside.wait_for_url(re.compile("/company/_merge"))
    for one in (third, pair[0]):
        inside.locator(f"[name=stays][value='{one.id}']").click()
        inside.wait_for_url(re.compile(f"stays={one.id}"))
    inside.locator(f"[name='take.size'][value='{third.id}']").check()
    expect(inside.locator(".moves li")).to_contain_text("1")
    inside.locator(".save-bar .btn-primary").click()
    inside.wait_for_url(f"{address}/company/{pair[0].id}")
    expect(inside.locator("hk-notice")).to_contain_text("was merged into")
    assert company_of(site, catalog, lee) == str(pair[0].id)
    inside.goto(f"{address}/company/{third.id}")
    inside.wait_for_url(f"{address}/company/{pair[0].id}")
    with site.read() as conn:
        assert records.get(conn, catalog, an_administrator(), "company", pair[0].id)["size"] == 20


def test_chosen_rows_are_merged_and_the_word_of_it_takes_it_back(
    inside: Page, address: str, site: Store, catalog: Catalog, pair: tuple[Record, Record]
) -> None:
    inside.goto(f"{address}/company?filter=all")
    inside.locator("[data-pick]").first.check()
    expect(inside.locator("[data-merge]")).to_be_hidden()
    inside.locator("[data-pick]").nth(1).check()
    inside.locator("[data-merge]").click()
    inside.wait_for_url(re.compile("/company/_merge"))
    inside.keyboard.press("Alt+1")
    inside.locator(".save-bar .btn-primary").click()
    inside.locator("hk-notice form button").click()
    expect(inside.locator("hk-notice")).to_contain_text("taken back")
    with site.read() as conn:
        for one in pair:
            assert records.get(conn, catalog, an_administrator(), "company", one.id)["size"] == one["size"]
