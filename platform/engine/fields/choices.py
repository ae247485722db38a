"""Several of an option set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.choice import ChoiceValue, OneOf, labels_of, name_of
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Choice, Field, Labels, Part, Widget
from hanok.engine.fields.operators import OPERATORS, Operator, has
from hanok.engine.fields.value import Value, refuse


def quoted(key: str) -> str:
    """A key as it stands in the stored JSON text: no other key contains that."""
    return json.dumps(key)


def _any_of(column: Any, keys: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(has(column, key) for key in keys))


#: Operands are quoted keys and values are the stored text, in SQL as in Python.
OWN_OPERATORS: Mapping[str, Operator] = {
    "in": Operator(
        "in", {"en": "has any of", "ko": "하나라도 포함"}, "many",
        lambda c, v: sa.and_(c.is_not(None), _any_of(c, v)), lambda a, b: a is not None and any(key in a for key in b),
    ),
    "not_in": Operator(
        "not_in", {"en": "has none of", "ko": "모두 포함하지 않음"}, "many",
        lambda c, v: sa.or_(c.is_(None), sa.not_(_any_of(c, v))), lambda a, b: a is None or not any(k in a for k in b),
    ),
}  # fmt: skip


class ChoicesValue(Value):
    """A tuple of keys in alphabetical order, each once; from a list or from text with commas. None is empty."""

    def __init__(self, choices: Iterable[Choice], *, retired: bool = False, **rest: Any) -> None:
        super().__init__(**rest)
        self.one = ChoiceValue(choices, retired=retired)

    def load(self, value: Any, **known: Any) -> tuple[str, ...] | None:
        listed = value.split(",") if isinstance(value, str) else value
        if not isinstance(listed, list | tuple):
            raise refuse(say("This must be a list of options."))
        found = {self.one.deserialize(each, **known) for each in listed}
        return tuple(sorted(found - {None})) or None


class Choices(OneOf):
    """Values are tuples of keys, stored as JSON text: `["email", "phone"]`.

    `contains` asks for one option, `in` for any of several, `not_in` for none of them.
    """

    key = "choices"
    label: ClassVar[Labels] = {"en": "Choices", "ko": "여러 선택"}
    icon = "checklist"
    operators = ("in", "not_in", "contains", "not_contains", "empty")
    compares = "keys"
    converts_from = frozenset({"choice", "radio"})
    sortable = False

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {"": self.comparable(field, value) if value else None}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return tuple(json.loads(parts[""])) if parts[""] else None

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return ChoicesValue(field.choices)

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return ChoicesValue(field.choices, retired=True)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return ChoiceValue(field.choices, retired=True)

    def comparable(self, field: Field, value: Any) -> Any:
        return quoted(value) if isinstance(value, str) else json.dumps(list(value))

    def operator(self, key: str) -> Operator:
        return OWN_OPERATORS.get(key) or OPERATORS[key]

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else list(value)

    def export(self, field: Field, value: Any, language: str) -> Any:
        """Labels with commas between them; the key of an option whose label holds a comma itself."""
        if value is None:
            return None
        names = ((key, name_of(field, key, language)) for key in value)
        return ", ".join(key if "," in name else name for key, name in names)

    def from_text(self, field: Field, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        one = super().from_text
        return [one(field, each) for each in text.split(",") if each.strip()]

    def search_text(self, field: Field, value: Any) -> str:
        return labels_of(field, value or ())

    def input(self, field: Field) -> Widget:
        return Widget("multiselect", super().input(field).facts)

    def cell(self, field: Field) -> Cell:
        return Cell("badges", super().cell(field).facts, width="choice")

    def samples(self, field: Field) -> Sequence[Any]:
        keys = list(super().samples(field))
        return (keys[:1], keys, keys[::-1], ",".join(keys), [])
