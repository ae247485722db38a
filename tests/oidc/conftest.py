"""A site with users, a provider that says what a test wants, and browsers that go there and back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_administrator, create_user, hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.engine.store.tables import login
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import SMALL, TYPES, a_catalog, with_tables
from tests.databases import Filled
from tests.oidc.stranger import CLIENT, CODE, SECRET, Stranger, a_stranger

PASSWORD = "celadon-tiger-42"
ADDRESS = "http://localhost"
MENU = "filters: {sales: {label: {en: Sales, ko: 영업}, modules: [company, person]}}"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "menus/main.yaml": MENU})


@pytest.fixture(scope="session")
def hashed() -> str:
    return hash_password(PASSWORD)


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    """A store with the users admin and mina."""
    with_tables(store, catalog)
    with store.write() as conn:
        create_administrator(conn, catalog, {"username": "admin", "email": "admin@example.com"}, password=hashed)
        raw = {"username": "mina", "last_name": "Mina", "email": "mina@example.com"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("owner_only",))


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def site(store: Store) -> Store:
    """A store with the users admin and mina."""
    return store


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with a_stranger() as made:
        yield made


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    settings = {"secret_key": "for tests only", "address": ADDRESS, "oidc_insecure": True}
    install(made, Live(site, TYPES, catalog), settings)
    made.register_blueprint(blueprint())
    return made


@pytest.fixture
def provider(site: Store, catalog: Catalog, stranger: Stranger) -> Callable[..., UUID]:
    """Makes the record of the stranger; values of its fields may be said."""

    def made(**raw: Any) -> UUID:
        said = {"name": "Stranger", "key": "stranger", "issuer": stranger.address, "client_id": CLIENT,
                "client_secret": SECRET, "matching": "email", **raw}  # fmt: skip
        with site.write() as conn:
            return records.create(conn, catalog, SYSTEM, "login_provider", said).id

    return made


@dataclass
class Traveller:
    """A browser that goes to the stranger and comes back."""

    client: FlaskClient
    stranger: Stranger

    def go(self, path: str = "/login/with/stranger") -> dict[str, str]:
        """What the site sends to the provider by the browser."""
        return self.noted(self.client.get(path).location)

    def noted(self, location: str) -> dict[str, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        self.stranger.nonce, self.stranger.challenge = asked["nonce"], asked["code_challenge"]
        return asked

    def come(self, key: str = "stranger", **said: str) -> TestResponse:
        """Comes back with these parameters."""
        return self.client.get(f"/login/with/{key}/back?{urlencode(said)}")

    def whole(self, path: str = "/login/with/stranger", **said: str) -> TestResponse:
        """There and back as an honest browser does; what it brings may be said."""
        asked = self.go(path)
        return self.come(**{"code": CODE, "state": asked["state"], "iss": self.stranger.address, **said})

    def who(self) -> str:
        """The user name behind this browser's session, "" where nobody is logged in."""
        answer = self.client.get("/me")
        if answer.status_code != 200:
            return ""
        found = re.search(r"<dd>([^<]+)</dd>", answer.text)
        return html.unescape(found[1]) if found else "?"

    def form(self, path: str, **values: str) -> TestResponse:
        token = self.client.get("/me").text.split('name="csrf-token" content="')[1].split('"')[0]
        return self.client.post(path, data={"csrf_token": token, **values})


@pytest.fixture
def travel(app: Flask, stranger: Stranger) -> Callable[..., Traveller]:
    """A fresh browser; with a user name, one that is logged in by password."""

    def made(username: str = "", language: str = "en") -> Traveller:
        client = app.test_client()
        client.set_cookie("hanok_language", language)
        if username:
            token = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
            form = {"username": username, "password": PASSWORD, "csrf_token": token}
            assert client.post("/login", data=form).status_code == 303
        return Traveller(client, stranger)

    return made


@pytest.fixture
def traveller(travel: Callable[..., Traveller]) -> Traveller:
    return travel()


@pytest.fixture
def logins(site: Store) -> Callable[[], list[tuple[str, bool, str]]]:
    """The attempts to log in: name, whether it went well, by what."""

    def read() -> list[tuple[str, bool, str]]:
        with site.read() as conn:
            rows = conn.execute(sa.select(login.c.username, login.c.ok, login.c.means).order_by(login.c.id))
            return [tuple(row) for row in rows]

    return read


def user_named(site: Store, catalog: Catalog, username: str) -> records.Record:
    from hanok.engine.accounts import find_user

    with site.read() as conn:
        id = find_user(conn, catalog, username)
        assert id is not None, f"nobody is called {username}"
        return records.get(conn, catalog, SYSTEM, "user", id)
