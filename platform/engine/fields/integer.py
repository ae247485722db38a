"""A whole number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from hanok.engine.fields.decimal import Decimal
from hanok.engine.fields.field import Field, Labels, Part
from hanok.engine.fields.number import DIGITS_OF_DOUBLE, NumberValue


class IntegerValue(NumberValue):
    """An int of at most 15 digits."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(places=0, digits=DIGITS_OF_DOUBLE, **rest)

    def load(self, value: Any, **known: Any) -> int:
        return int(super().load(value))


class Integer(Decimal):
    """Values are `int`, a number in JSON: at most 15 digits, which JavaScript and spreadsheets keep too."""

    key = "integer"
    label: ClassVar[Labels] = {"en": "Whole number", "ko": "정수"}
    icon = "number"
    options: ClassVar[Mapping[str, Any]] = {
        "min": {"type": "integer", "description": "The smallest number that it takes."},
        "max": {"type": "integer", "description": "The largest number that it takes."},
    }
    converts_from = frozenset({"rating"})
    usual_places = 0

    def places(self, field: Field) -> int:
        return 0

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.BigInteger()),)

    def number(self, field: Field, **limits: Any) -> NumberValue:
        return IntegerValue(unit=self.unit, **limits)

    def dump(self, field: Field, value: Any) -> Any:
        return value

    def export(self, field: Field, value: Any, language: str) -> Any:
        return value

    def samples(self, field: Field) -> Sequence[Any]:
        limits = [field.settings[key] for key in ("min", "max") if key in field.settings]
        return limits or (0, -1, "1,234", "１２３", 3.0, "-" + "9" * DIGITS_OF_DOUBLE, "9" * DIGITS_OF_DOUBLE)

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": -10, "max": 100})
