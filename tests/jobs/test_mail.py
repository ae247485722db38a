"""Letters are posted in a transaction, and leave through a real SMTP server, once or at least once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from hanok.engine import records
from hanok.engine.jobs import Surroundings, mail
from hanok.engine.jobs.mail import Letter, Mail
from tests.builders import an_administrator
from tests.jobs.conftest import Hiring
from tests.jobs.post_office import Office, open_office

KIM, LEE = ("김하늘", "kim@example.com"), ("Lee, \"Bo\"", "lee@example.com")


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as found:
        yield found


def an_account(where: Surroundings, port: int, **raw: Any) -> UUID:
    said = {"name": "Main", "from_name": "한옥 영업팀", "from_address": "crm@example.org", "host": "127.0.0.1", "port": port,
            "security": "none", "primary": True} | raw  # fmt: skip
    return where.live.write(lambda conn, catalog: records.create(
        conn, catalog, an_administrator(), "outbound_account", said).id)  # fmt: skip


def posted(where: Surroundings, **said: Any) -> UUID:
    letter = Letter(**({"to": [KIM], "subject": "견적서를 보내 드립니다", "text": "안녕하세요.\n."} | said))
    with where.store.write() as conn:
        return mail.post(conn, letter)


def state(where: Surroundings, id: UUID) -> Mail:
    with where.store.read() as conn:
        return mail.mail_of(conn, id)


def run(hire: Hiring) -> None:
    hire(mail.KINDS, subscribers=mail.SUBSCRIBERS).run_until_idle()


def test_a_letter_leaves_through_the_primary_account(surroundings: Surroundings, hire: Hiring, office: Office) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings, to=[KIM, LEE], cc=[("", "park@example.com")], bcc=[("", "choi@example.com")])
    run(hire)
    (taken,) = office.taken
    found = taken.message
    assert found["Subject"] == "견적서를 보내 드립니다"
    assert [(one.display_name, one.addr_spec) for one in found["To"].addresses] == [KIM, LEE]
    assert [one.display_name for one in found["From"].addresses] == ["한옥 영업팀"]
    assert taken.recipients == ["kim@example.com", "lee@example.com", "park@example.com", "choi@example.com"]
    assert "choi" not in taken.raw.decode()
    assert found.get_content().splitlines() == ["안녕하세요.", "."]
    one = state(surroundings, id)
    assert (one.state, one.via, one.tries, one.message_id) == ("sent", "127.0.0.1", 1, found["Message-ID"])
    assert one.sent_at and not one.error


def test_without_an_account_letters_land_in_the_folder(surroundings: Surroundings, hire: Hiring) -> None:
    id = posted(surroundings)
    run(hire)
    one = state(surroundings, id)
    assert one.state == "sent" and one.via and one.via.startswith("mail/")
    assert one.message_id in (surroundings.folder / one.via).read_text()


def test_nothing_leaves_when_the_transaction_does_not_commit(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    with pytest.raises(RuntimeError), surroundings.store.write() as conn:
        mail.post(conn, Letter(to=[KIM], subject="a", text="b"))
        raise RuntimeError
    run(hire)
    assert not office.taken
