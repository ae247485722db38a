"""The frame on a small site: two menus, one administrator with a password, and pages to try it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask, g, render_template_string, request
from flask.testing import FlaskClient

from hanok.engine.accounts import create_administrator, hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import say
from hanok.engine.store import Store
from hanok.web.doors import door
from hanok.web.frame import install
from hanok.web.notices import notify
from tests.builders import SMALL, TYPES, a_catalog, with_tables
from tests.databases import Filled

PASSWORD = "celadon-tiger-42"
MENU = "filters: {sales: {label: {en: Sales, ko: 영업}, modules: [company, person]}}"
PAGE = """{% extends "frame.html" %}{% block title %}{{ word }}{% endblock %}
{% block content %}
<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">{{ word }}</form>
{% endblock %}"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "menus/main.yaml": MENU})


@pytest.fixture(scope="session")
def hashed() -> str:
    return hash_password(PASSWORD)


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    """A store with an administrator called admin."""
    with_tables(store, catalog)
    raw = {"username": "admin", "last_name": "관리자", "email": "admin@example.com"}
    with store.write() as conn:
        create_administrator(conn, catalog, raw, password=hashed)


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def site(store: Store) -> Store:
    """A store with an administrator called admin."""
    return store


@dataclass
class Trial:
    """What the trial pages were asked to do."""

    taken: list[dict[str, str]]


@pytest.fixture
def trial() -> Trial:
    return Trial([])


@pytest.fixture
def app(site: Store, catalog: Catalog, trial: Trial) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only"})
    _add_pages(made, trial)
    return made


def _add_pages(app: Flask, trial: Trial) -> None:
    @app.get("/")
    @door("home")
    def start() -> str:
        return render_template_string(PAGE, word=f"{g.actor.title} {g.language}")

    @app.get("/<module>")
    @door("home")
    def show(module: str) -> str:
        return render_template_string(PAGE, word=g.catalog.module(module).key)

    @app.post("/<module>")
    @door("home")
    def save(module: str) -> str:
        trial.taken.append(request.form.to_dict())
        notify(say("Close"), undo=f"/{module}")
        return "taken"

    @app.get("/company/broken")
    @door("home")
    def broken() -> str:
        raise RuntimeError("the secret inside")


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


Token = Callable[..., str]


@pytest.fixture
def token() -> Token:
    """The token that a page carries for its forms."""

    def found(client: FlaskClient, path: str = "/login") -> str:
        page = client.get(path, follow_redirects=True).text
        return page.split('name="csrf-token" content="')[1].split('"')[0]

    return found


@pytest.fixture
def admin(app: Flask, token: Token) -> FlaskClient:
    """A browser in which the administrator has logged in."""
    client = app.test_client()
    form = {"username": "admin", "password": PASSWORD, "csrf_token": token(client)}
    assert client.post("/login", data=form).status_code == 303
    return client
