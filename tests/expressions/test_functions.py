"""Every function does what its description says, in every language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hanok.engine.expressions import FUNCTIONS, Here, Template
from hanok.engine.expressions.functions import describe
from hanok.engine.expressions.korean import with_particle
from hanok.engine.fields.money import Money
from hanok.web.particles import with_particles

VALUES = {
    "price": Money(Decimal(1200), "KRW", Decimal(1200)), "nobody": None,
    "lines": ({"name": "A", "tax": Decimal(10)}, {"name": "B", "tax": Decimal(20)}),
}  # fmt: skip
HERE = Here(VALUES, now=datetime(2026, 11, 17, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_example_is_true(name: str) -> None:
    function = FUNCTIONS[name]
    assert Template("{{ " + function.example + " }}").render(HERE) == function.result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_says_what_it_means(name: str) -> None:
    assert all(FUNCTIONS[name].meaning.get(language) for language in ("en", "ko"))


def test_the_reference_has_them_all() -> None:
    assert [row.name for _, rows in describe() for row in rows] == list(FUNCTIONS)


@pytest.mark.parametrize(("word", "pair", "said"), [
    ("김", "은/는", "김은"), ("나무", "은/는", "나무는"), ("서울", "으로/로", "서울로"), ("집", "으로/로", "집으로"),
    ("부산", "와/과", "부산과"), ("대구", "와/과", "대구와"), ("3", "이/가", "3이"), ("2", "이/가", "2가"),
    ("8", "으로/로", "8로"), ("10", "을/를", "10을"), ("Excel", "을/를", "Excel을"), ("ERP", "을/를", "ERP를"),
    ("한빛(주)", "은/는", "한빛(주)는"), ("“집”", "을/를", "“집”을"), ("90%", "을/를", "90%를"),
    ("☆", "을/를", "☆을(를)"), ("김", "를/을", "김을"), ("김", "을(를)", "김을"),
])  # fmt: skip
def test_a_particle_suits_the_last_sound(word: str, pair: str, said: str) -> None:
    assert with_particle(word, pair) == said


@pytest.mark.parametrize("word", ["김", "나무", "서울", "7", "Excel", "ERP", "2", "집"])
def test_sentences_of_the_screens_choose_the_same(word: str) -> None:
    said = {"을/를": "을(를)", "으로/로": "(으)로", "은/는": "은(는)", "와/과": "과(와)"}
    for pair, open_form in said.items():
        assert with_particle(word, pair) == with_particles(word + open_form)
