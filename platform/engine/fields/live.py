"""Values that are worked out when they are read: of any type, but without a column."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hanok.engine.fields.base import FieldType
from hanok.engine.fields.field import Field


def live(found: FieldType) -> FieldType:
    """The same type for values that no table holds: shown as always, but nothing sorts, chooses or searches by them."""
    clone = copy.copy(found)
    kept = {"operators": (), "sortable": False, "read": _nothing, "part_field": _no_part, "search_text": _no_text}
    clone.__class__ = type(f"Live{type(found).__name__}", (type(found),), kept)
    return clone


def _nothing(self: FieldType, field: Field, parts: Mapping[str, Any]) -> None:
    """Whoever reads the record puts the value there."""


def _no_part(self: FieldType, field: Field, part: str) -> None:
    """There is no column to look at."""


def _no_text(self: FieldType, field: Field, value: Any) -> str:
    return ""
