"""Six files with one fault each: one check names them all, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.contents import files, tables

NAME = "label: Faulty\nfields:\n  name: {type: text}\n"
#: file -> its text, the place of its fault, and a word that its sentence must have
FAULTS = {
    "unknown_type": (NAME + "  when: {type: dat}\n", "4:16", '"date"'),
    "no_target": (NAME + "  who:  {type: link, to: acount}\n", "4:26", '"account"'),
    "twice": (NAME + "  size: {type: integer}\n  size: {type: integer}\n", "5:3", '"size"'),
    "indented": (NAME + "   size: {type: integer}\n", "4:4", ""),
    "no_options": (NAME + "  kind: {type: choice, options: industri}\n", "4:33", '"industry"'),
    "says_yes": ("label: Faulty\nfields:\n  name: {type: text, required: yes}\n", "3:32", "true"),
}


@pytest.fixture
def faulty(house: House) -> Iterator[House]:
    """The house with the six files in it."""
    written = [house.write(f"modules/{key}.yaml", text) for key, (text, _, _) in FAULTS.items()]
    yield house
    for path in written:
        path.unlink()


def lines_of(said: str) -> dict[str, str]:
    """Each faulty file and its line, place and sentence."""
    found = {}
    for key in FAULTS:
        lines = [line for line in said.splitlines() if f"/modules/{key}.yaml:" in line]
        assert len(lines) == 1, f"{key}: {lines}\n{said}"
        found[key] = lines[0]
    return found


@pytest.mark.parametrize(
    ("words", "language"),
    [(("check",), "en"), (("check",), "ko"), (("deploy", "--yes"), "ko"), (("plan",), "en")],
    ids=["check", "check in Korean", "deploy", "plan"],
)
def test_every_fault_is_named_with_its_place_and_nothing_changes(
    faulty: House, words: tuple[str, ...], language: str
) -> None:
    before = tables(faulty.database), files(faulty.folder)
    done = faulty.hanok(*words, language=language)
    assert done.code == 1
    assert "Traceback" not in done.said
    for key, line in lines_of(done.err).items():
        _, place, word = FAULTS[key]
        assert f"{key}.yaml:{place}" in line
        assert word in line
        assert ("습니" in line or "니다" in line) is (language == "ko"), line
    assert (tables(faulty.database), files(faulty.folder)) == before


def test_a_script_gets_the_same_as_json(faulty: House) -> None:
    done = faulty.hanok("check", "--json")
    found = {each["file"].rpartition("/")[2].removesuffix(".yaml"): each for each in json.loads(done.out)}
    assert done.code == 1
    assert not done.err
    assert {key: f"{each['line']}:{each['column']}" for key, each in found.items()} == {
        key: place for key, (_, place, _) in FAULTS.items()
    }
