"""A forgotten password in a real browser, by a real SMTP server, in both languages; and one's own account there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hanok.app import live_of, opened
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.deploy.settings import FILE
from tests.browser import window
from tests.jobs.post_office import Office, Taken, open_office
from tests.served import Served, new_site, run_hanok, serving

pytestmark = pytest.mark.browser
SITE = "https://crm.example.com"
OLD, NEW, NEWER = "moonlight over roofs", "gray heron by the lake", "a kite above the river"
WAIT = 20.0
#: What the pages say.
WORDS = {
    "ko": {"forgot": "비밀번호를 잊으셨나요?", "name": "사용자 이름", "email": "이메일 주소", "send": "링크 보내기",
           "sent": "메일을 확인하십시오", "password": "새 비밀번호", "again": "새 비밀번호 확인",
           "set": "비밀번호 정하기", "done": "비밀번호를 정했습니다", "login": "로그인",
           "subject": "한옥: 새 비밀번호 설정", "gone": "이 링크는 더 이상",
           "differ": "두 비밀번호가 다릅니다"},
    "en": {"forgot": "Forgot your password?", "name": "User name", "email": "E-mail address", "send": "Send the link",
           "sent": "Look into your mail", "password": "New password", "again": "New password again",
           "set": "Set the password", "done": "The password is set", "login": "Log in",
           "subject": "Hanok: set a new password", "gone": "This link does not work any more",
           "differ": "The two passwords differ"},
}  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with open_office() as open_one:
        yield open_one


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, office: Office) -> Iterator[Served]:
    """A served site with an outbound account, its address in the settings, and a user for each language."""
    folder = tmp_path_factory.mktemp("house") / "site"
    new_site(folder)
    (folder / FILE).write_text(f"address: {SITE}\n")
    for name in WORDS:
        words = ("--email", f"{name}@example.com", "--role", "administrator", "--password", OLD)
        run_hanok("--site", folder, "user", "add", f"user-{name}", *words)
    account = {"name": "Main", "from_address": "crm@example.com", "host": "127.0.0.1", "port": office.port,
               "security": "none", "primary": True}  # fmt: skip
    site = opened(folder)
    live = live_of(site)
    live.write(lambda conn, catalog: records.create(conn, catalog, SYSTEM, "outbound_account", account))
    for name in WORDS:
        live.write(lambda conn, catalog, name=name: _speaks(conn, catalog, name))
    site.store.dispose()
    with serving(folder) as running:
        yield running


def _speaks(conn, catalog, language):  # type: ignore[no-untyped-def]
    from hanok.engine.accounts import find_user

    id = find_user(conn, catalog, f"user-{language}")
    records.update(conn, catalog, SYSTEM, "user", id, {"language": language}, version=1)


def letter_to(office: Office, address: str, number: int = 1) -> Taken:
    """The letter of this number to that address, once the server has it."""
    end = time.monotonic() + WAIT
    while True:
        found = [one for one in office.taken if one.recipients == [address]]
        if len(found) >= number:
            return found[number - 1]
        assert time.monotonic() < end, f"{len(found)} letters to {address}"
        time.sleep(0.05)


def text_of(taken: Taken) -> str:
    body = taken.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def log_in(page: Page, served: Served, language: str, password: str) -> None:
    page.goto(served.address + "/login")
    page.locator("#username").fill(f"user-{language}")
    page.locator("#password").fill(password)
    page.get_by_role("button", name=WORDS[language]["login"], exact=True).click()


@pytest.mark.parametrize("language", WORDS)
def test_a_forgotten_password_is_set_by_mail(browser: Browser, house: Served, office: Office, language: str) -> None:
    said = WORDS[language]
    name, address = f"user-{language}", f"{language}@example.com"
    with window(browser, width=1440, height=900, language=language) as page:
        page.goto(house.address + "/login")
        page.get_by_role("link", name=said["forgot"]).click()
        page.get_by_label(said["name"]).fill(name)
        page.get_by_label(said["email"]).fill(address)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(said["sent"])
        letter = letter_to(office, address)
        assert letter.message["Subject"] == said["subject"]
        link = re.search(r"https?://\S+", text_of(letter))
        assert link and link[0].startswith(f"{SITE}/reset#")
        here = house.address + link[0].removeprefix(SITE)

        page.goto(here)
        expect(page).to_have_url(house.address + "/reset/new")
        page.get_by_label(said["password"], exact=True).fill(NEW)
        page.get_by_label(said["again"]).fill(NEWER)
        page.get_by_role("button", name=said["set"]).click()
        expect(page.get_by_text(said["differ"])).to_be_visible()
        expect(page.get_by_label(said["again"])).to_be_focused()
        page.get_by_label(said["password"], exact=True).fill(NEW)
        page.get_by_label(said["again"]).fill(NEW)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(said["done"])
        log_in(page, house, language, NEW)
        expect(page).to_have_url(house.address + "/")

        page.goto(here)
        expect(page.get_by_role("alert")).to_contain_text(said["gone"])
        assert "#" not in page.url
    assert "/forgot" in text_of(letter_to(office, address, 2))
    token = link[0].partition("#")[2]
    log = (house.site / "serve.log").read_text()
    assert "/reset/new" in log
    assert not [secret for secret in (token, NEW, NEWER) if secret in log]


def test_on_a_phone_a_session_is_ended_and_the_password_changed(browser: Browser, house: Served) -> None:
    run = run_hanok("--site", house.site, "user", "reset", "user-en")
    link = re.search(r"https://\S+", run)
    assert link
    with (
        window(browser, width=1440, height=900, language="en") as desk,
        window(browser, width=360, height=740, language="en", touch=True) as hand,
    ):
        desk.goto(house.address + link[0].removeprefix(SITE))
        desk.locator("#password").fill(NEWER)
        desk.locator("#again").fill(NEWER)
        desk.keyboard.press("Enter")
        expect(desk).to_have_url(house.address + "/reset/done")
        for page in (desk, hand):
            log_in(page, house, "en", NEWER)
        hand.get_by_role("button", name="my menu").click()
        hand.get_by_role("link", name="My account").click()
        for tab, path in (("Password", "/me/password"), ("Sessions", "/me/sessions"), ("Logins", "/me/logins")):
            hand.get_by_role("link", name=tab).click()
            expect(hand).to_have_url(house.address + path)
            assert hand.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        hand.goto(house.address + "/me/sessions")
        hand.get_by_role("button", name="End the session").click()
        expect(hand.get_by_text("The session was ended.")).to_be_visible()
        desk.reload()
        expect(desk).to_have_url(re.compile("/login"))
        hand.goto(house.address + "/me/password")
        hand.locator("#old_password").fill(NEWER)
        hand.locator("#password").fill(OLD)
        hand.locator("#again").fill(OLD)
        hand.get_by_role("button", name="Change the password").click()
        expect(hand.get_by_text("Your password was changed.")).to_be_visible()


def test_the_command_line_holds_to_the_same_rules(house: Served) -> None:
    with pytest.raises(AssertionError, match="Very many people"):
        run_hanok("--site", house.site, "user", "add", "jin", "--password", "password1")
    with pytest.raises(AssertionError, match="little more than a name"):
        run_hanok("--site", house.site, "user", "add", "jinhee.kim", "--password", "jinhee.kim1")
    with pytest.raises(AssertionError, match="no active user"):
        run_hanok("--site", house.site, "user", "reset", "nobody")


def test_a_link_is_mailed_from_the_command_line(house: Served, office: Office, tmp_path: Path) -> None:
    run_hanok("--site", house.site, "user", "add", "sol", "--email", "sol@example.com", "--password", OLD)
    assert "sol@example.com" in run_hanok("--site", house.site, "user", "reset", "sol", "--mail")
    assert f"{SITE}/reset#" in text_of(letter_to(office, "sol@example.com"))
