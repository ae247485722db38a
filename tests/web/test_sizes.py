"""No request is larger than a form can be, and nothing of one browser's grows without end."""

from __future__ import annotations

from flask.testing import FlaskClient

from hanok.web.security import LARGEST
from tests.web.conftest import PASSWORD, Token, Trial


def test_a_form_that_is_too_large_is_not_read(admin: FlaskClient, token: Token, trial: Trial) -> None:
    form = {"csrf_token": token(admin, "/company"), "name": "x" * LARGEST}
    answer = admin.post("/company", data=form)
    assert answer.status_code == 413
    assert len(answer.data) < 50_000
    parts = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"x" * LARGEST + b"\r\n--b--\r\n"
    assert admin.post("/company", data=parts, content_type="multipart/form-data; boundary=b").status_code == 413
    assert trial.taken == []
    assert admin.post("/company", data={**form, "name": "x" * 100_000}).text == "taken"


def test_the_cookie_of_notices_stays_small(admin: FlaskClient, token: Token) -> None:
    for _ in range(30):
        admin.post("/company", data={"csrf_token": token_of(admin)})
    cookie = admin.get_cookie("hanok_form")
    assert cookie
    assert len(cookie.value) < 2000


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as kept:
        if "csrf_token" not in kept:
            client.get("/company")
    page = client.get("/company").text
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def test_whoever_logs_in_again_leaves_no_session_behind(admin: FlaskClient, token: Token) -> None:
    former = admin.get_cookie("hanok_session")
    form = {"username": "admin", "password": PASSWORD, "csrf_token": token(admin, "/company")}
    assert admin.post("/login", data=form).status_code == 303
    present = admin.get_cookie("hanok_session")
    assert former and present and former.value != present.value
    assert admin.get("/company").status_code == 200
    admin.set_cookie("hanok_session", former.value)
    assert admin.get("/company").status_code == 302


def test_a_session_that_came_by_https_goes_by_https_only(stranger: FlaskClient, token: Token) -> None:
    form = {"username": "admin", "password": PASSWORD, "csrf_token": token(stranger)}
    referer = {"Referer": "https://localhost/login"}
    answer = stranger.post("/login", data=form, base_url="https://localhost", headers=referer)
    found = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("hanok_session")]
    assert found and "Secure" in found[0]


def test_a_line_of_the_log_is_one_line(admin: FlaskClient, caplog) -> None:  # type: ignore[no-untyped-def]
    admin.get("/company/broken?x=1")
    admin.application.view_functions["show"] = lambda module: 1 / 0
    admin.get("/a%0aERROR:root:forged")
    assert [record.getMessage().count("\n") for record in caplog.records] == [0, 0]
