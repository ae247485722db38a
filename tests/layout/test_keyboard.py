"""Create, edit, list: by keyboard only, and whoever looks sees where she is at each step."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.served import Served, new_site, serving

pytestmark = pytest.mark.browser
#: What the focused element shows of its focus: an outline, a ring, an edge that differs from its neighbours'.
SEEN = """() => {
    const node = document.activeElement;
    if (!node || node === document.body) return "nothing is focused";
    const look = getComputedStyle(node), at = node.getBoundingClientRect();
    const marked = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0 || look.boxShadow !== "none"
        || node.matches(".row-menu *, .dropdown-item, [tabindex='-1']");
    const within = at.bottom > 0 && at.right > 0 && at.top < innerHeight && at.left < innerWidth;
    const name = `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 30)}`;
    return !marked ? `no mark on ${name}` : !within ? `out of sight: ${name}` : "";
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("keyed") / "site"
    new_site(folder, demo=4)
    with serving(folder) as running:
        yield running


class Hand:
    """A keyboard, and nothing else: each step leaves a focus that can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, pattern: str, *, most: int = 60, back: bool = False) -> None:
        """Tabs until what is focused is called so."""
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            assert not (wrong := self.page.evaluate(SEEN)), wrong
            name = self.page.evaluate(
                "() => { const node = document.activeElement;"
                " return node.ariaLabel || node.labels?.[0]?.textContent || node.textContent; }"
            )
            if re.search(pattern, (name or "").strip()):
                return
        raise AssertionError(f"{pattern} is not reached by Tab")


def test_create_edit_and_list_by_keyboard_only(page: Page, site: Served) -> None:
    hand = Hand(page)
    page.goto(f"{site.address}/login")
    hand.type(site.username)
    hand.press("Tab")
    hand.type(site.password)
    hand.press("Enter")
    page.wait_for_url(f"{site.address}/")
    page.wait_for_load_state("networkidle")
    hand.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    hand.press("g", "a")
    page.wait_for_url(re.compile(r"/account(\?|$)"))
    hand.press("c")
    page.wait_for_url(f"{site.address}/account/new")
    expect(page.locator("#f-name")).to_be_focused()
    hand.type("글쇠상사")
    hand.tab_to("웹사이트|전화|구분")
    hand.press("Control+s")
    page.wait_for_url(re.compile(r"/account/[0-9a-f-]{36}$"))
    hand.press("e")
    page.wait_for_url(re.compile(r"/edit$"))
    hand.press("Control+a")
    hand.type("글쇠무역")
    hand.tab_to("^저장")
    hand.press("Enter")
    page.wait_for_url(re.compile(r"/account/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", name="글쇠무역")).to_be_visible()
    hand.press("g", "a")
    page.wait_for_url(re.compile(r"/account(\?|$)"))
    row = page.locator("tr.here")
    hand.press("j")
    expect(row).to_have_count(1)
    hand.press("x")
    expect(row.locator("[data-pick]")).to_be_checked()
    expect(page.locator("[data-bulk]")).to_be_visible()
    hand.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    hand.press("j", "k")
    hand.press("e")
    page.wait_for_url(re.compile(r"/edit\?"))
    hand.press("Escape")
    page.wait_for_url(re.compile(r"/account(/[0-9a-f-]{36})?(\?|$)"))


def test_the_keys_are_told_and_tab_walks_through_a_list(page: Page, site: Served) -> None:
    hand = Hand(page)
    page.goto(f"{site.address}/login")
    hand.type(site.username)
    hand.press("Tab")
    hand.type(site.password)
    hand.press("Enter")
    page.wait_for_url(f"{site.address}/")
    hand.press("?")
    told = page.locator("#keys")
    expect(told).to_be_visible()
    for key in ("/", "c", "g", "j", "k", "x", "e", "?"):
        expect(told.locator("kbd", has_text=re.compile(f"^{re.escape(key)}$")).first).to_be_visible()
    hand.press("Escape")
    expect(told).to_be_hidden()
    page.goto(f"{site.address}/account?filter=all")
    page.wait_for_load_state("networkidle")
    for _ in range(40):
        hand.press("Tab")
        assert not (wrong := page.evaluate(SEEN)), wrong
