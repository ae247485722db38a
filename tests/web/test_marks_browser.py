"""Formatted text, stars, colours, icons and secrets with nothing but the keyboard, under the page's strict policy.

Pages fail their test when a script threw or the policy refused something (`tests/browser.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.served import Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser
THING = """
label: {en: Thing, ko: 물건}
fields:
  name:  {type: text, label: {en: Name, ko: 이름}, required: true}
  story: {type: rich_text, label: {en: Story, ko: 이야기}}
  stars: {type: rating, label: {en: Stars, ko: 평점}}
  color: {type: color, label: {en: Colour, ko: 색}}
  mark:  {type: icon, label: {en: Icon, ko: 아이콘}}
  code:  {type: barcode, kind: ean13, label: {en: Code, ko: 코드}}
  ssn:   {type: encrypted, label: {en: Number, ko: 번호}}
"""
FOREIGN = (
    '<p style="color:red" onclick="x()" class="c">a <b>b</b><img src="//evil/x"><script>1</script></p>'
    '<p><a href="javascript:alert(1)">c</a> <span>d</span></p>'
)
PASTED = """
html => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector('#f-story').dispatchEvent(event);
}
"""


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("marks") / "site"
    new_site(folder)
    modules = folder / "metadata" / "modules"
    modules.mkdir(parents=True, exist_ok=True)
    (modules / "thing.yaml").write_text(THING, encoding="utf-8")
    run_hanok("--site", folder, "deploy", "--yes")
    with serving(folder) as running:
        yield running


def opened(page: Page, things: Served, address: str = "/thing/new") -> Page:
    page.goto(f"{things.address}/login")
    page.fill("[name=username]", things.username)
    page.fill("[name=password]", things.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(things.address + address)
    return page


def saved(page: Page) -> Page:
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: not url.endswith(("/new", "/edit")))
    return page


def story(page: Page) -> str:
    return str(page.eval_on_selector("hk-rich textarea", "area => area.value"))


def test_text_is_formatted_with_the_keyboard(page: Page, things: Served) -> None:
    opened(page, things).fill("#f-name", "글")
    page.focus("#f-story")
    page.keyboard.type("보통 ")
    page.keyboard.press("Control+b")
    page.keyboard.type("굵게")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    page.focus(".rich-tools [tabindex='0']")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("하나")
    assert story(page) == "<p>보통 <b>굵게</b></p><ul><li>하나</li></ul>"
    saved(page)
    expect(page.locator("dd .rich b")).to_have_text("굵게")
    expect(page.locator("dd .rich li")).to_have_text("하나")


def test_a_link_is_made_of_what_is_selected(page: Page, things: Served) -> None:
    opened(page, things).focus("#f-story")
    page.keyboard.type("our page")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    page.keyboard.type("example.com/a?b=1")
    page.keyboard.press("Enter")
    assert story(page) == '<p><a href="https://example.com/a?b=1">our page</a></p>'


def test_what_is_pasted_keeps_its_form_and_nothing_else(page: Page, things: Served) -> None:
    opened(page, things).focus("#f-story")
    page.evaluate(PASTED, FOREIGN)
    assert "<p>a <b>b</b></p><p>c d</p>" in story(page)
    assert "evil" not in page.inner_html("#f-story")


def test_a_form_that_nobody_touched_sends_what_was_stored(page: Page, things: Served) -> None:
    opened(page, things).fill("#f-name", "그대로")
    page.focus("#f-story")
    page.keyboard.type("text")
    saved(page)
    address = page.url
    page.goto(address + "/edit")
    saved(page)
    expect(page.locator(".pairs dd .rich p")).to_have_text("text")
    assert page.url == address


def test_stars_are_given_and_taken_back_with_arrows(page: Page, things: Served) -> None:
    opened(page, things).focus("#f-stars input:checked")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#f-stars input:checked")).to_have_value("3")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#f-stars input:checked")).to_have_value("")


def test_a_list_is_narrowed_by_stars(page: Page, things: Served) -> None:
    for name, stars in (("하나", "1"), ("넷", "4")):
        (opened(page, things) if name == "하나" else page).goto(things.address + "/thing/new")
        page.fill("#f-name", name)
        page.locator(f"#f-stars input[value='{stars}']").check(force=True)
        saved(page)
    page.goto(things.address + "/thing?ask=stars.gte")
    page.locator(".editor input[type=radio][value='3']").check(force=True)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "stars.gte.3" in url)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("넷")


def test_an_icon_is_found_by_typing(page: Page, things: Served) -> None:
    opened(page, things).focus("#f-mark")
    page.keyboard.type("building-ban")
    page.locator("#f-mark + [role=listbox] [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#f-mark")).to_have_value("building-bank")
    expect(page.locator("hk-icon [role=listbox]")).to_be_hidden()


def test_a_colour_is_typed_or_picked(page: Page, things: Served) -> None:
    opened(page, things).fill("#f-color", "#1f7")
    expect(page.locator("hk-color [type=color]")).to_have_value("#11ff77")
    page.locator("hk-color [type=color]").fill("#2f6fb5")
    expect(page.locator("#f-color")).to_have_value("#2f6fb5")


def test_a_secret_is_shown_only_to_who_asks(page: Page, things: Served) -> None:
    opened(page, things).fill("#f-name", "비밀")
    page.fill("#f-ssn", "900101-1234567")
    assert page.get_attribute("#f-ssn", "type") == "password"
    page.focus("hk-secret button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#f-ssn", "type") == "text"
    saved(page)
    expect(page.get_by_text("900101-1234567")).to_be_hidden()
    page.focus(".secret summary")
    page.keyboard.press("Enter")
    expect(page.get_by_text("900101-1234567")).to_be_visible()


def test_a_wrong_code_is_said_beside_it_on_a_telephone(phone: Page, things: Served) -> None:
    opened(phone, things).fill("#f-name", "코드")
    phone.fill("#f-code", "8801043014815")
    phone.keyboard.press("Control+s")
    expect(phone.locator("#f-code-error")).to_contain_text("확인 숫자")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
