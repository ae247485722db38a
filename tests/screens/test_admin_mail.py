"""The administrator's screens of mail, and the test of an outbound account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.parser import BytesParser
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import say
from hanok.engine.jobs import mail as post
from hanok.engine.jobs.mail import Letter
from hanok.engine.jobs.mail.accounts import pause, pause_of
from hanok.engine.records import create
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import mail
from hanok.engine.store.moments import now
from tests.builders import TYPES
from tests.jobs.post_office import Office, open_office
from tests.screens.conftest import Browser, Enter, link, titles
from tests.screens.test_markup import HARM, look
from tests.screens.working import an_app

Posting = Callable[..., UUID]


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog)


@pytest.fixture
def posted(site: Store) -> Posting:
    """Posts a letter; `state` and further columns of its row may be said."""

    def made(subject: str = "Offer", *, to: tuple[str, ...] = ("kim@example.com",), **said: Any) -> UUID:
        columns = {key: said.pop(key) for key in [*said] if key in mail.c and key not in ("private", "account")}
        with site.write() as conn:
            people = [("", address) for address in to]
            id = post.post(conn, Letter(**{"to": people, "subject": subject, "text": "Dear Kim,\nhello.", **said}))
            if columns:
                conn.execute(mail.update().where(mail.c.id == id).values(columns))
        return id

    return made


@pytest.fixture
def account(site: Store, catalog: Catalog) -> Callable[..., UUID]:
    """Makes an outbound account."""

    def made(port: int = 9, **raw: Any) -> UUID:
        said = {"name": "Main", "from_address": "crm@example.org", "host": "127.0.0.1", "port": port,
                "security": "none", "primary": True, **raw}  # fmt: skip
        work = Live(site, TYPES, catalog).write
        return work(lambda conn, live: create(conn, live, SYSTEM, "outbound_account", said).id)

    return made


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as opened:
        yield opened


def row_of(site: Store, id: UUID) -> post.Mail:
    with site.read() as conn:
        return post.mail_of(conn, id)


# -- rights --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/admin/mail", "/admin/mail/{mail}", "/admin/mail/{mail}/letter", "/admin/accounts/{account}/test"]
)
def test_only_administrators_see_mail(
    enter: Enter, app: Flask, posted: Posting, account: Callable[..., UUID], path: str
) -> None:
    here = path.format(mail=posted(), account=account())
    assert enter("admin").get(here, buffered=True).status_code == 200
    assert enter("rep").get(here).status_code == 403
    assert app.test_client().get(here).location.startswith("/login?next=")


@pytest.mark.parametrize(
    "path", ["/admin/mail/{mail}/cancel", "/admin/mail/{mail}/retry", "/admin/accounts/{account}/test"]
)
def test_only_administrators_act_on_mail(
    enter: Enter, app: Flask, posted: Posting, account: Callable[..., UUID], site: Store, path: str
) -> None:
    id = posted(state="failed")
    here = path.format(mail=id, account=account())
    assert enter("rep").send(here).status_code == 403
    assert app.test_client().post(here).status_code == 400
    assert enter("admin").client.post(here).status_code == 400  # no token
    assert row_of(site, id).state == "failed"


# -- the list ------------------------------------------------------------------------------------------------------
def test_letters_are_listed_the_latest_first_by_state_and_words(admin: Browser, posted: Posting) -> None:
    posted("First")
    posted("Second", to=("lee@example.com", "park@example.com"), state="bounced")
    assert titles(admin.page("/admin/mail")) == ["Second", "First"]
    assert titles(admin.page("/admin/mail?state=bounced")) == ["Second"]
    assert titles(admin.page("/admin/mail?q=PARK@")) == ["Second"]
    assert titles(admin.page("/admin/mail?q=fir")) == ["First"]
    assert "No mail matches" in admin.page("/admin/mail?q=%25")
    assert titles(admin.page("/admin/mail?state=nonsense")) == ["Second", "First"]


def test_pages_of_many_letters_show_each_once(admin: Browser, posted: Posting) -> None:
    for at in range(60):
        posted(f"Letter {at}")
    first = admin.page("/admin/mail")
    second = admin.page(link(first, "next"))
    assert titles(first) + titles(second) == [f"Letter {at}" for at in reversed(range(60))]


def test_where_no_account_sends_the_list_says_so(admin: Browser, account: Callable[..., UUID]) -> None:
    assert "no letter leaves the house" in admin.page("/admin/mail")
    account()
    assert "no letter leaves the house" not in admin.page("/admin/mail")


def test_an_account_that_rests_is_named_with_its_fault(
    admin: Browser, site: Store, catalog: Catalog, account: Callable[..., UUID]
) -> None:
    account()
    with site.write() as conn:
        (found,) = post.accounts(conn, catalog)
        pause(conn, found, error=say("The work failed unexpectedly; the log of the server has the details."))
    page = admin.page("/admin/mail")
    assert "“Main” rests until" in page
    assert "The work failed unexpectedly" in page


# -- one letter ----------------------------------------------------------------------------------------------------
def test_a_letter_is_told_with_what_servers_said_of_each_address(admin: Browser, posted: Posting, site: Store) -> None:
    with site.read() as conn:
        at = now(conn).isoformat()
    refused = {"lee@example.com": {"code": 550, "text": "No such user", "at": at},
               "park@example.com": {"code": 554, "text": "Came back late", "at": at, "bounced": True}}  # fmt: skip
    id = posted(to=("kim@example.com", *refused), state="bounced", refused=refused, reached=["kim@example.com"],
                html="<p>Dear <b>Kim</b></p><script>alert(1)</script>")  # fmt: skip
    page = admin.page(f"/admin/mail/{id}")
    for shown in ("Taken", "Refused", "550 No such user", "Came back", "554 Came back late", "Dear Kim,\nhello."):
        assert shown in page
    assert "<b>Kim</b>" not in page
    assert "&lt;b&gt;Kim&lt;/b&gt;" in page


def test_a_letter_is_fetched_as_a_file_that_no_browser_draws(admin: Browser, posted: Posting) -> None:
    id = posted("견적서/..\\x", html="<p>Hello</p>", bcc=[("", "boss@example.com")])
    answer = admin.get(f"/admin/mail/{id}/letter", buffered=True)
    assert answer.mimetype == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    found = BytesParser(policy=default).parsebytes(answer.data)
    assert found["Subject"] == "견적서/..\\x"
    assert "boss@example.com" not in answer.text


def test_what_a_private_letter_says_is_nowhere(admin: Browser, posted: Posting) -> None:
    id = posted("Your password", text="https://crm.example.com/secret-link", html="<p>secret-link</p>", private=True)
    page = admin.page(f"/admin/mail/{id}")
    assert "What a private letter says is not shown." in page
    assert "secret-link" not in page
    assert admin.get(f"/admin/mail/{id}/letter").status_code == 404
    assert "No mail matches" in admin.page("/admin/mail?q=secret-link")


def test_a_letter_that_is_not_there_is_not_found(admin: Browser) -> None:
    for path in ("", "/letter"):
        assert admin.get(f"/admin/mail/{new_id()}{path}").status_code == 404
    for act in ("cancel", "retry"):
        assert admin.send(f"/admin/mail/{new_id()}/{act}").status_code == 404


def test_a_letter_that_waits_is_cancelled_and_sent_after_all(admin: Browser, posted: Posting, site: Store) -> None:
    id = posted()
    assert admin.send(f"/admin/mail/{id}/cancel", next="/admin/mail").location == "/admin/mail"
    assert row_of(site, id).state == "cancelled"
    assert "Send it after all" in admin.page("/admin/mail")
    admin.send(f"/admin/mail/{id}/retry")
    assert row_of(site, id).state == "waiting"


def test_what_cannot_be_done_about_a_letter_is_refused(admin: Browser, posted: Posting, site: Store) -> None:
    id = posted(state="sent", reached=["kim@example.com"])
    for act in ("cancel", "retry"):
        assert admin.send(f"/admin/mail/{id}/{act}").status_code == 303
        assert 'data-kind="failed"' in admin.page("/admin/mail")
    assert row_of(site, id).state == "sent"


def test_no_text_of_a_letter_becomes_markup(admin: Browser, posted: Posting) -> None:
    for harm in HARM:
        refused = {"kim@example.com": {"code": 550, "text": harm, "at": "", "bounced": False}}
        said = {"text": "{why}", "facts": {"why": harm}}
        id = posted(harm, text=harm, html=harm, state="failed", refused=refused, error=said, via=harm,
                    cc=[(harm, "lee@example.com")])  # fmt: skip
        look(admin.get(f"/admin/mail/{id}"))
    look(admin.get("/admin/mail"))
    look(admin.get("/admin/mail", query_string={"q": HARM[1], "state": HARM[0]}))


# -- trying an account ---------------------------------------------------------------------------------------------
def test_the_page_of_an_account_offers_the_test_to_administrators(admin: Browser, account: Callable[..., UUID]) -> None:
    id = account()
    assert f'href="/admin/accounts/{id}/test?"' in admin.page(f"/outbound_account/{id}")
    assert 'value="admin@example.com"' in admin.page(f"/admin/accounts/{id}/test")
    assert admin.part(f"/admin/accounts/{id}/test").lstrip().startswith("<dialog")


def test_a_test_sends_a_letter_and_ends_the_pause(
    admin: Browser, site: Store, catalog: Catalog, account: Callable[..., UUID], office: Office
) -> None:
    id = account(office.port)
    with site.write() as conn:
        (found,) = post.accounts(conn, catalog)
        pause(conn, found, error=say("Failed"))
    answer = admin.send(f"/admin/accounts/{id}/test", to="kim@example.com")
    assert answer.status_code == 200
    assert "It works." in answer.text
    (taken,) = office.taken
    assert taken.recipients == ["kim@example.com"]
    with site.read() as conn:
        assert pause_of(conn, found) is None


@pytest.mark.parametrize(
    ("to", "said"), [("no address", "is not an e-mail address"), ("gone@example.com", "550 No such user")]
)
def test_a_test_that_fails_says_what_was_wrong_and_keeps_what_was_typed(
    admin: Browser, account: Callable[..., UUID], office: Office, to: str, said: str
) -> None:
    office.answers["gone@example.com"] = "550 No such user"
    answer = admin.send(f"/admin/accounts/{account(office.port)}/test", to=to)
    assert answer.status_code == 422
    assert "It does not work." in answer.text
    assert said in answer.text
    assert f'value="{to}"' in answer.text


def test_a_server_that_is_not_there_is_said(admin: Browser, account: Callable[..., UUID], office: Office) -> None:
    with open_office() as gone:
        port = gone.port
    answer = admin.send(f"/admin/accounts/{account(port)}/test", to="")
    assert answer.status_code == 422
    assert "127.0.0.1" in answer.text


def test_an_account_that_is_not_there_is_not_found(admin: Browser) -> None:
    assert admin.get(f"/admin/accounts/{new_id()}/test").status_code == 404
    assert admin.send(f"/admin/accounts/{new_id()}/test").status_code == 404
