"""Second factors: codes that count once, recovery codes, the second step, passkeys, and who tries to get around."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.accounts import challenges, factors, passkeys, second, totp
from hanok.engine.accounts.recovery import codes_left, hashed_code, new_codes, salt_of, store_codes, take_recovery
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound, Refused
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.store import Store
from hanok.engine.store.account_tables import challenge, deed, factor, recovery
from hanok.engine.store.tables import credential, login, session
from tests.accounts.conftest import PASSWORD
from tests.authenticator import Authenticator
from tests.builders import an_administrator

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
KEYS = Keys((new_key(),))
HERE = second.Browser("192.0.2.1", "a browser")
SITE = passkeys.Site("crm.example.com", "https://crm.example.com", "CRM")


def code(secret: str, at: datetime = NOON) -> str:
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def actor(mina: UUID) -> Actor:
    return Actor(id=mina, username="Mina", title="김미나")


@pytest.fixture
def secret(filled: Store, actor: Actor) -> str:
    """The secret of an app that mina has confirmed an hour ago."""
    return an_app(filled, actor)


def an_app(store: Store, actor: Actor, *, at: datetime = NOON - timedelta(hours=1)) -> str:
    assert actor.id
    with store.write() as conn:
        id = totp.begin_totp(conn, KEYS, actor.id, "phone", now=at)
        found = totp.waiting_secret(conn, KEYS, actor.id, id, now=at)
        assert totp.confirm_totp(conn, KEYS, actor, id, code(found, at), "phone", now=at)
    return found


def enter(store: Store, catalog: Catalog, *, device: str = "", now: datetime = NOON) -> str:
    return accounts.log_in(
        store, catalog, "mina", PASSWORD, address="192.0.2.1", agent="", now=now, device=device
    )[0]


def pending(store: Store, catalog: Catalog, *, now: datetime = NOON) -> accounts.Pending:
    token = enter(store, catalog, now=now)
    with store.read() as conn:
        found = accounts.pending_of(conn, catalog, token, now=now)
    assert found
    return found


def step(
    store: Store, catalog: Catalog, waiting: accounts.Pending, text: str, means: str = "totp", *, now: datetime = NOON
) -> str:
    return second.second_step(store, catalog, KEYS, waiting, means, text, browser=HERE, now=now)


# -- authenticator apps --------------------------------------------------------------------------------------------
def test_the_secret_is_locked_and_counts_once_it_is_confirmed(filled: Store, actor: Actor, mina: UUID) -> None:
    with filled.write() as conn:
        id = totp.begin_totp(conn, KEYS, mina, "phone", now=NOON)
        found = totp.waiting_secret(conn, KEYS, mina, id, now=NOON)
        assert found not in str(conn.execute(sa.select(factor)).all())
        assert not totp.confirm_totp(conn, KEYS, actor, id, "000000", "phone", now=NOON)
        assert not factors.has_factor(conn, mina)
        assert totp.confirm_totp(conn, KEYS, actor, id, code(found), " my  phone ", now=NOON)
        assert [(one.kind, one.name) for one in factors.factors_of(conn, mina)] == [("totp", "my phone")]
        assert conn.execute(sa.select(deed.c.subject, deed.c.action, deed.c.title)).all()[-1] == (
            "factor", "made", "my phone",
        )  # fmt: skip


def test_nothing_is_enrolled_without_a_key_of_the_site(filled: Store, mina: UUID) -> None:
    with filled.write() as conn, pytest.raises(Refused, match="hanok keys new"):
        totp.begin_totp(conn, Keys(), mina, "phone", now=NOON)


def test_an_app_that_nobody_confirms_is_forgotten(filled: Store, mina: UUID) -> None:
    with filled.write() as conn:
        id = totp.begin_totp(conn, KEYS, mina, "phone", now=NOON)
        with pytest.raises(NotFound):
            totp.waiting_secret(conn, KEYS, mina, id, now=NOON + timedelta(hours=2))
        assert factors.forget_unconfirmed(conn, now=NOON) == 0
        assert factors.forget_unconfirmed(conn, now=NOON + timedelta(hours=1)) == 1


@pytest.mark.parametrize(("late", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_counts_one_step_around_now(filled: Store, mina: UUID, secret: str, late: int, good: bool) -> None:
    with filled.write() as conn:
        said = code(secret, NOON + timedelta(seconds=late))
        assert totp.take_code(conn, KEYS, mina, said, now=NOON) is good


def test_a_code_counts_once_and_none_before_it_counts_then(filled: Store, mina: UUID, secret: str) -> None:
    with filled.write() as conn:
        assert totp.take_code(conn, KEYS, mina, code(secret), now=NOON)
        assert not totp.take_code(conn, KEYS, mina, code(secret), now=NOON)
        assert not totp.take_code(conn, KEYS, mina, code(secret, NOON - timedelta(seconds=30)), now=NOON)
        assert totp.take_code(conn, KEYS, mina, code(secret, NOON + timedelta(seconds=30)), now=NOON)


def test_secrets_are_locked_with_the_newest_key_again(filled: Store, mina: UUID, secret: str) -> None:
    newer = new_key()
    with filled.write() as conn:
        assert totp.renew_secrets(conn, Keys((newer, *KEYS.written))) == 1
        assert totp.take_code(conn, Keys((newer,)), mina, code(secret), now=NOON)


# -- recovery codes ------------------------------------------------------------------------------------------------
def test_recovery_codes_are_stored_hashed_count_once_and_end_with_newer_ones(
    filled: Store, actor: Actor, mina: UUID, secret: str
) -> None:
    codes = new_codes()
    assert len(set(codes.shown)) == 10
    with filled.write() as conn:
        store_codes(conn, actor, codes, now=NOON)
        kept = str(conn.execute(sa.select(recovery)).all())
        assert not any(one.replace("-", "") in kept or one in kept for one in codes.shown)
        typed = hashed_code(codes.shown[3].upper().replace("-", " "), salt_of(conn, mina))
        assert (take_recovery(conn, actor, typed, now=NOON), take_recovery(conn, actor, typed, now=NOON)) == (
            True, False,
        )  # fmt: skip
        assert codes_left(conn, mina) == 9
        other = replace(actor, id=uuid4())
        assert not take_recovery(conn, other, codes.stored[0], now=NOON)
        store_codes(conn, actor, new_codes(), now=NOON)
        assert codes_left(conn, mina) == 10
        assert not take_recovery(conn, actor, codes.stored[0], now=NOON)


# -- the second step -----------------------------------------------------------------------------------------------
def test_the_password_alone_opens_nothing(filled: Store, catalog: Catalog, mina: UUID, secret: str) -> None:
    token = enter(filled, catalog)
    with filled.read() as conn:
        assert accounts.session_of(conn, catalog, token, now=NOON) is None
        assert accounts.sessions_of(conn, mina, now=NOON) == ()
        assert accounts.pending_of(conn, catalog, token, now=NOON + timedelta(minutes=10)) is None
        assert conn.execute(sa.select(login.c.ok, login.c.means)).one() == (True, "first")


def test_a_right_code_opens_another_session_under_another_token(filled: Store, catalog: Catalog, secret: str) -> None:
    token = enter(filled, catalog)
    with filled.read() as conn:
        waiting = accounts.pending_of(conn, catalog, token, now=NOON)
    assert waiting
    new = step(filled, catalog, waiting, code(secret))
    with filled.read() as conn:
        assert accounts.pending_of(conn, catalog, token, now=NOON) is None
        found = accounts.session_of(conn, catalog, new, now=NOON)
        assert conn.scalar(sa.select(sa.func.count()).select_from(session)) == 1
    assert new != token and found and found.data == {"second": "totp"} and found.means == "password"


def test_a_pending_session_is_used_once(filled: Store, catalog: Catalog, secret: str) -> None:
    waiting = pending(filled, catalog)
    step(filled, catalog, waiting, code(secret))
    with pytest.raises(Denied, match="Log in again"):
        step(filled, catalog, waiting, code(secret, NOON + timedelta(seconds=30)))


def test_a_code_that_opened_one_session_opens_no_other(filled: Store, catalog: Catalog, secret: str) -> None:
    step(filled, catalog, pending(filled, catalog), code(secret))
    with pytest.raises(Denied, match="used already"):
        step(filled, catalog, pending(filled, catalog), code(secret))


def test_after_five_wrong_codes_the_right_one_waits_too_in_every_session(
    filled: Store, catalog: Catalog, actor: Actor, secret: str
) -> None:
    codes = new_codes()
    with filled.write() as conn:
        store_codes(conn, actor, codes, now=NOON)
    for number in range(5):
        means = "recovery" if number % 2 else "totp"
        with pytest.raises(Denied, match="not right"):
            step(filled, catalog, pending(filled, catalog), "000000", means)
    for means, said in (("totp", code(secret)), ("recovery", codes.shown[0])):
        with pytest.raises(Denied, match="Minutes to wait: 15"):
            step(filled, catalog, pending(filled, catalog), said, means)
    later = NOON + timedelta(minutes=15)
    assert step(filled, catalog, pending(filled, catalog, now=later), code(secret, later), now=later)


def test_wrong_codes_do_not_count_against_the_password(filled: Store, catalog: Catalog, secret: str) -> None:
    waiting = pending(filled, catalog)
    for _ in range(5):
        with pytest.raises(Denied):
            step(filled, catalog, waiting, "000000")
    with filled.write() as conn:
        factors.remove_all(conn, an_administrator(), waiting.actor.id or uuid4(), title="김미나")
    token = enter(filled, catalog)
    with filled.read() as conn:
        assert accounts.session_of(conn, catalog, token, now=NOON)


def test_the_codes_of_somebody_else_open_nothing(filled: Store, catalog: Catalog, hashed: str, secret: str) -> None:
    raw = {"username": "eve", "last_name": "Eve", "email": "eve@example.com"}
    with filled.write() as conn:
        eve = accounts.create_user(conn, catalog, an_administrator(), raw, password=hashed)
    hers = an_app(filled, Actor(id=eve, username="eve", title="Eve"))
    with pytest.raises(Denied, match="not right"):
        step(filled, catalog, pending(filled, catalog), code(hers))


def test_a_recovery_code_is_a_second_step(filled: Store, catalog: Catalog, actor: Actor, secret: str) -> None:
    codes = new_codes()
    with filled.write() as conn:
        store_codes(conn, actor, codes, now=NOON)
    assert step(filled, catalog, pending(filled, catalog), codes.shown[0], "recovery")
    with pytest.raises(Denied, match="used already"):
        step(filled, catalog, pending(filled, catalog), codes.shown[0], "recovery")


def test_attempts_side_by_side_count_too(filled: Store, catalog: Catalog, secret: str) -> None:
    waiting = pending(filled, catalog)

    def attempt(number: int) -> str:
        with pytest.raises(Denied) as caught:
            step(filled, catalog, waiting, f"{number:06}")
        return str(caught.value)

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(attempt, range(12)))
    assert sum("not right" in one for one in said) == 5
    assert sum("Minutes to wait" in one for one in said) == 7


def test_a_hundred_wrong_codes_in_a_row_end_codes_until_something_else_was_right(
    filled: Store, catalog: Catalog, actor: Actor, mina: UUID, secret: str
) -> None:
    codes = new_codes()
    wrong = [{"id": uuid4(), "at": NOON - timedelta(hours=number), "username": "mina", "user_id": mina, "ok": False,
              "address": "192.0.2.66", "means": "totp"} for number in range(1, 101)]  # fmt: skip
    with filled.write() as conn:
        store_codes(conn, actor, codes, now=NOON)
        conn.execute(sa.update(credential).values(changed=NOON - timedelta(days=100)))
        conn.execute(login.insert(), wrong)
    with pytest.raises(Denied, match="recovery code or a passkey"):
        step(filled, catalog, pending(filled, catalog), code(secret))
    assert step(filled, catalog, pending(filled, catalog), codes.shown[0], "recovery")
    later = NOON + timedelta(minutes=1)
    assert step(filled, catalog, pending(filled, catalog, now=later), code(secret, later), now=later)


def test_a_new_password_is_no_way_around_the_second_step(
    filled: Store, catalog: Catalog, mina: UUID, secret: str
) -> None:
    with filled.write() as conn:
        accounts.set_password(conn, mina, accounts.password_of(conn, mina))
    assert pending(filled, catalog).actor.id == mina


# -- remembered browsers -------------------------------------------------------------------------------------------
def test_a_remembered_browser_needs_the_password_alone_for_thirty_days(
    filled: Store, catalog: Catalog, actor: Actor, mina: UUID, secret: str
) -> None:
    with filled.write() as conn:
        device = factors.remember_device(conn, mina, "Chrome", {}, now=NOON)
        assert device not in str(conn.execute(sa.select(factor)).all())
    opened = (NOON, NOON + timedelta(days=29, hours=23))
    for at, known in ((opened[0], True), (opened[1], True), (NOON + timedelta(days=30), False)):
        token = enter(filled, catalog, device=device, now=at)
        with filled.read() as conn:
            assert (accounts.session_of(conn, catalog, token, now=at) is not None) is known, at


def test_a_new_password_and_the_last_factor_take_remembered_browsers_along(
    filled: Store, catalog: Catalog, actor: Actor, mina: UUID, secret: str
) -> None:
    with filled.write() as conn:
        factors.remember_device(conn, mina, "Chrome", {}, now=NOON)
        accounts.set_password(conn, mina, accounts.password_of(conn, mina))
        assert factors.devices_of(conn, mina, now=NOON) == ()
        factors.remember_device(conn, mina, "Chrome", {}, now=NOON)
        (one,) = factors.factors_of(conn, mina)
        with pytest.raises(Refused, match="Add another one"):
            factors.remove(conn, actor, one.id, needed=True)
        factors.remove(conn, actor, one.id)
        assert not conn.scalar(sa.select(sa.func.count()).select_from(factor))


def test_nobody_touches_the_factors_of_somebody_else(filled: Store, actor: Actor, mina: UUID, secret: str) -> None:
    stranger = replace(actor, id=uuid4())
    with filled.write() as conn:
        (one,) = factors.factors_of(conn, mina)
        with pytest.raises(NotFound):
            factors.remove(conn, stranger, one.id)
        with pytest.raises(NotFound):
            factors.rename(conn, stranger, one.id, "x")
        device = factors.remember_device(conn, uuid4(), "Chrome", {}, now=NOON)
        assert not factors.is_remembered(conn, mina, device, now=NOON)


def test_who_must_have_one_is_a_question_of_the_setting() -> None:
    admin, rep = an_administrator(), Actor(id=uuid4(), username="rep", title="Rep")
    wanted = [[factors.must_have(one, who) for who in (admin, rep)] for one in ("none", "administrators", "everyone")]
    assert wanted == [[False, False], [True, False], [True, True]]


# -- passkeys ------------------------------------------------------------------------------------------------------
@pytest.fixture
def key(filled: Store, actor: Actor) -> Authenticator:
    """A passkey of mina."""
    made = Authenticator(SITE.origin)
    with filled.write() as conn:
        options, asked = passkeys.registration(conn, SITE, actor, now=NOON)
        challenges.take_challenge(conn, "new", actor.id, asked, now=NOON)
        passkeys.register(conn, SITE, actor, made.make(options), asked, "key", now=NOON)
    return made


def signed(store: Store, key: Authenticator, *, grows: int = 1) -> tuple[dict[str, object], bytes]:
    with store.write() as conn:
        options, asked = passkeys.authentication(conn, SITE, "login", None, now=NOON)
    return key.sign(options, grows=grows), asked


def took(store: Store, answer: dict[str, object], asked: bytes) -> UUID:
    """Whose key answered, as the face asks it."""
    with store.write() as conn:
        known = passkeys.known_key(conn, answer)
        counter = passkeys.verify(SITE, known, answer, asked, names_user=True)
        passkeys.note_use(conn, known, counter, now=NOON)
    return known.user_id


def test_a_passkey_says_who_comes_and_is_two_factors_in_one(
    filled: Store, catalog: Catalog, mina: UUID, key: Authenticator
) -> None:
    assert took(filled, *signed(filled, key)) == mina
    with filled.write() as conn:
        token = accounts.enter(conn, catalog, mina, means="passkey", address="", agent="", now=NOON)
        found = accounts.session_of(conn, catalog, token, now=NOON)
    assert found and (found.means, found.data) == ("passkey", {"second": "passkey"})


def test_a_challenge_is_used_once_by_whom_and_for_what_it_was_asked(filled: Store, mina: UUID) -> None:
    with filled.write() as conn:
        _, asked = passkeys.authentication(conn, SITE, "second", mina, now=NOON)
        for purpose, user, at in (("login", mina, NOON), ("second", None, NOON), ("second", uuid4(), NOON),
                                  ("second", mina, NOON + timedelta(minutes=5))):  # fmt: skip
            with pytest.raises(Denied):
                challenges.take_challenge(conn, purpose, user, asked, now=at)
        challenges.take_challenge(conn, "second", mina, asked, now=NOON)
        with pytest.raises(Denied):
            challenges.take_challenge(conn, "second", mina, asked, now=NOON)
        passkeys.authentication(conn, SITE, "login", None, now=NOON)
        assert challenges.forget_challenges(conn, now=NOON + timedelta(minutes=5)) == 1
        assert not conn.scalar(sa.select(sa.func.count()).select_from(challenge))


def test_the_answer_to_another_challenge_is_refused(filled: Store, key: Authenticator) -> None:
    answer, _ = signed(filled, key)
    _, other = signed(filled, key)
    with pytest.raises(Denied):
        took(filled, answer, other)


@pytest.mark.parametrize("lie", [{"origin": "https://crm.example.com.evil.example"}, {"verifies": False},
                                 {"user": b"somebody else 16"}, {"user": b""}])  # fmt: skip
def test_a_key_that_lies_is_refused(filled: Store, key: Authenticator, lie: dict[str, object]) -> None:
    with pytest.raises(Denied):
        took(filled, *signed(filled, replace(key, **lie)))  # type: ignore[arg-type]


def test_another_key_with_the_same_name_is_refused(filled: Store, key: Authenticator) -> None:
    thief = Authenticator(SITE.origin, id=key.id, user=key.user, counter=50)
    with pytest.raises(Denied):
        took(filled, *signed(filled, thief))


def test_a_key_whose_counter_does_not_grow_may_be_a_copy(filled: Store, key: Authenticator) -> None:
    took(filled, *signed(filled, key, grows=5))
    for grows in (0, -1):
        with pytest.raises(Denied):
            took(filled, *signed(filled, key, grows=grows))


def test_nonsense_is_refused_as_everything_else(filled: Store, key: Authenticator) -> None:
    answer, asked = signed(filled, key)
    nonsense: list[dict[str, object]] = [
        {}, {"id": answer["id"]}, {**answer, "response": "x"}, {**answer, "id": "x\x00"},
        {**answer, "response": {"userHandle": 5}}, {**answer, "response": {**answer["response"], "signature": "!"}},  # type: ignore[dict-item]
    ]  # fmt: skip
    for one in nonsense:
        with pytest.raises(Denied):
            took(filled, one, asked)


def test_a_key_without_a_pin_is_not_kept(filled: Store, actor: Actor) -> None:
    made = Authenticator(SITE.origin, verifies=False)
    with filled.write() as conn:
        options, asked = passkeys.registration(conn, SITE, actor, now=NOON)
        with pytest.raises(Refused):
            passkeys.register(conn, SITE, actor, made.make(options), asked, "key", now=NOON)


def test_a_key_that_is_there_is_not_asked_for_again(filled: Store, actor: Actor, key: Authenticator) -> None:
    with filled.write() as conn:
        options, asked = passkeys.registration(conn, SITE, actor, now=NOON)
        assert len(options["excludeCredentials"]) == 1
        with pytest.raises(Refused, match="already"):
            passkeys.register(conn, SITE, actor, key.make(options), asked, "again", now=NOON)


def test_of_two_factors_that_are_removed_side_by_side_one_stays_where_the_site_asks_for_one(
    filled: Store, actor: Actor, secret: str
) -> None:
    an_app(filled, actor)
    with filled.read() as conn:
        first, second_one = factors.factors_of(conn, actor.id or UUID(int=0))

    def other() -> str:
        try:
            with filled.write() as conn:
                return factors.remove(conn, actor, second_one.id, needed=True).name
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(1) as pool:
        with filled.write() as conn:
            factors.remove(conn, actor, first.id, needed=True)
            told = pool.submit(other)
            while conn.dialect.name == "postgresql" and not told.done() and not waits(filled):
                pass
        assert "Add another one before" in told.result()
    with filled.read() as conn:
        assert [one.id for one in factors.factors_of(conn, actor.id or UUID(int=0))] == [second_one.id]


def waits(store: Store) -> bool:
    """Whether somebody waits for a row on this database."""
    with store.read() as conn:
        return bool(conn.exec_driver_sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).first())  # fmt: skip
