"""Address rules on their page, at the login and at each request."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import addresses
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.account_tables import address_rule
from hanok.engine.store.tables import session
from tests.builders import Statements
from tests.screens.conftest import PASSWORD, Browser, Enter


def add(site: Store, catalog: Catalog, network: str, role: str = "") -> None:
    with site.write() as conn:
        addresses.add(conn, catalog, SYSTEM, network=network, role=role)


def kept(site: Store) -> list[tuple[str, str]]:
    with site.read() as conn:
        rows = conn.execute(sa.select(address_rule.c.network, address_rule.c.role).order_by(address_rule.c.id))
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_rules_are_added_and_removed(site: Store, admin: Browser) -> None:
    assert "There are no rules" in admin.page("/admin/addresses")
    assert "127.0.0.1" in admin.page("/admin/addresses")
    assert admin.send("/admin/addresses", network="127.0.0.0/8", note="This machine").status_code == 303
    assert admin.send("/admin/addresses", network="203.0.113.9", role="owner_only").status_code == 303
    assert kept(site) == [("127.0.0.0/8", ""), ("203.0.113.9/32", "owner_only")]
    page = admin.page("/admin/addresses")
    assert "This machine" in page and "Owner only" in page
    with site.read() as conn:
        id = conn.scalar(sa.select(address_rule.c.id).where(address_rule.c.role == "owner_only"))
    assert admin.send(f"/admin/addresses/{id}/remove").status_code == 303
    assert kept(site) == [("127.0.0.0/8", "")]


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"network": "office"}, 422, "Write an address like"), ({"network": "10.0.0.0/8", "role": "x"}, 422, "no role"),
        ({"network": "10.0.0.0/8"}, 409, "This would lock you out: you come from 127.0.0.1"),
        ({"network": "10.0.0.0/8", "role": "administrator"}, 409, "lock you out"),
        ({"network": "127.0.0.1", "note": "x" * 201}, 422, "At most 200"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(site: Store, admin: Browser, form: dict[str, str], status: int, said: str) -> None:
    answer = admin.send("/admin/addresses", **form)
    assert answer.status_code == status
    assert said in answer.text
    assert kept(site) == []


def test_the_last_way_in_of_an_administrator_is_not_removed(site: Store, admin: Browser) -> None:
    for network in ("127.0.0.1", "10.0.0.0/8"):
        assert admin.send("/admin/addresses", network=network).status_code == 303
    with site.read() as conn:
        id = conn.scalar(sa.select(address_rule.c.id).where(address_rule.c.network == "127.0.0.1/32"))
    answer = admin.send(f"/admin/addresses/{id}/remove")
    assert answer.status_code == 409
    assert "lock you out" in answer.text


def test_others_neither_see_nor_change_them(site: Store, enter: Enter) -> None:
    rep = enter("rep")
    assert rep.get("/admin/addresses").status_code == 403
    assert rep.send("/admin/addresses", network="127.0.0.1").status_code == 403
    assert kept(site) == []


def test_a_session_ends_where_it_may_not_be_used_any_more_and_the_page_says_why(
    site: Store, catalog: Catalog, enter: Enter, admin: Browser
) -> None:
    rep = enter("rep")
    assert rep.get("/company").status_code == 200
    add(site, catalog, "10.0.0.0/8", "owner_only")
    answer = rep.get("/company")
    assert answer.status_code == 403
    assert "You were logged out" in answer.text and "127.0.0.1" in answer.text
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 1
    assert rep.get("/company").location.startswith("/login")
    assert admin.get("/company").status_code == 200


def test_a_form_that_is_sent_from_elsewhere_saves_nothing(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep = enter("rep")
    form = rep.token()
    add(site, catalog, "10.0.0.0/8", "owner_only")
    answer = rep.client.post("/company/new", data={"csrf_token": form, "name": "Hanbit"})
    assert answer.status_code == 403
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(catalog.module("company").table)) == 0


def test_the_login_says_why_after_the_right_password_only(site: Store, catalog: Catalog, app: Flask) -> None:
    add(site, catalog, "10.0.0.0/8")

    def log_in(password: str) -> str:
        client = app.test_client()
        form = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
        answer = client.post("/login", data={"username": "rep", "password": password, "csrf_token": form})
        assert answer.status_code == 403
        return answer.text

    assert "You may not log in from this address (127.0.0.1)" in log_in(PASSWORD)
    assert "127.0.0.1" not in log_in("wrong")


def test_rules_cost_no_statement(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep = enter("rep")

    def count() -> int:
        rep.get("/company")
        counted = Statements(site)
        rep.get("/company")
        return len(counted.queries)

    before = count()
    add(site, catalog, "127.0.0.0/8")
    assert count() <= before


def test_behind_a_proxy_the_address_is_what_it_says_and_only_as_many_as_there_are(
    site: Store, catalog: Catalog, app: Flask, enter: Enter
) -> None:
    rep = enter("rep")
    add(site, catalog, "10.0.0.0/8")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)  # type: ignore[method-assign]
    assert rep.get("/company", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 200
    assert rep.get("/company", headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.1"}).status_code == 403


def test_in_korean_as_well(admin: Browser) -> None:
    admin.client.set_cookie("hanok_language", "ko")
    assert "접속 주소 규칙" in admin.page("/admin/addresses")
