"""Servers that ask for a login or TLS, refuse, hang up, stay silent: nothing is lost, and each fault is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from hanok.engine.fields.encrypted import UNREADABLE
from hanok.engine.jobs import Surroundings, mail
from hanok.engine.jobs.mail import Account, smtp
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as table
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import setting
from tests.jobs.conftest import Hiring
from tests.jobs.mailing import KIM, LEE, account, an_account, change_account, deliver, found, hurry, posted
from tests.jobs.post_office import PASSWORD, USER, Office, a_certificate, free_port, open_office, with_login


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as open_one:
        yield open_one


def waiting_job(where: Surroundings) -> Any:
    """The job of the primary account."""
    with where.store.read() as conn:
        wanted = job.c.kind == "mail.deliver", job.c.state == "waiting"
        return conn.execute(sa.select(job).where(*wanted).order_by(job.c.id)).mappings().first()


# -- refusals ------------------------------------------------------------------------------------------------------
def test_who_is_refused_for_good_is_kept_and_the_others_get_it(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    office.answers["lee@example.com"] = "550 5.1.1 No such user"
    an_account(surroundings, office.port)
    id = posted(surroundings, to=[KIM, LEE])
    deliver(hire)
    one = found(surroundings, id)
    assert (one.state, list(one.reached)) == ("sent", ["kim@example.com"])
    assert one.refused["lee@example.com"] | {"at": ""} == {"code": 550, "text": "5.1.1 No such user", "at": ""}


def test_a_letter_that_nobody_is_let_have_fails(surroundings: Surroundings, hire: Hiring, office: Office) -> None:
    office.answers["kim@example.com"] = "550 5.1.1 No such user"
    an_account(surroundings, office.port)
    id, other = posted(surroundings), posted(surroundings, to=[LEE])
    deliver(hire)
    one = found(surroundings, id)
    assert (one.state, one.tries) == ("failed", 1)
    assert str(one.error) == "The server answered: 550 5.1.1 No such user"
    assert found(surroundings, other).state == "sent"
    office.answers.clear()
    with surroundings.store.write() as conn:
        assert mail.retry(conn, id).tries == 0
    deliver(hire)
    assert found(surroundings, id).state == "sent"


def test_a_letter_that_is_turned_away_for_now_waits_and_only_whom_it_lacks_gets_it_later(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    office.answers["lee@example.com"] = "451 4.7.1 Greylisted"
    an_account(surroundings, office.port)
    id = posted(surroundings, to=[KIM, LEE])
    deliver(hire)
    one = found(surroundings, id)
    assert one.state == "waiting" and "Greylisted" in str(one.error)
    assert timedelta(minutes=4) < one.due - one.created_at < timedelta(minutes=6)
    assert len(office.taken) == 1
    office.answers.clear()
    hurry(surroundings)
    deliver(hire)
    assert [taken.recipients for taken in office.taken] == [["kim@example.com"], ["lee@example.com"]]
    assert len({taken.message["Message-ID"] for taken in office.taken}) == 1
    one = found(surroundings, id)
    assert (one.state, dict(one.refused)) == ("sent", {})


def test_a_letter_is_given_up_after_two_days(surroundings: Surroundings, hire: Hiring, office: Office) -> None:
    office.answers["DATA"] = "452 4.3.1 Insufficient storage"
    an_account(surroundings, office.port)
    id = posted(surroundings)
    waits = timedelta(0)
    for _ in range(17):
        hurry(surroundings)
        deliver(hire)
        one = found(surroundings, id)
        waits += one.due - one.created_at if one.state == "waiting" else timedelta(0)
    assert (one.state, one.tries) == ("failed", 17)
    assert timedelta(days=1, hours=20) < waits < timedelta(days=2, hours=6)


def test_a_server_that_turns_everything_away_is_left_alone_for_a_while(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    office.answers["DATA"] = "451 4.7.0 Too many"
    an_account(surroundings, office.port)
    ids = [posted(surroundings) for _ in range(8)]
    deliver(hire)
    assert sorted(found(surroundings, id).tries for id in ids) == [0] * 3 + [1] * 5
    with surroundings.store.read() as conn:
        pause = mail.pause_of(conn, account(surroundings))
    assert pause and pause.error and "5 letters" in str(pause.error)


def test_a_sender_that_the_server_does_not_take_is_the_accounts_fault(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    office.refuse_sender = "553 5.7.1 Not your address"
    id = an_account(surroundings, office.port)
    one = posted(surroundings)
    deliver(hire)
    assert found(surroundings, one).state == "waiting" and found(surroundings, one).tries == 0
    assert "Not your address" in str(found(surroundings, one).error)
    office.refuse_sender = ""
    change_account(surroundings, id, from_name="Corrected")
    deliver(hire)
    assert found(surroundings, one).state == "sent"


def test_a_letter_larger_than_the_server_takes_fails_and_the_next_leaves(
    surroundings: Surroundings, hire: Hiring
) -> None:
    with open_office(data_size_limit=2000) as office:
        an_account(surroundings, office.port)
        large, small = posted(surroundings, text="가" * 3000), posted(surroundings)
        deliver(hire)
    assert "at most" in str(found(surroundings, large).error)
    assert [found(surroundings, id).state for id in (large, small)] == ["failed", "sent"]


def test_a_connection_that_ends_in_the_middle_of_a_letter_holds_up_no_other(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    poison = posted(surroundings, subject="poison", priority=1)
    others = [posted(surroundings) for _ in range(2)]

    def hang_up(server: Any) -> None:
        if b"poison" in bytes(server.envelope.content):
            server.transport.abort()

    office.at_data = hang_up
    deliver(hire)
    one = found(surroundings, poison)
    assert (one.state, one.tries) == ("waiting", 1) and one.due - one.created_at > timedelta(minutes=4)
    with surroundings.store.write() as conn:
        mail.resume(conn, account(surroundings))
        conn.execute(job.update().where(job.c.state == "waiting").values(due=one.created_at))
    deliver(hire)
    assert [found(surroundings, id).state for id in others] == ["sent", "sent"]


# -- accounts that cannot send -------------------------------------------------------------------------------------
def test_a_server_that_is_down_for_an_hour_loses_nothing_and_mail_comes_back_by_itself(
    surroundings: Surroundings, hire: Hiring
) -> None:
    port = free_port()
    an_account(surroundings, port)
    ids = [posted(surroundings) for _ in range(3)]
    waits = []
    for _ in range(8):  # 1, 2, 4, 8, 15, 15 … minutes
        deliver(hire)
        with surroundings.store.write() as conn:
            pause = mail.pause_of(conn, account(surroundings))
            assert pause and pause.error and "Nothing listens" in str(pause.error)
            waits.append(round((waiting_job(surroundings)["due"] - pause.until).total_seconds()))
            _pass(conn)
    assert waits == [0] * 8 and pause.failures == 8
    assert {found(surroundings, id).state for id in ids} == {"waiting"}
    with open_office(port=port) as office:
        deliver(hire)
        assert len(office.taken) == 3
    assert {found(surroundings, id).tries for id in ids} == {1}
    with surroundings.store.read() as conn:
        assert mail.pause_of(conn, account(surroundings)) is None


def _pass(conn: sa.Connection) -> None:
    """The pause of the account is over, and its job is due."""
    (key, value) = conn.execute(sa.select(setting).where(setting.c.key.like("mail:%"))).one()
    now = now_of(conn)
    conn.execute(setting.update().where(setting.c.key == key).values(value=value | {"until": now.isoformat()}))
    conn.execute(job.update().where(job.c.state == "waiting").values(due=now))


def test_mail_that_comes_in_does_not_shorten_the_pause_of_an_account(surroundings: Surroundings, hire: Hiring) -> None:
    listening = Listening()
    with listening.open(reply=b""):
        an_account(surroundings, listening.port)
        for _ in range(4):
            posted(surroundings)
            deliver(hire)
    assert listening.count == 1


@contextmanager
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the server of the test says so of itself
def test_a_login_that_is_refused_is_told_without_the_password(surroundings: Surroundings, hire: Hiring) -> None:
    office = Office()
    with open_office(office, **with_login(office)), logged() as lines:
        id = an_account(surroundings, office.port, username=USER, password="wr0ng-secret")
        one = posted(surroundings)
        deliver(hire)
        assert office.logins and not any(office.logins)
        assert found(surroundings, one).state == "waiting"
        with surroundings.store.read() as conn:
            pause = mail.pause_of(conn, account(surroundings))
            everything = repr([conn.execute(sa.select(job)).all(), conn.execute(sa.select(table)).all(), lines])
        assert pause and "refuses user name and password" in str(pause.error)
        assert "wr0ng" not in everything + str(pause.error)
        change_account(surroundings, id, password=PASSWORD)
        deliver(hire)
    assert office.logins[-1] and found(surroundings, one).state == "sent"


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a server speaks TLS with, whose certificate this machine trusts."""
    file, context = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def test_starttls_encrypts_before_the_login(surroundings: Surroundings, hire: Hiring, certified: Any) -> None:
    office = Office()
    login = {**with_login(office), "auth_require_tls": True}
    with open_office(office, **login, tls_context=certified, require_starttls=True):
        an_account(surroundings, office.port, security="starttls", username=USER, password=PASSWORD)
        id = posted(surroundings)
        deliver(hire)
    assert found(surroundings, id).state == "sent" and office.logins == [True]


def test_tls_from_the_first_byte(surroundings: Surroundings, hire: Hiring, certified: Any) -> None:
    with open_office(ssl_context=certified) as office:
        an_account(surroundings, office.port, security="tls", host="localhost")
        id = posted(surroundings)
        deliver(hire)
    assert found(surroundings, id).state == "sent"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path, security: str) -> None:
    _, context = a_certificate(tmp_path)
    options: dict[str, Any] = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    with open_office(**options) as office:
        said = mail.check_account(tried(office.port, security=security), to="kim@example.com")
    assert not said.ok and "is not trusted" in str(said.message)
    assert not office.taken


def test_a_certificate_of_another_server_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, context = a_certificate(tmp_path, name="elsewhere.example", address=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with open_office(tls_context=context) as office:
        said = mail.check_account(tried(office.port, security="starttls"))
    assert not said.ok and "is not trusted" in str(said.message)


def test_nothing_is_sent_in_the_clear_where_encryption_was_asked_for(office: Office) -> None:
    said = mail.check_account(tried(office.port, security="starttls", username=USER, password=PASSWORD), to=KIM[1])
    assert not said.ok and "offers no STARTTLS" in str(said.message)
    assert not office.taken and not office.logins


# -- trying an account ---------------------------------------------------------------------------------------------
def tried(port: int, **said: Any) -> Account:
    known = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "crm@example.org"} | said
    return Account(id=None, version=0, name="Tried", **known)


class Listening:
    """A socket that takes connections, says one thing and hangs up, or stays silent (None)."""

    def __init__(self) -> None:
        self.count, self.port = 0, free_port()

    @contextmanager
    def open(self, reply: bytes | None) -> Iterator[None]:
        with socket.create_server(("127.0.0.1", self.port)) as server:
            held: list[socket.socket] = []

            def serve() -> None:
                while True:
                    try:
                        client, _ = server.accept()
                    except OSError:
                        return
                    self.count += 1
                    held.append(client)
                    if reply is not None:
                        client.sendall(reply)
                        client.shutdown(socket.SHUT_WR)  # to close it now could throw away what is on its way

            thread = Thread(target=serve)
            thread.start()
            try:
                yield
            finally:
                server.shutdown(socket.SHUT_RDWR)
                thread.join(5)
                for client in held:
                    client.close()


FAULTS = (
    ({"host": "no-such-host.invalid"}, None, "There is no server called no-such-host.invalid."),
    ({}, None, "Nothing listens at"), ({"username": "가", "password": "나"}, b"220 hi\r\n", "in ASCII"),
    ({"password": UNREADABLE, "username": "kim"}, None, "cannot be read with the keys"),
    ({"from_address": "nobody"}, b"220 hi\r\n", "is not an e-mail address"),
    ({}, b"", "ended the connection"), ({}, b"554 5.7.1 Go away\r\n", "554 5.7.1 Go away"),
    ({}, b"HTTP/1.1 400 Bad Request\r\n\r\n", "is no mail server"),
    ({"security": "tls"}, b"220 hi\r\n", "does not speak TLS"), ({"security": "tls"}, b"", "does not speak TLS"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "reply", "sentence"), FAULTS)
def test_what_an_account_lacks_is_said(said: dict[str, Any], reply: bytes | None, sentence: str) -> None:
    listening = Listening()
    if reply is None:
        checked = mail.check_account(tried(listening.port, **said))
    else:
        with listening.open(reply):
            checked = mail.check_account(tried(listening.port, **said))
    assert not checked.ok
    assert sentence in str(checked.message)


def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    listening = Listening()
    with listening.open(None):
        checked = mail.check_account(tried(listening.port))
    assert not checked.ok and "does not answer" in str(checked.message)


def test_an_account_that_can_send_says_so_and_sends_a_letter(office: Office) -> None:
    assert mail.check_account(tried(office.port)).ok
    assert not office.taken
    checked = mail.check_account(tried(office.port), to="kim@example.com", words=lambda said: f"시험 {said}")
    assert checked.ok and "kim@example.com" in str(checked.message)
    assert office.taken[0].message["Subject"].startswith("시험")
    office.answers["kim@example.com"] = "550 No"
    assert "550 No" in str(mail.check_account(tried(office.port), to="kim@example.com").message)


def test_a_server_that_gives_the_password_back_tells_nobody(office: Office) -> None:
    office.answers["kim@example.com"] = f"550 you are {PASSWORD}"
    account = replace(tried(office.port), password=PASSWORD)
    assert PASSWORD not in str(mail.check_account(account, to="kim@example.com").message)
