"""Who somebody is here that a provider sends, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import roles_of
from hanok.engine.accounts.identities import identities_of, link_identity, unlink_identity
from hanok.engine.accounts.oidc import Claims, came_back, leave, provider_with, user_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound, Refused
from hanok.engine.store import Store, new_id
from hanok.engine.store.account_tables import away, deed
from hanok.engine.store.tables import credential
from tests.builders import a_record, an_actor
from tests.oidc.conftest import user_named

Making = Callable[..., UUID]
OURS = deed.c.subject == "identity"
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
MINA = Claims("s-1", email="Mina@Example.com", told_email="Mina@Example.com", last_name="김", first_name="미나")


@pytest.fixture
def find(site: Store, catalog: Catalog) -> Callable[[Claims], UUID]:
    """Who it is that the provider says."""

    def found(claims: Claims) -> UUID:
        with site.write() as conn:
            provider = provider_with(conn, catalog, "stranger")
            assert provider is not None
            return user_of(conn, catalog, provider, claims, now=NOW)

    return found


def change(site: Store, catalog: Catalog, user: records.Record, **values: Any) -> None:
    with site.write() as conn:
        records.update(conn, catalog, SYSTEM, "user", user.id, values, version=user.version, despite_duplicates=True)


def test_a_verified_address_finds_its_user_and_is_linked(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    id, mina = provider(), user_named(site, catalog, "mina")
    assert find(MINA) == mina.id
    with site.read() as conn:
        (known,) = identities_of(conn, mina.id)
        told = conn.execute(sa.select(deed.c.actor_id, deed.c.action, deed.c.changes).where(OURS)).one()
    assert (known.provider, known.subject, known.email) == (id, "s-1", "Mina@Example.com")
    changes = {"provider": [None, "Stranger"], "email": [None, "Mina@Example.com"]}
    assert tuple(told) == (mina.id, "made", changes)


def test_once_linked_the_subject_counts_and_nothing_else(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    provider()
    mina = user_named(site, catalog, "mina")
    find(MINA)
    assert find(Claims("s-1", email="admin@example.com")) == mina.id
    assert find(Claims("s-1")) == mina.id


@pytest.mark.parametrize(
    ("raw", "claims", "words"),
    [
        ({"matching": "linked"}, MINA, "linked"),
        ({}, Claims("s-1", told_email="mina@example.com"), "verified"),
        ({}, Claims("s-1", email="nobody@example.com"), "Nobody here has"),
        ({"domains": "example.org, other.example"}, MINA, "Nobody here has"),
        ({"matching": "create", "domains": "example.org"}, Claims("s-1", email="new@example.com"), "Nobody here has"),
        ({"matching": "create", "domains": "example.org"}, Claims("s-1", email="new@sub.example.org"), "Nobody here"),
    ],
)
def test_whoever_is_not_meant_is_refused(
    provider: Making, site: Store, find: Callable[[Claims], UUID], raw: dict[str, Any], claims: Claims, words: str
) -> None:
    provider(**raw)
    with pytest.raises(Denied, match=words):
        find(claims)
    with site.read() as conn:
        assert conn.execute(sa.select(deed.c.id).where(OURS)).first() is None


def test_who_was_set_inactive_does_not_come_back_nor_anew(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    provider(matching="create", domains="example.com")
    mina = user_named(site, catalog, "mina")
    find(MINA)
    change(site, catalog, user_named(site, catalog, "mina"), active=False)
    with pytest.raises(Denied, match="may not log in"):
        find(MINA)
    with pytest.raises(Denied, match="may not log in"):
        find(Claims("s-2", email="mina@example.com"))
    with site.read() as conn:
        assert len(identities_of(conn, mina.id)) == 1


def test_an_account_of_another_issuer_is_another_account(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    id = provider()
    find(MINA)
    with site.write() as conn:
        changes = {"issuer": "https://accounts.example.com"}
        records.update(conn, catalog, SYSTEM, "login_provider", id, changes, version=1)
    with pytest.raises(Denied, match="another provider"):
        find(MINA)


def test_an_address_that_was_given_to_somebody_else_is_not_her(
    provider: Making, find: Callable[[Claims], UUID]
) -> None:
    provider()
    find(MINA)
    with pytest.raises(Denied, match="Another account"):
        find(Claims("s-2", email="mina@example.com"))


def test_an_address_of_several_users_is_nobodys(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    provider()
    with site.write() as conn:
        raw = {"username": "mina2", "email": "MINA@example.com"}
        records.create(conn, catalog, SYSTEM, "user", raw, despite_duplicates=True)
    with pytest.raises(Denied, match="Several"):
        find(MINA)


def test_a_new_person_is_made_as_the_record_says(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    team = a_record(site, catalog, "team", name="Sales", key="sales").id
    provider(matching="create", domains="@Example.ORG", team=str(team), roles="owner_only, gone")
    id = find(Claims("s-9", email="Jin@example.org", last_name="진", first_name="수", locale="ko"))
    with site.read() as conn:
        made = records.get(conn, catalog, SYSTEM, "user", id)
        assert roles_of(conn, id) == ("owner_only",)
        assert conn.execute(sa.select(credential).where(credential.c.user_id == id)).first() is None
    assert (made["username"], made["email"], made.title) == ("jin@example.org", "Jin@example.org", "진수")
    assert made["team"].id == team
    assert find(Claims("s-9")) == id


def test_a_name_that_is_taken_gets_a_number(
    provider: Making, site: Store, catalog: Catalog, find: Callable[[Claims], UUID]
) -> None:
    provider(matching="create", domains="example.org")
    a_record(site, catalog, "user", username="jin@example.org", email="else@example.org")
    find(Claims("s-9", email="jin@example.org"))
    assert user_named(site, catalog, "jin@example.org2")["email"] == "jin@example.org"


def test_nobody_becomes_an_administrator(site: Store, catalog: Catalog, provider: Making) -> None:
    from hanok.engine.errors import Invalid

    with pytest.raises(Invalid, match="administrator"):
        provider(matching="create", domains="example.org", roles="administrator")


def test_an_account_there_belongs_to_one_user(site: Store, catalog: Catalog) -> None:
    mina, jin, provider = an_actor(new_id()), an_actor(new_id()), (new_id(), "P")
    with site.write() as conn:
        assert link_identity(conn, mina, (mina.id, "M"), provider, "s-1", issuer="i", email="", now=NOW)
        assert not link_identity(conn, mina, (mina.id, "M"), provider, "s-1", issuer="i", email="", now=NOW)
        with pytest.raises(Denied, match="somebody else"):
            link_identity(conn, jin, (jin.id, "J"), provider, "s-1", issuer="i", email="", now=NOW)
        with pytest.raises(Denied, match="Another account"):
            link_identity(conn, mina, (mina.id, "M"), provider, "s-2", issuer="i", email="", now=NOW)


def test_the_only_way_in_stays(site: Store, catalog: Catalog) -> None:
    jin, one, other = an_actor(new_id()), (new_id(), "One"), (new_id(), "Other")
    names, her = {one[0]: "One", other[0]: "Other"}, (jin.id, "J")
    with site.write() as conn:
        link_identity(conn, jin, her, one, "s-1", issuer="i", email="", now=NOW)
        with pytest.raises(Refused, match="only way"):
            unlink_identity(conn, jin, her, one[0], names=names)
        link_identity(conn, jin, her, other, "s-1", issuer="i", email="", now=NOW)
        with pytest.raises(Refused, match="only way"):
            unlink_identity(conn, jin, her, one[0], names={one[0]: "One"})
        unlink_identity(conn, jin, her, one[0], names=names)
        with pytest.raises(NotFound):
            unlink_identity(conn, jin, her, one[0], names=names)
        unlink_identity(conn, SYSTEM, her, other[0], names=names)
        assert identities_of(conn, jin.id) == ()
        actions = conn.scalars(sa.select(deed.c.action).where(OURS).order_by(deed.c.id)).all()
    assert actions == ["made", "made", "removed", "removed"]


# -- away ----------------------------------------------------------------------------------------------------------
def test_an_errand_ends_once_within_ten_minutes_in_its_browser(site: Store) -> None:
    here, there = new_id(), new_id()
    with site.write() as conn:
        going = leave(conn, here, onward="/x", now=NOW)
        late = leave(conn, here, onward="/", now=NOW, browser=going.browser)
        assert late.browser == going.browser and len({going.state, late.state, going.nonce, late.nonce}) == 4
        for provider, browser in ((there, going.browser), (here, "another"), (here, "")):
            with pytest.raises(Refused):
                came_back(conn, provider, state=going.state, browser=browser, now=NOW)
        back = came_back(conn, here, state=going.state, browser=going.browser, now=NOW + timedelta(minutes=9))
        assert (back.nonce, back.verifier, back.onward) == (going.nonce, going.verifier, "/x")
        with pytest.raises(Refused):
            came_back(conn, here, state=going.state, browser=going.browser, now=NOW)
        with pytest.raises(Refused):
            came_back(conn, here, state=late.state, browser=late.browser, now=NOW + timedelta(minutes=11))


def test_the_database_alone_is_good_for_nothing(site: Store) -> None:
    with site.write() as conn:
        going = leave(conn, new_id(), onward="/", now=NOW)
        row = conn.execute(sa.select(away)).one()
        secrets = {going.state, going.browser, going.nonce, going.verifier}
        assert not secrets & {str(value) for value in row}
        leave(conn, new_id(), onward="/", now=NOW + timedelta(minutes=10))
        assert len(conn.execute(sa.select(away)).all()) == 1
