"""What every type promises, with each of its settings, on both databases."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa
from marshmallow import ValidationError

from hanok.engine.errors import Message
from hanok.engine.fields import BUILT_IN, Field, FieldType
from tests.fields.fields import TYPES, every_field, loaded, name_of, read, stored

FIELDS = list(every_field())
WIDTHS = {
    "text", "long", "link", "choice", "number", "money", "percent", "date", "datetime", "user", "phone", "flag",
    "email", "period",
}  # fmt: skip
ROLES = {"title", "figure", "sub", "when", "state", "owner", ""}
WIDGETS = {
    "text", "textarea", "number", "checkbox", "select", "date", "datetime", "link", "money", "email", "tel", "url",
    "multiselect", "rich_text", "rating", "radio", "color", "icon", "json", "barcode", "secret",
    "time", "duration", "period", "recurrence", "emails", "phones", "address", "person_name", "geo_point",
    "file", "files", "image", "signature",
}  # fmt: skip
LABELS = {"$defs": {"labels": {"anyOf": [{"type": "string"}, {"type": "object"}]}}}

each_field = pytest.mark.parametrize("field", FIELDS, ids=name_of)
each_type = pytest.mark.parametrize("found", TYPES.values(), ids=lambda found: found.key)


def load(field: Field, raw: Any) -> Any:
    return field.type.value(field).deserialize(raw, zone="Asia/Seoul")


def same(field: Field, one: Any, other: Any) -> bool:
    """Equal as values; a link read back is a Linked where its id was written."""
    if field.targets:
        return field.type.dump(field, one) == field.type.dump(field, other)
    return type(one) is type(other) and one == other


@each_field
def test_a_value_survives_the_database(field: Field, conn: sa.Connection) -> None:
    values = loaded(field)
    back = read(conn, field, stored(conn, field, values))
    assert all(map(same, [field] * len(values), values, back)), (values, back)


@each_field
@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_exported_value_is_read_back_unchanged(field: Field, language: str) -> None:
    for value in loaded(field):
        cell = field.type.export(field, value, language)
        assert same(field, load(field, field.type.from_text(field, cell)), value), cell


@each_field
def test_a_value_survives_json(field: Field) -> None:
    for value in loaded(field):
        dumped = json.loads(json.dumps(field.type.dump(field, value)))
        assert same(field, load(field, dumped), value)
        assert field.type.unchanged(field, dumped, value) or value is None


@each_field
def test_a_loaded_value_loads_again(field: Field) -> None:
    assert all(same(field, load(field, value), value) for value in loaded(field))


@each_field
def test_blank_input_is_the_blank_value(field: Field) -> None:
    assert load(field, None) == load(field, "") == load(field, " \n") == field.type.blank


NEVER = [object(), float("nan"), float("inf"), b"x", {"a": 1}, [[1]], "\ud800", "a\x00b", 10**400, "９" * 200_000]


@each_field
@pytest.mark.parametrize("raw", NEVER, ids=lambda raw: repr(raw)[:20])
def test_what_cannot_be_a_value_is_refused_with_messages(field: Field, raw: Any) -> None:
    if isinstance(raw, dict | list) and field.type.key == "json":
        pytest.skip("a document")
    with pytest.raises(ValidationError) as caught:
        load(field, raw)
    assert isinstance(caught.value.messages, list)
    assert all(isinstance(message, Message) and str(message) for message in caught.value.messages)


@each_field
def test_it_has_a_widget_and_a_cell(field: Field) -> None:
    cell = field.type.cell(field)
    assert field.type.input(field).name in WIDGETS or field.type.generated
    assert cell.name and cell.width in WIDTHS and cell.role in ROLES and cell.align in {"start", "end", "center"}


@each_field
def test_its_settings_fit_its_schema(field: Field) -> None:
    schema = {"properties": dict(field.type.options), "required": list(field.type.needs), "additionalProperties": False}
    jsonschema.Draft202012Validator.check_schema({**schema, **LABELS})
    jsonschema.validate(dict(field.settings), {**schema, **LABELS})


@each_field
def test_it_finds_the_compared_part_among_its_columns(field: Field) -> None:
    part = field.type.compared(field)
    for value in loaded(field):
        written = field.type.write(field, value)[part]
        assert written == (None if value is None else field.type.comparable(field, value))


@each_field
def test_search_text_is_text(field: Field) -> None:
    assert all(isinstance(field.type.search_text(field, value), str) for value in loaded(field))


@each_type
def test_it_is_labelled_in_korean_and_english(found: FieldType) -> None:
    assert found.label["ko"] and found.label["en"]
    assert found.icon and found.key.isidentifier()


@each_type
def test_types_that_convert_exist(found: FieldType) -> None:
    assert found.converts_from <= {made.key for made in BUILT_IN}


def test_no_two_types_share_a_key() -> None:
    assert len({made.key for made in BUILT_IN}) == len(BUILT_IN)
