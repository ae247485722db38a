"""One of an option set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Choice, Field, Labels, Part, Widget, in_language
from hanok.engine.fields.text import fold
from hanok.engine.fields.value import Value, refuse

COLORS = ("blue", "green", "orange", "red", "purple", "grey", "teal")
OPTION: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "label": {"$ref": "#/$defs/labels", "description": "What people call it."},
        "color": {"enum": list(COLORS), "description": "The colour of its badge."},
        "icon": {"type": "string", "description": "The name of an icon of Tabler."},
        "retired": {"type": "boolean", "description": "Kept on records, no longer offered."},
    },
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}  # fmt: skip
OPTIONS: Mapping[str, Any] = {
    "description": "The key of an option set, or the options themselves; $name is a set that packages bring, if any.",
    "anyOf": [
        {"type": "string", "pattern": "^\\$?[a-z][a-z0-9_]{0,39}$"},
        {
            "type": "object", "x-ordered": True, "minProperties": 1,
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"}, "additionalProperties": OPTION,
        },
    ],
}  # fmt: skip


class ChoiceValue(Value):
    """The key of one of these options. A retired one is refused unless `retired`."""

    def __init__(self, choices: Iterable[Choice], *, retired: bool = False, **rest: Any) -> None:
        super().__init__(**rest)
        self.choices = {choice.key: choice for choice in choices}
        self.retired = retired

    def load(self, value: Any, **known: Any) -> str:
        found = self.choices.get(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise refuse(say("“{value}” is none of the options.", value=str(value)[:80]))
        if found.retired and not self.retired:
            raise refuse(say("“{value}” is no longer offered.", value=found.key))
        return found.key


def key_of(choices: Iterable[Choice], text: str) -> str | None:
    """The key of the option that is called so in any language, else None."""
    wanted = fold(text.strip())
    return next((found.key for found in choices if wanted in map(fold, found.label.values())), None)


def name_of(field: Field, key: str, language: str) -> str:
    """The label of an option in this language, or its key when the label would lead back to another option."""
    found = field.choice(key)
    label = in_language(found.label, language) if found else key
    return label if key_of(field.choices, label) == key and field.choice(label) is None else key


def labels_of(field: Field, keys: Iterable[str]) -> str:
    """Every label of these options, for the search index."""
    found = [choice.label.values() for choice in map(field.choice, keys) if choice]
    return " ".join(dict.fromkeys(label for labels in found for label in labels))


class OneOf(FieldType):
    """Values are keys. A retired option stays on the records that have it (`unchanged`); no other may take it."""

    key = "choice"
    label: ClassVar[Labels] = {"en": "Choice", "ko": "선택"}
    icon = "list-details"
    group = "choice"
    options: ClassVar[Mapping[str, Any]] = {"options": OPTIONS}
    needs = ("options",)
    operators = ("in", "not_in", "eq", "ne", "empty")
    converts_from: ClassVar[frozenset[str]] = frozenset({"radio"})
    compares = "exact"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return ChoiceValue(field.choices)

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return ChoiceValue(field.choices, retired=True)

    def order(self, field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Options sort as they stand in their set."""
        places = {choice.key: number for number, choice in enumerate(field.choices)}
        return sa.case(places, value=column) if places else column

    def option_set(self, settings: Mapping[str, Any]) -> Any:
        said = settings.get("options")
        return said.removeprefix("$") if isinstance(said, str) else said

    def may_lack_options(self, settings: Mapping[str, Any]) -> bool:
        return str(settings.get("options", "")).startswith("$")

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else name_of(field, value, language)

    def from_text(self, field: Field, text: Any) -> Any:
        if not isinstance(text, str) or field.choice(text.strip()):
            return text
        return key_of(field.choices, text) or text

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else labels_of(field, (value,))

    def input(self, field: Field) -> Widget:
        """`choices` are the ones on offer; the face adds the present value when that one is retired."""
        return Widget("select", {"choices": tuple(choice for choice in field.choices if not choice.retired)})

    def cell(self, field: Field) -> Cell:
        choices = {choice.key: choice for choice in field.choices}
        return Cell("badge", {"choices": choices}, width="choice", role="state")

    def samples(self, field: Field) -> Sequence[Any]:
        return tuple(choice.key for choice in field.choices if not choice.retired)

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return (
            {"options": {
                "new": {"label": {"en": "New", "ko": "신규"}, "color": "blue"},
                "won": {"label": {"en": "Won", "ko": "성공"}, "color": "green"},
                "old": {"label": {"en": "Old", "ko": "옛것"}, "retired": True},
            }},
        )  # fmt: skip
