"""Whoever comes to count as an owner by a tie is told of it, once, and follows the record."""

from __future__ import annotations

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records.telling.reading import notices
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import follow
from hanok.engine.store.tables import grant
from tests.builders import a_catalog, a_record, a_user, with_tables

PARTY = """
label: {en: Party, ko: 모임}
traits: [owned]
owners: [owner, guests]
fields:
  name: {type: text, required: true}
  guests: {type: links, to: [user, guest], reverse: parties}
  helpers: {type: links, to: user, reverse: helped}
"""
GUEST = "{label: {en: Guest, ko: 손님}, fields: {name: {type: text, required: true}}}"
ROLE = "{label: {en: All, ko: 모두}, default: {list: all, view: all, create: all, edit: all, delete: all, assign: all}}"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/party.yaml": PARTY, "modules/guest.yaml": GUEST, "roles/everything.yaml": ROLE})


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def person(store: Store, catalog: Catalog, name: str) -> Actor:
    made = a_user(store, catalog, name, "everything")
    with store.write() as conn:
        conn.execute(grant.insert().values(holder=made.id, role="everything"))
    return made


@pytest.fixture
def mina(filled: Store, catalog: Catalog) -> Actor:
    return person(filled, catalog, "미나")


@pytest.fixture
def jun(filled: Store, catalog: Catalog) -> Actor:
    return person(filled, catalog, "준")


def said(store: Store, catalog: Catalog, actor: Actor) -> list[str]:
    with store.read() as conn:
        return [str(one.text) for one in notices(conn, catalog, actor).rows]


def test_whoever_is_invited_is_told_and_follows(filled: Store, catalog: Catalog, mina: Actor, jun: Actor) -> None:
    other = a_record(filled, catalog, "guest", mina, name="손님")
    guests = [{"module": "user", "id": str(jun.id)}, {"module": "user", "id": str(mina.id)},
              {"module": "guest", "id": str(other.id)}]  # fmt: skip
    one = a_record(filled, catalog, "party", mina, name="송년회", owner=str(mina.id), guests=guests)
    assert said(filled, catalog, jun) == ["미나 added you to 송년회."]
    assert said(filled, catalog, mina) == []
    with filled.read() as conn:
        assert jun.id in set(conn.scalars(follow.select().with_only_columns(follow.c.user_id)
                                          .where(follow.c.record == one.id)))  # fmt: skip


def test_the_owner_is_told_once_and_who_counts_for_nothing_is_not_told(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    ties = {"guests": [{"module": "user", "id": str(jun.id)}], "helpers": [str(jun.id)]}
    a_record(filled, catalog, "party", mina, name="송년회", owner=str(jun.id), **ties)
    assert said(filled, catalog, jun) == ["미나 gave you 송년회."]
    sora = person(filled, catalog, "소라")
    a_record(filled, catalog, "party", mina, name="신년회", owner=str(mina.id), helpers=[str(sora.id)])
    assert said(filled, catalog, sora) == []


def test_who_is_invited_later_is_told_and_of_many_at_once_nobody(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    one = a_record(filled, catalog, "party", mina, name="송년회", owner=str(mina.id))
    two = a_record(filled, catalog, "party", mina, name="신년회", owner=str(mina.id))
    with filled.write() as conn:
        raw = {"guests": [{"module": "user", "id": str(jun.id)}]}
        records.update(conn, catalog, mina, "party", one.id, raw, version=one.version)
        records.update(conn, catalog, mina, "party", one.id, raw, version=one.version)
        records.link(conn, catalog, mina, "user", jun.id or one.id, "parties", two.id, quiet=True)
    assert said(filled, catalog, jun) == ["미나 added you to 송년회."]
