"""What becomes of a letter that came: kept once, with what it belongs to, its owner told, workflows begun."""

from __future__ import annotations

from dataclasses import replace
from email.header import Header
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.jobs import mail
from hanok.engine.jobs.mail.inbound.accounts import Inbox
from hanok.engine.jobs.mail.inbound.keeping import RECEIVED, Outcome, keep
from hanok.engine.jobs.mail.inbound.parsing import parse
from hanok.engine.jobs.mail.writing import Written, send
from hanok.engine.store import Store, new_id
from hanok.engine.store.desk_tables import notice
from hanok.engine.store.job_tables import mail as letters
from hanok.engine.store.tables import outbox
from hanok.screens import mailing
from tests.builders import a_record, a_user, an_administrator

LETTERS = Path(__file__).parent / "letters"
INBOX = Inbox(new_id(), 1, "Support", "support", "crm@example.org", "imap.example.org", "crm")


def came(store: Store, crm: Catalog, raw: bytes, inbox: Inbox = INBOX) -> Outcome:
    with store.write() as conn:
        return keep(conn, crm, inbox, parse(raw), raw)


def letter(name: str, **changes: str) -> bytes:
    raw = (LETTERS / f"{name}.eml").read_bytes()
    for old, new in changes.items():
        raw = raw.replace(old.encode(), new.encode())
    return raw


def told(store: Store) -> list[Any]:
    with store.read() as conn:
        asked = sa.select(outbox.c.payload).where(outbox.c.topic == RECEIVED)
        return [row["account"] for row in conn.scalars(asked)]


def mails(store: Store, crm: Catalog) -> tuple[records.Record, ...]:
    with store.read() as conn:
        return records.page(conn, crm, SYSTEM, records.Query(module="email", sort=("created_at",))).rows


def test_a_letter_is_kept_once_with_the_records_that_have_its_address(store: Store, crm: Catalog) -> None:
    rep = a_user(store, crm, "rep", "sales_rep")
    account = a_record(store, crm, "account", name="한빛전자")
    lee = a_record(store, crm, "contact", last_name="이", first_name="서준", email="LEE@example.com",
                   account=str(account.id), owner=str(rep.id))  # fmt: skip
    assert [came(store, crm, letter("euc-kr")).what for _ in range(2)] == ["kept", "known"]
    (one,) = mails(store, crm)
    assert (one["name"], one["direction"], one["status"]) == ("견적 문의드립니다", "in", "received")
    assert (one["contact"].id, one["account"].id, one["owner"].id) == (lee.id, account.id, rep.id)
    with store.read() as conn:
        assert conn.execute(sa.select(notice.c.user_id, notice.c.kind)).all() == [(rep.id, "mailed")]
    assert told(store) == ["support"]


def test_an_answer_belongs_to_what_its_conversation_is_about(store: Store, crm: Catalog) -> None:
    case = a_record(store, crm, "case", name="안 켜집니다")
    with store.write() as conn:
        ours = send(conn, crm, an_administrator(), Written(
            to=[("", "park@example.com")], subject="답", html="<p>답</p>"), about=case)  # fmt: skip
    raw = letter("cp949-html").replace(b"<ours-1@example.org>", str(ours["message_id"]).encode())
    found = came(store, crm, raw).record
    assert found is not None and (found["case"].id, found["thread"]) == (case.id, ours["thread"])


def test_what_a_machine_wrote_is_kept_and_begins_nothing(store: Store, crm: Catalog) -> None:
    for name in ("automatic", "list"):
        found = came(store, crm, letter(name)).record
        assert found is not None and found["automatic"] is True
    loop = came(store, crm, letter("plain", **{"lee@example.com": "CRM@example.org"})).record
    assert loop is not None and loop["automatic"] is True
    assert told(store) == []


def test_who_writes_too_much_is_taken_for_a_machine(store: Store, crm: Catalog) -> None:
    raws = [letter("plain", **{"plain-1": f"plain-{number}"}) for number in range(23)]
    kept = [came(store, crm, raw).record for raw in raws]
    assert [one["automatic"] for one in kept if one] == [False] * 21 + [True] * 2
    assert len(told(store)) == 21


def test_mail_of_strangers_is_left_where_the_account_says_so(store: Store, crm: Catalog) -> None:
    strict = replace(INBOX, unmatched=False)
    assert came(store, crm, letter("plain"), strict).what == "strange"
    a_record(store, crm, "lead", last_name="Lee", email="lee@example.com")
    assert came(store, crm, letter("plain"), strict).what == "kept"


def test_a_notice_of_what_came_back_is_for_the_letter_that_it_names(store: Store, crm: Catalog) -> None:
    with store.write() as conn:
        made = send(conn, crm, an_administrator(), Written(
            to=[("", "lee@example.com")], subject="제목", html="<p>글</p>"), about=None)  # fmt: skip
        conn.execute(letters.update().values(state="sent", reached=["lee@example.com"]))
    raw = letter("bounce", **{"MESSAGE-ID": str(made["message_id"])})
    assert came(store, crm, raw).what == "bounced"
    with store.read() as conn:
        assert [one.state for one in mail.mails(conn)] == ["bounced"]
    assert [one["direction"] for one in mails(store, crm)] == ["out"]
    assert came(store, crm, letter("bounce")).what == "kept"  # of a letter that is not ours


def test_a_letter_that_says_nothing_is_kept(store: Store, crm: Catalog) -> None:
    found = came(store, crm, letter("broken")).record
    assert found is not None and found["message_id"] == "no brackets here"
    assert came(store, crm, b"\r\n\r\n").what == "kept"


@pytest.mark.parametrize("sign", ["\u0958", "\U0001d160", "e\u0301"])
def test_a_letter_of_signs_that_grow_when_kept_fits(store: Store, crm: Catalog, sign: str) -> None:
    raw = (f"From: {sign * 200} <a@example.com>\r\nMessage-ID: {sign * 300}\r\nSubject: {sign * 600}\r\n"
           f"Content-Type: text/html\r\n\r\n{sign * 40_000}{'&#x958;' * 9_000}").encode()  # fmt: skip
    assert came(store, crm, raw).what == "kept"


def test_who_borrows_the_id_of_a_mail_does_not_get_its_answers(store: Store, crm: Catalog) -> None:
    case = a_record(store, crm, "case", name="안 켜집니다")
    with store.write() as conn:
        ours = send(conn, crm, an_administrator(), Written(
            to=[("", "park@example.com")], subject="답", html="<p>답</p>"), about=case)  # fmt: skip
    id = str(ours["message_id"])
    a_record(store, crm, "contact", last_name="Evil", email="evil@example.com")
    came(store, crm, f"From: evil@example.com\r\nMessage-ID: {id}\r\nSubject: mine\r\n\r\n-".encode())
    found = came(store, crm, letter("cp949-html").replace(b"<ours-1@example.org>", id.encode())).record
    assert found is not None and found["case"].id == case.id


@pytest.mark.parametrize("name", ["Kim <evil@example.net>", "evil@example.net;", '">evil@example.net<"'])
def test_an_answer_goes_to_the_address_and_not_to_one_in_the_name(store: Store, crm: Catalog, name: str) -> None:
    encoded = Header(name, "utf-8").encode()
    found = came(store, crm, f"From: {encoded} <lee@example.com>\r\nSubject: x\r\n\r\nx".encode()).record
    assert found is not None and found["sender"] == "lee@example.com"
    assert [address for _, address in mailing.people_of(mailing.answer(found)[0])] == ["lee@example.com"]


@pytest.mark.parametrize("size", [300_000])
def test_a_long_letter_fits(store: Store, crm: Catalog, size: int) -> None:
    raw = b"From: a@example.com\r\nSubject: " + b"s" * 2000 + b"\r\n\r\n" + "가".encode() * size
    found = came(store, crm, raw).record
    assert found is not None and len(found["text"]) == 100_000 and len(found["name"]) == 500
