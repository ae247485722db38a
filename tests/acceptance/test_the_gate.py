"""What guards the house: the login, the tokens of forms, cookies and the headers of every answer."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.contents import tables
from tests.acceptance.visitor import Answer, Visitor

SOME_ID = "01890000-0000-7000-8000-000000000000"
PRIVATE = ("/", "/account", "/account/new", f"/account/{SOME_ID}", "/search?words=가온", "/nowhere", "/account?q=가온")


@pytest.mark.parametrize("path", PRIVATE)
def test_strangers_are_asked_to_log_in_and_come_back(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status == 302
    assert answer.location.startswith("/login")
    form = stranger.get(answer.location)
    back = stranger.post("/login", {"username": "admin", "password": "celadon-tiger-42", "next": form.hidden("next")})
    assert back.status == 303
    assert stranger.get(back.location).status == (404 if SOME_ID in path or "nowhere" in path else 200)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "/logout"])
def test_nobody_is_led_away_by_the_login(stranger: Visitor, onward: str) -> None:
    form = {"username": "admin", "password": "celadon-tiger-42", "next": onward}
    assert stranger.post("/login", form).location == "/"


def test_a_wrong_password_and_an_unknown_name_say_the_same(stranger: Visitor) -> None:
    wrong = stranger.post("/login", {"username": "admin", "password": "wrong"})
    unknown = stranger.post("/login", {"username": "nobody", "password": "wrong"})
    assert (wrong.status, unknown.status) == (403, 403)
    assert wrong.text.replace('value="admin"', "").split("<h1>")[1].split("<button")[0] == unknown.text.replace(
        'value="nobody"', ""
    ).split("<h1>")[1].split("<button")[0]
    assert "hanok_session" not in stranger.jar


def test_without_a_token_nothing_is_taken(house: House, admin: Visitor) -> None:
    own = admin.create("account", name="무표상사")
    before = tables(house.database)
    for path in ("/account/new", f"/account/{own}/edit", f"/account/{own}/delete", f"/account/{own}/set", "/started"):
        assert admin.post(path, {"name": "표 없음", "version": "1"}, token=False).status == 400, path
        assert admin.post(path, {"name": "표 없음", "csrf_token": "made.up"}, token=False).status == 400, path
    assert tables(house.database) == before


def test_log_out_needs_a_token_and_ends_the_session(stranger: Visitor) -> None:
    stranger.log_in()
    assert stranger.post("/logout", token=False).status == 400
    kept = dict(stranger.jar)
    assert stranger.get("/account").status == 200
    assert stranger.post("/logout").location == "/login"
    assert Visitor(stranger.address, kept).get("/account").status == 302


def test_the_session_cookie_is_for_this_site_alone(stranger: Visitor) -> None:
    cookie = stranger.post("/login", {"username": "admin", "password": "celadon-tiger-42"}).cookies["hanok_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert int(cookie["max-age"]) == 14 * 24 * 3600
    assert not cookie["domain"]


@pytest.mark.parametrize("path", ["/", "/account", "/account/new", "/account/_count", "/login", "/nowhere", "/health"])
def test_every_answer_is_guarded(admin: Visitor, path: str) -> None:
    _is_guarded(admin.get(path))


def test_redirects_and_refusals_are_guarded_too(stranger: Visitor, admin: Visitor) -> None:
    _is_guarded(stranger.get("/account"))
    _is_guarded(admin.post("/account/new", token=False))
    _is_guarded(admin.post("/account/new", {"name": ""}))
    _is_guarded(admin.post("/account", {}))


def _is_guarded(answer: Answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Server" not in answer.headers
