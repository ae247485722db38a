"""An administrator in somebody's place: a bar on every page, both names in the history, and doors that stay closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine.access import ADMINISTRATOR, SYSTEM
from hanok.engine.accounts import find_user, grants
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed, token
from hanok.engine.store.tables import audit, login
from tests.screens.conftest import Browser, Enter
from tests.screens.test_tokens import long_ago

Id = Callable[[str], str]
BAR = "You are logged in as rep."


@pytest.fixture
def id_of(site: Store, catalog: Catalog) -> Id:
    def found(username: str) -> str:
        with site.read() as conn:
            return str(find_user(conn, catalog, username))

    return found


@pytest.fixture
def in_place(admin: Browser, id_of: Id) -> Browser:
    """The administrator's browser, in the place of rep."""
    answer = admin.send(f"/admin/logins/{id_of('rep')}/as", reason="She cannot see her firms.")
    assert answer.status_code == 303
    assert answer.location == "/"
    return admin


def test_every_page_says_in_whose_place(in_place: Browser) -> None:
    for path in ("/", "/company", "/company/new", "/search?words=a", "/nowhere/at/all"):
        page = in_place.get(path)
        assert BAR in page.text, path
        assert "Back to your own account" in page.text
    in_place.client.set_cookie("hanok_language", "ko")
    assert "내 계정으로 돌아가기" in in_place.page("/company")


def test_she_sees_what_that_user_sees(in_place: Browser, make: Callable[..., object]) -> None:
    make("company", name="Not hers")
    assert "Not hers" not in in_place.page("/company")


def test_the_cookie_of_her_own_session_stays_and_the_other_is_for_servers_only(
    admin: Browser, id_of: Id
) -> None:
    own = admin.client.get_cookie("hanok_session")
    answer = admin.send(f"/admin/logins/{id_of('rep')}/as", reason="Help")
    said = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("hanok_as="))
    assert "HttpOnly" in said and "SameSite=Lax" in said and "Max-Age=3600" in said
    assert own is not None
    after = admin.client.get_cookie("hanok_session")
    assert after is not None and after.value == own.value


def test_what_she_does_bears_both_names(in_place: Browser, site: Store, id_of: Id) -> None:
    answer = in_place.send("/company/new", name="Hanbit")
    assert answer.status_code == 303
    with site.read() as conn:
        row = conn.execute(sa.select(audit).where(audit.c.module == "company")).mappings().one()
    assert (str(row["actor_id"]), row["by_name"]) == (id_of("rep"), "관리자")
    page = in_place.part(f"/company/{row['record']}/_timeline")
    assert "rep" in page and "관리자" in page


def test_going_back_needs_no_login(in_place: Browser, site: Store, id_of: Id) -> None:
    assert in_place.send("/as/end").location == f"/admin/logins/{id_of('rep')}"
    assert BAR not in in_place.page("/company")
    assert in_place.get("/admin").status_code == 200
    with site.read() as conn:
        actions = conn.scalars(sa.select(deed.c.action).where(deed.c.subject == "as").order_by(deed.c.id)).all()
    assert actions == ["begun", "ended"]


@pytest.mark.parametrize(
    "path",
    ["/me", "/me/password", "/me/tokens", "/me/tokens/new", "/me/sessions", "/me/logins", "/me/security", "/me/prove",
     "/me/identities", "/admin", "/admin/tokens", "/admin/logins", "/admin/addresses", "/admin/jobs"],
)  # fmt: skip
def test_her_account_and_the_administration_stay_closed(in_place: Browser, path: str) -> None:
    assert in_place.get(path).status_code == 403


def test_nothing_that_she_logs_in_with_can_be_changed(in_place: Browser, site: Store, id_of: Id) -> None:
    sent = {
        "/me/tokens/new": {"name": "mine now", "days": "365", "kind": "all"},
        "/me/password": {"old_password": "x", "password": "y" * 20, "again": "y" * 20},
        "/me/sessions/end-others": {}, "/me/security/app": {}, "/me/security/codes": {}, "/me": {"language": "ko"},
        f"/admin/logins/{id_of('guest')}/as": {"reason": "Further"}, f"/admin/logins/{id_of('rep')}/end": {},
        f"/admin/logins/{id_of('rep')}/send": {},
    }  # fmt: skip
    for path, form in sent.items():
        assert in_place.send(path, **form).status_code == 403, path
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(token)) == 0


def test_it_is_asked_why_and_whether_it_is_her(site: Store, admin: Browser, id_of: Id) -> None:
    there = f"/admin/logins/{id_of('rep')}/as"
    assert "Why?" in admin.page(there)
    assert admin.send(there, reason=" ").status_code == 422
    long_ago(site)
    assert admin.get(there).location.startswith("/me/prove")
    asked = admin.send(there, reason="Help")
    assert asked.status_code == 401 and 'name="kept.reason" value="Help"' in asked.text
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(login).where(login.c.means == "as")) == 0


def test_not_another_administrator_and_not_by_others(
    site: Store, catalog: Catalog, admin: Browser, enter: Enter, id_of: Id
) -> None:
    with site.write() as conn:
        user = find_user(conn, catalog, "guest")
        assert user
        grants.give(conn, catalog, SYSTEM, "user", user, ADMINISTRATOR)
    answer = admin.send(f"/admin/logins/{user}/as", reason="Help")
    assert answer.status_code == 409
    assert "Nobody logs in as another administrator" in answer.text
    rep = enter("rep")
    assert rep.get(f"/admin/logins/{user}/as").status_code == 403
    assert rep.send(f"/admin/logins/{id_of('admin')}/as", reason="Help").status_code == 403


def test_it_ends_with_the_administrators_right(
    site: Store, catalog: Catalog, in_place: Browser, id_of: Id
) -> None:
    with site.write() as conn:
        guest, admin = find_user(conn, catalog, "guest"), find_user(conn, catalog, "admin")
        assert guest and admin
        grants.give(conn, catalog, SYSTEM, "user", guest, ADMINISTRATOR)
        grants.revoke(conn, catalog, SYSTEM, "user", admin, ADMINISTRATOR)
    assert BAR not in in_place.page("/")
    assert in_place.get("/admin").status_code == 403


def test_the_cookie_is_worth_nothing_elsewhere(in_place: Browser, app: Flask, enter: Enter) -> None:
    stolen = in_place.client.get_cookie("hanok_as")
    assert stolen is not None
    for name in ("hanok_as", "hanok_session"):
        client = app.test_client()
        client.set_cookie(name, stolen.value)
        assert client.get("/company").location.startswith("/login")
    guest = enter("guest")
    guest.client.set_cookie("hanok_as", stolen.value)
    assert BAR not in guest.page("/")


def test_after_another_login_it_is_over(in_place: Browser, enter: Enter) -> None:
    stolen = in_place.client.get_cookie("hanok_as")
    assert stolen is not None
    in_place.send("/logout")
    again = enter("admin")
    again.client.set_cookie("hanok_as", stolen.value)
    assert BAR not in again.page("/")


def test_the_user_sees_who_it_was_and_ends_it(in_place: Browser, enter: Enter) -> None:
    rep = enter("rep")
    assert "Administrator 관리자" in rep.page("/me/logins")
    assert "An administrator in your place" in rep.page("/me/sessions")
    rep.send("/me/sessions/end-others")
    assert BAR not in in_place.page("/company")


def test_the_menus_of_a_user_lead_there(admin: Browser, id_of: Id) -> None:
    for path in (f"/user/{id_of('rep')}", f"/admin/logins/{id_of('rep')}"):
        assert f"/admin/logins/{id_of('rep')}/as" in admin.page(path)
    assert f"/admin/logins/{id_of('admin')}/as" not in admin.page(f"/user/{id_of('admin')}")
