"""Tokens: shown once, for a time, with some of the rights of their user, and dead with her."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor, Behind, may
from hanok.engine.accounts import grants, token_list, tokens
from hanok.engine.accounts.acting import actor_with
from hanok.engine.accounts.token_list import Uses
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed, token
from tests.builders import Statements, an_administrator

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def herself(filled: Store, catalog: Catalog, mina: UUID) -> Actor:
    with filled.read() as conn:
        return actor_with(conn, catalog, mina)


def a_token(store: Store, catalog: Catalog, actor: Actor, *scopes: str, days: int = 90) -> str:
    with store.write() as conn:
        return tokens.make(conn, catalog, actor, name="robot", days=days, scopes=scopes or None, now=NOON)[0]


def look(store: Store, catalog: Catalog, text: str, *, now: datetime = NOON) -> tokens.Program | None:
    with store.read() as conn:
        return tokens.program_of(conn, catalog, text, now=now)


def test_a_token_is_known_by_its_looks_and_kept_as_a_hash(filled: Store, catalog: Catalog, herself: Actor) -> None:
    text = a_token(filled, catalog, herself)
    assert re.fullmatch(r"hnk_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}", text)
    with filled.read() as conn:
        row = conn.execute(sa.select(token)).mappings().one()
        told = conn.execute(sa.select(deed).where(deed.c.subject == "token")).mappings().one()
    assert row["hint"] == text[:10]
    assert all(text[12:40] not in str(value) for value in (*row.values(), *told.values()))
    assert (told["subject"], told["action"], told["about"]) == ("token", "made", str(herself.id))


@given(st.text(alphabet="abcXYZ019_-", min_size=43, max_size=43))
def test_signs_that_fit_tell_a_token_from_text_that_looks_alike(secret: str) -> None:
    text = tokens.PREFIX + secret + tokens._check(secret)
    assert tokens.looks_right(text)
    other = "a" if text[10] != "a" else "b"
    assert not tokens.looks_right(text[:10] + other + text[11:])
    assert not tokens.looks_right(text + "a")
    assert not tokens.looks_right(text.replace("hnk_", "hnx_"))


def test_one_statement_says_who_comes(filled: Store, catalog: Catalog, herself: Actor) -> None:
    text = a_token(filled, catalog, herself)
    counted = Statements(filled)
    found = look(filled, catalog, text)
    assert found is not None
    assert found.actor.id == herself.id
    assert found.actor.roles == ("owner_only",)
    assert len(counted.queries) == 1
    assert look(filled, catalog, "hnk_" + "x" * 49) is None
    assert len(counted.queries) == 1, "what cannot be a token is not looked for"


def test_it_ends_with_its_time(filled: Store, catalog: Catalog, herself: Actor) -> None:
    text = a_token(filled, catalog, herself, days=1)
    assert look(filled, catalog, text, now=NOON + timedelta(hours=23, minutes=59))
    assert look(filled, catalog, text, now=NOON + timedelta(days=1)) is None


@pytest.mark.parametrize("days", [0, -1, 366, 100_000])
def test_none_lives_for_ever(filled: Store, catalog: Catalog, herself: Actor, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        a_token(filled, catalog, herself, days=days)
    assert "days" in refused.value.errors


def test_it_is_dead_as_soon_as_its_user_is(filled: Store, catalog: Catalog, herself: Actor) -> None:
    assert herself.id
    text = a_token(filled, catalog, herself)
    with filled.write() as conn:
        records.update(conn, catalog, SYSTEM, "user", herself.id, {"active": "false"}, version=1)
    assert look(filled, catalog, text) is None
    with filled.write() as conn:
        records.update(conn, catalog, SYSTEM, "user", herself.id, {"active": "true"}, version=2)
    assert look(filled, catalog, text)
    with filled.write() as conn:
        records.delete(conn, catalog, an_administrator(), "user", herself.id)
    assert look(filled, catalog, text) is None


def test_a_new_password_leaves_it(filled: Store, catalog: Catalog, herself: Actor, hashed: str) -> None:
    assert herself.id
    text = a_token(filled, catalog, herself)
    with filled.write() as conn:
        accounts.set_password(conn, herself.id, hashed)
    assert look(filled, catalog, text)


def test_a_revoked_one_is_dead_and_that_is_kept(filled: Store, catalog: Catalog, herself: Actor) -> None:
    text, other = a_token(filled, catalog, herself), a_token(filled, catalog, herself)
    found = look(filled, catalog, text)
    assert found is not None
    with filled.write() as conn:
        tokens.revoke(conn, herself, found.id)
    assert look(filled, catalog, text) is None
    assert look(filled, catalog, other)
    with filled.read() as conn:
        told = sa.select(deed.c.action).where(deed.c.subject == "token").order_by(deed.c.id.desc())
        actions = conn.scalars(told).all()
    assert actions[0] == "removed"
    with filled.write() as conn, pytest.raises(NotFound):
        tokens.revoke(conn, herself, found.id)


def test_others_tokens_are_revoked_by_whoever_runs_the_site(
    filled: Store, catalog: Catalog, herself: Actor
) -> None:
    text = a_token(filled, catalog, herself)
    found = look(filled, catalog, text)
    assert found is not None and herself.id
    somebody = Actor(id=found.id, username="x", title="X", roles=("owner_only",))
    with filled.write() as conn, pytest.raises(NotFound):
        tokens.revoke(conn, somebody, found.id)
    with filled.write() as conn, pytest.raises(Denied):
        tokens.revoke_all(conn, somebody, herself.id)
    with filled.write() as conn:
        assert tokens.revoke_all(conn, an_administrator(), herself.id) == 1
    assert look(filled, catalog, text) is None


def test_neither_programs_nor_whoever_is_in_her_place_make_or_revoke_any(
    filled: Store, catalog: Catalog, herself: Actor
) -> None:
    found = look(filled, catalog, a_token(filled, catalog, herself))
    assert found is not None and herself.id
    in_her_place = Actor(id=herself.id, username="mina", title="Mina", by=Behind(found.id, "Admin"))
    for actor in (found.actor, in_her_place):
        with filled.write() as conn, pytest.raises(Denied):
            tokens.make(conn, catalog, actor, name="more")
        with filled.write() as conn, pytest.raises(Denied):
            tokens.revoke(conn, actor, found.id)
        with filled.write() as conn, pytest.raises(Denied):
            tokens.revoke_all(conn, actor, herself.id)


def test_a_token_of_an_administrator_does_not_run_the_site(filled: Store, catalog: Catalog, mina: UUID) -> None:
    with filled.write() as conn:
        accounts.grant(conn, mina, ADMINISTRATOR)
        admin = actor_with(conn, catalog, mina)
    found = look(filled, catalog, a_token(filled, catalog, admin))
    assert admin.governs
    assert found is not None
    assert found.actor.admin and not found.actor.governs
    with filled.write() as conn, pytest.raises(Denied):
        grants.give(conn, catalog, found.actor, "user", mina, "owner_only")
    with filled.write() as conn, pytest.raises(Denied):
        tokens.make(conn, catalog, found.actor, name="another", user=mina)


def test_scopes_keep_rights_back_from_administrators_too(filled: Store, catalog: Catalog, mina: UUID) -> None:
    with filled.write() as conn:
        accounts.grant(conn, mina, ADMINISTRATOR)
        admin = actor_with(conn, catalog, mina)
    found = look(filled, catalog, a_token(filled, catalog, admin, "company:read", "person:write"))
    assert found is not None

    def rights(module: str) -> list[str]:
        asked = ("list", "view", "export", "create", "edit", "delete", "massupdate", "import", "assign")
        return [action for action in asked if may(catalog, found.actor, module, action)]

    assert rights("company") == ["list", "view", "export"]
    assert len(rights("person")) == 9
    assert rights("user") == []
    with filled.read() as conn, pytest.raises(NotFound):
        records.get(conn, catalog, found.actor, "user", mina)
    with filled.write() as conn, pytest.raises(Denied):
        records.create(conn, catalog, found.actor, "company", {"name": "Escaped"})


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (("write", "company:read"), ["write"]),
        (("read", "company:read", "person:write"), ["person:write", "read"]),
        (("company:write", "company:read"), ["company:write"]),
    ],
)
def test_scopes_are_kept_without_what_others_include(
    filled: Store, catalog: Catalog, herself: Actor, asked: tuple[str, ...], kept: list[str]
) -> None:
    a_token(filled, catalog, herself, *asked)
    with filled.read() as conn:
        assert conn.scalar(sa.select(token.c.scopes)) == kept


@pytest.mark.parametrize("scopes", [["nothing:read"], ["company:admin"], ["company"], ["*"], [""], [":read"], []])
def test_there_is_no_other_scope(filled: Store, catalog: Catalog, herself: Actor, scopes: list[str]) -> None:
    with filled.write() as conn, pytest.raises(Invalid) as refused:
        tokens.make(conn, catalog, herself, name="robot", scopes=scopes)
    assert list(refused.value.errors) == ["scopes"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines"])
def test_a_token_has_a_name(filled: Store, catalog: Catalog, herself: Actor, name: str) -> None:
    with filled.write() as conn, pytest.raises(Invalid) as refused:
        tokens.make(conn, catalog, herself, name=name)
    assert list(refused.value.errors) == ["name"]


def test_nobody_has_any_number_of_them(filled: Store, catalog: Catalog, herself: Actor) -> None:
    with filled.write() as conn:
        for _ in range(tokens.MOST):
            tokens.make(conn, catalog, herself, name="robot")
        with pytest.raises(Refused):
            tokens.make(conn, catalog, herself, name="one more")


def test_when_it_was_used_is_written_in_batches(filled: Store, catalog: Catalog, herself: Actor) -> None:
    text, uses = a_token(filled, catalog, herself), Uses()
    found = look(filled, catalog, text)
    assert found is not None and herself.id
    uses.note(found, "192.0.2.1", now=NOON)
    uses.note(found, "192.0.2.2", now=NOON + timedelta(minutes=1))
    assert uses.write(filled) == 1
    assert uses.write(filled) == 0
    with filled.read() as conn:
        (kept,) = tokens.tokens_of(conn, herself.id)
    assert (kept.used, kept.address) == (NOON + timedelta(minutes=1), "192.0.2.2")
    later = look(filled, catalog, text)
    assert later is not None
    uses.note(later, "192.0.2.3", now=NOON + timedelta(minutes=3))
    assert uses.write(filled) == 0


def test_the_list_of_all_tells_living_expired_and_unused_ones(
    filled: Store, catalog: Catalog, herself: Actor
) -> None:
    with filled.write() as conn:
        for name, days in (("short", 1), ("long", 200)):
            tokens.make(conn, catalog, herself, name=name, days=days, now=NOON)

    def names(state: str, words: str = "", *, days: int = 40) -> list[str]:
        with filled.read() as conn:
            found = token_list.tokens(conn, catalog, state=state, words=words, now=NOON + timedelta(days=days))
        return sorted(one.token.name for one in found.tokens)

    assert names("") == ["long", "short"]
    assert names("living") == ["long"]
    assert names("expired") == ["short"]
    assert names("unused") == ["long"]
    assert names("unused", days=0) == []
    assert names("", "MI") == ["long", "short"]
    assert names("", "mo") == []


def test_the_list_goes_on_where_it_ended(filled: Store, catalog: Catalog, herself: Actor) -> None:
    with filled.write() as conn:
        for number in range(5):
            tokens.make(conn, catalog, herself, name=f"robot {number}")
    with filled.read() as conn:
        first = token_list.tokens(conn, catalog, size=3)
        rest = token_list.tokens(conn, catalog, size=3, after=first.last)
    assert [one.token.name for one in (*first.tokens, *rest.tokens)] == [f"robot {n}" for n in (4, 3, 2, 1, 0)]
    assert rest.last is None
