"""Second factors in a browser: enrolling, the second step, proving that it is you, and what gets around neither."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanok.engine import accounts
from hanok.engine.accounts import factors
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Refused
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.store import Store
from hanok.engine.store.account_tables import challenge, factor
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import credential, login, session
from hanok.web.frame import install
from tests.authenticator import Authenticator
from tests.builders import TYPES, an_administrator
from tests.web.conftest import PASSWORD, Token, Trial, _add_pages

ADDRESS = "https://crm.example.com"
KEYS = Keys((new_key(),))


def an_app(site: Store, catalog: Catalog, **settings: Any) -> Flask:
    types = {**TYPES, "encrypted": TYPES["encrypted"].of_site(KEYS)}
    made = Flask("trial", static_folder=None)
    install(made, Live(site, types, catalog), {"secret_key": "for tests only", "address": ADDRESS, **settings})
    _add_pages(made, Trial([]))
    return made


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog)


def send(client: FlaskClient, token: Token, path: str, at: str = "/me", **form: str) -> TestResponse:
    return client.post(path, data={**form, "csrf_token": token(client, at)})


def say(client: FlaskClient, token: Token, path: str, at: str = "/login", **said: Any) -> TestResponse:
    headers = {"X-CSRFToken": token(client, at), "Accept": "application/json"}
    return client.post(path, json=said, headers=headers)


def log_in(app: Flask, token: Token, username: str = "admin", **form: str) -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    return client, again(client, token, username, **form)


def again(client: FlaskClient, token: Token, username: str = "admin", **form: str) -> TestResponse:
    return send(client, token, "/login", "/login", username=username, password=PASSWORD, **form)


def enrol(client: FlaskClient, token: Token) -> tuple[str, list[str]]:
    """An app of whoever is logged in: its secret, and the recovery codes."""
    there = send(client, token, "/me/security/app", "/me/security").location
    page = client.get(there).text
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")  # type: ignore[index]
    assert 'src="data:image/svg+xml' in page
    former = pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))
    done = send(client, token, there, "/me/security", code=former, name="Phone")
    assert done.status_code == 200
    return secret, re.findall(r"<code>([0-9a-z]{5}-[0-9a-z]{5})</code>", done.text)


def code(secret: str) -> str:
    return pyotp.TOTP(secret).now()


def rows(store: Store, table: sa.Table) -> int:
    with store.read() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def letters(store: Store) -> list[str]:
    with store.read() as conn:
        found = conn.scalars(sa.select(job.c.payload).where(job.c.kind == "accounts.factor").order_by(job.c.id))
        return [one["what"] for one in found]


def unproved(store: Store) -> None:
    """Whoever is logged in did so half an hour ago."""
    with store.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(minutes=30)))


# -- enrolling and the second step ---------------------------------------------------------------------------------
def test_who_has_an_app_is_asked_for_its_code_and_goes_on_where_she_wanted_to(
    admin: FlaskClient, app: Flask, token: Token, site: Store
) -> None:
    secret, codes = enrol(admin, token)
    assert len(codes) == 10 and letters(site) == ["added"]
    client, first = log_in(app, token, next="/company?sort=name")
    assert first.location == "/login/second?next=" + quote("/company?sort=name", safe="")
    before = client.get_cookie("hanok_session")
    assert 'autocomplete="one-time-code"' in client.get(first.location).text
    done = send(client, token, "/login/second", "/login", by="totp", code=code(secret), next="/company?sort=name")
    assert (done.status_code, done.location) == (303, "/company?sort=name")
    after = client.get_cookie("hanok_session")
    assert before and after and before.value != after.value
    assert client.get("/company").status_code == 200


@pytest.mark.parametrize("path", ["/", "/company", "/me", "/me/security", "/me/prove", "/me/sessions"])
def test_the_pending_cookie_opens_no_other_page(admin: FlaskClient, app: Flask, token: Token, path: str) -> None:
    enrol(admin, token)
    client, _ = log_in(app, token)
    assert client.get(path).location.startswith("/login")
    assert send(client, token, path, "/login").status_code in (400, 405)


def test_the_token_of_before_the_second_step_opens_nothing_after_it(
    admin: FlaskClient, app: Flask, token: Token
) -> None:
    secret, _ = enrol(admin, token)
    client, _ = log_in(app, token)
    before = client.get_cookie("hanok_session")
    send(client, token, "/login/second", "/login", by="totp", code=code(secret))
    assert before
    client.set_cookie("hanok_session", before.value)
    assert client.get("/company").location.startswith("/login")


def test_a_code_that_somebody_looked_at_is_no_use(admin: FlaskClient, app: Flask, token: Token) -> None:
    secret, _ = enrol(admin, token)
    said = code(secret)
    mine, _ = log_in(app, token)
    assert send(mine, token, "/login/second", "/login", by="totp", code=said).status_code == 303
    thief, _ = log_in(app, token)
    refused = send(thief, token, "/login/second", "/login", by="totp", code=said)
    assert refused.status_code == 403 and "used already" in refused.text
    assert said not in refused.text


def test_codes_are_not_guessed_and_their_owner_is_told(
    admin: FlaskClient, app: Flask, token: Token, site: Store
) -> None:
    secret, _ = enrol(admin, token)
    for _ in range(5):
        client, _ = log_in(app, token)
        assert send(client, token, "/login/second", "/login", by="totp", code="000000").status_code == 403
    client, _ = log_in(app, token)
    waits = send(client, token, "/login/second", "/login", by="totp", code=code(secret))
    assert waits.status_code == 403 and "Minutes to wait" in waits.text
    assert letters(site) == ["added", "guessed"]
    assert admin.get("/company").status_code == 200


def test_who_does_not_know_the_password_locks_nobody_out(
    admin: FlaskClient, app: Flask, token: Token, site: Store
) -> None:
    secret, _ = enrol(admin, token)
    thief = app.test_client()
    for _ in range(7):
        send(thief, token, "/login/second", "/login", by="totp", code="000000")
    client, _ = log_in(app, token)
    assert send(client, token, "/login/second", "/login", by="totp", code=code(secret)).status_code == 303


def test_a_recovery_code_opens_once_and_its_owner_is_told(
    admin: FlaskClient, app: Flask, token: Token, site: Store
) -> None:
    _, codes = enrol(admin, token)
    client, _ = log_in(app, token)
    assert send(client, token, "/login/second", "/login", by="recovery", code=codes[0].upper()).status_code == 303
    assert "9 codes are left" in client.get("/me/security").text
    assert letters(site) == ["added", "recovery"]
    client, _ = log_in(app, token)
    assert send(client, token, "/login/second", "/login", by="recovery", code=codes[0]).status_code == 403


def test_new_recovery_codes_end_the_former(admin: FlaskClient, app: Flask, token: Token, site: Store) -> None:
    _, codes = enrol(admin, token)
    page = send(admin, token, "/me/security/codes", "/me/security").text
    newer = re.findall(r"<code>([0-9a-z-]{11})</code>", page)
    assert len(newer) == 10 and not set(newer) & set(codes) and newer[0] not in admin.get("/me/security").text
    client, _ = log_in(app, token)
    assert send(client, token, "/login/second", "/login", by="recovery", code=codes[1]).status_code == 403
    assert send(client, token, "/login/second", "/login", by="recovery", code=newer[1]).status_code == 303


def test_a_browser_is_remembered_where_it_is_wanted_until_it_is_forgotten(
    admin: FlaskClient, app: Flask, token: Token
) -> None:
    secret, _ = enrol(admin, token)
    client, _ = log_in(app, token)
    done = send(client, token, "/login/second", "/login", by="totp", code=code(secret), remember="1")
    (cookie,) = [one for one in done.headers.getlist("Set-Cookie") if one.startswith("hanok_device")]
    assert "HttpOnly" in cookie and "Path=/login" in cookie and "SameSite=Lax" in cookie
    client.post("/logout", data={"csrf_token": token(client, "/me")})
    assert again(client, token).location == "/"
    page = admin.get("/me/security").text
    id = re.search(r'action="/me/security/([0-9a-f-]+)/remove"', page)[1]  # type: ignore[index]
    assert send(admin, token, f"/me/security/{id}/remove", "/me/security").status_code == 303
    client.post("/logout", data={"csrf_token": token(client, "/me")})
    assert again(client, token).location.startswith("/login/second")


def test_the_first_factor_ends_sessions_that_came_without_one(
    admin: FlaskClient, app: Flask, token: Token
) -> None:
    other, _ = log_in(app, token)
    assert other.get("/company").status_code == 200
    enrol(admin, token)
    assert other.get("/company").location.startswith("/login")
    assert admin.get("/company").status_code == 200


def test_without_a_key_of_the_site_the_page_says_what_to_do(site: Store, catalog: Catalog, token: Token) -> None:
    made = Flask("trial", static_folder=None)
    types = {**TYPES, "encrypted": TYPES["encrypted"].of_site(Keys())}
    install(made, Live(site, types, catalog), {"secret_key": "for tests only"})
    _add_pages(made, Trial([]))
    client, _ = log_in(made, token)
    page = client.get("/me/security").text
    assert "hanok keys new" in page and 'action="/me/security/app"' not in page
    assert send(client, token, "/me/security/app", "/me/security").status_code == 409


# -- prove that it is you ------------------------------------------------------------------------------------------
def test_changes_ask_again_after_ten_minutes_and_lead_back(admin: FlaskClient, token: Token, site: Store) -> None:
    unproved(site)
    form = {"csrf_token": token(admin, "/me/security")}
    asked = admin.post("/me/security/app", data=form, headers={"Referer": "http://localhost/me/security"})
    assert (asked.status_code, asked.location) == (303, "/me/prove?next=%2Fme%2Fsecurity")
    assert rows(site, factor) == 0
    page = admin.get(asked.location).text
    assert 'autocomplete="current-password"' in page
    wrong = send(admin, token, "/me/prove", password="wrong", next="/me/security")
    assert wrong.status_code == 422 and "wrong" not in re.findall(r'value="([^"]*)"', wrong.text)
    done = send(admin, token, "/me/prove", password=PASSWORD, next="/me/security")
    assert (done.status_code, done.location) == (303, "/me/security")
    assert send(admin, token, "/me/security/app", "/me/security").location.startswith("/me/security/app/")


def test_nobody_guesses_the_password_by_proving(admin: FlaskClient, token: Token, site: Store) -> None:
    unproved(site)
    for _ in range(10):
        assert send(admin, token, "/me/prove", password="wrong").status_code == 422
    assert send(admin, token, "/me/prove", password=PASSWORD).status_code == 429


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_proving_leads_to_no_other_site(admin: FlaskClient, token: Token, site: Store, elsewhere: str) -> None:
    unproved(site)
    form = {"csrf_token": token(admin, "/me")}
    assert "evil" not in admin.post("/me/security/app", data=form, headers={"Referer": elsewhere}).location
    assert send(admin, token, "/me/prove", password=PASSWORD, next=elsewhere).location == "/"


# -- who must have one ---------------------------------------------------------------------------------------------
def test_who_must_have_one_reaches_nothing_else_until_she_has(site: Store, catalog: Catalog, token: Token) -> None:
    strict = an_app(site, catalog, second_factor="administrators")
    client, done = log_in(strict, token)
    assert done.location == "/"
    for path in ("/", "/company", "/me", "/me/sessions", "/files"):
        assert client.get(path).location == "/me/security", path
    assert client.get("/company", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/security"
    assert send(client, token, "/company", "/me/security").location == "/me/security"
    assert send(client, token, "/language", "/me/security", language="ko").status_code == 303
    page = client.get("/me/security").text
    assert 'class="login"' in page and 'action="/logout"' in page
    enrol(client, token)
    assert client.get("/company").status_code == 200
    page = client.get("/me/security").text
    id = re.search(r'href="/me/security/([0-9a-f-]+)"', page)[1]  # type: ignore[index]
    assert send(client, token, f"/me/security/{id}/remove", "/me/security").status_code == 409


def test_a_password_of_her_own_comes_before_the_second_factor(site: Store, catalog: Catalog, token: Token) -> None:
    with site.write() as conn:
        conn.execute(credential.update().values(initial=True))
    client, _ = log_in(an_app(site, catalog, second_factor="everyone"), token)
    assert client.get("/company").location == client.get("/me/security").location == "/me/password"
    assert client.get("/me/password").status_code == 200
    chosen = {"old_password": PASSWORD, "password": "gray heron by the lake", "again": "gray heron by the lake"}
    send(client, token, "/me/password", "/me/password", **chosen)
    assert client.get("/company").location == "/me/security"
    assert client.get("/me/security").status_code == 200


def test_others_are_not_asked_for_one(site: Store, catalog: Catalog, token: Token, hashed: str) -> None:
    raw = {"username": "rep", "last_name": "Rep", "email": "rep@example.com"}
    with site.write() as conn:
        accounts.create_user(conn, catalog, an_administrator(), raw, password=hashed)
    client, _ = log_in(an_app(site, catalog, second_factor="administrators"), token, "rep")
    assert client.get("/company").status_code == 200
    client, _ = log_in(an_app(site, catalog, second_factor="everyone"), token, "rep")
    assert client.get("/company").location == "/me/security"


def test_another_word_in_the_setting_is_refused(site: Store, catalog: Catalog) -> None:
    with pytest.raises(Refused, match="none, administrators, everyone"):
        an_app(site, catalog, second_factor="all")


# -- passkeys ------------------------------------------------------------------------------------------------------
def a_key(client: FlaskClient, token: Token, origin: str = ADDRESS) -> Authenticator:
    made = Authenticator(origin)
    options = say(client, token, "/me/security/passkeys/ask", "/me/security").json
    assert say(client, token, "/me/security/passkeys", "/me/security", answer=made.make(options)).json == {
        "to": "/me/security"
    }
    return made


def test_a_passkey_logs_in_without_a_name(admin: FlaskClient, app: Flask, token: Token, site: Store) -> None:
    key = a_key(admin, token)
    assert letters(site) == ["added"]
    client = app.test_client()
    options = say(client, token, "/login/passkey/ask").json
    assert (options["rpId"], options["allowCredentials"], options["userVerification"]) == (
        "crm.example.com", [], "required",
    )  # fmt: skip
    done = say(client, token, "/login/passkey", answer=key.sign(options), next="/company")
    assert done.json == {"to": "/company"}
    assert client.get("/company").status_code == 200
    assert rows(site, challenge) == 0


def test_a_passkey_is_a_second_step(admin: FlaskClient, app: Flask, token: Token) -> None:
    key = a_key(admin, token)
    client, first = log_in(app, token)
    assert 'data-at="/login/second/passkey"' in client.get(first.location).text
    options = say(client, token, "/login/second/passkey/ask").json
    assert len(options["allowCredentials"]) == 1
    done = say(client, token, "/login/second/passkey", answer=key.sign(options), next="/company")
    assert done.json == {"to": "/company"} and client.get("/company").status_code == 200


def test_a_recorded_answer_opens_nothing(admin: FlaskClient, app: Flask, token: Token) -> None:
    key = a_key(admin, token)
    client = app.test_client()
    answer = key.sign(say(client, token, "/login/passkey/ask").json)
    kept = client.get_cookie("hanok_form")
    assert say(client, token, "/login/passkey", answer=answer).status_code == 200
    thief = app.test_client()
    assert say(thief, token, "/login/passkey", answer=answer).status_code == 403
    assert kept
    thief.set_cookie("hanok_form", kept.value)
    assert say(thief, token, "/login/passkey", answer=answer).status_code == 403
    assert thief.get("/company").location.startswith("/login")


def test_the_challenge_of_another_browser_is_refused(admin: FlaskClient, app: Flask, token: Token) -> None:
    key, mine, thief = a_key(admin, token), app.test_client(), app.test_client()
    answer = key.sign(say(mine, token, "/login/passkey/ask").json)
    say(thief, token, "/login/passkey/ask")
    refused = say(thief, token, "/login/passkey", answer=answer)
    assert refused.status_code == 403 and "not accepted" in refused.json["error"]


def test_a_challenge_for_one_thing_is_none_for_another(
    admin: FlaskClient, app: Flask, token: Token, site: Store
) -> None:
    key = a_key(admin, token)
    client, _ = log_in(app, token)
    answer = key.sign(say(client, token, "/login/passkey/ask").json)
    assert say(client, token, "/login/second/passkey", answer=answer).status_code == 403
    unproved(site)
    answer = key.sign(say(admin, token, "/login/passkey/ask").json)
    assert say(admin, token, "/me/prove/passkey", "/me", answer=answer).status_code == 403


def test_the_key_of_another_user_is_no_second_step(
    admin: FlaskClient, app: Flask, token: Token, site: Store, catalog: Catalog, hashed: str
) -> None:
    raw = {"username": "eve", "last_name": "Eve", "email": "eve@example.com"}
    with site.write() as conn:
        accounts.create_user(conn, catalog, an_administrator(), raw, password=hashed)
    eve, _ = log_in(app, token, "eve")
    key = a_key(eve, token)
    a_key(admin, token)
    client, _ = log_in(app, token)
    options = say(client, token, "/login/second/passkey/ask").json
    assert say(client, token, "/login/second/passkey", answer=key.sign(options)).status_code == 403


def test_what_is_said_tells_nothing_of_others(admin: FlaskClient, app: Flask, token: Token) -> None:
    key = a_key(admin, token)
    said = set()
    for liar in (key, Authenticator(ADDRESS, user=key.user), Authenticator("https://evil.example", id=key.id)):
        client = app.test_client()
        options = {**say(client, token, "/login/passkey/ask").json, "rpId": "evil.example"}
        refused = say(client, token, "/login/passkey", answer=liar.sign(options))
        said.add((refused.status_code, refused.json["error"]))
    assert len(said) == 1


def test_a_passkey_proves_that_it_is_you(admin: FlaskClient, token: Token, site: Store) -> None:
    key = a_key(admin, token)
    unproved(site)
    refused = say(admin, token, "/me/security/passkeys/ask", "/me")
    assert refused.status_code == 401 and refused.json["to"].startswith("/me/prove")
    answer = key.sign(say(admin, token, "/me/prove/passkey/ask", "/me").json)
    assert say(admin, token, "/me/prove/passkey", "/me", answer=answer, next="/me/security").json == {
        "to": "/me/security"
    }
    assert say(admin, token, "/me/security/passkeys/ask", "/me").status_code == 200


@pytest.mark.parametrize(
    ("address", "host", "from_where", "known"),
    [
        ("", "localhost:8765", "127.0.0.1", "localhost"), ("", "localhost:8765", "192.0.2.7", None),
        ("", "crm.example.com", "127.0.0.1", None), ("http://crm.example.com", "crm.example.com", "127.0.0.1", None),
        ("https://192.0.2.1", "192.0.2.1", "192.0.2.7", None),
        (ADDRESS, "evil.example", "192.0.2.7", "crm.example.com"),
    ],
)  # fmt: skip
def test_the_site_of_a_key_is_the_setting_and_never_the_host_that_a_request_names(
    site: Store, catalog: Catalog, address: str, host: str, from_where: str, known: str | None
) -> None:
    made = an_app(site, catalog, address=address)
    made.config["WTF_CSRF_ENABLED"] = False  # its cookie would stay with localhost
    client, headers = made.test_client(), {"Host": host, "Accept": "application/json"}
    client.environ_base["REMOTE_ADDR"] = from_where
    answer = client.post("/login/passkey/ask", json={}, headers=headers)
    assert ("hk-passkey" in client.get("/login", headers={"Host": host}).text) is (known is not None)
    assert (answer.status_code, (answer.json or {}).get("rpId")) == ((200, known) if known else (409, None))


# -- administrators ------------------------------------------------------------------------------------------------
def test_names_of_factors_are_text(admin: FlaskClient, token: Token) -> None:
    enrol(admin, token)
    id = re.search(r'href="/me/security/([0-9a-f-]+)"', admin.get("/me/security").text)[1]  # type: ignore[index]
    send(admin, token, f"/me/security/{id}", "/me/security", name="<b>x</b>")
    page = admin.get("/me/security").text
    assert "<b>x</b></b>" not in page and html.escape("<b>x</b>") in page
    assert send(admin, token, f"/me/security/{id}", "/me/security", name=" ").status_code == 422


def test_attempts_say_how_somebody_came(admin: FlaskClient, app: Flask, token: Token, site: Store) -> None:
    secret, _ = enrol(admin, token)
    client, _ = log_in(app, token)
    send(client, token, "/login/second", "/login", by="totp", code=code(secret))
    with site.read() as conn:
        found = conn.execute(sa.select(login.c.means, login.c.ok).order_by(login.c.id)).all()
        assert factors.factors_of(conn, conn.scalar(sa.select(factor.c.user_id)))[0].used
    assert found == [("password", True), ("first", True), ("totp", True)]
    assert "First step" in client.get("/me/logins").text and "Authenticator app" in client.get("/me/logins").text
