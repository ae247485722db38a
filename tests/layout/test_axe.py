"""axe-core finds nothing on the screens, in light and dark: WCAG 2.0 to 2.2, levels A and AA."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.layout import desk as desks
from tests.layout.looking import THEMES, go, narrow, reader
from tests.layout.stops import Stop, opened

pytestmark = pytest.mark.browser
LIBRARY = Path(__file__).resolve().parents[2] / ".make" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Of the same page in the dark only colours differ.
ASKED = {"light": {"type": "tag", "values": TAGS}, "dark": {"type": "rule", "values": ["color-contrast"]}}
RUN = """runOnly => axe.run(document, { runOnly, resultTypes: ["violations"] })
    .then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(
        ({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary.split("\\n")[1]}`) })))"""
PLAIN = (
    "/", "/account?filter=all", "/opportunity", "/opportunity/new", "/account/_import", "/everything", "/-/fail/404",
)  # fmt: skip
DEEDS = ("palette", "keys", "menu", "account-picked", "account-bulk-dialog", "account-columns", "contact-wrong")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Desk]:
    folder = tmp_path_factory.mktemp("axe") / "site"
    desks.make(folder, accounts=12, count=4)
    with desks.serving(folder) as found:
        yield found


def stops(desk: desks.Desk, page: Page) -> Iterator[Stop]:
    yield Stop("login", "/login", who="")
    yield from (Stop(path, path, status=404 if "404" in path else 200) for path in PLAIN)
    yield from (stop for stop in opened() if stop.name in DEEDS)
    for key in ("opportunity", "everything", "meeting"):
        there = _rows(desk, page, key)[0].get_attribute("data-href") or ""
        yield Stop(f"{key}-record", there)
        yield Stop(f"{key}-edit", f"{there}/edit")
    yield Stop("board", "/opportunity?filter=all&view=kanban")
    ids = [(row.get_attribute("data-href") or "").rpartition("/")[2] for row in _rows(desk, page, "account")[:2]]
    yield Stop("merge", f"/account/_merge?id={ids[0]}&id={ids[1]}")
    yield Stop("duplicates", "/account/_duplicates")
    yield Stop("bell", "/mine/notices")


def _rows(desk: desks.Desk, page: Page, key: str) -> list[Locator]:
    page.goto(f"{desk.address}/{key}?filter=all")
    return page.locator("tr[data-href]").all()


def violations(page: Page, theme: str) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(LIBRARY.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN, ASKED[theme])
    return found


def test_nothing_keeps_anybody_from_the_screens(browser: Browser, desk: desks.Desk) -> None:
    assert LIBRARY.is_file(), "no axe-core: `make vendor` brings it"
    found = []
    with reader(browser, desk, language="ko") as pages:
        for stop in stops(desk, pages["admin"]):
            page = pages[stop.who]
            narrow(page, 1440)
            assert go(desk, page, stop) == stop.status, stop
            for theme in THEMES:
                narrow(page, 1440, theme)
                where = f"{stop.name} ({theme})"
                found += [f"{where}: {one['id']}: {node}" for one in violations(page, theme) for node in one["nodes"]]
    assert not found, "\n".join(found)
