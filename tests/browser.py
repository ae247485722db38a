"""The system's headless Chromium, driven by Playwright.

`browser` lives as long as the test process, `page` is a fresh profile of 1440 × 900 in Korean, `phone` one of
360 × 740. Tests that use them carry `@pytest.mark.browser`; without Chromium they are skipped, in CI they fail.
Each page fails its test at the end when a script threw or the content security policy refused something.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT = 15_000


def chromium() -> str | None:
    """The path of the system's Chromium; `HANOK_TEST_CHROMIUM` names another."""
    named = os.environ.get("HANOK_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, COMMANDS)), None)


def driver() -> Playwright:
    """Playwright on its own Node, else on the one of the PATH: its own needs libatomic, which bare machines lack."""
    try:
        return sync_playwright().start()
    except Exception:  # Playwright raises nothing narrower
        node = shutil.which("node")
        if node is None or os.environ.get("PLAYWRIGHT_NODEJS_PATH"):
            raise
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = node
        return sync_playwright().start()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        missing = "no Chromium on the PATH: install it (Debian: apt install chromium) to run the browser tests"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    playwright = driver()
    running = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
    yield running
    running.close()
    playwright.stop()


@contextmanager
def window(
    browser: Browser, *, width: int, height: int, language: str = "ko-KR", touch: bool = False
) -> Iterator[Page]:
    """A page in a fresh profile that collects what went wrong in it."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        timezone_id="Asia/Seoul",
        has_touch=touch,
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser, width=1440, height=900) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with window(browser, width=360, height=740, touch=True) as opened:
        yield opened
