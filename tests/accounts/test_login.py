"""Logging in: one sentence for every reason, and waiting after many failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.accounts import login as door
from hanok.engine.accounts.passwords import NOBODY
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied
from hanok.engine.store import Store
from hanok.engine.store.tables import login, session
from tests.accounts.conftest import PASSWORD
from tests.builders import an_administrator

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("mina")


def enter(
    store: Store, catalog: Catalog, name: str = "mina", password: str = PASSWORD, *, address: str = "192.0.2.1",
    now: datetime = NOON,
) -> str:  # fmt: skip
    return accounts.log_in(store, catalog, name, password, address=address, agent="a browser", now=now)[0]


def refusal(store: Store, catalog: Catalog, name: str = "mina", password: str = "wrong", **known: object) -> str:
    with pytest.raises(Denied) as caught:
        enter(store, catalog, name, password, **known)  # type: ignore[arg-type]
    return str(caught.value)


def test_whoever_knows_the_password_gets_a_token_and_an_actor(filled: Store, catalog: Catalog, mina: UUID) -> None:
    token, actor = accounts.log_in(filled, catalog, " MINA ", PASSWORD, address="192.0.2.1", agent="a browser")
    assert (actor.id, actor.username, actor.title) == (mina, "Mina", "김미나")
    assert (actor.admin, actor.roles, actor.language) == (False, ("owner_only",), "ko")
    with filled.read() as conn:
        assert accounts.actor_of(conn, catalog, token) == actor


def test_the_token_itself_is_stored_nowhere(filled: Store, catalog: Catalog) -> None:
    token = enter(filled, catalog)
    with filled.read() as conn:
        row = conn.execute(sa.select(session)).one()
    assert token not in str(row)
    assert len(token) == 43  # 256 bits in base64url
    assert len(row.token) == 64


def test_every_reason_is_the_same_sentence(filled: Store, catalog: Catalog, mina: UUID) -> None:
    said = {refusal(filled, catalog), refusal(filled, catalog, "nobody"), refusal(filled, catalog, "", "")}
    with filled.write() as conn:
        records.update(conn, catalog, an_administrator(), "user", mina, {"active": "false"}, version=1)
    said.add(refusal(filled, catalog, password=PASSWORD))
    assert said == {str(door.WRONG)}


def test_an_unknown_name_is_checked_against_a_hash_too(
    filled: Store, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(known: str, text: str) -> bool:
        checked.append(known)
        return True

    monkeypatch.setattr(door, "check_password", check)
    refusal(filled, catalog, "nobody")
    assert checked == [NOBODY]


def test_guesses_side_by_side_are_no_more_than_guesses_in_a_row(filled: Store, catalog: Catalog) -> None:
    together, told = Barrier(12), list[str]()

    def guess() -> None:
        together.wait()
        told.append(refusal(filled, catalog))

    threads = [Thread(target=guess) for _ in range(together.parties)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(told) == 12
    assert told.count(str(door.WRONG)) == door.FAILURES_OF_A_NAME


def test_after_five_failures_a_name_waits_at_that_address(filled: Store, catalog: Catalog) -> None:
    for minute in range(5):
        assert refusal(filled, catalog, now=NOON + timedelta(minutes=minute)) == str(door.WRONG)
    later = NOON + timedelta(minutes=5)
    assert "to wait: 10." in refusal(filled, catalog, password=PASSWORD, now=later)
    assert enter(filled, catalog, address="192.0.2.2", now=later)
    assert enter(filled, catalog, now=NOON + timedelta(minutes=16))


def test_a_good_login_forgives_the_failures_before_it(filled: Store, catalog: Catalog) -> None:
    for minute in range(4):
        refusal(filled, catalog, now=NOON + timedelta(minutes=minute))
    enter(filled, catalog, now=NOON + timedelta(minutes=5))
    assert refusal(filled, catalog, now=NOON + timedelta(minutes=6)) == str(door.WRONG)


def test_one_address_cannot_try_many_names(
    filled: Store, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "FAILURES_OF_AN_ADDRESS", 8)
    monkeypatch.setattr(door, "check_password", lambda known, text: False)
    for number in range(8):
        assert refusal(filled, catalog, f"name{number}") == str(door.WRONG)
    assert "to wait" in refusal(filled, catalog, "name9")


def test_every_attempt_is_written_down(filled: Store, catalog: Catalog, mina: UUID) -> None:
    refusal(filled, catalog, "Nobody")
    enter(filled, catalog, now=NOON + timedelta(seconds=1))
    with filled.read() as conn:
        rows = conn.execute(sa.select(login.c.username, login.c.user_id, login.c.ok).order_by(login.c.at)).all()
    assert [tuple(row) for row in rows] == [("nobody", None, False), ("mina", mina, True)]


def test_a_name_that_is_no_name_is_only_wrong(filled: Store, catalog: Catalog) -> None:
    assert refusal(filled, catalog, "' OR 1=1 --\x00" + "가" * 5000) == str(door.WRONG)
