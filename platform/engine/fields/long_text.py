"""Text of many lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.mentions import readable
from hanok.engine.fields.text import LONGEST_OPERAND, Text, TextValue


class LongText(Text):
    key = "long_text"
    label: ClassVar[Labels] = {"en": "Long text", "ko": "긴 텍스트"}
    icon = "align-left"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 20_000,
                   "description": "How many characters it holds at most."},
        "rows": {"type": "integer", "minimum": 2, "maximum": 40, "default": 4,
                 "description": "How many lines its box shows."},
        "placeholder": {"$ref": "#/$defs/labels", "description": "What an empty box shows in grey."},
    }
    converts_from = Text.converts_from | {"text", "barcode", "json"}
    sortable = False
    mentions = True
    longest = 20_000

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue(length=self.length(field), lines=True)

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue(lines=True)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND, lines=True)

    def search_text(self, field: Field, value: Any) -> str:
        return readable(super().search_text(field, value))

    def input(self, field: Field) -> Widget:
        return Widget("textarea", {**super().input(field).facts, "rows": field.settings.get("rows", 4)})

    def cell(self, field: Field) -> Cell:
        return Cell("long_text", width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        return ("첫째 줄\n둘째 줄\n\n\t들여쓴 줄", *super().samples(field))

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"length": 500, "rows": 10})
