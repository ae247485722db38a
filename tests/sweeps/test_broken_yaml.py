"""Broken files are told what is wrong with them and where, whatever is wrong; nothing else ever comes of them."""

from __future__ import annotations

import re
import time

import pytest

from hanok.engine.catalog import compile_catalog
from hanok.engine.errors import MetadataError, Problem
from tests.builders import TYPES, a_catalog
from tests.evidence import Evidence, sizes
from tests.sweeps.broken import MODELS, Broken

#: What ends a line for those who count lines.
ENDS = re.compile("\r\n|[\r\n\u0085\u2028\u2029]")


def check_problem(problem: Problem, broken: Broken) -> None:
    """A problem names a file that there is, a place in it, and says something."""
    place = problem.place
    name, _, file = place.file.partition("/")
    layer = next(layer for layer in broken.layers if layer.name == name)
    assert file in layer.files, problem
    lines = ENDS.split(layer.files[file])
    assert 1 <= place.line <= len(lines), problem
    assert 1 <= place.column <= len(lines[place.line - 1]) + 1, problem
    assert str(problem.message) and "{" not in problem.message.facts, problem


@pytest.mark.parametrize("model", MODELS)
def test_the_files_are_sound_before_they_are_broken(model: str) -> None:
    assert compile_catalog(MODELS[model], TYPES).modules


@pytest.mark.parametrize("model", MODELS)
@sizes(sample=30, full=2500)
def test_every_broken_file_makes_a_catalog_or_problems_with_places(evidence: Evidence, size: int, model: str) -> None:
    slowest, mutations = 0.0, 0
    while mutations < size:
        broken = Broken(evidence.random, model)
        mutations += len(broken.done)
        began = time.process_time()
        try:
            compile_catalog(broken.layers, TYPES)
            problems: tuple[Problem, ...] = ()
        except MetadataError as error:
            problems = error.problems
            assert problems
        except Exception as error:
            raise AssertionError(f"{broken.done}\n{broken.texts}") from error
        slowest = max(slowest, time.process_time() - began)
        for problem in problems:
            check_problem(problem, broken)
        named = {problem.place.file for problem in problems}
        assert set(broken.unreadable) <= named, f"{broken.done}\n{broken.texts}\n{problems}"
        evidence.count(f"{model}: models refused with places" if problems else f"{model}: models that stayed sound")
        evidence.count("problems said", len(problems))
        for what in broken.done:
            evidence.count(f"mutations: {what}")
    evidence.count(f"{model}: slowest compilation in milliseconds of the processor", round(slowest * 1000))


OFFER = """label: {en: Offer}
fields:
  lines: {type: lines, of: item}
  total: {type: decimal, rollup: {sum: lines.price}}
subpanels: {lines: {columns: [price]}}
"""


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("label: {en: Item}\nextends: line\nfields:\n   - price\n  x: {\n", "item.yaml"),
        ("label: {en: Item}\nfields: {price: {type: decimal}}\n", "“item” is no pattern for lines"),
    ],
    ids=["unreadable", "no pattern"],
)
def test_lines_of_what_is_no_pattern_are_told(item: str, said: str) -> None:
    with pytest.raises(MetadataError) as caught:
        a_catalog({"modules/item.yaml": item, "modules/offer.yaml": OFFER})
    assert any(said in str(problem) for problem in caught.value.problems)
