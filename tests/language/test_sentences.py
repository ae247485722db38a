"""What is said of a value that does not fit, in plain words and where it stands."""

from __future__ import annotations

import pytest

from hanok.engine.language import survey
from tests.language.layers import KINDS, layer, problems


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("fields: {a: {type: mony}}", '2:20 fields.a: unknown type "mony", did you mean "money"?'),
        ("fields: {a: {label: A}}", '2:10 fields.a: "type" is missing'),
        ("fields: {a: {type: text, lenght: 3}}", '2:26 fields.a.lenght: unknown key "lenght", did you mean "length"?'),
        ("fields: {a: {type: money, min: x}}", '2:32 fields.a.min: found "x", expected a number'),
        ("fields: {a: {type: text, length: 0}}", "2:34 fields.a.length: found 0; it is at least 1"),
        ("fields: {a: {type: text, default: 10}}", 'fields.a.default: found 10, expected text: put it in quotes, "10"'),
        ("fields: {a: {type: text, search: No}}", 'found "No"; booleans are written true or false'),
        ("fields: {a: {type: text, required: on}}", 'found "on"; booleans are written true or false'),
        ("fields: {a: {type: text, required: 3}}", "fields.a.required: found 3, expected true or false or a map"),
        ("fields: {a: {type: choice, options: [x]}}", "fields.a.options: found a list, expected text or a map"),
        ("fields: {a: {type: link, reverse: {kee: x}}}", 'reverse.kee: unknown key "kee", did you mean "key"?'),
        ("fields: {a-b: {type: text}}", 'fields.a-b: "a-b" cannot be a key: a key is small letters'),
        ("fields: [a]", "2:9 fields: found a list, expected a map"),
        ("columns: name", '2:10 columns: found "name", expected a map or a list of names'),
        ("columns: [a, a]", '2:14 columns[1]: "a" stands twice in this list'),
        ("plural: 5", "2:9 plural: found 5, expected text or a map of languages"),
        ("plural: {}", "2:1 plural: it must not be empty"),
        ("level: owners", '2:8 level: unknown level "owners", did you mean "owner"?'),
        ("lable: x", '2:1 lable: unknown key "lable"'),
    ],
)
def test_one_fault_is_one_sentence(written: str, said: str) -> None:
    found = problems(layer("core", account=f"label: A\n{written}\n"))
    assert len(found) == 1
    assert said in found[0]


def test_what_is_sound_of_a_faulty_document_can_be_worked_with() -> None:
    found = survey([layer("core", account="label: A\nfields:\n  a: {type: mony}\n  b: {type: text}\n")], KINDS)
    document = found.of("module")["account"]
    assert dict(document.data["fields"]) == {"b": {"type": "text"}}
    assert document.is_lost(["fields", "a"])
    assert document.is_lost(["fields", "a", "label"])
    assert not document.is_lost(["fields", "c"])


def test_a_document_that_cannot_be_read_is_known_all_the_same() -> None:
    found = survey([layer("core", account="label: [")], KINDS)
    assert not found.of("module")
    assert found.known("module") == ("account",)


def test_a_patch_that_cannot_be_read_leaves_what_is_below() -> None:
    found = survey([layer("core", account="label: A"), layer("site", account="fields: [")], KINDS)
    document = found.of("module")["account"]
    assert document.data == {"label": {"en": "A"}}
    assert document.is_lost(["fields", "anything"])


def test_a_fault_that_a_later_layer_covers_is_said_all_the_same() -> None:
    assert problems(layer("core", account="label: A\nlevel: owners"), layer("site", account="level: owner")) == [
        'core/modules/account.yaml:2:8 level: unknown level "owners", did you mean "owner"?'
    ]
