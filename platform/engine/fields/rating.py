"""Some stars of five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.integer import Integer, IntegerValue

USUAL_MOST, MOST = 5, 10


class Rating(Integer):
    """Values are `int` from 0 to `max`; empty means that nobody has said yet, which is not 0."""

    key = "rating"
    label: ClassVar[Labels] = {"en": "Rating", "ko": "평점"}
    icon = "star"
    options: ClassVar[Mapping[str, Any]] = {
        "max": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_MOST,
                "description": "How many stars there are."},
    }
    operators = ("gte", "lte", *(key for key in Integer.operators if key not in ("gte", "lte")))
    converts_from = frozenset()
    compares = "number"

    def most(self, field: Field) -> int:
        return int(field.settings.get("max", USUAL_MOST))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.SmallInteger()),)

    def value(self, field: Field) -> IntegerValue:
        return IntegerValue(low=0, high=self.most(field))

    def former(self, field: Field) -> IntegerValue:
        return IntegerValue(low=0, high=MOST)

    def input(self, field: Field) -> Widget:
        return Widget("rating", {"max": self.most(field)})

    def cell(self, field: Field) -> Cell:
        return Cell("rating", {"max": self.most(field)}, width="choice")

    def samples(self, field: Field) -> Sequence[Any]:
        return (0, "1", 2.0, "３", self.most(field))[: self.most(field) + 1]

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"max": 3}, {"max": 10})
