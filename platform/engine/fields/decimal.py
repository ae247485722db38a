"""An exact number with a fixed number of places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal as Exactly
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import Exact
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import DIGITS, NumberValue, of_sheet, plain, to_sheet
from hanok.engine.fields.operators import NUMERIC

BOUNDS: Mapping[str, Any] = {
    "min": {"type": "number", "description": "The smallest number that it takes."},
    "max": {"type": "number", "description": "The largest number that it takes."},
}


class Decimal(FieldType):
    """Values are `decimal.Decimal` with exactly `places` places, text in JSON: 18 digits in all.

    A type of your own with a unit needs little more than `unit` and a label: see `docs/howto/add-a-field-type.md`.
    """

    key = "decimal"
    label: ClassVar[Labels] = {"en": "Decimal", "ko": "소수"}
    icon = "decimal"
    group = "number"
    options: ClassVar[Mapping[str, Any]] = {
        "places": {"type": "integer", "minimum": 0, "maximum": 9, "default": 2,
                   "description": "Digits behind the point."},
        **BOUNDS,
    }
    operators = NUMERIC
    compares = "number"
    converts_from = frozenset({"integer", "rating"})
    #: Places when the document does not say it.
    usual_places: ClassVar[int] = 2
    #: What stands behind the number in forms and lists ("%", "°C").
    unit: ClassVar[str] = ""
    #: True when cells leave out zeros behind the point (80 %, not 80.00 %).
    trim: ClassVar[bool] = False

    def places(self, field: Field) -> int:
        return int(field.settings.get("places", self.usual_places))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", Exact(self.places(field))),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        limits = field.settings
        return self.number(field, low=limits.get("min"), high=limits.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return self.number(field)

    def number(self, field: Field, **limits: Any) -> NumberValue:
        return NumberValue(places=self.places(field), unit=self.unit, **limits)

    def reading(self, field: Field) -> Mapping[str, Any]:
        """Signs that may stand around the number, as `number.plain` writes them."""
        return {"signs": [plain(self.unit)]} if self.unit else {}

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else str(value)

    def export(self, field: Field, value: Any, language: str) -> Any:
        return to_sheet(value)

    def from_text(self, field: Field, text: Any) -> Any:
        return of_sheet(text)

    def input(self, field: Field) -> Widget:
        step = str(Exactly(1).scaleb(-self.places(field)))
        limits = {key: field.settings.get(key) for key in ("min", "max")}
        return Widget("number", {**limits, "places": self.places(field), "step": step, "unit": self.unit})

    def cell(self, field: Field) -> Cell:
        facts = {"places": self.places(field), "unit": self.unit, "trim": self.trim}
        return Cell("number", facts, align="end", width="number", role="figure")

    def samples(self, field: Field) -> Sequence[Any]:
        last = str(Exactly(1).scaleb(-self.places(field)))
        limits = [str(field.settings[key]) for key in ("min", "max") if key in field.settings]
        if limits:
            return limits
        return ("0", "-1,234", "１２３", 7, 2.0, last, "-" + last, "9" * (DIGITS - self.places(field)))

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"places": 0}, {"places": 4}, {"min": 0, "max": 1000000.5})
