"""Stars, measures, colours, icons, codes and JSON: what each takes and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from hanok.engine.fields import Field
from hanok.engine.fields.barcode import check_digit
from hanok.engine.fields.json import Json
from tests.fields.fields import TYPES, a_field


def field(key: str, **settings: Any) -> Field:
    return a_field(TYPES[key], **settings)


def load(found: Field, raw: Any) -> Any:
    return found.type.value(found).deserialize(raw)


def refusal(found: Field, raw: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        load(found, raw)
    return str(caught.value.messages[0])


# -- float -----------------------------------------------------------------------------------------------------
WRITTEN = [("1,234.5", 1234.5), ("６.02e23", 6.02e23), ("1E-7", 1e-7), (Decimal("0.1"), 0.1)]


@pytest.mark.parametrize(("raw", "expected"), WRITTEN)
def test_measures_are_read_as_people_and_machines_write_them(raw: Any, expected: float) -> None:
    assert load(field("float"), raw) == expected


@pytest.mark.parametrize("raw", [float("nan"), float("-inf"), "1e999", 10**400, Decimal("Infinity")])
def test_a_measure_is_finite(raw: Any) -> None:
    assert refusal(field("float"), raw) == "This number is too large."


@pytest.mark.parametrize("raw", ["nan", "inf", "1e", "e5", "0x1p3", "1_000", True, "1e5e5"])
def test_what_is_no_measure_is_refused(raw: Any) -> None:
    assert "number" in refusal(field("float"), raw)


def test_a_measure_keeps_all_its_digits_in_a_spreadsheet() -> None:
    found = field("float")
    assert found.type.export(found, 0.1, "en") == 0.1
    assert found.type.export(found, 0.1 + 0.2, "en") == "0.30000000000000004"


# -- rating ----------------------------------------------------------------------------------------------------
def test_there_are_no_more_stars_than_the_most() -> None:
    assert load(field("rating"), "5") == 5
    assert load(field("rating", max=10), 10) == 10
    assert refusal(field("rating"), 6) == "This must be at most 5."
    assert refusal(field("rating"), -1) == "This must be at least 0."
    assert refusal(field("rating"), 2.5) == "This must be a whole number."


def test_no_stars_are_not_none_said() -> None:
    assert load(field("rating"), 0) == 0
    assert load(field("rating"), "") is None


def test_stars_that_newer_rules_refuse_stay() -> None:
    found = field("rating", max=3)
    assert found.type.unchanged(found, "5", 5)
    assert found.type.operand(found, "gte").deserialize("7") == 7


# -- colour and icon -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("raw", ["#1F766A", "1f766a", " #1f766a ", "＃１f７６６a"])
def test_a_colour_has_one_form(raw: str) -> None:
    assert load(field("color"), raw) == "#1f766a"


@pytest.mark.parametrize("raw", ["#12345", "#12345g", "red", "rgb(1,2,3)", "#1234567", "url(//evil)", 123456, "##123"])
def test_what_is_no_colour_is_refused(raw: Any) -> None:
    assert "colour" in refusal(field("color"), raw)


def test_a_colour_that_a_spreadsheet_took_for_a_number_comes_back() -> None:
    found = field("color")
    assert load(found, found.type.from_text(found, 1122.0)) == "#001122"


@pytest.mark.parametrize("raw", ["../x", "a b", "Star", "star#x", "-star", "a--b", "x" * 61, '"><script>'])
def test_what_is_no_name_of_an_icon_is_refused(raw: str) -> None:
    assert "icon" in refusal(field("icon"), raw)


def test_only_the_named_icons_may_be_chosen() -> None:
    found = field("icon", names=["star", "heart"])
    assert load(found, "heart") == "heart"
    assert refusal(found, "bolt") == "“bolt” is none of the options."
    assert found.type.unchanged(found, "bolt", "bolt")


# -- barcode ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("digits", "last"), [("880104301481", "6"), ("9638507", "4"), ("03600029145", "2")])
def test_the_check_digit_is_the_one_of_gs1(digits: str, last: str) -> None:
    assert check_digit(digits) == last


LABELS = [("ean13", "880 1043-014816"), ("ean8", "９６３８-5074"), ("upca", "0 36000 29145 2")]


@pytest.mark.parametrize(("kind", "raw"), LABELS)
def test_article_numbers_are_read_as_labels_write_them(kind: str, raw: str) -> None:
    found = field("barcode", kind=kind)
    assert load(found, raw).isascii()
    assert load(found, raw).isdecimal()
    assert found.type.operand(found, "starts_with").deserialize(raw[:5]).isdecimal()


def test_a_wrong_digit_is_found() -> None:
    found = field("barcode", kind="ean13")
    assert "last digit" in refusal(found, "8801043014815")
    assert refusal(found, "880104301481") == "This must be 13 digits."
    assert refusal(found, "88010430148l6") == "This must be 13 digits."


def test_a_spreadsheet_takes_no_zero_away() -> None:
    found = field("barcode", kind="upca")
    assert load(found, found.type.from_text(found, 36000291452.0)) == "036000291452"


def test_capitals_matter_to_a_scanner() -> None:
    found = field("barcode")
    row = found.type.operator("eq")
    assert not row.test("HB-1", found.type.comparable(found, found.type.operand(found, "eq").deserialize("hb-1")))


def test_bars_hold_plain_letters_only() -> None:
    assert "Latin" in refusal(field("barcode"), "한빛")
    assert load(field("barcode", kind="qr"), "한빛") == "한빛"
    assert "at most 700 fit" in refusal(field("barcode", kind="qr"), "가" * 701)


# -- json ------------------------------------------------------------------------------------------------------
def test_documents_are_equal_whatever_the_order_of_their_keys() -> None:
    found = field("json")
    assert load(found, '{"b": 1, "a": {"y": [], "x": null}}') == load(found, {"a": {"x": None, "y": []}, "b": 1})
    assert load(found, '{"b":1,"a":2}').text == '{"a":2,"b":1}'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('{"a": 1,\n "b" 2}', "A colon is missing (line 2, column 6)."),
        ('{"a": 1\n "b": 2}', "A comma is missing (line 2, column 2)."),
        ("[1,\n\n]", "(line 3, column 1)"),
        ("{'a': 1}", "A key in double quotes is missing (line 1, column 2)."),
        ('{"a": 1} x', "Something stands behind the document (line 1, column 10)."),
        ('["a', "A text does not end (line 1, column 2)."),
        ("한빛", "A value is missing (line 1, column 1)."),
        ('{"a": 1, "a": 2}', "The key “a” stands twice in one object."),
        ("[NaN]", "JSON has no NaN."),
        ("[-Infinity]", "JSON has no -Infinity."),
        ("[1e999]", "This number is too large."),
        ("[" * 100_0 + "]" * 100_0, "This is nested too deeply."),
        ('["\\ud800"]', "This has characters that cannot be shown."),
        ('["\\u0000"]', "This has characters that cannot be shown."),
        ({"a": object()}, "This is no JSON."),
        ({1: 2}, "This is no JSON."),
        ({"a": float("inf")}, "This number is too large."),
    ],
    ids=lambda found: str(found)[:20],
)
def test_what_is_no_json_is_refused_at_its_place(raw: Any, said: str) -> None:
    assert said in refusal(field("json"), raw)


def test_a_document_is_no_longer_than_it_may_be() -> None:
    assert "at most 20 fit" in refusal(field("json", length=20), {"a": "b" * 30})


def test_one_and_true_are_not_the_same_document() -> None:
    found = field("json")
    assert not found.type.unchanged(found, "[true]", load(found, "[1]"))
    assert not found.type.unchanged(found, "[1.0]", load(found, "[1]"))
    assert found.type.unchanged(found, "[ 1 ]", load(found, "[1]"))
    assert found.type.kept(found, Json("[1]")) != found.type.kept(found, Json("[true]"))


def test_null_is_empty_and_an_empty_object_is_not() -> None:
    assert load(field("json"), "null") is None
    assert load(field("json"), "{}") == Json("{}")


# -- team ------------------------------------------------------------------------------------------------------
def test_a_team_is_a_record_of_the_core_module() -> None:
    found = field("team")
    assert found.targets == ("team",)
    assert found.type.input(found).name == "link"
