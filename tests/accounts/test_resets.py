"""Links to set a password: once, in time, the newest only, for whom they were made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.accounts import resets
from hanok.engine.accounts.resets import GONE, Person
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Refused
from hanok.engine.store import Store
from hanok.engine.store.moments import now
from hanok.engine.store.tables import credential, login, reset
from tests.accounts.conftest import PASSWORD
from tests.builders import an_administrator

Whose = Callable[[str], Person]


@pytest.fixture
def person(filled: Store, catalog: Catalog, mina: UUID) -> Person:
    with filled.read() as conn:
        found = resets.person_with(conn, catalog, mina)
    assert found is not None
    return found


@pytest.fixture
def link(filled: Store, person: Person) -> Callable[..., str]:
    """Makes a link of mina's; its token."""

    def made(**options: object) -> str:
        with filled.write() as conn:
            return resets.open_reset(conn, person, **options)  # type: ignore[arg-type]

    return made


@pytest.fixture
def whose(filled: Store, catalog: Catalog) -> Whose:
    def found(token: str) -> Person:
        with filled.read() as conn:
            return resets.whose_reset(conn, catalog, token)

    return found


def use(store: Store, catalog: Catalog, token: str, hashed: str) -> Person:
    with store.write() as conn:
        return resets.use_reset(conn, catalog, token, hashed)


def test_only_the_hash_of_a_token_is_stored(filled: Store, link: Callable[..., str]) -> None:
    token = link()
    assert len(token) >= 43  # 256 bits
    with filled.read() as conn:
        assert conn.scalars(sa.select(reset.c.token)).all() == [hashlib.sha256(token.encode()).hexdigest()]


def test_a_link_works_once(
    filled: Store, catalog: Catalog, link: Callable[..., str], whose: Whose, mina: UUID, hashed: str
) -> None:
    token = link()
    assert whose(token).id == mina
    assert use(filled, catalog, token, hashed).username == "Mina"
    with pytest.raises(Refused, match=GONE.text[:30]):
        use(filled, catalog, token, hashed)
    with pytest.raises(Refused):
        whose(token)


def test_of_two_at_the_same_moment_one_sets_the_password(
    filled: Store, catalog: Catalog, link: Callable[..., str], hashed: str
) -> None:
    token = link()

    def attempt(_: int) -> bool:
        try:
            use(filled, catalog, token, hashed)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(attempt, range(6))).count(True) == 1


def test_a_newer_link_ends_the_older_one(link: Callable[..., str], whose: Whose) -> None:
    older, newer = link(), link()
    assert whose(newer)
    with pytest.raises(Refused):
        whose(older)


def test_a_link_ends_with_its_time(filled: Store, link: Callable[..., str], whose: Whose) -> None:
    token = link()
    with filled.write() as conn:
        left = conn.scalar(sa.select(reset.c.expires)) - now(conn)
        assert timedelta(minutes=59) < left <= timedelta(hours=1)
        conn.execute(reset.update().values(expires=now(conn)))
    with pytest.raises(Refused):
        whose(token)


@pytest.mark.parametrize("change", ["password", "email", "inactive", "deleted"])
def test_a_link_ends_when_its_user_changes(
    filled: Store, catalog: Catalog, link: Callable[..., str], whose: Whose, mina: UUID, hashed: str, change: str
) -> None:
    token = link()
    admin = an_administrator()
    with filled.write() as conn:
        if change == "password":
            accounts.set_password(conn, mina, hashed)
        elif change == "deleted":
            records.delete(conn, catalog, admin, "user", mina)
        else:
            raw = {"email": "thief@example.com"} if change == "email" else {"active": "false"}
            records.update(conn, catalog, admin, "user", mina, raw, version=1)
    with pytest.raises(Refused):
        whose(token)
    with pytest.raises(Refused):
        use(filled, catalog, token, hashed)


def test_a_link_that_was_shown_knows_no_address(
    filled: Store, catalog: Catalog, link: Callable[..., str], whose: Whose, mina: UUID
) -> None:
    token = link(sent=False)
    with filled.write() as conn:
        records.update(conn, catalog, an_administrator(), "user", mina, {"email": "new@example.com"}, version=1)
    assert whose(token).email == "new@example.com"


@pytest.mark.parametrize("token", ["", "x", "\x00", "가" * 300, "%", "' OR 1=1 --"])
def test_what_is_no_token_is_no_link(link: Callable[..., str], whose: Whose, token: str) -> None:
    link()
    with pytest.raises(Refused):
        whose(token)


def test_a_stored_hash_is_no_token(link: Callable[..., str], whose: Whose) -> None:
    with pytest.raises(Refused):
        whose(accounts.session_key(link()))


def test_a_new_password_ends_all_sessions(
    filled: Store, catalog: Catalog, link: Callable[..., str], mina: UUID, hashed: str
) -> None:
    for _ in range(2):
        accounts.log_in(filled, catalog, "mina", PASSWORD, address="192.0.2.1", agent="")
    use(filled, catalog, link(), hashed)
    with filled.read() as conn:
        assert not accounts.sessions_of(conn, mina)


def test_who_failed_with_the_old_password_need_not_wait_with_the_new_one(
    filled: Store, catalog: Catalog, link: Callable[..., str]
) -> None:
    def enter(password: str) -> None:
        accounts.log_in(filled, catalog, "mina", password, address="192.0.2.1", agent="")

    for _ in range(6):
        with pytest.raises(Denied) as told:
            enter("wrong")
    assert "minutes" in told.value.message.facts
    use(filled, catalog, link(), accounts.hash_password("a new roof of tiles"))
    enter("a new roof of tiles")


def test_an_address_is_hers_without_regard_to_case_and_nothing_else(person: Person) -> None:
    assert resets.is_address_of(person, " MINA@example.com")
    for other in ("", "mına@example.com", "mina@example.com.evil.example", "mina@example.com,x@example.com"):
        assert not resets.is_address_of(person, other), other


def test_old_links_and_logins_leave_nothing_behind(
    filled: Store, catalog: Catalog, link: Callable[..., str], hashed: str
) -> None:
    link()
    with filled.write() as conn:
        conn.execute(reset.update().values(expires=now(conn), user_id=UUID(int=7)))
    link()
    accounts.log_in(filled, catalog, "mina", PASSWORD, address="192.0.2.1", agent="")
    with filled.write() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(reset)) == 1
        assert accounts.forget_logins(conn, now(conn) - timedelta(days=1), most=10) == 0
        assert accounts.forget_logins(conn, now(conn) + timedelta(days=1), most=10) == 1
        assert not conn.execute(sa.select(login)).first()
        assert conn.execute(sa.select(credential)).first()
