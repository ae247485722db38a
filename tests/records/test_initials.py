"""Initial consonants find titles as they would by looking at each syllable."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from hanok.engine.catalog import Catalog
from hanok.engine.fields.text import fold
from hanok.engine.records import search
from hanok.engine.records.grams import phrases, title_grams
from hanok.engine.records.initials import CONSONANTS, KEYS, pattern
from hanok.engine.store import Store
from tests.builders import a_record, an_administrator

SYLLABLES = "삼성전자한빛까나쌀a1"
WORDS = st.text(alphabet=SYLLABLES, min_size=1, max_size=6)


def initial_of(sign: str) -> str:
    """The oracle: what Unicode's own decomposition begins with."""
    return unicodedata.normalize("NFD", sign)[0]


def holds(grams: list[str], wanted: list[str], *, begun: bool) -> bool:
    """Whether the grams follow each other somewhere, as both databases look for a phrase."""
    size = len(wanted)
    places = (grams[at : at + size] for at in range(len(grams) - size + 1))
    if begun:
        return any(gram.startswith(wanted[0]) for gram in grams)
    return any(place == wanted for place in places)


@given(title=st.text(alphabet=SYLLABLES, min_size=2, max_size=8), start=st.integers(0, 6), length=st.integers(2, 6))
def test_the_initials_of_any_part_of_a_title_find_it(title: str, start: int, length: int) -> None:
    part = title[start : start + length]
    assume(len(part) > 1)
    short = "".join(map(initial_of, part))
    assert all(holds(title_grams(title), list(each.grams), begun=each.open) for each in phrases(short))


@given(title=WORDS, asked=st.text(alphabet=KEYS, min_size=2, max_size=4))
def test_initials_find_nothing_else(title: str, asked: str) -> None:
    found = all(holds(title_grams(title), list(each.grams), begun=each.open) for each in phrases(asked))
    wanted = "".join(CONSONANTS[KEYS.index(sign)] for sign in asked)
    assert found == (wanted in "".join(map(initial_of, fold(title))))


def titles(store: Store, catalog: Catalog, words: str) -> list[str]:
    with store.read() as conn:
        return [hit.title for hit in search(conn, catalog, an_administrator(), words)]


def test_a_company_is_found_by_its_initials(filled: Store, catalog: Catalog) -> None:
    for name in ("삼성전자", "LG전자", "한국 수소", "성심"):
        a_record(filled, catalog, "company", name=name)
    assert titles(filled, catalog, "ㅅㅅㅈㅈ") == ["삼성전자"]
    assert sorted(titles(filled, catalog, "ㅈㅈ")) == ["LG전자", "삼성전자"]
    assert titles(filled, catalog, "lgㅈㅈ") == ["LG전자"]
    assert titles(filled, catalog, "삼성ㅈ") == ["삼성전자"]
    assert titles(filled, catalog, "ㅎㄱ ㅅㅅ") == ["한국 수소"]
    assert titles(filled, catalog, "ㅅ")[0] in ("성심", "삼성전자")
    assert titles(filled, catalog, "ㅅㅅㅈㅎ") == []


def test_what_matched_can_be_pointed_at() -> None:
    assert re.search(pattern("ㅅㅈ"), "삼성전자")[0] == "성전"  # type: ignore[index]
    assert re.search(pattern("삼ㅅ"), "삼성전자")[0] == "삼성"  # type: ignore[index]

