"""A number that is measured: an IEEE double, on both databases."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal as Exactly
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.decimal import BOUNDS
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import DIGITS_OF_DOUBLE, LONGEST, parse, plain
from hanok.engine.fields.operators import NUMERIC
from hanok.engine.fields.value import Value, refuse

SCIENTIFIC = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,4}", re.ASCII)


class FloatValue(Value):
    """A finite float from `low` to `high`; text may be written 1,234.5 or 6.02e23. -0 is 0."""

    def __init__(self, *, low: Any = None, high: Any = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.low, self.high = low, high

    def load(self, value: Any, **known: Any) -> float:
        found = _double(_number(value) if isinstance(value, str) else value)
        if self.low is not None and found < self.low:
            raise refuse(say("This must be at least {low}.", low=self.low))
        if self.high is not None and found > self.high:
            raise refuse(say("This must be at most {high}.", high=self.high))
        return found


def _number(text: str) -> Exactly:
    found = plain(text)
    if len(found) <= LONGEST and SCIENTIFIC.fullmatch(found):
        return Exactly(found)
    return parse(text)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Exactly):
        raise refuse(say("This must be a number, such as 1,234.5."))
    try:
        found = float(value) + 0.0
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise refuse(say("This number is too large."))
    return found


class Float(FieldType):
    """Values are `float`, a number in JSON. Amounts and shares are better `money`, `percent` or `decimal`: exact."""

    key = "float"
    label: ClassVar[Labels] = {"en": "Measured number", "ko": "실수"}
    icon = "ruler-measure"
    group = "number"
    options: ClassVar[Mapping[str, Any]] = BOUNDS
    operators = ("gte", "lte", *(key for key in NUMERIC if key not in ("gte", "lte")))
    converts_from = frozenset({"integer", "rating"})
    compares = "number"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.Double()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return FloatValue(low=field.settings.get("min"), high=field.settings.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return FloatValue()

    def export(self, field: Field, value: Any, language: str) -> Any:
        """The number, or its text where a spreadsheet would lose digits of it."""
        if value is None or float(f"{value:.{DIGITS_OF_DOUBLE}g}") == value:
            return value
        return repr(value)

    def input(self, field: Field) -> Widget:
        return Widget("number", {key: field.settings.get(key) for key in ("min", "max")})

    def cell(self, field: Field) -> Cell:
        return Cell("float", align="end", width="number", role="figure")

    def samples(self, field: Field) -> Sequence[Any]:
        limits = [field.settings[key] for key in ("min", "max") if key in field.settings]
        return limits or ("0", -0.0, "-1,234.5", "１.５", 7, 0.1 + 0.2, "6.02214076e23", 5e-324, 1.7976931348623157e308)

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": -273.15, "max": 1e6})
