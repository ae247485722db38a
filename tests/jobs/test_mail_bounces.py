"""Letters that come back mark the mail; whatever else comes is refused."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from hanok.engine.errors import Refused
from hanok.engine.jobs import Surroundings, mail
from hanok.engine.jobs.mail import Mail
from hanok.engine.jobs.mail.bounces import MOST_BYTES, Bounce
from tests.jobs.conftest import Hiring
from tests.jobs.mailing import KIM, LEE, an_account, deliver, found, posted
from tests.jobs.post_office import open_office

POSTFIX = """\
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: crm@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

This is a MIME-encapsulated message.

--B
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

The mail system: <{address}>: {diagnosis}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4ABC

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; {diagnosis}

--B
Content-Type: {returned}

Return-Path: <crm@example.org>
From: crm@example.org
Message-ID: {id}
Subject: x

{body}
--B--
"""


def notice(one: Mail, address: str = "kim@example.com", **said: str) -> bytes:
    known = {"action": "failed", "status": "5.1.1", "diagnosis": "550 5.1.1 <kim@example.com>: User unknown",
             "returned": "message/rfc822", "id": one.message_id, "body": "text"} | said  # fmt: skip
    return POSTFIX.format(address=address, **known).encode()


@pytest.fixture
def sent(surroundings: Surroundings, hire: Hiring) -> Mail:
    with open_office() as office:
        an_account(surroundings, office.port)
        id = posted(surroundings, to=[KIM, LEE])
        deliver(hire)
    return found(surroundings, id)


def read(where: Surroundings, raw: bytes) -> Bounce:
    with where.store.write() as conn:
        return mail.bounces.read(conn, raw)


def test_a_letter_that_came_back_says_for_whom_and_why(surroundings: Surroundings, sent: Mail) -> None:
    assert read(surroundings, notice(sent)) == Bounce(sent.id, ("kim@example.com",))
    one = found(surroundings, sent.id)
    assert one.state == "bounced"
    said = dict(one.refused["kim@example.com"])
    assert (said["code"], said["text"]) == (550, "550 5.1.1 <kim@example.com>: User unknown")
    read(surroundings, notice(sent))
    assert list(found(surroundings, sent.id).refused) == ["kim@example.com"]


@pytest.mark.parametrize("said", [
    {"returned": "text/rfc822-headers"}, {"status": "4.4.7", "diagnosis": "delivery time expired"},
    {"diagnosis": ""}, {"address": "KIM@Example.com"}, {"diagnosis": "\x1b[31m" + "a" * 5000},
])  # fmt: skip
def test_notices_differ_from_server_to_server(surroundings: Surroundings, sent: Mail, said: dict[str, str]) -> None:
    assert read(surroundings, notice(sent, **said)).recipients == ("kim@example.com",)
    kept = found(surroundings, sent.id).refused["kim@example.com"]
    assert len(kept["text"]) <= 300 and "\x1b" not in kept["text"]
    assert kept["code"] == (450 if said.get("status") else 550)


def test_who_forwarded_it_is_known_by_whom_it_was_for(surroundings: Surroundings, sent: Mail) -> None:
    raw = notice(sent, "elsewhere@example.net").replace(
        b"Final-Recipient", b"Original-Recipient: rfc822;lee@example.com\nFinal-Recipient")  # fmt: skip
    assert read(surroundings, raw).recipients == ("lee@example.com",)


def test_of_one_recipient_it_can_be_nobody_else(surroundings: Surroundings, hire: Hiring) -> None:
    one = found(surroundings, posted(surroundings))
    assert read(surroundings, notice(one, "elsewhere@example.net")).recipients == ("kim@example.com",)


def test_a_delay_is_no_bounce(surroundings: Surroundings, sent: Mail) -> None:
    assert read(surroundings, notice(sent, action="delayed", status="4.0.0")) == Bounce(sent.id, ())
    assert found(surroundings, sent.id).state == "sent"


def test_what_came_back_is_sent_again_only_to_whom_it_did_not_reach(
    surroundings: Surroundings, hire: Hiring, sent: Mail
) -> None:
    read(surroundings, notice(sent, status="4.4.7", diagnosis="expired"))
    with surroundings.store.write() as conn:
        mail.retry(conn, sent.id)
    with surroundings.live.read() as (conn, catalog):
        (account,) = mail.accounts(conn, catalog)
    with open_office(port=account.port) as office:
        deliver(hire)
    assert [taken.recipients for taken in office.taken] == [["kim@example.com"]]
    assert found(surroundings, sent.id).state == "sent"


def test_a_bounce_that_is_quicker_than_the_mark_stays(surroundings: Surroundings, hire: Hiring) -> None:
    with open_office() as office:
        an_account(surroundings, office.port)
        id = posted(surroundings)
        office.at_data = lambda server: bounced(surroundings, id)
        deliver(hire)
    assert found(surroundings, id).state == "bounced"


def bounced(where: Surroundings, id: UUID) -> None:
    read(where, notice(found(where, id)))


def test_nobody_who_guesses_marks_anything(surroundings: Surroundings, sent: Mail) -> None:
    for raw in (notice(sent, id="<guessed@example.org>"), notice(sent, "choi@example.com"), notice(sent, id="")):
        with pytest.raises(Refused):
            read(surroundings, raw)
    assert found(surroundings, sent.id).state == "sent"


HOSTILE = (
    b"", b"\x00" * 5000, b"hello", b"Subject: out of office\r\n\r\nI am away.", b"\xff\xfe" * 4000,
    b"Content-Type: multipart/report; boundary=\r\n\r\n--\r\n--\r\n", b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(20_000)),
    b"Content-Type: multipart/report; boundary=B; charset*0*=x''%ff\r\n\r\n--B\r\nContent-Type: message/delivery-status"
    b"\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@@\r\n--B--", b"A" * (MOST_BYTES * 2), b"From " * 100_000,
    b"Message-ID: " + b"<a@b>" * 100_000 + b"\r\n\r\n",
)  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_notice_is_refused(surroundings: Surroundings, raw: bytes) -> None:
    with pytest.raises(Refused):
        read(surroundings, raw)


def test_a_notice_with_bytes_changed_at_random_is_taken_or_refused(surroundings: Surroundings, sent: Mail) -> None:
    random, whole = Random(7), notice(sent)
    outcomes = set()
    for _ in range(150):
        raw = bytearray(whole)
        for _ in range(random.randrange(1, 40)):
            raw[random.randrange(len(raw))] = random.randrange(256)
        cut = bytes(raw[: random.randrange(len(raw))]) if random.random() < 0.2 else bytes(raw)
        try:
            outcomes.add(len(read(surroundings, cut).recipients))
        except Refused:
            outcomes.add(-1)
    assert outcomes <= {-1, 0, 1} and -1 in outcomes and 1 in outcomes
