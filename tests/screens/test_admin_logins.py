"""Attempts to log in, for administrators only; and what they may do about a user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine import accounts, records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.job_tables import job
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import TYPES, an_administrator
from tests.screens.conftest import Browser, Enter

Whose = Callable[[str], str]


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only", "address": "https://crm.example.com"})
    made.register_blueprint(blueprint())
    return made


@pytest.fixture
def page_of(site: Store, catalog: Catalog) -> Whose:
    """The address of the page about a user's logins."""

    def found(username: str) -> str:
        with site.read() as conn:
            return f"/admin/logins/{accounts.find_user(conn, catalog, username)}"

    return found


def fail(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    token = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
    client.post("/login", data={"username": username, "password": "wrong", "csrf_token": token})
    return client


def names(page: str) -> list[str]:
    body = page.split("<tbody>")[1] if "<tbody>" in page else ""
    return [row.split('<span class="sub">')[0].split(">")[-1].strip() or row.split("</a>")[0].split(">")[-1]
            for row in body.split("<tr>")[1:]]  # fmt: skip


def test_all_attempts_are_listed_and_narrowed_down(app: Flask, enter: Enter, admin: Browser) -> None:
    enter("rep")
    fail(app, "rep")
    fail(app, "Nobody")
    assert names(admin.page("/admin/logins")) == ["nobody", "rep", "rep", "관리자"]
    assert names(admin.page("/admin/logins?q=rep")) == ["rep", "rep"]
    assert names(admin.page("/admin/logins?q=rep&failed=1")) == ["rep"]
    assert names(admin.page("/admin/logins?address=127.0")) == ["nobody", "rep", "rep", "관리자"]
    assert "No attempt matches" in admin.page("/admin/logins?address=10.")
    assert "No attempt matches" in admin.page("/admin/logins?q=%25")
    assert admin.page("/admin/logins?q=%00&address=%00&after=x")
    assert "no such user" in admin.page("/admin/logins?failed=1")


def test_in_korean_as_well(admin: Browser, page_of: Whose) -> None:
    admin.client.set_cookie("hanok_language", "ko")
    assert "로그인 기록" in admin.page("/admin/logins")
    assert "비밀번호 설정 링크 보내기" in admin.page(page_of("rep"))


@pytest.mark.parametrize("username", ["rep", "guest"])
def test_nobody_else_may_look_or_act(enter: Enter, page_of: Whose, site: Store, username: str) -> None:
    other = enter(username)
    for path in ("/admin/logins", page_of("admin"), page_of(username)):
        assert other.get(path).status_code == 403
    for act in ("end", "send"):
        assert other.send(f"{page_of('admin')}/{act}").status_code == 403
    with site.read() as conn:
        assert not conn.execute(sa.select(job)).first()


def test_the_sessions_of_a_user_are_ended(enter: Enter, admin: Browser, page_of: Whose) -> None:
    rep = enter("rep")
    assert "Not logged in anywhere" not in admin.page(page_of("rep"))
    assert admin.send(page_of("rep") + "/end").status_code == 303
    assert rep.get("/").status_code == 302
    assert "Not logged in anywhere" in admin.page(page_of("rep"))


def test_an_administrator_stays_in_when_she_ends_her_own(enter: Enter, admin: Browser, page_of: Whose) -> None:
    other = enter("admin")
    admin.send(page_of("admin") + "/end")
    assert (admin.get("/me").status_code, other.get("/me").status_code) == (200, 302)


def test_a_link_is_sent_to_a_user(admin: Browser, page_of: Whose, site: Store) -> None:
    assert admin.send(page_of("rep") + "/send").status_code == 303
    assert "rep@example.com" in admin.page(page_of("rep"))
    with site.read() as conn:
        assert conn.scalars(sa.select(job.c.kind)).all() == ["accounts.invite"]


def test_who_left_is_still_found_and_is_sent_nothing(
    admin: Browser, enter: Enter, page_of: Whose, site: Store, catalog: Catalog
) -> None:
    enter("rep")
    with site.write() as conn:
        id = accounts.find_user(conn, catalog, "rep")
        assert id
        records.update(conn, catalog, an_administrator(), "user", id, {"active": "false"}, version=1)
    page = admin.page(page_of("rep"))
    assert "May not log in." in page and '/send"' not in page
    assert admin.send(page_of("rep") + "/send").status_code == 409
    assert admin.get("/admin/logins/01a2017e-d2b3-777f-8c2a-3e323d607406").status_code == 404


def test_without_the_page_nothing_is_done(admin: Browser, page_of: Whose) -> None:
    for act in ("end", "send"):
        assert admin.client.post(f"{page_of('rep')}/{act}").status_code == 400


def test_an_administrator_ends_the_sessions_of_everybody_but_her_own(
    app: Flask, enter: Enter, admin: Browser, site: Store
) -> None:
    others = [enter("rep"), enter("rep")]
    assert admin.send("/admin/logins/end").status_code == 303
    assert [other.get("/").status_code for other in others] == [302, 302]
    assert admin.get("/admin/logins").status_code == 200
    with site.read() as conn:
        told = conn.execute(sa.select(deed.c.subject, deed.c.action, deed.c.changes)).all()
    assert ("session", "ended", {"sessions": [2, 0]}) in [tuple(row) for row in told]


def test_nobody_else_ends_the_sessions_of_all(enter: Enter) -> None:
    mine, other = enter("rep"), enter("rep")
    assert mine.send("/admin/logins/end").status_code == 403
    assert other.get("/").status_code == 200
