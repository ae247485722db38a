"""What people may have meant, and which words may be keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.errors import say
from hanok.engine.language import did_you_mean, field_key_fault, key_fault, module_key_fault, unknown
from hanok.engine.language.words import distance

TYPES = ("text", "long_text", "integer", "decimal", "money", "date", "datetime", "link", "links", "choice", "choices")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("mony", "money"),
        ("Text", "text"),
        ("long-text", "long_text"),
        ("txet", "text"),
        ("integr", "integer"),
        ("lnk", "link"),
        ("dat", "date"),
        ("int", "integer"),
        ("opportunity", None),
        ("x", None),
        ("", None),
        ("zzzz", None),
    ],
)
def test_the_nearest_word_is_meant(word: str, meant: str | None) -> None:
    assert did_you_mean(word, TYPES) == meant


def test_nothing_is_meant_where_nothing_is_offered() -> None:
    assert did_you_mean("money", ()) is None


def test_an_unknown_word_names_what_it_should_have_named() -> None:
    assert str(unknown("acount", ["account"], noun=say("module"))) == 'unknown module "acount", did you mean "account"?'
    assert str(unknown("x", ["account", "lead"], noun=say("module"))) == 'unknown module "x", there are: account, lead'
    assert str(unknown("x", TYPES)) == 'unknown name "x"'


@pytest.mark.parametrize("key", ["a", "name", "a1_b", "select", "a" * 40])
def test_small_words_are_keys(key: str) -> None:
    assert field_key_fault(key) is None


@pytest.mark.parametrize("key", ["", "A", "1a", "_a", "a-b", "이름", "a" * 41, "a b", "a\n"])
def test_other_words_are_no_keys(key: str) -> None:
    assert key_fault(key)


@pytest.mark.parametrize("key", ["id", "title", "not_in", "any", "type", "count", "deleted_by", "relationships"])
def test_reserved_words_are_no_fields(key: str) -> None:
    assert field_key_fault(key)
    assert not key_fault(key)


@pytest.mark.parametrize("key", ["login", "studio", "api", "static", "portal", "search"])
def test_addresses_of_the_platform_are_no_modules(key: str) -> None:
    assert module_key_fault(key)


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other, 3) == distance(other, one, 3)
    assert (distance(one, other, 3) == 0) == (one == other)
