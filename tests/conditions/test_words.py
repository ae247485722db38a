"""What is said of operators and words for the reference."""

from __future__ import annotations

import pytest
import yaml

from hanok.engine.conditions.words import WORDS
from hanok.engine.fields.operators import OPERATORS, TAKES


@pytest.mark.parametrize("key", OPERATORS)
def test_an_operator_says_what_it_takes_and_how_it_is_written(key: str) -> None:
    row = OPERATORS[key]
    assert row.takes in TAKES
    assert list(yaml.safe_load(row.example)) == [key]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.key)
def test_a_word_has_an_example_with_it(word: object) -> None:
    assert word.key in word.example  # type: ignore[attr-defined]
    assert isinstance(yaml.safe_load(word.example), dict)  # type: ignore[attr-defined]
