"""What jobs do about second factors: they forget what came to nothing, and tell whose they are what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.accounts import challenges, factors, totp
from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.jobs import Surroundings, enqueue, housekeeping
from hanok.engine.store import Store
from hanok.engine.store.account_tables import challenge, factor
from hanok.engine.store.job_tables import mail
from hanok.engine.store.tables import session
from hanok.web import factor_letters
from tests.builders import an_administrator
from tests.jobs.conftest import Hiring


@pytest.fixture
def mina(surroundings: Surroundings, store: Store, catalog: Catalog) -> UUID:
    raw = {"username": "mina", "last_name": "김", "first_name": "미나", "email": "mina@example.com", "language": "ko"}
    with store.write() as conn:
        return accounts.create_user(conn, catalog, an_administrator(), raw)


def test_what_came_to_nothing_is_forgotten(store: Store, catalog: Catalog, hire: Hiring, mina: UUID) -> None:
    long_ago, now = datetime.now(UTC) - timedelta(days=31), datetime.now(UTC)
    keys = Keys((new_key(),))
    with store.write() as conn:
        for at in (long_ago, now):
            totp.begin_totp(conn, keys, mina if at == now else uuid4(), "phone", now=at)
            factors.remember_device(conn, mina, "Chrome", {}, now=at)
            challenges.issue(conn, "login", None, at)
            accounts.enter(conn, catalog, mina, means="oidc", address="", agent="", now=at, lifetime=timedelta(hours=1))
        enqueue(conn, "sessions.forget", {}, title=say("Forget sessions that ended"))
    hire(housekeeping.KINDS).run_until_idle()
    with store.read() as conn:
        left = [conn.scalar(sa.select(sa.func.count()).select_from(one)) for one in (session, factor, challenge)]
    assert left == [1, 2, 1]


@pytest.mark.parametrize("what", sorted(factor_letters.SAID))
def test_every_letter_is_written_in_the_language_of_its_reader(
    store: Store, hire: Hiring, mina: UUID, what: str
) -> None:
    with store.write() as conn:
        factor_letters.tell_factor(conn, mina, what, "내 <b>폰</b>")
    hire(factor_letters.KINDS).run_until_idle()
    with store.read() as conn:
        (said,) = conn.scalars(sa.select(mail.c.subject)).all()
        (letter,) = conn.execute(sa.select(mail)).mappings()
    assert any("가" <= sign <= "힣" for sign in said)
    assert "mina@example.com" in str(dict(letter)) and "<b>폰" not in str(letter.get("html", ""))


def test_nobody_without_an_address_is_written_to(store: Store, catalog: Catalog, hire: Hiring, mina: UUID) -> None:
    with store.write() as conn:
        other = accounts.create_user(conn, catalog, an_administrator(), {"username": "no-mail"})
        factor_letters.tell_factor(conn, other, factor_letters.ADDED, "phone")
        with pytest.raises(KeyError):
            factor_letters.tell_factor(conn, mina, "nothing")
    hire(factor_letters.KINDS).run_until_idle()
    with store.read() as conn:
        assert not conn.scalar(sa.select(sa.func.count()).select_from(mail))
