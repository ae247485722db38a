"""The API beside the screens on a small site, with an administrator, somebody who owns little, and their tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanok.api.blueprint import blueprint as api
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_administrator, create_user, find_user, hash_password, tokens
from hanok.engine.accounts.acting import actor_named
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint as screens
from hanok.web.frame import install
from hanok.web.programs import JSON_API
from tests.builders import SMALL, TYPES, a_catalog, a_record, with_tables
from tests.databases import Filled

PASSWORD = "celadon-tiger-42"
SETTINGS = {"secret_key": "for tests only", "api_per_minute": 60}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(SMALL)


@pytest.fixture(scope="session")
def hashed() -> str:
    return hash_password(PASSWORD)


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    with_tables(store, catalog)
    with store.write() as conn:
        raw = {"username": "admin", "last_name": "관리자", "email": "admin@example.com"}
        create_administrator(conn, catalog, raw, password=hashed)
        raw = {"username": "rep", "last_name": "rep", "email": "rep@example.com", "language": "ko"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("owner_only",))


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def site(store: Store) -> Store:
    return store


def an_app(site: Store, catalog: Catalog, **settings: Any) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {**SETTINGS, **settings})
    made.register_blueprint(screens())
    made.register_blueprint(api())
    return made


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog)


@dataclass
class Robot:
    """A program with a token."""

    client: FlaskClient
    token: str
    language: str = "en"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        more = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        more |= {key.replace("_", "-"): text for key, text in headers.items()}
        data = orjson.dumps(body) if body is not None else None
        return self.client.open(path, method=method, data=data, headers=more, content_type=JSON_API if data else None)

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == status, answer.text
        assert answer.content_type == JSON_API
        return orjson.loads(answer.data)

    def send(self, method: str, path: str, body: Any, status: int, **headers: str) -> Any:
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, answer.text
        return orjson.loads(answer.data) if answer.data else None


Make = Callable[..., Robot]


@pytest.fixture
def robot(app: Flask, site: Store, catalog: Catalog) -> Make:
    """A program of this user, whose token carries these scopes (all rights where none are said)."""

    def made(username: str = "admin", *scopes: str) -> Robot:
        with site.write() as conn:
            actor = actor_named(conn, catalog, username)
            text, _ = tokens.make(conn, catalog, actor, name="robot", scopes=scopes or None)
        return Robot(app.test_client(), text)

    return made


@pytest.fixture
def make(site: Store, catalog: Catalog) -> Callable[..., Record]:
    return lambda module, **raw: a_record(site, catalog, module, **raw)


@pytest.fixture
def id_of(site: Store, catalog: Catalog) -> Callable[[str], str]:
    def found(username: str) -> str:
        with site.read() as conn:
            return str(find_user(conn, catalog, username))

    return found


def a_company(**attributes: Any) -> dict[str, Any]:
    return {"data": {"type": "company", "attributes": {"name": "Hanbit", **attributes}}}
