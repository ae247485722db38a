"""A share of a hundred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hanok.engine.fields.decimal import Decimal
from hanok.engine.fields.field import Cell, Field, Labels


class Percent(Decimal):
    """10 means 10 %, in forms, files and JSON alike; text may say "10%". `min` and `max` say where it ends."""

    key = "percent"
    label: ClassVar[Labels] = {"en": "Percent", "ko": "퍼센트"}
    icon = "percentage"
    converts_from = frozenset({"integer", "decimal", "rating"})
    unit = "%"
    trim = True

    def cell(self, field: Field) -> Cell:
        return Cell("percent", super().cell(field).facts, align="end", width="percent")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"places": 0, "min": 0, "max": 100})
