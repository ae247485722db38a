"""Names of people, both ways round."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine.fields.person_name import PersonName
from tests.fields.loading import field, load, read_back, refusal


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("김하늘", PersonName("김", "하늘")),
        ("남궁민수님", PersonName("남궁", "민수")),
        ("남궁", PersonName("남", "궁")),
        ("황보 라", PersonName("황보", "라")),
        ("Ada King", PersonName("King", "Ada")),
        ("King, Ada Mary", PersonName("King", "Ada", "Mary")),
        ("Dr. Ada M. King Jr.", PersonName("King", "Ada", "M.", "Dr.", "Jr.")),
        ("Cher", PersonName(first="Cher")),
    ],
)
def test_a_name_on_one_line_is_taken_apart(raw: str, expected: PersonName) -> None:
    assert load(field("person_name"), raw) == expected


def test_names_are_said_in_the_order_of_their_script() -> None:
    names = [
        PersonName("김", "하늘"),
        PersonName("김", "하늘", salutation="부장"),
        PersonName("King", "Ada", "M.", "Dr.", "Jr."),
    ]
    assert list(map(str, names)) == ["김하늘", "김하늘 부장", "Dr. Ada M. King Jr."]


def test_names_sort_by_last_and_first_name() -> None:
    found = field("person_name")
    names = ["Zoe Adams", "Ada King", "김하늘", "강바다", "Ann Adams"]
    written = {raw: found.type.write(found, load(found, raw))[""] for raw in names}
    assert sorted(names, key=lambda raw: written[raw]) == ["Ann Adams", "Zoe Adams", "Ada King", "강바다", "김하늘"]


def test_a_name_that_would_be_read_otherwise_is_exported_in_parts() -> None:
    found, name = field("person_name"), PersonName("de la Fontaine", "Jean")
    assert found.type.export(found, PersonName("김", "하늘"), "ko") == "김하늘"
    assert found.type.export(found, name, "en") == "de la Fontaine | Jean |  |  | "
    assert read_back(found, name) == name


@pytest.mark.parametrize(
    ("raw", "said"),
    [({"name": "x"}, "map of last"), ({"last": 5}, "text"), (5, "text"), ({"first": "x" * 101}, "at most 100"),
     ("a\nb", "one line")],
)  # fmt: skip
def test_what_is_no_name_is_refused(raw: Any, said: str) -> None:
    assert said in refusal(field("person_name"), raw)
