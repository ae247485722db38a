"""Keyset paging: a cursor holds the sort values of one row; the next page begins beyond them.

Empty is smallest on both databases, so comparisons are written with their null branches.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.errors import Invalid, say

GONE = say("This page no longer exists; start from the first one.")
READERS: dict[str, Callable[[str], Any]] = {
    "n": Decimal, "t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: its expression, direction, whether it may be empty, and its position in the row."""

    column: ColumnElement[Any]
    descending: bool
    nullable: bool
    place: int

    def ordered(self, dialect: str, *, backwards: bool) -> ColumnElement[Any]:
        descending = self.descending != backwards
        found = self.column.desc() if descending else self.column.asc()
        if not self.nullable or dialect == "sqlite":
            return found
        return found.nulls_last() if descending else found.nulls_first()

    def same(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == value

    def beyond(self, value: Any, *, backwards: bool) -> ColumnElement[bool]:
        if self.descending != backwards:
            if value is None:
                return sa.false()
            less = self.column < value
            return sa.or_(less, self.column.is_(None)) if self.nullable else less
        return self.column.is_not(None) if value is None else self.column > value

    def from_here(self, value: Any, *, backwards: bool) -> ColumnElement[bool]:
        """At or beyond the value: a plain range that an index can serve."""
        return sa.or_(self.same(value), self.beyond(value, backwards=backwards))


def beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """The rows after (or before) the row with these sort values."""
    branches = [
        sa.and_(*(key.same(value) for key, value in zip(keys[:depth], values, strict=False)),
                keys[depth].beyond(values[depth], backwards=backwards))
        for depth in range(len(keys))
    ]  # fmt: skip
    first = keys[0]
    if first.nullable or values[0] is None:
        return sa.or_(*branches)
    bound = first.column <= values[0] if first.descending != backwards else first.column >= values[0]
    return sa.and_(bound, sa.or_(*branches))


def encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_tagged(value) for value in values])).decode().rstrip("=")


def decode(text: str, *, length: int) -> list[Any]:
    """The values of a cursor. Raises Invalid when it is none of ours."""
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [_plain(each) for each in raw]
    except (binascii.Error, ValueError, TypeError, KeyError, ArithmeticError):
        values = []
    if len(values) != length:
        raise Invalid({"": [GONE]})
    return values


def _tagged(value: Any) -> Any:
    match value:
        case bool() | None | int() | str() | float():
            return value
        case Decimal():
            return {"n": str(value)}
        case datetime():
            return {"t": value.astimezone(UTC).isoformat()}
        case date():
            return {"d": value.isoformat()}
        case UUID():
            return {"u": str(value)}
        case _:
            raise TypeError(f"no list sorts by {type(value).__name__}")


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return READERS[tag](text)
