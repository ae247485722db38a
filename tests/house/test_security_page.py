"""The page about security says every requirement of the standard once, and names tests that there are."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.house.sources import ROOT, parsed

PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text()
#: How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "6.1": 3, "6.2": 12,
    "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
}  # fmt: skip
ROW = re.compile(r"^\| (\d+\.\d+)\.(\d+) \| ([^|]+) \| (met|in part|not met|none here) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
ROWS = [match.groups() for match in ROW.finditer(PAGE)]


def test_every_requirement_stands_once() -> None:
    said = Counter((section, int(number)) for section, number, *_ in ROWS)
    wanted = Counter((section, number) for section, count in SECTIONS.items() for number in range(1, count + 1))
    assert said == wanted, f"missing: {wanted - said}, too many: {said - wanted}"


def test_what_is_met_says_by_what() -> None:
    assert not [f"{section}.{number}" for section, number, _, _, why in ROWS if not why.strip()]


@pytest.mark.parametrize("path", sorted({path for path, _ in TEST.findall(PAGE)}))
def test_the_tests_that_it_names_are_there(path: str) -> None:
    assert (ROOT / path).is_file()
    names = {node.name for node in ast.walk(parsed(ROOT / path)) if isinstance(node, ast.FunctionDef)}
    named = {name for where, name in TEST.findall(PAGE) if where == path and name}
    assert named <= names, named - names
