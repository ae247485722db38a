"""Sending a mail from a record: kept with what it is about, in one transaction, and following its letter."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid
from hanok.engine.fields import Linked
from hanok.engine.jobs import Surroundings, mail
from hanok.engine.jobs.mail.about import addresses, takes_mail
from hanok.engine.jobs.mail.writing import Written, send, usable
from hanok.engine.records.timelines import happened, origins
from hanok.engine.store import Store, new_id
from tests.builders import a_record, a_user, an_actor, an_administrator

LEE = {"last_name": "이", "first_name": "서준", "email": "lee@example.com"}
TO = [("이서준", "lee@example.com")]
Working = Callable[..., None]


def sent(store: Store, crm: Catalog, actor: Actor, about: records.Record | None, **said: Any) -> records.Record:
    written = Written(**({"to": TO, "subject": "견적서를 보내 드립니다", "html": "<p>안녕하세요.</p>"} | said))
    with store.write() as conn:
        return send(conn, crm, actor, written, about=about)


def again(store: Store, crm: Catalog, one: records.Record) -> records.Record:
    with store.read() as conn:
        return records.get(conn, crm, SYSTEM, one.module, one.id)


def test_a_mail_is_kept_with_what_it_is_about_and_follows_its_letter(
    store: Store, crm: Catalog, surroundings: Surroundings, work: Working
) -> None:
    rep = a_user(store, crm, "rep", "sales_rep")
    account = a_record(store, crm, "account", name="한빛전자")
    lee = a_record(store, crm, "contact", **LEE, account=str(account.id))
    made = sent(store, crm, rep, lee)
    assert made["contact"] == Linked("contact", lee.id, "이서준")
    assert made["account"].id == account.id
    assert made["owner"].id == rep.id and made["status"] == "waiting"
    work(mail.KINDS, subscribers=mail.SUBSCRIBERS)
    (letter,) = (surroundings.folder / "mail").glob("*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=default)
    assert (message["To"], message["Subject"]) == ("이서준 <lee@example.com>", "견적서를 보내 드립니다")
    now = again(store, crm, made)
    assert (now["status"], now["message_id"]) == ("sent", message["Message-ID"])
    with store.read() as conn:
        found = happened(conn, crm, rep, lee, origins(crm, rep, crm.module("contact")), changes=False)
    assert [one.record.id for one in found.happenings if one.record] == [made.id]


def test_nobody_sends_who_may_write_no_mails(store: Store, crm: Catalog) -> None:
    lead = a_record(store, crm, "lead", **LEE)
    with pytest.raises(Denied):
        sent(store, crm, an_actor(new_id(), "viewer"), lead)
    with store.read() as conn:
        assert not records.page(conn, crm, SYSTEM, records.Query(module="email")).rows
        assert not mail.mails(conn)


def test_a_mail_that_cannot_be_sent_is_not_kept(store: Store, crm: Catalog) -> None:
    lead = a_record(store, crm, "lead", **LEE)
    with pytest.raises(Invalid) as wrong:
        sent(store, crm, an_administrator(), lead, to=[("", "nobody")])
    assert [str(one) for one in wrong.value.errors["to"]] == ["“nobody” is not an e-mail address."]
    with store.read() as conn:
        assert not records.page(conn, crm, SYSTEM, records.Query(module="email")).rows


def test_accounts_of_a_team_are_for_its_people(store: Store, crm: Catalog) -> None:
    team = a_record(store, crm, "team", name="영업 1팀", key="sales_1")
    said = {"from_address": "crm@example.org", "host": "127.0.0.1", "security": "none"}
    hers = a_record(store, crm, "outbound_account", name="Team", team=str(team.id), **said)
    ours = a_record(store, crm, "outbound_account", name="All", **said)
    rep = a_user(store, crm, "rep", "sales_rep")
    with store.read() as conn:
        assert [one.id for one in usable(conn, crm, rep)] == [ours.id]
        member = Actor(rep.id, "rep", "rep", roles=rep.roles, teams=(team.id,))
        assert {one.id for one in usable(conn, crm, member)} == {hers.id, ours.id}
    with pytest.raises(Invalid, match="may not send through"):
        sent(store, crm, rep, None, account=hers.id)


def test_it_goes_to_the_addresses_of_the_record_and_of_those_that_it_links_to(store: Store, crm: Catalog) -> None:
    account = a_record(store, crm, "account", name="한빛전자", email="info@hanbit.kr")
    lee = a_record(store, crm, "contact", **LEE, account=str(account.id))
    case = a_record(store, crm, "case", name="안 켜집니다", contact=str(lee.id), account=str(account.id))
    with store.read() as conn:
        found = addresses(conn, crm, an_administrator(), case)
    assert set(found) == {("이서준", "lee@example.com"), ("한빛전자", "info@hanbit.kr")}
    assert takes_mail(crm, crm.module("case")) and not takes_mail(crm, crm.module("user"))


def test_an_answer_belongs_to_the_conversation(store: Store, crm: Catalog) -> None:
    lead = a_record(store, crm, "lead", **LEE)
    first = a_record(store, crm, "email", name="문의", direction="in", status="received", lead=str(lead.id),
                     message_id="<one@example.com>", thread="<zero@example.com>")  # fmt: skip
    made = sent(store, crm, an_administrator(), first)
    assert (made["thread"], made["lead"].id) == ("<zero@example.com>", lead.id)
    with store.read() as conn:
        letter = mail.mails(conn)[0].content()
    assert letter is not None and dict(letter.headers) == {
        "In-Reply-To": "<one@example.com>", "References": "<zero@example.com> <one@example.com>"
    }


def test_a_letter_that_nobody_took_says_so_in_its_record(store: Store, crm: Catalog, work: Working) -> None:
    made = sent(store, crm, an_administrator(), a_record(store, crm, "lead", **LEE))
    with store.write() as conn:
        mail.cancel(conn, mail.mails(conn)[0].id)
    work([kind for kind in mail.KINDS if kind.key == "mail.follow"], subscribers=mail.SUBSCRIBERS[-1:])
    assert again(store, crm, made)["status"] == "cancelled"
