"""A forgotten password: asked for on a page, mailed as a link, set by it; and what attackers try on the way."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hanok.engine import accounts
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Refused
from hanok.engine.jobs import Surroundings, Worker, kinds_of, mail
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as mails
from hanok.engine.store.tables import reset
from hanok.web import account_letters
from hanok.web.doors import door
from hanok.web.frame import install
from tests.builders import TYPES, Statements, an_administrator
from tests.jobs.mailing import an_account
from tests.jobs.post_office import open_office
from tests.web.conftest import PASSWORD, Token, Trial

SITE = "https://crm.example.com"
NEW = "gray heron by the lake"
SETTINGS = {"secret_key": "for tests only", "address": SITE + "/"}
MINE = {"username": "admin", "email": "admin@example.com"}


@pytest.fixture
def live(site: Store, catalog: Catalog) -> Live:
    return Live(site, TYPES, catalog)


@pytest.fixture
def app(live: Live, trial: Trial) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, live, SETTINGS)
    made.add_url_rule("/", "start", door("home")(lambda: "in"))
    return made


@pytest.fixture
def surroundings(live: Live, tmp_path: Path) -> Surroundings:
    return Surroundings(live, tmp_path, {"address": SITE})


Deliver = Callable[[], list[EmailMessage]]


@pytest.fixture
def deliver(surroundings: Surroundings) -> Deliver:
    """Runs all jobs; the letters that are new in the folder."""
    kinds, seen = kinds_of(mail.KINDS, account_letters.KINDS), set[Path]()

    def run() -> list[EmailMessage]:
        Worker(surroundings, kinds, subscribers=mail.SUBSCRIBERS).run_until_idle()
        files = sorted(set((surroundings.folder / "mail").glob("*.eml")) - seen)
        seen.update(files)
        return [_read(file.read_bytes()) for file in files]

    return run


def _read(raw: bytes) -> EmailMessage:
    found = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(found, EmailMessage)
    return found


def body(letter: EmailMessage, kind: str = "plain") -> str:
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def token_in(letter: EmailMessage) -> str:
    found = re.search(re.escape(SITE) + r"/reset#([\w-]{43})$", body(letter), re.MULTILINE)
    assert found, body(letter)
    return found[1]


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(stranger: FlaskClient, token: Token) -> Ask:
    def asked(**form: str) -> TestResponse:
        return stranger.post("/forgot", data={**MINE, "csrf_token": token(stranger, "/forgot"), **form})

    return asked


@pytest.fixture
def link(ask: Ask, deliver: Deliver) -> str:
    """The token of a link that was mailed to the administrator."""
    ask()
    (letter,) = deliver()
    return token_in(letter)


def follow(client: FlaskClient, token: Token, link: str) -> TestResponse:
    return client.post("/reset", data={"link": link, "csrf_token": token(client, "/reset")})


def choose(client: FlaskClient, token: Token, password: str = NEW, again: str | None = None) -> TestResponse:
    form = {"password": password, "again": password if again is None else again}
    return client.post("/reset/new", data={**form, "csrf_token": token(client, "/login")})


def enter(client: FlaskClient, token: Token, password: str) -> int:
    form = {"username": "admin", "password": password, "csrf_token": token(client)}
    return client.post("/login", data=form).status_code


def test_a_forgotten_password_is_set_by_a_mailed_link(
    stranger: FlaskClient, token: Token, ask: Ask, deliver: Deliver, admin: FlaskClient
) -> None:
    assert 'href="/forgot"' in stranger.get("/login").text
    answer = ask(username=" ADMIN ", email="Admin@Example.com")
    assert (answer.status_code, answer.location) == (303, "/forgot/sent")
    assert stranger.get("/forgot/sent").status_code == 200
    (letter,) = deliver()
    assert [one.addr_spec for one in letter["To"].addresses] == ["admin@example.com"]
    assert follow(stranger, token, token_in(letter)).location == "/reset/new"
    assert "관리자 · admin" in stranger.get("/reset/new").text
    assert choose(stranger, token).location == "/reset/done"
    assert stranger.get("/reset/done").status_code == 200
    assert admin.get("/").status_code == 302
    assert enter(stranger, token, PASSWORD) == 403
    assert enter(stranger, token, NEW) == 303
    (word,) = deliver()
    assert "password" in word["Subject"] or "비밀번호" in word["Subject"]
    assert f"{SITE}/forgot" in body(word)


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [("ko", "한옥: 새 비밀번호 설정", "요청이 있었습니다"), ("en", "Hanok: set a new password", "Somebody asked for")],
)
def test_the_letter_speaks_the_language_of_its_reader(
    site: Store, catalog: Catalog, ask: Ask, deliver: Deliver, language: str, subject: str, sentence: str
) -> None:
    with site.write() as conn:
        id = accounts.find_user(conn, catalog, "admin")
        accounts.change_own(conn, catalog, an_administrator(id=id), {"language": language, "time_zone": "Asia/Seoul"})
    ask()
    (letter,) = deliver()
    assert letter["Subject"] == subject
    assert sentence in body(letter) and "(Asia/Seoul)" in body(letter)
    html = body(letter, "html")
    assert f'<html lang="{language}">' in html
    assert f'href="{SITE}/reset#{token_in(letter)}"' in html
    assert letter["Auto-Submitted"] == "auto-generated"


def test_it_leaves_through_a_real_server(ask: Ask, surroundings: Surroundings, deliver: Deliver) -> None:
    with open_office() as office:
        an_account(surroundings, office.port)
        ask()
        assert deliver() == []
        (taken,) = office.taken
    assert taken.recipients == ["admin@example.com"]
    assert token_in(taken.message)


def test_nothing_of_a_token_stays_but_its_hash(link: str, site: Store) -> None:
    with site.read() as conn:
        (row,) = conn.execute(sa.select(mails)).mappings()
        assert row["private"] and row["letter"] is None and row["state"] == "sent"
        assert link not in str([tuple(one) for one in conn.execute(sa.select(job))])
        assert conn.scalar(sa.select(reset.c.token)) == accounts.session_key(link)


# -- what attackers try --------------------------------------------------------------------------------------------
STRANGERS = [
    {"username": "nobody"}, {"email": "other@example.com"}, {"username": "nobody", "email": "nobody@example.com"},
    {"username": "\x00"}, {"email": "admin@example.com,evil@example.com"}, {"username": "x" * 5000},
    {"email": "admin@example.com\nBcc: evil@example.com"},
]  # fmt: skip


@pytest.mark.parametrize("form", STRANGERS, ids=range(len(STRANGERS)))
def test_nobody_learns_who_there_is(
    ask: Ask, deliver: Deliver, site: Store, catalog: Catalog, form: dict[str, str]
) -> None:
    ask()
    counted = Statements(site)
    known = ask()
    of_known = list(counted.texts)
    counted.texts.clear()
    other = ask(**form)
    assert other.status_code == known.status_code == 303
    assert other.data == known.data
    assert [line for line in other.headers if line[0] != "X-Request-ID"] == [
        line for line in known.headers if line[0] != "X-Request-ID"
    ]
    assert counted.texts == of_known
    people = catalog.module("user").table.name
    assert of_known and not [text for text in of_known if re.search(rf"\b{people}\b", text)]
    assert {str(one["To"]) for one in deliver()} == {"관리자 <admin@example.com>"}


def test_whoever_may_not_log_in_is_sent_nothing(site: Store, catalog: Catalog, ask: Ask, deliver: Deliver) -> None:
    with site.write() as conn:
        raw = {"username": "gone", "email": "gone@example.com", "active": "false"}
        accounts.create_user(conn, catalog, an_administrator(), raw)
        accounts.create_user(conn, catalog, an_administrator(), {"username": "mute"})
    assert ask(username="gone", email="gone@example.com").status_code == 303
    assert ask(username="mute", email="x@example.com").status_code == 303
    assert deliver() == []


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "Origin", "Referer"])
def test_the_link_leads_to_the_site_whatever_the_request_says(
    stranger: FlaskClient, token: Token, deliver: Deliver, header: str
) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    address = "http://evil.example/" if header == "Host" else None
    form = {**MINE, "csrf_token": token(stranger, "/forgot")}
    headers = {} if header == "Host" else {header: value}
    cookie = stranger.get_cookie("hanok_form")
    assert cookie
    if address:
        stranger.set_cookie("hanok_form", cookie.value, domain="evil.example")
    stranger.post("/forgot", data=form, headers=headers, base_url=address)
    (letter,) = deliver()
    assert token_in(letter)
    assert "evil" not in letter.as_string()


def test_a_link_works_once_also_in_two_tabs(app: Flask, token: Token, link: str) -> None:
    first, second = app.test_client(), app.test_client()
    for one in (first, second):
        assert follow(one, token, link).location == "/reset/new"
    assert choose(first, token).location == "/reset/done"
    late = choose(second, token, "another roof of tiles")
    assert late.status_code == 409
    assert 'href="/forgot"' in late.text
    assert follow(second, token, link).status_code == 409
    assert enter(second, token, NEW) == 303


def test_a_newer_link_ends_the_older_one(
    stranger: FlaskClient, token: Token, ask: Ask, deliver: Deliver, link: str
) -> None:
    ask()
    (letter,) = deliver()
    assert follow(stranger, token, link).status_code == 409
    assert follow(stranger, token, token_in(letter)).status_code == 303


def test_a_link_that_is_over_says_so(stranger: FlaskClient, token: Token, site: Store, link: str) -> None:
    follow(stranger, token, link)
    with site.write() as conn:
        conn.execute(sa.update(reset).values(expires=sa.text("'2001-01-01 00:00:00+00:00'")))
    assert choose(stranger, token).status_code == 409
    assert stranger.get("/reset/new").status_code == 409
    assert enter(stranger, token, PASSWORD) == 303


@pytest.mark.parametrize("guess", ["", "x", "#", "A" * 43, "https://crm.example.com/reset", "\x00", "가" * 500])
def test_guesses_open_nothing(stranger: FlaskClient, token: Token, link: str, guess: str) -> None:
    assert follow(stranger, token, guess).status_code == 409
    stranger.set_cookie("hanok_reset", "made-up", path="/reset")
    assert stranger.get("/reset/new").status_code == 409
    assert choose(stranger, token).status_code == 409


def test_a_pasted_link_opens_as_well(stranger: FlaskClient, token: Token, link: str) -> None:
    assert follow(stranger, token, f" {SITE}/reset#{link}\n").location == "/reset/new"


def test_a_wrong_password_leaves_the_link_as_it_is(stranger: FlaskClient, token: Token, link: str) -> None:
    follow(stranger, token, link)
    refused = ("short", "password1", "admin2026")
    for password, again in (*((one, one) for one in refused), (NEW, NEW + "x")):
        answer = choose(stranger, token, password, again)
        assert answer.status_code == 422
        assert answer.text.count('role="alert"') == 1
        assert password not in answer.text.replace('type="password"', "")
    assert choose(stranger, token).status_code == 303


def test_the_cookie_of_the_link_is_out_of_reach(stranger: FlaskClient, token: Token, link: str) -> None:
    (cookie,) = [one for one in follow(stranger, token, link).headers.getlist("Set-Cookie") if "hanok_reset" in one]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/reset", "Max-Age=3600"):
        assert part in cookie
    assert not [one for one in choose(stranger, token).headers.getlist("Set-Cookie") if link in one]


def test_a_page_of_the_link_tells_nobody_of_it(stranger: FlaskClient, token: Token, link: str) -> None:
    for answer in (stranger.get("/reset"), follow(stranger, token, link), stranger.get("/reset/new")):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert link not in answer.text
        assert link not in (answer.location or "")


@pytest.mark.parametrize("path", ["/forgot", "/reset", "/reset/new"])
def test_forms_of_other_sites_are_not_taken(stranger: FlaskClient, deliver: Deliver, path: str) -> None:
    form = {**MINE, "link": "my secret link", "password": "my secret", "again": "my secret"}
    for more in ({}, {"csrf_token": "made up"}):
        answer = stranger.post(path, data={**form, **more})
        assert answer.status_code == 400
        assert "my secret" not in answer.text
    assert deliver() == []


def test_nobody_is_logged_in_by_a_link(stranger: FlaskClient, token: Token, link: str) -> None:
    stranger.set_cookie("hanok_session", "planted")
    follow(stranger, token, link)
    answer = choose(stranger, token)
    assert not [one for one in answer.headers.getlist("Set-Cookie") if "hanok_session" in one]
    assert stranger.get("/").status_code == 302


def test_no_address_of_these_pages_leads_elsewhere(stranger: FlaskClient, token: Token, link: str) -> None:
    more = "?next=//evil.example&url=https://evil.example"
    asked = stranger.post("/forgot" + more, data={**MINE, "csrf_token": token(stranger, "/forgot")})
    taken = stranger.post("/reset" + more, data={"link": link, "csrf_token": token(stranger, "/reset")})
    assert asked.location == "/forgot/sent" and taken.location == "/reset/new"


def test_one_address_asks_so_often_and_one_user_is_sent_so_many(ask: Ask, deliver: Deliver) -> None:
    answers = [ask().status_code for _ in range(22)]
    assert answers == [303] * 20 + [429] * 2
    assert "20" not in ask().text.split('id="problem"')[1].split("</div>")[0]
    assert len(deliver()) == account_letters.MOST_LETTERS


def test_a_wrong_address_uses_nothing_up_that_is_hers(ask: Ask, deliver: Deliver) -> None:
    for _ in range(8):
        ask(email="guess@example.com")
    ask()
    assert len(deliver()) == 1


def test_limits_keep_the_table_small() -> None:
    from hanok.web import forgot

    assert forgot.COUNTERS <= 4096


def test_neither_password_nor_token_is_logged(
    stranger: FlaskClient, token: Token, ask: Ask, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask()
        (letter,) = deliver()
        follow(stranger, token, token_in(letter))
        choose(stranger, token, "my secret", "my other secret")
        choose(stranger, token)
    said = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)
    assert "/reset/new" in said
    assert token_in(letter) not in said
    assert NEW not in said and "my secret" not in said and "my other secret" not in said


# -- settings ------------------------------------------------------------------------------------------------------
def test_without_its_address_a_site_sends_no_links(site: Store, catalog: Catalog, token: Token, tmp_path: Path) -> None:
    made = Flask("trial", static_folder=None)
    live = Live(site, TYPES, catalog)
    install(made, live, {"secret_key": "for tests only"})
    client = made.test_client()
    page = client.get("/forgot").text
    assert 'name="username"' not in page and "address" in page
    assert client.post("/forgot", data={**MINE, "csrf_token": token(client)}).status_code == 409
    with site.write() as conn:
        account_letters.ask_reset(conn, "admin", "admin@example.com")
    kinds = kinds_of(mail.KINDS, account_letters.KINDS)
    Worker(Surroundings(live, tmp_path, {}), kinds, subscribers=mail.SUBSCRIBERS).run_until_idle()
    with site.read() as conn:
        assert not conn.execute(sa.select(mails)).first()
        assert conn.scalars(sa.select(job.c.state)).all() == ["failed"]


@pytest.mark.parametrize(
    "value", ["crm.example.com", "ftp://x.example", "https://", "javascript:x", "https://a@x.example", "https://x y"]
)
def test_an_address_is_an_address(value: str) -> None:
    with pytest.raises(Refused):
        account_letters.address_of({"address": value})


# -- invitations ---------------------------------------------------------------------------------------------------
def test_somebody_new_sets_her_first_password(
    stranger: FlaskClient, token: Token, site: Store, catalog: Catalog, deliver: Deliver
) -> None:
    admin = an_administrator(id=UUID(int=1), title="관리자")
    with site.write() as conn:
        raw = {"username": "sol", "last_name": "Sol", "email": "sol@example.com", "language": "en"}
        id = accounts.create_user(conn, catalog, admin, raw)
        account_letters.invite(conn, catalog, id, admin)
    (letter,) = deliver()
    assert "관리자 invites you" in body(letter) and "user name is sol" in body(letter)
    assert follow(stranger, token, token_in(letter)).location == "/reset/new"
    assert choose(stranger, token).status_code == 303
    form = {"username": "sol", "password": NEW, "csrf_token": token(stranger)}
    assert stranger.post("/login", data=form).status_code == 303


def test_who_cannot_be_invited_is_named(site: Store, catalog: Catalog) -> None:
    with site.write() as conn:
        admin = an_administrator()
        mute = accounts.create_user(conn, catalog, admin, {"username": "mute"})
        gone = accounts.create_user(conn, catalog, admin, {"username": "gone", "active": "false"})
        for id in (mute, gone, UUID(int=9)):
            with pytest.raises(Refused):
                account_letters.invite(conn, catalog, id, admin)
