"""Writing a mail from a record with a template, picking variables, trying a template with a record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_administrator, create_user
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.jobs import mail
from hanok.engine.language import Layer, read_folder
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.builders import CORE, TYPES, a_record, with_tables
from tests.databases import Filled
from tests.screens.conftest import Browser, Enter

BODY = "<p>{{ josa(company, '와/과') }} 함께할 {{ title }} 님께</p>"
SHIPPED = Path(__file__).parents[2] / "metadata"
GREET = """
actions:
  greet:
    label: {en: Greet, ko: 인사}
    do: [{email: {to: email, review: true, subject: {en: "Hi {{ title }}"}, text: {en: Hello}}}]
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    shipped = read_folder(SHIPPED, name="shipped", root="metadata")
    return compile_catalog([CORE, shipped, Layer("site", {"modules/lead.yaml": GREET}, root="site")], TYPES)


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    with_tables(store, catalog)
    with store.write() as conn:
        raw = {"username": "admin", "last_name": "관리자", "email": "admin@example.com"}
        create_administrator(conn, catalog, raw, password=hashed)
        for name, role in (("rep", "sales_rep"), ("looker", "viewer")):
            raw = {"username": name, "last_name": name, "email": f"{name}@example.com"}
            create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=(role,))


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def lead(site: Store, catalog: Catalog) -> Record:
    said = {"last_name": "김", "first_name": "하늘", "company": "한빛전자", "email": "kim@example.com"}
    return a_record(site, catalog, "lead", **said)


@pytest.fixture
def template(site: Store, catalog: Catalog) -> Record:
    return a_record(site, catalog, "email_template", name="첫인사", about="lead", subject="{{ title }} 님께", body=BODY)


def mails(site: Store, catalog: Catalog) -> tuple[Record, ...]:
    with site.read() as conn:
        return records.page(conn, catalog, SYSTEM, Query(module="email")).rows


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_mail_is_written_with_a_template_and_sent_once(
    admin: Browser, site: Store, catalog: Catalog, lead: Record, template: Record
) -> None:
    there = f"/lead/{lead.id}/_mail"
    assert f'href="{there}' in admin.page(f"/lead/{lead.id}")
    form = admin.part(there)
    assert 'value="김하늘 &lt;kim@example.com&gt;"' in form and "첫인사" in form
    filled = admin.send(there, fill="1", template=str(template.id), to="kim@example.com", token=token_of(form)).text
    assert 'value="김하늘 님께"' in filled and "한빛전자와 함께할 김하늘 님께" in filled
    sent = {"to": "김하늘 <kim@example.com>", "name": "김하늘 님께", "body": "<p>안녕하세요.</p>", "files": "",
            "token": token_of(form)}  # fmt: skip
    for _ in range(2):
        assert admin.send(there, **sent).location == f"/lead/{lead.id}"
    (one,) = mails(site, catalog)
    assert (one["name"], one["lead"].id, one["recipients"]) == ("김하늘 님께", lead.id, "김하늘 <kim@example.com>")
    with site.read() as conn:
        assert [each.recipients for each in mail.mails(conn)] == ["kim@example.com"]


def test_what_is_wrong_stands_at_its_box_and_what_was_typed_stays(
    admin: Browser, site: Store, catalog: Catalog, lead: Record
) -> None:
    answer = admin.send(f"/lead/{lead.id}/_mail", to="nobody", cc="x@@y", name="제목", body="<p>글</p>", files="")
    assert answer.status_code == 422
    assert "“nobody” is not an e-mail address." in answer.text and 'value="제목"' in answer.text
    assert "<details class=\"mail-copies\" open>" in answer.text
    assert not mails(site, catalog)


def test_whoever_may_write_no_mails_has_no_button_and_is_sent_away(enter: Enter, lead: Record) -> None:
    looker = enter("looker")
    assert "/_mail" not in looker.page(f"/lead/{lead.id}")
    assert looker.get(f"/lead/{lead.id}/_mail").status_code == 403
    assert enter("rep").get(f"/lead/{lead.id}/_mail").status_code == 404  # somebody else's lead


def test_an_action_whose_mail_is_looked_at_first_opens_the_form(
    admin: Browser, site: Store, catalog: Catalog, lead: Record
) -> None:
    there = f"/lead/{lead.id}/_mail?action=greet"
    assert f'href="{there}"' in admin.page(f"/lead/{lead.id}")
    form = admin.page(there)
    assert 'value="Hi 김하늘"' in form and 'value="김하늘 &lt;kim@example.com&gt;"' in form
    assert "&lt;p&gt;Hello&lt;/p&gt;" in form and not mails(site, catalog)


def test_mails_are_answered_with_what_they_are_about(
    admin: Browser, site: Store, catalog: Catalog, lead: Record
) -> None:
    came = a_record(site, catalog, "email", name="문의", direction="in", sender="kim@example.com", sender_name="김하늘",
                    lead=str(lead.id), message_id="<one@example.com>")  # fmt: skip
    form = admin.page(f"/email/{came.id}/_mail")
    assert 'value="Re: 문의"' in form and 'value="김하늘 &lt;kim@example.com&gt;"' in form
    admin.send(f"/email/{came.id}/_mail", to="kim@example.com", name="Re: 문의", body="<p>답</p>", files="")
    answer = next(one for one in mails(site, catalog) if one["direction"] == "out")
    assert (answer["thread"], answer["lead"].id) == ("<one@example.com>", lead.id)


def test_variables_are_offered_as_their_module_has_them(admin: Browser, enter: Enter) -> None:
    assert 'data-from="/email_template/_variables"' in admin.page("/email_template/new")
    offered = admin.part("/email_template/_variables?about=lead")
    assert 'data-variable="company"' in offered and 'data-variable="owner.email"' in offered
    assert 'data-variable="company"' not in admin.part("/email_template/_variables?about=nothing")
    assert admin.get("/lead/_variables?about=lead").status_code == 404


def test_a_template_is_tried_with_a_record(admin: Browser, lead: Record, template: Record) -> None:
    there = f"/email_template/{template.id}/_letter"
    assert f'href="{there}"' in admin.page(f"/email_template/{template.id}")
    assert "Choose a record" in admin.page(there)
    shown = admin.page(f"{there}?record={lead.id}")
    assert "김하늘 님께</h2>" in shown and "한빛전자와 함께할 김하늘 님께" in shown


def test_a_wrong_variable_is_told_where_it_stands(admin: Browser) -> None:
    said = {"name": "첫인사", "about": "lead", "subject": "{{ nme }}", "body": "<p>안녕</p><p>{{ titel }}</p>"}
    answer = admin.send("/email_template/new", **said)
    assert answer.status_code == 422
    assert "Line 1, “nme”" in answer.text and "Line 2, “titel”" in answer.text
