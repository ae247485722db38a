"""The screens on a small site: companies, people and deals, an administrator and somebody who owns little."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_administrator, create_user, find_user, hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from hanok.web.visit import SESSION_COOKIE
from tests.builders import COMPANY, SMALL, TYPES, a_catalog, a_record, with_tables
from tests.databases import Filled

PASSWORD = "celadon-tiger-42"
A_DAY = timedelta(days=1)
MENU = "filters: {sales: {label: {en: Sales, ko: 영업}, modules: [company, person]}}"
FILTERS = """
saved_filters:
  mine:  {label: {en: My companies, ko: 내 회사}, where: {owner: $me}}
  going: {label: {en: Still going, ko: 진행 회사}, where: {stage: {closed: false}}, default: true}
views:
  list: {columns: [name, stage, size, founded, parent, owner], sort: [name]}
"""
FILES = {**SMALL, "modules/company.yaml": COMPANY + FILTERS, "menus/main.yaml": MENU}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture(scope="session")
def hashed() -> str:
    return hash_password(PASSWORD)


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    """A store with the users admin, rep (sees her own) and guest (has no role)."""
    with_tables(store, catalog)
    with store.write() as conn:
        raw = {"username": "admin", "last_name": "관리자", "email": "admin@example.com"}
        create_administrator(conn, catalog, raw, password=hashed)
        for name, roles in (("rep", ("owner_only",)), ("guest", ())):
            raw = {"username": name, "last_name": name, "email": f"{name}@example.com"}
            create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=roles)


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def site(store: Store) -> Store:
    """A store with the users admin, rep (sees her own) and guest (has no role)."""
    return store


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint())
    return made


@dataclass
class Browser:
    """A logged-in browser. Forms are sent with the page's token unless a test says otherwise."""

    client: FlaskClient
    seen: list[TestResponse] = field(default_factory=list)

    def get(self, path: str, **rest: Any) -> TestResponse:
        return self.client.get(path, **rest)

    def page(self, path: str, **rest: Any) -> str:
        answer = self.client.get(path, **rest)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def part(self, path: str) -> str:
        return self.page(path, headers={"HX-Request": "true"})

    def token(self) -> str:
        page = self.client.get("/language-of-nobody", follow_redirects=True).text
        return page.split('name="csrf-token" content="')[1].split('"')[0]

    def send(self, path: str, **form: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **form})


Enter = Callable[..., Browser]


@pytest.fixture
def enter(app: Flask, site: Store, catalog: Catalog) -> Enter:
    """Lets somebody in as her password does, with a language of this browser's own."""

    def entered(username: str = "admin", language: str = "en") -> Browser:
        client = app.test_client()
        client.set_cookie("hanok_language", language)
        with site.write() as conn:
            found = find_user(conn, catalog, username)
            assert found is not None, f"there is no {username}"
            now = datetime.now(UTC)
            token = accounts.enter(
                conn, catalog, found, means="password", address="127.0.0.1", agent="", now=now, lifetime=A_DAY
            )
        client.set_cookie(SESSION_COOKIE, token)
        return Browser(client)

    return entered


def logged_in(app: Flask, username: str) -> Browser:
    """Somebody who came by the page to log in at."""
    client = app.test_client()
    token = Browser(client).token()
    form = {"username": username, "password": PASSWORD, "csrf_token": token}
    assert client.post("/login", data=form).status_code == 303
    return Browser(client)


@pytest.fixture
def admin(enter: Enter) -> Browser:
    return enter()


@pytest.fixture
def make(site: Store, catalog: Catalog) -> Callable[..., Record]:
    """Stores a record without an owner."""
    return lambda module, **raw: a_record(site, catalog, module, **raw)


def titles(page: str) -> list[str]:
    """The titles of the rows of a list, in order."""
    return re.findall(r'<a class="title" href="[^"]+" title="([^"]*)"', page)


def link(page: str, rel: str) -> str:
    """The address of the pager's link."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    assert found, f"no {rel} page"
    return found[1].replace("&amp;", "&")
