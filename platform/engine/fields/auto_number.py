"""A number that the engine gives: Q-2026-0001."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from hanok.engine.fields.field import Cell, Counter, Field, Labels
from hanok.engine.fields.text import Text

TODAY = re.compile(r"\{\{ *today\.(year|month|day) *\}\}")


def written(prefix: str, today: date) -> str:
    """The prefix with `{{ today.year }}`, `{{ today.month }}` and `{{ today.day }}` put in (two digits at least)."""
    return TODAY.sub(lambda found: f"{getattr(today, found[1]):02d}", prefix)


class AutoNumber(Text):
    """Values are text; the engine makes them from a counter of the database, so one that is taken back leaves a gap."""

    key = "auto_number"
    label: ClassVar[Labels] = {"en": "Automatic number", "ko": "자동 번호"}
    icon = "hash"
    options: ClassVar[Mapping[str, Any]] = {
        "prefix": {
            "description": "What stands before the number; {{ today.year }}, .month and .day may be in it.",
            "type": "string",
            "maxLength": 60,
            "pattern": r"^(?:[^{}]|\{\{ *today\.(?:year|month|day) *\}\})*$",
        },
        "digits": {"type": "integer", "minimum": 1, "maximum": 12, "default": 1,
                   "description": "How many digits are written at least: zeros fill up."},
        "start": {"type": "integer", "minimum": 0, "default": 1, "description": "The first number."},
        "reset": {"description": "Count from `start` again each year; the prefix then names it.", "enum": ["year"]},
    }
    converts_from = frozenset({"text", "integer"})
    generated = True

    def counter(self, field: Field, today: date) -> Counter:
        settings = field.settings
        name = f"{field.module}.{field.key}"
        prefix = written(settings.get("prefix", ""), today)
        digits = int(settings.get("digits", 1))
        return Counter(
            f"{name}.{today.year}" if settings.get("reset") == "year" else name,
            int(settings.get("start", 1)),
            lambda number: f"{prefix}{number:0{digits}d}",
        )

    def cell(self, field: Field) -> Cell:
        return Cell("text", width="number", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        counter = self.counter(field, date(2026, 1, 1))
        return tuple(counter.write(counter.start + more) for more in (0, 1, 10_000_000))

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"prefix": "견적-{{ today.year }}-", "digits": 4, "start": 1, "reset": "year"})
