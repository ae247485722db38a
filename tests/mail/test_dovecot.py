"""Mailboxes of a real IMAP server (Dovecot): each letter once, whatever happens to the worker and to the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.mail.inbound import fetching
from hanok.engine.jobs.mail.inbound.accounts import inboxes, keep_place, place_of
from hanok.engine.jobs.queue import enqueue
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from tests.builders import a_record
from tests.jobs.post_office import a_certificate
from tests.mail.mail_house import NEEDED, PASSWORD, House, is_there, open_house
from tests.mail.test_parsing import letter

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_there(), reason=NEEDED)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found, _ = a_certificate(tmp_path_factory.mktemp("certificate"))
    return found


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("dovecot"), certificate) as found:
        yield found


def an_inbox(store: Store, crm: Catalog, house: House, **raw: object) -> records.Record:
    said = {"name": "Support", "key": "support", "address": "crm@example.org", "host": "localhost", "port": house.plain,
            "security": "none", "username": "crm", "password": PASSWORD, "backlog": True} | raw  # fmt: skip
    return a_record(store, crm, "inbound_account", **said)


def fetch(around: Surroundings) -> None:
    """Looks into every mailbox now, whenever it was looked into last."""
    with around.live.read() as (conn, catalog):
        found = [(one, place_of(conn, one)) for one in inboxes(conn, catalog)]
    with around.store.write() as conn:
        for one, place in found:
            if place:
                keep_place(conn, one, replace(place, at=None))
        conn.execute(job.delete())
        enqueue(conn, fetching.LOOK)
    Worker(around, kinds_of(fetching.KINDS)).run_until_idle()


def mails(store: Store, crm: Catalog) -> list[records.Record]:
    with store.read() as conn:
        return list(records.page(conn, crm, SYSTEM, records.Query(module="email", sort=("created_at",))).rows)


def error(around: Surroundings) -> str:
    with around.live.read() as (conn, catalog):
        (one,) = inboxes(conn, catalog)
        place = place_of(conn, one)
    return str(place.error) if place and place.error else ""


def test_each_letter_is_fetched_once_with_its_files(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House
) -> None:
    an_inbox(store, crm, house)
    house.put(letter("euc-kr"))
    house.put(letter("cp949-html"))
    fetch(surroundings)
    fetch(surroundings)
    house.put(letter("plain"))
    fetch(surroundings)
    found = mails(store, crm)
    assert [one["name"] for one in found] == ["견적 문의드립니다", "첨부합니다", "A question"]
    assert [file.name for file in found[1]["files"]] == ["견적서 최종.pdf", "메모.txt"]
    program = (b"JVBERi0xLjQgc21hbGw=", b"TVqQAAMAAAAEAAAA//8AALgA")
    house.put(letter("cp949-html").replace(b"cp-1", b"cp-2").replace(*program))
    fetch(surroundings)
    last = mails(store, crm)[-1]  # what calls itself a PDF and is a program stays outside, and that is said
    assert [file.name for file in last["files"]] == ["메모.txt"] and "견적서 최종.pdf" in last["problem"]


def test_letters_that_were_numbered_anew_are_not_kept_twice(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House
) -> None:
    an_inbox(store, crm, house)
    house.put(letter("plain"))
    fetch(surroundings)
    house.renumber()
    house.put(letter("euc-kr"))
    fetch(surroundings)
    assert [one["name"] for one in mails(store, crm)] == ["A question", "견적 문의드립니다"]


def test_what_was_there_before_is_left_unless_it_is_wanted(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House
) -> None:
    house.put(letter("plain"))
    an_inbox(store, crm, house, backlog=False)
    fetch(surroundings)
    assert not mails(store, crm)
    house.put(letter("euc-kr"))
    fetch(surroundings)
    assert [one["name"] for one in mails(store, crm)] == ["견적 문의드립니다"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_way_there_is_encrypted(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House, security: str, certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    an_inbox(store, crm, house, security=security, port=house.tls if security == "tls" else house.plain)
    house.put(letter("plain"))
    fetch(surroundings)
    assert "cannot be trusted" in error(surroundings) and not mails(store, crm)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetch(surroundings)
    assert error(surroundings) == "" and [one["name"] for one in mails(store, crm)] == ["A question"]


def test_folders_have_korean_names(store: Store, crm: Catalog, surroundings: Surroundings, house: House) -> None:
    house.make("고객 지원")
    house.put(letter("plain"), folder="고객 지원")
    an_inbox(store, crm, house, folder="고객 지원")
    fetch(surroundings)
    assert len(mails(store, crm)) == 1


@pytest.mark.parametrize(("wrong", "said"), [
    ({"password": "no"}, "The server refuses the user name or the password."),
    ({"folder": "nowhere"}, "There is no folder “nowhere”."),
    ({"port": 1}, "localhost cannot be reached"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_the_next_look_goes_on(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House, wrong: dict[str, object], said: str
) -> None:
    made = an_inbox(store, crm, house, **wrong)
    house.put(letter("plain"))
    fetch(surroundings)
    assert said in error(surroundings)
    right = {"password": PASSWORD, "folder": "INBOX", "port": house.plain}
    with store.write() as conn:
        records.update(conn, crm, SYSTEM, made.module, made.id, {key: right[key] for key in wrong}, version=1)
    fetch(surroundings)
    assert error(surroundings) == "" and len(mails(store, crm)) == 1


def test_a_worker_that_dies_between_two_letters_leaves_the_rest_to_the_next(
    store: Store, crm: Catalog, surroundings: Surroundings, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_inbox(store, crm, house)
    for number in range(5):
        house.put(letter("plain").replace(b"plain-1", b"plain-%d" % number))
    taken, real = [], fetching.take

    def dying(*args: object) -> str:
        taken.append(args)
        if len(taken) == 3:
            raise sa.exc.OperationalError("", {}, RuntimeError("gone"))
        return real(*args)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(fetching, "take", dying)
    fetch(surroundings)
    assert len(mails(store, crm)) == 2
    fetch(surroundings)
    found = [one["message_id"] for one in mails(store, crm)]
    assert found == [f"<plain-{number}@example.com>" for number in range(5)]
