"""The whole way over HTTP to a real provider and back, and once with one's own eyes.

The provider is `oidc-provider` for Node: certified by the OpenID Foundation, other code than our own side's Authlib (a
mock made of Authlib would share its mistakes), and there in a second beside the browser libraries.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from hanok.app import live_of, opened
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts.logins import LoginSearch, logins
from hanok.engine.deploy.settings import FILE
from tests.browser import window
from tests.oidc.real import CLIENT, SECRET, Real, a_real_provider
from tests.served import Served, free_port, new_site, serving

PEOPLE = {
    "mina": {"email": "mina@example.com", "email_verified": True, "family_name": "김", "given_name": "미나",
             "locale": "ko-KR"},
    "eve": {"email": "admin@example.com", "email_verified": False, "family_name": "Eve", "given_name": "Nobody"},
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Real]]:
    """A served site that takes people of example.com in, and the provider that knows them."""
    folder = tmp_path_factory.mktemp("house") / "site"
    new_site(folder)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / FILE).write_text(f"address: {address}\noidc_insecure: true\n")
    with a_real_provider(address, "company", PEOPLE) as real:
        _add(folder, real)
        with serving(folder, port=port) as served:
            yield served, real


def _add(folder: Path, real: Real) -> None:
    said = {"name": "회사 계정", "key": "company", "issuer": real.issuer, "client_id": CLIENT, "client_secret": SECRET,
            "matching": "create", "domains": "example.com", "roles": "viewer", "logout": True}  # fmt: skip
    site = opened(folder)
    live_of(site).write(lambda conn, catalog: records.create(conn, catalog, SYSTEM, "login_provider", said))
    site.store.dispose()


class Walker:
    """A browser without eyes that keeps the cookies of two sites apart and follows where it is led."""

    def __init__(self) -> None:
        self.jars: dict[str, dict[str, str]] = {}
        self.been: list[str] = []

    def go(self, url: str, form: dict[str, str] | None = None) -> httpx.Response:
        """The page at the end of all redirects."""
        while True:
            site = urlsplit(url).netloc
            jar = self.jars.setdefault(site, {})
            cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
            answer = httpx.request("GET" if form is None else "POST", url, data=form, headers={"Cookie": cookies},
                                   trust_env=False)  # fmt: skip
            self.been.append(f"{answer.status_code} {urlsplit(url).path}")
            for line in answer.headers.get_list("set-cookie"):
                jar.update({name: one.value for name, one in SimpleCookie(line).items()})
            if not answer.is_redirect:
                return answer
            url, form = urljoin(url, answer.headers["location"]), None

    def log_in(self, served: Served, name: str, onward: str = "") -> httpx.Response:
        """From the button of the login page through the provider's two forms."""
        page = self.go(f"{served.address}/login?next={onward}")
        link = re.search(r'href="(/login/with/[^"]+)"', page.text)
        assert link
        page = self.go(served.address + html.unescape(link[1]))
        page = self.go(_action(page), {"prompt": "login", "login": name, "password": "any"})
        return self.go(_action(page), {"prompt": "consent"})


def _action(page: httpx.Response) -> str:
    found = re.search(r'<form[^>]+action="([^"]+)"', page.text)
    assert found, page.text
    return urljoin(str(page.url), html.unescape(found[1]))


def test_somebody_new_comes_in_and_comes_again(house: tuple[Served, Real]) -> None:
    served, _ = house
    for _ in range(2):
        walker = Walker()
        page = walker.log_in(served, "mina", "/account")
        assert page.status_code == 200 and urlsplit(str(page.url)).path == "/account", walker.been
        assert "김미나" in page.text
    site = opened(served.site)
    with site.store.read() as conn:
        found = logins(conn, live_of(site).catalog, LoginSearch(words="mina@")).logins
    site.store.dispose()
    assert [(one.ok, one.username, one.title) for one in found] == [(True, "mina@example.com", "김미나")] * 2
    assert "code=" not in (served.site / "serve.log").read_text()


def test_an_address_that_was_not_verified_lets_nobody_in(house: tuple[Served, Real]) -> None:
    served, _ = house
    walker = Walker()
    page = walker.log_in(served, "eve")
    assert page.status_code == 403
    assert "verified" in page.text or "확인했다고" in page.text
    assert walker.go(f"{served.address}/me").url.path == "/login"


def test_saying_no_there_is_a_page_here(house: tuple[Served, Real]) -> None:
    served, _ = house
    walker = Walker()
    page = walker.go(f"{served.address}/login/with/company")
    link = re.search(r'href="([^"]+/abort)"', page.text)
    assert link
    page = walker.go(urljoin(str(page.url), link[1]))
    assert page.status_code == 409
    assert "/login/with/company" in page.text


@pytest.mark.browser
def test_a_login_by_a_provider_and_out_again(browser: Browser, house: tuple[Served, Real]) -> None:
    served, real = house
    with window(browser, width=1440, height=900) as page:
        page.route(lambda url: "//127.0.0.1:" not in url, lambda route: route.abort())  # the provider's page has a font
        page.goto(served.address + "/login?next=/account")
        page.get_by_role("link", name="회사 계정으로 로그인").click()
        page.locator("input[name=login]").fill("mina")
        page.locator("input[name=password]").fill("any")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Continue").click()
        expect(page).to_have_url(served.address + "/account")
        page.goto(served.address + "/me/identities")
        expect(page.get_by_role("listitem").filter(has_text="마지막 사용")).to_contain_text("mina@example.com")
        page.get_by_role("button", name="회사 계정 연결 끊기").click()
        expect(page.get_by_text("로그인할 방법이 이것뿐입니다.")).to_be_visible()
        page.goto(served.address + "/")
        page.get_by_role("button", name=re.compile("내 메뉴")).click()
        page.get_by_role("button", name="로그아웃").click()
        expect(page).to_have_url(re.compile(f"^{real.issuer}/session/end"))
        page.get_by_role("button", name="Yes, sign me out").click()
        expect(page).to_have_url(served.address + "/login")
        page.goto(served.address + "/account")
        expect(page).to_have_url(re.compile("/login"))
