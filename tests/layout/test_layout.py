"""No page is broken: sideways overflow, text cut off without a tooltip, controls over each other or too small, English
left on a Korean page. A few pages at 360 px always; all of them, at three widths and in both languages, among the slow.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.evidence import Evidence
from tests.layout import desk as desks
from tests.layout.looking import LANGUAGES, SIZES, Fault, faults, go, narrow, reader
from tests.layout.stops import Stop, every

pytestmark = pytest.mark.browser
SAMPLE = (
    Stop("login", "/login", who=""), Stop("home", "/"), Stop("opportunity", "/opportunity"),
    Stop("new", "/opportunity/new"), Stop("board", "/opportunity?filter=this_quarter&view=kanban"),
    Stop("everything", "/everything"), Stop("missing", "/-/fail/404", status=404),
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Desk]:
    folder = tmp_path_factory.mktemp("desk") / "site"
    desks.make(folder, accounts=12, count=6)
    with desks.serving(folder) as found:
        yield found


def test_a_phone_shows_the_pages_whole(browser: Browser, desk: desks.Desk) -> None:
    found: list[Fault] = []
    with reader(browser, desk, language="ko") as pages:
        for stop in SAMPLE:
            narrow(pages[stop.who], 360)
            assert go(desk, pages[stop.who], stop) == stop.status
            found += faults(pages[stop.who], stop, width=360, language="ko")
    assert not found, "\n".join(map(str, found))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_screen_is_broken(browser: Browser, desk: desks.Desk, evidence: Evidence, language: str) -> None:
    found: list[Fault] = []
    with reader(browser, desk, language=language) as pages:
        for stop in every(desk, pages["admin"]):
            page = pages[stop.who]
            narrow(page, max(SIZES))
            assert go(desk, page, stop) == stop.status, stop
            evidence.count(f"screens in {language}")
            for width in SIZES:
                narrow(page, width)
                found += faults(page, stop, width=width, language=language)
                evidence.count(f"windows of {width} px")
    evidence.count("faults", len(found))
    assert not found, "\n".join(map(str, found))
