"""Letters are posted in a transaction and leave through a real SMTP server, or land in the folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from hanok.engine.errors import HanokError, Invalid, Refused
from hanok.engine.jobs import (
    ORDINARY,
    SOON,
    WHENEVER,
    Surroundings,
    Work,
    Worker,
    enqueue,
    job_of,
    kinds_of,
    mail,
    rates,
)  # fmt: skip
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as table
from hanok.engine.store.tables import audit, outbox
from tests.jobs.conftest import Hiring
from tests.jobs.mailing import KIM, LEE, a_letter, an_account, change_account, deliver, found, hurry, posted
from tests.jobs.post_office import Office, open_office


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as open_one:
        yield open_one


def subjects(office: Office) -> list[str]:
    return [str(taken.message["Subject"]) for taken in office.taken]


def test_a_letter_leaves_through_the_primary_account(surroundings: Surroundings, hire: Hiring, office: Office) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings, to=[KIM, LEE], cc=[("", "park@example.com")], bcc=[("", "choi@example.com")])
    deliver(hire)
    (taken,) = office.taken
    read = taken.message
    assert read["Subject"] == "견적서를 보내 드립니다"
    assert [(one.display_name, one.addr_spec) for one in read["To"].addresses] == [KIM, LEE]
    assert [one.display_name for one in read["From"].addresses] == ["한옥 영업팀"]
    assert taken.recipients == ["kim@example.com", "lee@example.com", "park@example.com", "choi@example.com"]
    assert "choi" not in taken.raw.decode()
    assert read.get_content().splitlines() == ["안녕하세요.", "."]
    one = found(surroundings, id)
    assert (one.state, one.via, one.tries, one.message_id) == ("sent", "127.0.0.1", 1, read["Message-ID"])
    assert one.sent_at and not one.error and one.reached == taken.recipients


def test_without_an_account_letters_land_in_the_folder(surroundings: Surroundings, hire: Hiring) -> None:
    id = posted(surroundings)
    deliver(hire)
    one = found(surroundings, id)
    assert one.state == "sent" and one.via and one.via.startswith("mail/")
    file = surroundings.folder / one.via
    assert one.message_id in file.read_text()
    assert file.stat().st_mode & 0o77 == 0
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_copy_of_a_site_sends_nothing(surroundings: Surroundings, office: Office) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings)
    copy = replace(surroundings, settings={"mail": "folder"})
    Worker(copy, kinds_of(mail.KINDS), subscribers=mail.SUBSCRIBERS).run_until_idle()
    assert not office.taken
    assert (found(surroundings, id).via or "").startswith("mail/")


def test_a_letter_in_the_folder_leaves_when_somebody_wants_it_sent(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    id = posted(surroundings)
    deliver(hire)
    an_account(surroundings, office.port)
    with surroundings.store.write() as conn:
        mail.retry(conn, id)
    deliver(hire)
    assert subjects(office) == ["견적서를 보내 드립니다"]
    assert found(surroundings, id).via == "127.0.0.1"
    with pytest.raises(Refused, match="reached everybody"), surroundings.store.write() as conn:
        mail.retry(conn, id)


def test_nothing_leaves_when_the_transaction_does_not_commit(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)

    def post_and_fail() -> None:
        with surroundings.store.write() as conn:
            mail.post(conn, a_letter())
            raise KeyError

    with pytest.raises(KeyError):
        post_and_fail()
    deliver(hire)
    assert not office.taken


def test_the_most_urgent_leave_first_and_later_ones_when_they_are_due(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    for subject, priority in (("c", WHENEVER), ("b", ORDINARY), ("a", SOON)):
        posted(surroundings, subject=subject, priority=priority)
    later = posted(surroundings, subject="d", due=datetime.now(UTC) + timedelta(days=2))
    deliver(hire)
    assert subjects(office) == ["a", "b", "c"]
    assert found(surroundings, later).state == "waiting"
    hurry(surroundings)
    deliver(hire)
    assert subjects(office)[-1] == "d"


def test_a_batch_leaves_over_one_connection_and_then_others_get_a_turn(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port, batch_size=3)
    for number in range(7):
        posted(surroundings, subject=str(number))
    deliver(hire)
    assert sorted(subjects(office)) == list("0123456")
    assert office.connections == 3
    with surroundings.store.read() as conn:
        assert max(conn.execute(sa.select(job.c.claims).where(job.c.kind == "mail.deliver")).scalars()) == 3


def test_no_more_leave_in_an_hour_than_the_account_may_send(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    id = an_account(surroundings, office.port, per_hour=3)
    mails = [posted(surroundings, subject=str(number)) for number in range(5)]
    deliver(hire)
    assert len(office.taken) == 3
    assert sorted(found(surroundings, one).state for one in mails) == ["sent"] * 3 + ["waiting"] * 2
    before = office.connections
    posted(surroundings)  # it asks for nobody's turn
    deliver(hire)
    assert (len(office.taken), office.connections) == (3, before)
    with surroundings.store.write() as conn:
        (due,) = conn.execute(sa.select(job.c.due).where(job.c.state == "waiting")).scalars()
        assert timedelta(minutes=58) < due - datetime.now(UTC) < timedelta(minutes=62)
        assert rates.take(conn, f"mail:{id}", most=3)[0] == 0
    change_account(surroundings, id, per_hour=0)
    deliver(hire)
    assert len(office.taken) == 6


def test_mail_of_an_account_that_is_not_active_waits_until_it_is(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    account = an_account(surroundings, office.port, active=False)
    id = posted(surroundings)
    deliver(hire)
    one = found(surroundings, id)
    assert (one.state, str(one.error)) == ("waiting", "There is no active outbound account.")
    change_account(surroundings, account, active=True)
    deliver(hire)
    assert found(surroundings, id).state == "sent"
    assert found(surroundings, id).error is None


def test_a_letter_leaves_through_the_account_that_it_names(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    support = an_account(surroundings, office.port, name="Support", from_address="help@example.org", primary=False)
    newest = an_account(surroundings, office.port, name="New", from_address="new@example.org")
    posted(surroundings, subject="a", account=support)
    posted(surroundings, subject="b")
    posted(surroundings, subject="c", account=newest)
    deliver(hire)
    senders = {str(taken.message["Subject"]): taken.sender for taken in office.taken}
    assert senders == {"a": "help@example.org", "b": "new@example.org", "c": "new@example.org"}


def test_a_mail_whose_account_was_deleted_fails_and_says_so(surroundings: Surroundings, hire: Hiring) -> None:
    with open_office() as office:
        an_account(surroundings, office.port)
        id = posted(surroundings, account=uuid4())
        deliver(hire)
    one = found(surroundings, id)
    assert one.state == "failed" and "deleted" in str(one.error)
    assert not office.taken


def test_what_a_private_letter_said_is_gone_once_it_left(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings, text="https://crm.example/reset/t0ken", private=True)
    with surroundings.store.read() as conn:
        (told,) = conn.execute(sa.select(outbox.c.payload).where(outbox.c.topic == "mail.queued")).scalars()
    assert "t0ken" not in json.dumps(told)
    deliver(hire)
    assert "t0ken" in office.taken[0].raw.decode()
    one = found(surroundings, id)
    assert (one.state, one.letter, one.private) == ("sent", None, True)
    with pytest.raises(Refused, match="gone"), surroundings.store.write() as conn:
        mail.retry(conn, id)


def test_a_mail_is_cancelled_while_it_waits_only(surroundings: Surroundings, hire: Hiring, office: Office) -> None:
    an_account(surroundings, office.port)
    id, other = posted(surroundings, private=True), posted(surroundings)
    with surroundings.store.write() as conn:
        assert mail.cancel(conn, id).state == "cancelled"
    deliver(hire)
    assert len(office.taken) == 1
    assert found(surroundings, id).letter is None
    for ended in (id, other):
        with pytest.raises(Refused), surroundings.store.write() as conn:
            mail.cancel(conn, ended)


def test_a_worker_that_died_with_a_letter_leaves_it_to_the_next_with_the_same_id(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings)
    with surroundings.store.write() as conn:  # as it stands when somebody dies between marking and sending
        conn.execute(table.update().where(table.c.id == id).values(state="sending", tries=1))
    deliver(hire)
    one = found(surroundings, id)
    assert (one.state, one.tries, office.taken[0].message["Message-ID"]) == ("sent", 2, one.message_id)


def test_a_job_that_is_cancelled_still_writes_down_what_left(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    ids = [posted(surroundings, subject=str(number)) for number in range(3)]
    running: list[Work] = []
    office.at_data = lambda server: running[-1].end()
    (kind,) = (one for one in mail.KINDS if one.key == "mail.deliver")

    def watched(work: Work) -> object:
        running.append(work)
        return kind.run(work)

    hire([replace(kind, run=watched)], subscribers=mail.SUBSCRIBERS).run_until_idle()
    assert [found(surroundings, id).state for id in ids] == ["sent", "waiting", "waiting"]
    assert len(office.taken) == 1
    with surroundings.store.read() as conn:
        assert job_of(conn, running[-1].job.id).state == "cancelled"


def test_what_waits_although_nobody_works_on_it_is_found_by_the_clock(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings)
    with surroundings.store.write() as conn:
        conn.execute(outbox.delete())
        enqueue(conn, "mail.wake")
    deliver(hire)
    assert found(surroundings, id).state == "sent"


def test_mails_that_left_are_forgotten_after_days_and_failed_ones_are_not(
    surroundings: Surroundings, hire: Hiring
) -> None:
    ids = [posted(surroundings) for _ in range(4)]
    deliver(hire)
    long_ago = datetime.now(UTC) - timedelta(days=30)
    with surroundings.store.write() as conn:
        for id, state in zip(ids, ("sent", "failed", "cancelled", "sent"), strict=True):
            ago = {"created_at": long_ago, "sent_at": long_ago} if id != ids[3] else {}
            conn.execute(table.update().where(table.c.id == id).values(state=state, **ago))
        enqueue(conn, "mail.forget")
    deliver(hire)
    with surroundings.store.read() as conn:
        assert {one.id for one in mail.mails(conn)} == {ids[1], ids[3]}


def test_no_trace_of_the_password_is_kept(surroundings: Surroundings) -> None:
    an_account(surroundings, 25, username="kim", password="Tr0ub4dor&3")
    with surroundings.store.read() as conn:
        kept = [conn.execute(sa.select(column)).all() for column in (audit.c.changes, outbox.c.payload)]
        rows = conn.execute(sa.text("SELECT * FROM m_outbound_account")).all()
    assert "Tr0ub4dor" not in repr(kept) + repr(rows)
    with surroundings.live.read() as (conn, catalog):
        (account,) = mail.accounts(conn, catalog)
    assert account.password == "Tr0ub4dor&3" and "Tr0ub4dor" not in repr(account)


WRONG = (
    ({"to": []}, "to"), ({"to": [("", "kim")]}, "to"), ({"cc": [("", "a@b@example.com")]}, "cc"),
    ({"to": [("Kim\r\nBcc: x@example.com", "kim@example.com")]}, "to"),
    ({"to": [("Kim", "kim@example.com\r\nRCPT TO:<x@example.com>")]}, "to"),
    ({"subject": "a\nBcc: x@example.com"}, "subject"), ({"subject": "a\x00"}, "subject"), ({"text": ""}, "text"),
    ({"subject": "a" * 2000}, "subject"), ({"headers": {"X-Mailer": "a"}}, "headers"),
    ({"headers": {"References": "<a@example.com>\r\nBcc: x@example.com"}}, "headers"),
    ({"headers": {"Bcc": "x@example.com"}}, "headers"), ({"reply_to": ("", "nobody")}, "reply_to"),
    ({"priority": 3}, "priority"), ({"text": "half a \ud83d sign"}, "text"),
    ({"to": [("", f"kim{number}@example.com") for number in range(501)]}, "to"),
    ({"attachments": [mail.Attachment("0" * 64, "a.pdf")]}, "attachments"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "part"), WRONG)
def test_what_cannot_be_sent_is_refused_when_it_is_posted(
    surroundings: Surroundings, said: dict[str, object], part: str
) -> None:
    with pytest.raises(Invalid) as refused:
        posted(surroundings, **said)
    assert list(refused.value.errors) == [part]
    with surroundings.store.read() as conn:
        assert not mail.mails(conn)


def test_an_unknown_setting_holds_all_mail_and_says_why(surroundings: Surroundings) -> None:
    with pytest.raises(HanokError, match="fodler"):
        mail.mode_of({"mail": "fodler"})


def test_the_domain_of_ids_is_that_of_the_primary_account(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    ids: list[UUID] = []
    for _ in range(2):
        ids.append(posted(surroundings))
        deliver(hire)
    assert [found(surroundings, id).message_id.partition("@")[2] for id in ids] == ["hanok.localhost>", "example.org>"]

