"""Lists of e-mail addresses and telephone numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fields.loading import field, load, read_back, refusal


def test_one_of_a_list_is_the_primary() -> None:
    found = load(field("emails"), "a@example.com, b@example.com (집 · 대표)")
    assert (str(found), found.primary, [entry.value for entry in found]) == (
        "b@example.com",
        "b@example.com",
        ["a@example.com", "b@example.com"],
    )
    assert load(field("emails"), ["a@example.com", "b@example.com"]).primary == "a@example.com"
    both = [{"email": "a@example.com", "primary": True}, {"email": "b@example.com", "primary": True}]
    assert [entry.primary for entry in load(field("emails"), both)] == [True, False]


def test_lists_are_dumped_small_and_exported_with_words() -> None:
    found, raw = field("emails"), "Kim@EXAMPLE.com (work · opt_out); lee@example.com (invalid)"
    value = load(found, raw)
    assert found.type.dump(found, value) == [
        {"email": "Kim@example.com", "kind": "work", "primary": True, "opt_out": True},
        {"email": "lee@example.com", "invalid": True},
    ]
    assert found.type.export(found, value, "ko") == "Kim@example.com (직장 · 수신 거부), lee@example.com (쓸 수 없음)"
    assert read_back(found, raw, "en") == read_back(found, raw, "ko") == value


def test_numbers_keep_their_brackets_and_extensions() -> None:
    value = load(field("phones"), "(02) 123-4567 내선 12 (work); 010-1234-5678 (휴대폰 · 대표)")
    assert [(entry.value, entry.kind) for entry in value] == [
        ("+8221234567;ext=12", "work"),
        ("+821012345678", "mobile"),
    ]
    assert read_back(field("phones"), value) == value
    assert "01012345678" in field("phones").type.search_text(field("phones"), value)


@pytest.mark.parametrize(
    ("key", "raw", "said"),
    [
        ("emails", "kim@", "e-mail"),
        ("emails", ["a@example.com", "nobody"], "That is about “nobody”."),
        ("emails", "a@example.com, A@EXAMPLE.com", "twice"),
        ("emails", [{"email": "a@example.com", "kind": "fax"}], "no kind"),
        ("emails", [{"mail": "a@example.com"}], "An entry"),
        ("emails", {"email": "a@example.com"}, "list"),
        ("emails", [{"email": "a@example.com", "opt_out": "maybe"}], "true or false"),
        ("emails", [f"a{number}@example.com" for number in range(21)], "at most 20"),
        ("phones", "010-1234-5678, call me", "“call me”"),
        ("phones", [{"phone": "02-123-4567", "opt_out": True}], "An entry"),
    ],
)
def test_what_is_no_list_is_refused(key: str, raw: Any, said: str) -> None:
    assert said in refusal(field(key), raw)


def test_a_field_may_say_whose_numbers_it_keeps() -> None:
    found = field("phones", country="US")
    assert load(found, "(650) 253-0000").primary == "+16502530000"
    assert found.type.export(found, load(found, "+82 2-123-4567"), "ko") == "+82 2-123-4567"
