"""The step that sends a mail: to whom, what it says, one letter under its key; and workflows that mail begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.automation import Cause, begin, running
from hanok.engine.automation.triggers import mails as triggered
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import say
from hanok.engine.fields import Linked
from hanok.engine.jobs import Surroundings, Worker, kinds_of, mail
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail.inbound.accounts import Place, place_of
from hanok.engine.jobs.mail.inbound.fetching import take
from hanok.engine.jobs.mail.inbound.keeping import keep
from hanok.engine.jobs.mail.inbound.parsing import parse
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import Work
from hanok.engine.language import Layer, read_folder
from hanok.engine.store import Store
from hanok.engine.store.blobs import open_blobs
from tests.builders import CORE, TYPES, a_record, a_user
from tests.mail.conftest import SHIPPED
from tests.mail.test_keeping import INBOX, letter

WELCOME = """
label: {en: Welcome, ko: 환영}
module: lead
trigger: manual
do:
  - email: {template: welcome, to: [$record.email, owner], cc: boss@example.com}
"""
TEXT = """
label: {en: Text, ko: 글}
module: account
trigger: manual
do:
  - email: {to: contacts, where: {email_opt_out: {ne: true}}, subject: {ko: "{{ name }} 소식"},
            text: {ko: "{{ josa(record.name, '을/를') }} 찾아 주셔서 감사합니다.\\n\\n다음 줄"}}
"""
ANSWER = """
label: {en: Answer, ko: 응답}
module: email
trigger: {inbound_email: {account: support}}
do:
  - email: {to: $record.sender, subject: {ko: "Re: {{ name }}"}, text: {ko: 접수했습니다.}}
"""
SPAM = """
label: {en: Spam, ko: 스팸}
module: email
trigger: {event: created, inside: true}
when: {name: casino}
do: [{stop: {message: {en: No spam, ko: 스팸입니다}}}]
"""
SITE = {"workflows/welcome.yaml": WELCOME, "workflows/text.yaml": TEXT, "workflows/answer.yaml": ANSWER,
        "workflows/spam.yaml": SPAM, "workflows/case_from_mail.yaml": "active: true"}  # fmt: skip


@pytest.fixture(scope="module")
def flowing() -> Catalog:
    layers = [CORE, read_folder(SHIPPED, name="shipped", root="metadata"), Layer("site", SITE, root="site")]
    return compile_catalog(layers, TYPES)


@pytest.fixture
def around(store: Store, flowing: Catalog, tmp_path: Path) -> Surroundings:
    return Surroundings(Live(store, TYPES, flowing), tmp_path, MappingProxyType({}), open_blobs(str(tmp_path / "f")))


def work(around: Surroundings) -> None:
    kinds = [*running.KINDS, *triggered.KINDS]
    Worker(around, kinds_of(kinds), subscribers=triggered.SUBSCRIBERS).run_until_idle()


def began(store: Store, catalog: Catalog, key: str, one: records.Record) -> None:
    with store.write() as conn:
        begin(conn, catalog, catalog.workflows[key], Linked(one.module, one.id, one.title), Cause("manual"))


def sent(store: Store) -> list[mail.Mail]:
    with store.read() as conn:
        return mail.mails(conn)


def content(one: mail.Mail) -> Mapping[str, Any]:
    assert one.letter is not None
    return one.letter


def test_a_template_goes_to_the_record_and_its_owner_and_is_kept(
    store: Store, flowing: Catalog, around: Surroundings
) -> None:
    rep = a_user(store, flowing, "rep", "sales_rep")
    lead = a_record(store, flowing, "lead", last_name="김", first_name="하늘", email="kim@example.com",
                    owner=str(rep.id))  # fmt: skip
    a_record(store, flowing, "email_template", name="환영", key="welcome", about="lead", subject="{{ title }} 님",
             body="<p>{{ josa(title, '은/는') }} 소중합니다.</p>")  # fmt: skip
    began(store, flowing, "welcome", lead)
    work(around)
    (one,) = sent(store)
    assert one.recipients == "kim@example.com, rep@example.com, boss@example.com"
    assert (one.subject, content(one)["html"]) == ("김하늘 님", "<p>김하늘은 소중합니다.</p>")
    assert content(one)["headers"]["Auto-Submitted"] == "auto-generated"
    with store.read() as conn:
        assert one.record is not None
        kept = records.get(conn, flowing, SYSTEM, "email", one.record)
    assert (kept["lead"].id, kept["owner"].id, kept["message_id"]) == (lead.id, rep.id, one.message_id)


def test_a_text_goes_to_those_at_an_end_that_a_condition_chooses(
    store: Store, flowing: Catalog, around: Surroundings
) -> None:
    account = a_record(store, flowing, "account", name="한빛전자")
    for name, out in (("이", False), ("박", True)):
        a_record(store, flowing, "contact", last_name=name, email=f"{len(name)}{out}@example.com",
                 account=str(account.id), email_opt_out=out)  # fmt: skip
    began(store, flowing, "text", account)
    work(around)
    (one,) = sent(store)
    assert (one.recipients, one.subject) == ("1False@example.com", "한빛전자 소식")
    assert content(one)["html"] == "<p>한빛전자를 찾아 주셔서 감사합니다.</p><p>다음 줄</p>"


def test_nobody_with_an_address_gets_nothing(store: Store, flowing: Catalog, around: Surroundings) -> None:
    began(store, flowing, "text", a_record(store, flowing, "account", name="한빛전자"))
    work(around)
    assert not sent(store)


def test_a_mail_becomes_a_case_and_is_answered_within_its_conversation(
    store: Store, flowing: Catalog, around: Surroundings
) -> None:
    lee = a_record(store, flowing, "contact", last_name="이", email="lee@example.com")
    raw = letter("euc-kr")
    with store.write() as conn:
        came = keep(conn, flowing, INBOX, parse(raw), raw).record
    work(around)
    assert came is not None
    with store.read() as conn:
        (case,) = records.page(conn, flowing, SYSTEM, records.Query(module="case")).rows
        mine = records.get(conn, flowing, SYSTEM, "email", came.id)
    assert (case["name"], case["channel"], case["contact"].id) == ("견적 문의드립니다", "email", lee.id)
    assert mine["case"].id == case.id
    (one,) = sent(store)
    assert content(one)["headers"]["In-Reply-To"] == "<euc-1@example.com>"


def test_machines_and_other_accounts_begin_nothing(store: Store, flowing: Catalog, around: Surroundings) -> None:
    for inbox, name in ((INBOX, "automatic"), (replace(INBOX, key="sales", name="Sales"), "plain")):
        raw = letter(name)
        with store.write() as conn:
            keep(conn, flowing, inbox, parse(raw), raw)
    work(around)
    assert not sent(store)


def test_a_mail_that_a_workflow_refuses_holds_up_no_others(around: Surroundings) -> None:
    came: list[str] = []

    def takes(work: Work) -> None:
        for number, subject in enumerate(("casino", "hello"), 1):
            raw = f"From: a@example.com\r\nMessage-ID: <{number}@example.com>\r\nSubject: {subject}\r\n\r\nx".encode()
            came.append(take(work, INBOX, (raw, None), Place(1, number)))

    with around.store.write() as conn:
        enqueue(conn, "take")
    Worker(around, kinds_of([Kind("take", say("Take"), takes)])).run_until_idle()
    with around.store.read() as conn:
        place = place_of(conn, INBOX)
        kept = records.page(conn, around.live.catalog, SYSTEM, records.Query(module="email")).rows
    assert came == ["refused", "kept"] and place is not None and place.uid == 2
    assert [one["name"] for one in kept] == ["hello"]
