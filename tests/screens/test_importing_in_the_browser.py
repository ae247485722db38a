"""In a real browser: of a thousand rows three are wrong; the others come in, and go back, also what they changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.screens.test_actions_in_the_browser import address as address
from tests.screens.test_handover_in_the_browser import inside as inside
from tests.screens.test_importing import app as app
from tests.screens.test_importing import catalog as catalog
from tests.screens.test_importing import folder as folder
from tests.screens.test_importing import sizes, work

pytestmark = pytest.mark.browser


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def test_a_thousand_rows_with_three_wrong_ones(
    inside: Page, address: str, site: Store, catalog: Catalog, folder: Path, make: Callable[..., Record], tmp_path: Path
) -> None:  # fmt: skip
    make("company", name="c5", size="999")
    rows = [f"c{at},{'many' if at in (10, 500, 900) else at},메모" for at in range(1000)]
    file = tmp_path / "회사.csv"
    file.write_text("\n".join(["Name,Size,비고", *rows]), encoding="cp949")
    inside.goto(f"{address}/company?filter=all")
    inside.get_by_role("link", name="가져오기").first.click()
    inside.set_input_files("[name=file]", str(file))
    inside.get_by_role("button", name="다음").click()
    expect(inside.locator(".import-file")).to_contain_text("CP949")
    expect(inside.locator("[name='field.0']")).to_have_value("name")
    inside.get_by_role("checkbox", name="Name 열을 키로 사용").check()
    inside.locator(".save-bar .btn-primary").click()
    work(site, catalog, folder)
    expect(inside.locator("#run")).to_contain_text("997")
    inside.get_by_role("link", name="3 오류").click()
    expect(inside.locator(".import-bad")).to_have_count(3)
    expect(inside.locator(".import-bad q")).to_have_text(["many"] * 3)
    inside.get_by_role("link", name="1 변경").click()
    expect(inside.locator(".import-change del")).to_have_text("999")
    inside.locator("[name=leave_out]").check()
    inside.locator("#run").click()
    work(site, catalog, folder)
    expect(inside.locator("#undo")).to_be_visible()
    found = sizes(site, catalog)
    assert (len(found), found["c5"]) == (997, 5)
    inside.locator("#undo summary").click()
    inside.locator("#undo .btn-primary").click()
    work(site, catalog, folder)
    expect(inside.locator(".import-tallies")).to_contain_text("되돌림")
    assert sizes(site, catalog) == {"c5": 999}
    inside.go_back()
    assert sizes(site, catalog) == {"c5": 999}
