"""Second factors in a real browser: an authenticator app in Korean, and a passkey of Chromium's own authenticator."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import window
from tests.served import PASSWORD, Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser
AUTHENTICATOR = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                 "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
WAIT = 20.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served site with two users; keys of passkeys are for http://localhost there."""
    folder = tmp_path_factory.mktemp("house") / "site"
    new_site(folder)
    for name in ("mina", "june"):
        words = ("--name", name, "--email", f"{name}@example.com", "--role", "administrator", "--password", PASSWORD)
        run_hanok("--site", folder, "user", "add", name, *words)
    with serving(folder) as running:
        yield Served(running.address.replace("127.0.0.1", "localhost"), folder)


def log_in(page: Page, house: Served, username: str, button: str) -> None:
    page.goto(f"{house.address}/login?next=/me/logins")
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page).not_to_have_url(re.compile("/login\\?"))


def leave(page: Page) -> None:
    """Forgets who was here, while no part of a page asks for anything."""
    page.goto("about:blank")
    page.context.clear_cookies()


def begin_in_english(page: Page, house: Served) -> None:
    """A browser that knows nothing but its language."""
    leave(page)
    page.context.add_cookies([{"name": "hanok_language", "value": "en", "url": house.address}])


def letters(house: Served, username: str) -> str:
    """The subjects of what the site has written to somebody, as soon as there is something."""
    end = time.monotonic() + WAIT
    while True:
        found = [message_from_bytes(one.read_bytes(), policy=policy.default)
                 for one in (house.site / "mail").rglob("*.eml")]  # fmt: skip
        subjects = [str(one["Subject"]) for one in found if username in one["To"]]
        if subjects or time.monotonic() > end:
            return "\n".join(subjects)
        time.sleep(0.1)


def test_an_app_in_korean_from_its_first_code_to_the_recovery_code(browser: Browser, house: Served) -> None:
    with window(browser, width=360, height=740) as page:
        log_in(page, house, "mina", "로그인")
        page.goto(f"{house.address}/me/security")
        page.get_by_role("button", name="인증 앱 추가").click()
        expect(page.get_by_role("img", name="인증 앱용 QR 코드")).to_be_visible()
        app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
        page.get_by_label("앱의 코드").fill("000000")
        page.get_by_role("button", name="확인").click()
        expect(page.get_by_role("alert")).to_contain_text("지금의 코드가 아닙니다")
        page.get_by_label("앱의 코드").fill(app.now())
        page.get_by_role("button", name="확인").click()
        expect(page.locator("hk-codes code")).to_have_count(10)
        codes = page.locator("hk-codes code").all_inner_texts()
        page.get_by_role("link", name="보관했습니다").click()
        expect(page.get_by_text("코드가 10개 남았습니다.")).to_be_visible()

        leave(page)
        log_in(page, house, "mina", "로그인")
        page.get_by_label("인증 앱의 코드").fill("000000")
        page.get_by_role("button", name="로그인", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("코드가 틀렸거나 이미 사용한 코드입니다")
        unused = app.at(datetime.now(UTC) + timedelta(seconds=30))
        page.get_by_label("인증 앱의 코드").fill(unused)
        page.get_by_role("button", name="로그인", exact=True).click()
        expect(page).to_have_url(f"{house.address}/me/logins")

        leave(page)
        log_in(page, house, "mina", "로그인")
        page.get_by_role("link", name="복구 코드 쓰기").click()
        page.get_by_label("복구 코드").fill(codes[0])
        page.get_by_role("button", name="로그인", exact=True).click()
        expect(page).to_have_url(f"{house.address}/me/logins")
        expect(page.get_by_role("table")).to_contain_text("복구 코드")
        assert "한옥: 2단계 인증 수단이 추가되었습니다" in letters(house, "mina")


def test_a_passkey_takes_the_place_of_name_and_password(browser: Browser, house: Served) -> None:
    with window(browser, width=1280, height=800, language="en-US") as page:
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        begin_in_english(page, house)
        log_in(page, house, "june", "Log in")
        page.goto(f"{house.address}/me/security")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("listitem").filter(has_text="Passkey")).to_be_visible()
        begin_in_english(page, house)
        page.goto(f"{house.address}/login?next=/me/logins")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page).to_have_url(re.compile("/me/logins$"))
        expect(page.get_by_role("table")).to_contain_text("Passkey")
