"""Columns become fields by key, by label in any language, or as somebody says; nothing is dropped in silence."""

from pathlib import Path
from typing import Any

import pytest

from hanok.engine.errors import Invalid
from hanok.engine.records.importing import open_sheet
from hanok.engine.records.importing.mapping import Mapped, fit
from tests.builders import a_catalog
from tests.records.files import a_csv

CATALOG = a_catalog()
BOOK = """
label: Book
fields: {name: {type: text, label: {en: Name, ko: 책 이름}}}
"""


def fitted(*headings: str, module: str = "person", key: tuple[str, ...] = (), **options: Any) -> Mapped:
    asked: dict[str, Any] = {"said": {}, "ignored": (), "ignore_unknown": False, **options}
    return fit(CATALOG, CATALOG.modules[module], headings, key=key, **asked)


def fields(*headings: str, **options: Any) -> list[tuple[str, str]]:
    return [(column.field.key, column.by) for column in fitted(*headings, **options).columns]


def faults(*headings: str, **options: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        fitted(*headings, **options)
    return {heading: " ".join(map(str, found)) for heading, found in refused.value.errors.items()}


def test_a_heading_is_a_key_or_a_label_in_any_language() -> None:
    assert fields("FAMILY", "given", "company") == [("family", ""), ("given", ""), ("company", "")]
    books = a_catalog({"modules/book.yaml": BOOK})
    for heading in ("책 이름", "NAME"):
        found = fit(books, books.modules["book"], [heading], said={}, ignored=(), ignore_unknown=False, key=())
        assert [column.field.key for column in found.columns] == ["name"]


def test_a_link_says_by_what_it_is_meant() -> None:
    assert fields("company.id", "family") == [("company", "id"), ("family", "")]
    assert fields("company.name") == [("company", "name")]
    assert fields("Owner (id)") == [("owner", "id")]


def test_an_unknown_heading_is_refused_with_what_was_meant() -> None:
    assert faults("famly", "family", "Shoe size") == {
        "famly": "No field is called “famly”; did you mean “family”?",
        "Shoe size": "No field is called “Shoe size”.",
    }


def test_columns_are_left_out_only_when_somebody_says_so() -> None:
    found = fitted("family", "Shoe size", "given", ignored=("shoe size",))
    assert [column.heading for column in found.columns] == ["family", "given"] and found.left_out == ("Shoe size",)
    assert fitted("family", "x", "", "y", ignore_unknown=True).left_out == ("x", "(C)", "y")
    assert faults("family", "", "given") == {"(B)": "This column has no heading."}


def test_a_heading_may_be_said_to_be_a_field() -> None:
    assert fields("Surname", said={"surname": "family"}) == [("family", "")]
    assert "did you mean “family”" in faults("Surname", said={"Surname": "famly"})["Surname"]
    assert faults("family", said={"Surname": "given"}) == {"Surname": "The file has no column “Surname”."}


def test_a_field_has_one_column() -> None:
    assert faults("family", "Surname", said={"Surname": "family"}) == {
        "Surname": "“family” fills the field family already."
    }
    assert fields("company", "company.id") == [("company", ""), ("company", "id")]


def test_what_the_system_keeps_is_refused_but_as_the_key() -> None:
    assert "kept by the system" in faults("family", "created_at")["created_at"]
    assert "Choose id as the key" in faults("id", "family")["id"]
    assert fields("id", "family", key=("id",)) == [("id", ""), ("family", "")]


def test_the_sheet_and_the_fields_meet(tmp_path: Path) -> None:
    sheet = open_sheet(a_csv(tmp_path, "family;given\nKim;Min\n"))
    assert fields(*sheet.headings) == [("family", ""), ("given", "")]

