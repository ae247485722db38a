"""A JSON document."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import Message, say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.text import clean
from hanok.engine.fields.value import Value, refuse

DEEPEST = 50
LONGEST, USUALLY = 1_000_000, 100_000


@dataclass(frozen=True)
class Json:
    """A document by its canonical text: keys sorted, no blanks. So two are equal whatever the order of their keys."""

    text: str

    @cached_property
    def data(self) -> Any:
        return json.loads(self.text)

    @property
    def pretty(self) -> str:
        """On lines, as people write it."""
        return json.dumps(self.data, ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        return self.text


def document(data: Any) -> Json:
    """The document of plain data; a Decimal, which is what YAML makes of 1.5, is the nearest double.

    Raises ValidationError for what JSON cannot say, or a database cannot keep.
    """
    _check(data, 0)
    return Json(json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=float
    ))  # fmt: skip


def _check(data: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise refuse(say("This is nested too deeply."))
    if isinstance(data, str):
        clean(data or "-", lines=True)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            _check(_key(key), depth)
            _check(value, depth + 1)
    elif isinstance(data, list | tuple):
        for value in data:
            _check(value, depth + 1)
    elif not (data is None or isinstance(data, bool)):
        _check_number(data)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise refuse(say("This is no JSON."))
    return key


def _check_number(data: Any) -> None:
    if not isinstance(data, int | float | Decimal):
        raise refuse(say("This is no JSON."))
    try:
        finite = math.isfinite(float(data))
    except OverflowError:
        finite = False
    if not finite:
        raise refuse(say("This number is too large."))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise refuse(say("The key “{key}” stands twice in one object.", key=twice[:80]))
    return found


def _refuse_constant(name: str) -> Any:
    raise refuse(say("JSON has no {name}.", name=name))


def parsed(text: str) -> Any:
    """The data of a JSON text. Raises ValidationError that says line and column."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise refuse(_fault(error)) from None
    except RecursionError:
        raise refuse(say("This is nested too deeply.")) from None
    except ValueError:
        raise refuse(say("This number is too large.")) from None


FAULTS: Mapping[str, Message] = {
    "Expecting value": say("A value is missing (line {line}, column {column})."),
    "Expecting ',' delimiter": say("A comma is missing (line {line}, column {column})."),
    "Expecting ':' delimiter": say("A colon is missing (line {line}, column {column})."),
    "Expecting property name enclosed in double quotes": say(
        "A key in double quotes is missing (line {line}, column {column})."
    ),
    "Illegal trailing comma before end of object": say("There is a comma too many (line {line}, column {column})."),
    "Illegal trailing comma before end of array": say("There is a comma too many (line {line}, column {column})."),
    "Extra data": say("Something stands behind the document (line {line}, column {column})."),
    "Unterminated string starting at": say("A text does not end (line {line}, column {column})."),
}
UNKNOWN_FAULT = say("This is no JSON (line {line}, column {column}).")


def _fault(error: json.JSONDecodeError) -> Message:
    return replace(FAULTS.get(error.msg, UNKNOWN_FAULT), facts={"line": error.lineno, "column": error.colno})


class JsonValue(Value):
    """A document from its text, or from plain data. `null` is empty; text is always JSON text, never a bare string."""

    def __init__(self, *, length: int = LONGEST, **rest: Any) -> None:
        super().__init__(**rest)
        self.length = length

    def load(self, value: Any, **known: Any) -> Json | None:
        if isinstance(value, Json):
            value = value.text
        if isinstance(value, str):
            self._fits(value)
            value = parsed(value.strip())
        if value is None:
            return None
        found = document(value)
        self._fits(found.text)
        return found

    def _fits(self, text: str) -> None:
        if len(text) > self.length:
            raise refuse(say("This has {found} characters; at most {length} fit.", found=len(text), length=self.length))


class JsonType(FieldType):
    """Values are `Json`, stored as canonical text, so equal documents are equal on every database.

    Numbers are doubles and whole numbers, as other readers of JSON have them.
    """

    key = "json"
    label: ClassVar[Labels] = {"en": "JSON", "ko": "JSON"}
    icon = "braces"
    group = "machine"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 2, "maximum": LONGEST, "default": USUALLY,
                   "description": "How many characters it holds at most."},
        "rows": {"type": "integer", "minimum": 2, "maximum": 40, "default": 8,
                 "description": "How many lines its box shows."},
    }
    operators = ("empty", "eq", "ne")
    sortable = False

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {"": None if value is None else value.text}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else Json(parts[""])

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return JsonValue(length=int(field.settings.get("length", USUALLY)))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return JsonValue()

    def unchanged(self, field: Field, raw: Any, present: Any) -> bool:
        """By the text: in Python 1, 1.0 and True are equal, in JSON they are not."""
        try:
            return present is not None and self.former(field).deserialize(raw) == present
        except ma.ValidationError:
            return False

    def comparable(self, field: Field, value: Any) -> Any:
        return value.text

    def dump(self, field: Field, value: Any) -> Any:
        """The data; a document that is but a string as its JSON text, which loads again."""
        if value is None:
            return None
        return value.text if isinstance(value.data, str) else value.data

    def kept(self, field: Field, value: Any) -> Any:
        return None if value is None else value.text

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else value.text

    def from_text(self, field: Field, text: Any) -> Any:
        """A spreadsheet's numbers and booleans are documents as well."""
        return text

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else str(value.text)

    def input(self, field: Field) -> Widget:
        return Widget("json", {"rows": field.settings.get("rows", 8)})

    def cell(self, field: Field) -> Cell:
        return Cell("json", width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            '{"b": 1, "a": [1.5, true, null, "한글 \\" < "]}', {"a": {}, "b": []}, [], {}, '"only text"', 12, False,
            '{"a":1}', '{"a":1.0}', '{"a":true}', "-0.5e-7",
        )  # fmt: skip

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"length": 500, "rows": 4})
