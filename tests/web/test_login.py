"""Who is not logged in sees the login page and nothing else, and comes back to where she wanted to go."""

from flask.testing import FlaskClient

from tests.web.conftest import PASSWORD, Token


def log_in(client: FlaskClient, token: Token, **form: str):  # type: ignore[no-untyped-def]
    return client.post("/login", data={"username": "admin", "password": PASSWORD, "csrf_token": token(client), **form})


def test_a_stranger_is_led_to_the_login_page_and_back(stranger: FlaskClient, token: Token) -> None:
    asked = stranger.get("/company?sort=name")
    assert asked.status_code == 302
    assert asked.location == "/login?next=%2Fcompany%3Fsort%3Dname"
    assert log_in(stranger, token, next="/company?sort=name").location == "/company?sort=name"
    assert stranger.get("/company?sort=name").status_code == 200


def test_addresses_that_do_not_exist_look_the_same_to_a_stranger(stranger: FlaskClient) -> None:
    assert stranger.get("/company/nothing/here").status_code == stranger.get("/company").status_code == 302


def test_a_stranger_who_asks_for_json_is_refused_without_a_page(stranger: FlaskClient) -> None:
    assert stranger.get("/company", headers={"Accept": "application/json"}).status_code == 401


def test_nobody_learns_whether_the_name_or_the_password_was_wrong(stranger: FlaskClient, token: Token) -> None:
    wrong = log_in(stranger, token, password="wrong")
    unknown = log_in(stranger, token, username="nobody")
    assert wrong.status_code == unknown.status_code == 403
    assert 'value="admin"' in wrong.text
    assert 'value="nobody"' in unknown.text
    assert PASSWORD not in unknown.text
    assert wrong.text.count('role="alert"') == 1
    assert _problem(wrong.text) == _problem(unknown.text)


def _problem(page: str) -> str:
    return page.split('id="problem"')[1].split("</div>")[0]


def test_after_login_only_pages_of_this_site_are_opened(stranger: FlaskClient, token: Token) -> None:
    for elsewhere in ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/logout"):
        assert log_in(stranger, token, next=elsewhere).location == "/", elsewhere


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: FlaskClient, token: Token) -> None:
    cookies = [one for one in log_in(stranger, token).headers.getlist("Set-Cookie") if one.startswith("hanok_session")]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_who_logs_out_is_a_stranger_again_even_with_the_old_cookie(admin: FlaskClient, token: Token) -> None:
    cookie = admin.get_cookie("hanok_session")
    assert cookie
    assert admin.post("/logout", data={"csrf_token": token(admin, "/company")}).location == "/login"
    admin.set_cookie("hanok_session", cookie.value)
    assert admin.get("/company").status_code == 302


def test_who_is_logged_in_has_no_use_for_the_login_page(admin: FlaskClient) -> None:
    assert admin.get("/login?next=/person").location == "/person"


def test_the_server_says_that_it_is_well_to_anybody(stranger: FlaskClient) -> None:
    assert stranger.get("/health").json == {"status": "ok"}


def test_the_language_follows_the_browser_until_somebody_chooses(stranger: FlaskClient, token: Token) -> None:
    assert 'lang="ko"' in stranger.get("/login", headers={"Accept-Language": "fr, ko;q=0.5"}).text
    assert 'lang="en"' in stranger.get("/login", headers={"Accept-Language": "en-GB"}).text
    chosen = stranger.post("/language", data={"language": "ko", "next": "/login", "csrf_token": token(stranger)})
    assert chosen.status_code == 303
    assert "로그인" in stranger.get("/login", headers={"Accept-Language": "en-GB"}).text


def test_a_choice_of_language_outlives_the_login(stranger: FlaskClient, token: Token) -> None:
    stranger.post("/language", data={"language": "en", "csrf_token": token(stranger)})
    log_in(stranger, token)
    assert stranger.get("/").text.count("관리자 en") == 2


def test_a_language_that_the_site_does_not_speak_is_not_taken(stranger: FlaskClient, token: Token) -> None:
    answer = stranger.post("/language", data={"language": "xx", "csrf_token": token(stranger)})
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("hanok_language")]


def test_the_menus_lead_to_the_modules(admin: FlaskClient) -> None:
    admin.set_cookie("hanok_language", "ko")
    page = admin.get("/company").text
    assert 'aria-current="true">영업' in page
    assert '<a class="dropdown-item active" href="/company" aria-current="true">' in page
    assert '<a class="dropdown-item" href="/person">' in page
    assert 'href="/person/_quick"' in page
