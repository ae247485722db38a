"""What a list page weighs on the wire, through the real server: every answer with its headers, fonts too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import Served, new_site, serving

pytestmark = pytest.mark.browser
FIRST, NEXT = 200_000, 30_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("weighed") / "site"
    new_site(folder, demo=40)
    with serving(folder) as running:
        yield running


@dataclass
class Scales:
    """Counts what a page transfers, by address, and which files a browser may not keep for ever."""

    page: Page
    sizes: dict[str, int] = field(default_factory=dict)
    passing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.asked: dict[str, str] = {}
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._ended)

    def _answered(self, told: Any) -> None:
        answer = told["response"]
        self.asked[told["requestId"]] = answer["url"]
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if "/static/" in answer["url"] and "immutable" not in headers.get("cache-control", ""):
            self.passing.append(answer["url"])

    def _ended(self, told: Any) -> None:
        url = self.asked.get(told["requestId"], "?")
        self.sizes[url] = self.sizes.get(url, 0) + int(told["encodedDataLength"])

    def weigh(self, address: str) -> int:
        """Bytes until the page is at rest."""
        self.sizes.clear()
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        return sum(self.sizes.values())

    def __str__(self) -> str:
        heaviest = sorted(self.sizes.items(), key=lambda one: -one[1])
        return "\n".join(f"{size:8} {url}" for url, size in heaviest)


def visitor(browser: Browser, site: Served, language: str) -> BrowserContext:
    """Somebody who is logged in and has nothing of the site in her browser yet."""
    entering = browser.new_context(locale=language)
    page = entering.new_page()
    page.goto(f"{site.address}/login")
    page.fill("#username", site.username)
    page.fill("#password", site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/")
    state = entering.storage_state()
    entering.close()
    return browser.new_context(locale=language, storage_state=state)


@pytest.mark.parametrize("language", ["ko-KR", "en-US"])
def test_a_list_is_light_at_first_and_lighter_then(browser: Browser, site: Served, language: str) -> None:
    context = visitor(browser, site, language)
    scales = Scales(context.new_page())
    assert scales.weigh(f"{site.address}/account?filter=all") <= FIRST, str(scales)
    assert scales.weigh(f"{site.address}/account?filter=all&sort=-name") <= NEXT, str(scales)
    assert scales.weigh(f"{site.address}/contact?filter=all") <= NEXT, str(scales)
    assert not scales.passing
    faces = scales.page.evaluate("[...document.fonts].map(face => `${face.family} ${face.status}`)")
    assert "Hanok UI loaded" in {face.replace('"', "") for face in faces}
    assert not [face for face in faces if face.endswith("error")]
    rare = scales.page.locator("link[href*='vendor/pretendard.css']")
    assert rare.count() == 0
    scales.page.fill(".narrow-down input[type=search]", "뷁")
    expect(rare).to_have_count(1)
    context.close()
