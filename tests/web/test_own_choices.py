"""The profile: how things look, where one starts, what one is told; kept for the user, on every machine."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.accounts import find_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import preferences
from hanok.engine.records.telling.kinds import BUILT_IN
from hanok.engine.store import Store
from tests.web.conftest import PASSWORD, Token


def chosen(site: Store, catalog: Catalog, key: str, name: str = "admin") -> object:
    with site.read() as conn:
        return dict(preferences.of(conn, find_user(conn, catalog, name), key))


def test_what_was_chosen_is_shown_and_used(admin: FlaskClient, token: Token, site: Store, catalog: Catalog) -> None:
    page = admin.get("/me").text
    assert "2026.11.21" in page
    assert "1.234.567,5" in page
    sent = {"csrf_token": token(admin), "date": "dots", "number": "point", "theme": "dark", "density": "compact",
            "first_day": "sunday", "start": ""}  # fmt: skip
    assert admin.post("/me/look", data=sent).status_code == 303
    kept = {key: value for key, value in sent.items() if value and key != "csrf_token"}
    assert chosen(site, catalog, preferences.LOOK) == kept
    page = admin.get("/me").text
    assert 'data-bs-theme="dark"' in page
    assert 'data-numbers="point"' in page
    assert '<option value="dots" selected>' in page


def test_nothing_chosen_is_forgotten(admin: FlaskClient, token: Token, site: Store, catalog: Catalog) -> None:
    for date in ("dots", ""):
        admin.post("/me/look", data={"csrf_token": token(admin), "date": date})
    assert chosen(site, catalog, preferences.LOOK) == {}


@pytest.mark.parametrize("sent", [{"date": "sideways"}, {"theme": "pink"}, {"density": "x"}])
def test_what_is_no_choice_is_refused(
    admin: FlaskClient, token: Token, site: Store, catalog: Catalog, sent: dict[str, str]
) -> None:
    assert admin.post("/me/look", data={"csrf_token": token(admin), **sent}).status_code == 422
    assert chosen(site, catalog, preferences.LOOK) == {}


def test_the_theme_follows_its_user_to_another_browser(
    app: Flask, admin: FlaskClient, token: Token, site: Store, catalog: Catalog
) -> None:
    assert admin.post("/me/theme", data={"csrf_token": token(admin), "theme": "dark"}).status_code == 204
    other = app.test_client()
    other.post("/login", data={"username": "admin", "password": PASSWORD, "csrf_token": token(other)})
    assert 'data-bs-theme="dark"' in other.get("/me").text
    assert admin.post("/me/theme", data={"csrf_token": token(admin), "theme": "pink"}).status_code == 204
    assert chosen(site, catalog, preferences.LOOK) == {"theme": "dark"}


def test_only_the_kinds_that_are_ticked_are_told(
    admin: FlaskClient, token: Token, site: Store, catalog: Catalog
) -> None:
    sent = {"kind": ["assigned", "mentioned"], "mail": ["mentioned"], "follow": ["assigned"]}
    assert admin.post("/me/told", data={"csrf_token": token(admin), **sent}).status_code == 303
    rest = [kind.key for kind in BUILT_IN if kind.key not in ("assigned", "mentioned")]
    assert {"changed", "ended"} <= set(rest)
    assert chosen(site, catalog, preferences.BELL) == {"without": rest, "mail": ["mentioned"]}
    assert chosen(site, catalog, preferences.FOLLOWS + preferences.MADE) == {"off": True}
    assert chosen(site, catalog, preferences.FOLLOWS + preferences.ASSIGNED) == {}
