"""Favourites and what was opened last: one's own, newest first, and never more than one may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound
from hanok.engine.records import favourites
from hanok.engine.records.recent import MOST, Openings, recently_viewed
from hanok.engine.store import Store, new_id
from hanok.engine.store.desk_tables import recent as kept
from tests.builders import a_record, a_user

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "rep", "owner_only")


def hers(store: Store, catalog: Catalog, rep: Actor, name: str) -> UUID:
    return a_record(store, catalog, "company", name=name, owner=str(rep.id)).id


def seen(store: Store, catalog: Catalog, who: Actor, openings: Openings) -> list[str]:
    with store.read() as conn:
        return [one.title for one in recently_viewed(conn, catalog, who, openings.of(who.id or new_id()))]


def stars(store: Store, catalog: Catalog, who: Actor) -> list[str]:
    with store.read() as conn:
        return [one.title for one in favourites.favourites(conn, catalog, who)]


def test_a_star_stays_until_it_is_taken_off(filled: Store, catalog: Catalog, rep: Actor) -> None:
    first, second = (hers(filled, catalog, rep, name) for name in ("가", "나"))
    with filled.write() as conn:
        for id in (first, second, second):
            favourites.star(conn, catalog, rep, "company", id)
        assert favourites.is_favourite(conn, rep, "company", first)
    assert sorted(stars(filled, catalog, rep)) == ["가", "나"]
    with filled.write() as conn:
        favourites.unstar(conn, rep, "company", first)
        assert not favourites.is_favourite(conn, rep, "company", first)
    assert stars(filled, catalog, rep) == ["나"]


def test_what_one_may_not_view_gets_no_star_and_is_not_shown(filled: Store, catalog: Catalog, rep: Actor) -> None:
    foreign = a_record(filled, catalog, "company", name="남의 것").id
    own = hers(filled, catalog, rep, "내 것")
    with filled.write() as conn:
        with pytest.raises(NotFound):
            favourites.star(conn, catalog, rep, "company", foreign)
        favourites.star(conn, catalog, rep, "company", own)
        records.update(conn, catalog, SYSTEM, "company", own, {"owner": None}, version=1)
    openings = Openings()
    for id in (foreign, own):
        openings.note(rep.id or own, "company", id)
    assert stars(filled, catalog, rep) == []
    assert seen(filled, catalog, rep, openings) == []


def test_the_latest_comes_first_written_or_not(filled: Store, catalog: Catalog, rep: Actor) -> None:
    assert rep.id
    ids = {name: hers(filled, catalog, rep, name) for name in ("가", "나", "다")}
    openings = Openings()
    for number, name in enumerate(("가", "나", "다")):
        openings.note(rep.id, "company", ids[name], now=AT + timedelta(minutes=number))
    assert seen(filled, catalog, rep, openings) == ["다", "나", "가"]
    assert openings.write(filled) == 3
    assert openings.of(rep.id) == ()
    openings.note(rep.id, "company", ids["가"], now=AT + timedelta(hours=1))
    assert seen(filled, catalog, rep, openings) == ["가", "다", "나"]
    openings.write(filled)
    assert seen(filled, catalog, rep, openings) == ["가", "다", "나"]
    assert openings.write(filled) == 0


def test_no_more_are_kept_than_anybody_looks_at(filled: Store, rep: Actor) -> None:
    assert rep.id
    openings = Openings()
    for number in range(MOST + 5):
        openings.note(rep.id, "company", new_id(), now=AT + timedelta(minutes=number))
        if number % 20 == 0:
            openings.write(filled)
    openings.write(filled)
    with filled.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(kept)) == MOST
        assert conn.scalar(sa.select(sa.func.min(kept.c.at))) == AT + timedelta(minutes=5)


