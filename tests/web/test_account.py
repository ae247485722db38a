"""One's own account: what everybody may see and change about herself, and nobody about others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine import accounts
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import session
from hanok.web.account import zone_groups
from hanok.web.devices import device_of
from tests.builders import an_administrator
from tests.web.conftest import PASSWORD, Token

NEW = "gray heron by the lake"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip


@pytest.fixture
def rep(app: Flask, site: Store, catalog: Catalog, hashed: str, token: Token) -> FlaskClient:
    """A browser in which somebody without any role has logged in."""
    raw = {"username": "rep", "last_name": "Rep", "email": "rep@example.com", "language": "en"}
    with site.write() as conn:
        accounts.create_user(conn, catalog, an_administrator(), raw, password=hashed)
    return enter(app, token, "rep")


def enter(
    app: Flask, token: Token, username: str = "admin", password: str = PASSWORD, *, agent: str = CHROME
) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    form = {"username": username, "password": password, "csrf_token": token(client)}
    assert client.post("/login", data=form).status_code == 303
    return client


def send(client: FlaskClient, token: Token, path: str, **form: str):  # type: ignore[no-untyped-def]
    return client.post(path, data={**form, "csrf_token": token(client, "/me")})


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/sessions", "/me/logins"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_everybody_has_an_account_and_strangers_have_none(
    rep: FlaskClient, stranger: FlaskClient, path: str, language: str
) -> None:
    rep.set_cookie("hanok_language", language)
    page = rep.get(path)
    assert page.status_code == 200
    assert page.text.count('aria-current="page"') >= 1
    assert 'href="/me"' in page.text
    assert stranger.get(path).status_code == 302


def test_what_she_chooses_counts_from_the_next_page_on(rep: FlaskClient, token: Token) -> None:
    rep.set_cookie("hanok_language", "en")
    assert send(rep, token, "/me", language="ko", time_zone="Europe/Paris").location == "/me"
    page = rep.get("/me").text
    assert '<html lang="ko"' in page
    assert '<option value="Europe/Paris" selected>' in page
    send(rep, token, "/me", language="", time_zone="")
    assert '<option value="Europe/Paris">' in rep.get("/me").text


@pytest.mark.parametrize(("field", "value"), [("language", "xx"), ("time_zone", "Moon/Base"), ("time_zone", "<b>")])
def test_a_choice_that_is_none_is_refused(rep: FlaskClient, token: Token, field: str, value: str) -> None:
    answer = send(rep, token, "/me", **{"language": "en", "time_zone": "", field: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "<b>" not in answer.text.split('id="time_zone"')[1]


def test_nothing_else_of_a_user_is_changed_here(rep: FlaskClient, token: Token, site: Store, catalog: Catalog) -> None:
    send(rep, token, "/me", language="en", time_zone="", username="boss", active="false", roles="administrator")
    with site.read() as conn:
        assert accounts.find_user(conn, catalog, "rep") and not accounts.find_user(conn, catalog, "boss")
    assert rep.get("/me").status_code == 200


# -- the password --------------------------------------------------------------------------------------------------
def test_a_new_password_ends_other_sessions_and_renews_this_one(
    app: Flask, rep: FlaskClient, token: Token, site: Store
) -> None:
    other = enter(app, token, "rep")
    before = rep.get_cookie("hanok_session")
    form = {"old_password": PASSWORD, "password": NEW, "again": NEW}
    assert send(rep, token, "/me/password", **form).location == "/me/password"
    after = rep.get_cookie("hanok_session")
    assert before and after and before.value != after.value
    assert rep.get("/me").status_code == 200
    assert other.get("/me").status_code == 302
    rep.set_cookie("hanok_session", before.value)
    assert rep.get("/me").status_code == 302
    assert enter(app, token, "rep", NEW).get("/me").status_code == 200
    with site.read() as conn:
        assert conn.scalars(sa.select(job.c.kind)).all() == ["accounts.changed"]


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [("wrong one", NEW, NEW, "old_password"), (PASSWORD, "short", "short", "password"),
     (PASSWORD, NEW, NEW + "x", "again"), (PASSWORD, "password1", "password1", "password"),
     (PASSWORD, "rep@example.com", "rep@example.com", "password"), ("", "", "", "old_password")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_box(
    rep: FlaskClient, token: Token, old: str, new: str, again: str, field: str
) -> None:
    answer = send(rep, token, "/me/password", old_password=old, password=new, again=again)
    assert answer.status_code == 422
    assert re.findall(r'<input class="form-control" id="(\w+)"[^>]*aria-invalid', answer.text) == [field]
    assert NEW not in answer.text and PASSWORD not in answer.text
    assert rep.get("/me").status_code == 200


def test_a_stolen_session_guesses_the_password_ten_times(app: Flask, rep: FlaskClient, token: Token) -> None:
    form = {"password": NEW, "again": NEW}
    answers = [send(rep, token, "/me/password", old_password="guess", **form).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert send(rep, token, "/me/password", old_password=PASSWORD, **form).status_code == 429
    assert enter(app, token, "rep").get("/me").status_code == 200


def test_typed_passwords_never_come_back(rep: FlaskClient) -> None:
    form = {"old_password": "my secret", "password": "my secret", "again": "my secret", "csrf_token": "old"}
    answer = rep.post("/me/password", data=form)
    assert answer.status_code == 400
    assert "my secret" not in answer.text


# -- sessions ------------------------------------------------------------------------------------------------------
def keys(page: str) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', page)


def test_sessions_are_listed_with_this_one_first_and_ended_one_by_one(
    app: Flask, rep: FlaskClient, token: Token
) -> None:
    phone = enter(app, token, "rep", agent=IPHONE)
    page = rep.get("/me/sessions").text
    assert page.index("Chrome on Windows") < page.index("This session") < page.index("Safari on iPhone")
    (key,) = keys(page)
    assert send(rep, token, "/me/sessions/end", session=key).location == "/me/sessions"
    assert phone.get("/me").status_code == 302
    assert keys(rep.get("/me/sessions").text) == []
    assert "/me/sessions/end-others" not in rep.get("/me/sessions").text
    assert send(rep, token, "/me/sessions/end", session=key).status_code == 404


def test_all_others_are_ended_at_once(app: Flask, rep: FlaskClient, token: Token) -> None:
    others = [enter(app, token, "rep") for _ in range(3)]
    admin = enter(app, token)
    assert send(rep, token, "/me/sessions/end-others").status_code == 303
    assert [one.get("/me").status_code for one in others] == [302] * 3
    assert rep.get("/me").status_code == admin.get("/me").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(app: Flask, rep: FlaskClient, token: Token, site: Store) -> None:
    admin = enter(app, token)
    cookie = admin.get_cookie("hanok_session")
    assert cookie
    key = accounts.session_key(cookie.value)
    assert key not in rep.get("/me/sessions").text
    for guess in (key, cookie.value, "", "%", "\x00"):
        assert send(rep, token, "/me/sessions/end", session=guess).status_code == 404
    assert admin.get("/me").status_code == 200


def test_the_session_that_one_is_in_is_ended_by_logging_out(rep: FlaskClient, token: Token) -> None:
    cookie = rep.get_cookie("hanok_session")
    assert cookie
    answer = send(rep, token, "/me/sessions/end", session=accounts.session_key(cookie.value))
    assert answer.status_code == 409
    assert rep.get("/me").status_code == 200


def test_no_page_has_a_token_of_a_session(app: Flask, rep: FlaskClient, token: Token) -> None:
    other = enter(app, token, "rep")
    page = rep.get("/me/sessions").text
    for client in (rep, other):
        cookie = client.get_cookie("hanok_session")
        assert cookie and cookie.value not in page


def test_what_a_browser_calls_itself_is_text(app: Flask, rep: FlaskClient, token: Token) -> None:
    enter(app, token, "rep", agent='"><script>alert(1)</script>')
    for path in ("/me/sessions", "/me/logins"):
        page = rep.get(path).text
        assert "<script>alert" not in page
        assert "Unknown device" in page


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/sessions/end", "/me/sessions/end-others"])
def test_nothing_is_changed_without_the_token_of_the_page(rep: FlaskClient, site: Store, path: str) -> None:
    assert rep.post(path, data={"language": "ko", "session": "x"}).status_code == 400
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 1


# -- logins --------------------------------------------------------------------------------------------------------
def test_her_own_attempts_are_listed_and_nobody_elses(app: Flask, rep: FlaskClient, token: Token) -> None:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = IPHONE
    for name in ("REP", "admin"):
        client.post("/login", data={"username": name, "password": "x", "csrf_token": token(client)})
    page = rep.get("/me/logins").text
    assert page.count("<tr>") == 3
    assert page.index("Failed</span>") < page.index("Logged in</span>")
    assert "Safari on iPhone" in page
    only = rep.get("/me/logins?failed=1").text
    assert only.count("<tr>") == 2 and "Logged in</span>" not in only


def test_without_a_failed_attempt_it_says_so(rep: FlaskClient) -> None:
    assert "No failed attempt" in rep.get("/me/logins?failed=1").text
    assert rep.get("/me/logins?after=nonsense").status_code == 200


def test_many_attempts_come_page_by_page(rep: FlaskClient, site: Store, catalog: Catalog) -> None:
    from hanok.engine.accounts.logins import SIZE
    from hanok.engine.store import new_id
    from hanok.engine.store.moments import now
    from hanok.engine.store.tables import login

    with site.write() as conn:
        me, at = accounts.find_user(conn, catalog, "rep"), now(conn)
        row = {"at": at, "username": "rep", "user_id": me, "ok": False, "address": "192.0.2.1", "agent": ""}
        conn.execute(login.insert(), [{"id": new_id(), **row} for _ in range(SIZE + 4)])
    first = rep.get("/me/logins").text
    following = re.search(r'href="(/me/logins\?[^"]+)" rel="next"', first)
    assert first.count("<tr>") == SIZE + 1 and following
    second = rep.get(following[1].replace("&amp;", "&")).text
    assert second.count("<tr>") == 6 and 'rel="next"' not in second and 'rel="first"' in second


# -- words ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Windows"), (IPHONE, "Safari on iPhone"), (CHROME + " Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/122 SamsungBrowser/25 Safari/537", "Samsung Internet on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Whale/3.24 Safari/537", "Whale on Windows"),
        ("Mozilla/5.0 (iPhone; …) AppleWebKit KAKAOTALK 10", "KakaoTalk on iPhone"),
        ("curl/8.5.0", "curl"), ("", "Unknown device"), ("{browser} {0} \x1b[2J", "Unknown device"),
    ],
)  # fmt: skip
def test_devices_have_plain_names(agent: str, name: str) -> None:
    assert str(device_of(agent).name) == name


def test_zones_have_places_in_the_readers_language_and_the_chosen_one_is_among_them() -> None:
    korean = dict(dict(zone_groups("ko"))["Asia"])
    assert korean["Asia/Seoul"].startswith("서울")
    assert dict(dict(zone_groups("en"))["Asia"])["Asia/Seoul"].startswith("Seoul")
    assert zone_groups("en", "Etc/GMT+5")[0] == ("", [("Etc/GMT+5", "Etc/GMT+5")])
    assert len(zone_groups("en", "Asia/Seoul")) == len(zone_groups("en"))


def test_a_password_that_the_program_made_up_is_changed_before_anything_else(
    app: Flask, rep: FlaskClient, site: Store, catalog: Catalog, hashed: str, token: Token
) -> None:
    with site.write() as conn:
        found = accounts.find_user(conn, catalog, "rep")
        assert found is not None
        accounts.set_password(conn, found, hashed, initial=True)
    again = enter(app, token, "rep")
    for path in ("/", "/me", "/me/sessions"):
        assert again.get(path).location == "/me/password"
    assert "made up for you" in again.get("/me/password", headers={"Accept-Language": "en"}).text
    form = {"old_password": PASSWORD, "password": NEW, "again": NEW, "csrf_token": token(again, "/me/password")}
    assert again.post("/me/password", data=form).location == "/"
    assert again.get("/me").status_code == 200
    later = enter(app, token, "rep", NEW)
    assert later.get("/me").status_code == 200


def test_sessions_are_ended_by_who_proves_that_it_is_her(
    app: Flask, rep: FlaskClient, token: Token, site: Store
) -> None:
    enter(app, token, "rep")
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(hours=1)))
    assert send(rep, token, "/me/sessions/end-others").location.startswith("/me/prove")
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 2
