"""The index of grams: Korean words of two syllables are found, on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine.store import Store, new_id
from hanok.engine.store import search as index
from hanok.engine.store.search import Phrase
from hanok.engine.store.tables import search, search_grams


def grams(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def put(store: Store, title: str, *, module: str = "company", record: UUID | None = None) -> UUID:
    record = record or new_id()
    every = [gram for word in title.split() for gram in grams(word)]
    with store.write() as conn:
        index.put(conn, module=module, record=record, title=title, text="", grams=every)
    return record


def found(store: Store, *phrases: Phrase) -> list[str]:
    with store.read() as conn:
        wanted = sa.select(search.c.title).where(index.found(store.dialect, phrases)).order_by(search.c.title)
        return list(conn.scalars(wanted))


def left(store: Store) -> int:
    with store.read() as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(search_grams)) or 0


def test_a_word_is_found_inside_a_longer_one(store: Store) -> None:
    put(store, "한빛전자")
    put(store, "전자한빛")
    assert found(store, Phrase(("한빛",))) == ["전자한빛", "한빛전자"]
    assert found(store, Phrase(("한빛", "빛전"))) == ["한빛전자"]


def test_every_phrase_must_occur(store: Store) -> None:
    put(store, "한빛 서울")
    put(store, "한빛 부산")
    assert found(store, Phrase(("한빛",)), Phrase(("부산",))) == ["한빛 부산"]


def test_the_last_gram_may_be_begun_only(store: Store) -> None:
    put(store, "한빛")
    put(store, "빛한")
    assert found(store, Phrase(("한",), open=True)) == ["한빛"]


@pytest.mark.parametrize("word", ["a'b", 'a"b', "a\\b", "a:b", "a&b", "(ab)", "a*", "né", "NOT", "a-b", "ab|"])
def test_signs_that_mean_something_to_the_database_are_only_signs(store: Store, word: str) -> None:
    put(store, word)
    assert found(store, Phrase(tuple(grams(word)))) == [word]


def test_indexing_again_replaces_what_was_known(store: Store) -> None:
    record = put(store, "한빛")
    put(store, "서울", record=record)
    assert found(store, Phrase(("한빛",))) == []
    assert found(store, Phrase(("서울",))) == ["서울"]
    assert left(store) == 1


def test_what_is_forgotten_is_gone_from_both_tables(store: Store) -> None:
    record = put(store, "한빛")
    put(store, "서울", module="person")
    with store.write() as conn:
        index.drop(conn, module="company", record=record)
    assert left(store) == 1
    with store.write() as conn:
        index.drop_module(conn, "person")
    assert left(store) == 0
