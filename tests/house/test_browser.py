"""The browser harness sees what goes wrong in a page."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import window

pytestmark = pytest.mark.browser


def test_a_page_opens_in_korean(page: Page) -> None:
    page.set_content("<h1>한옥</h1>")
    assert page.inner_text("h1") == "한옥"
    assert page.evaluate("navigator.language") == "ko-KR"


def test_a_phone_is_narrow(phone: Page) -> None:
    assert phone.evaluate("innerWidth") == 360


@pytest.mark.parametrize(
    "fault",
    [
        "<script>throw new Error('lost')</script>",
        "<meta http-equiv='Content-Security-Policy' content=\"img-src 'none'\"><img src='http://127.0.0.1:1/x.png'>",
    ],
)
def test_a_fault_in_a_page_fails_the_test(browser: Browser, fault: str) -> None:
    with pytest.raises(AssertionError), window(browser, width=800, height=600) as page:
        page.set_content(fault)
