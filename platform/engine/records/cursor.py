"""Keyset paging: a cursor holds the sort values of one row; the next page begins beyond them.

Empty is smallest on both databases, so what lies beyond a value may be several ranges: the greater values, and the
empty ones apart. Each is written so that an index can begin to read there, however far in.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import takewhile
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.errors import Invalid, say

GONE = say("This page no longer exists; start from the first one.")
READERS: dict[str, Callable[[str], Any]] = {
    "n": Decimal, "t": datetime.fromisoformat, "d": date.fromisoformat, "h": time.fromisoformat, "u": UUID,
}  # fmt: skip
#: SQLite orders values by kind: numbers, text, bytes. No id is as long as this one.
ABOVE_ALL = b"\xff" * 17


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: its expression, direction, whether it may be empty, and its position in the row.

    `plain`: it is a column of the listed table itself, so that an index may hold it.
    """

    column: ColumnElement[Any]
    descending: bool
    nullable: bool
    place: int
    plain: bool = True

    def ordered(self, dialect: str, *, backwards: bool, apart: bool = False) -> ColumnElement[Any]:
        """`apart`: rows are sorted when they were found; no index is walked for their order."""
        descending = self.descending != backwards
        column = sa.func.coalesce(self.column, self.column) if apart else self.column
        found = column.desc() if descending else column.asc()
        if not self.nullable or dialect == "sqlite":
            return found
        return found.nulls_last() if descending else found.nulls_first()

    def filled(self, dialect: str) -> ColumnElement[bool]:
        """Not empty, as a range of an index: SQLite makes none of IS NOT NULL, but all its values are below a blob."""
        if dialect != "sqlite":
            return self.column.is_not(None)
        return self.column < sa.literal(ABOVE_ALL, sa.LargeBinary)

    def same(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == value


@dataclass(frozen=True, slots=True)
class _Step:
    """A key with the value to go on from; `down`: rows with smaller values come next."""

    key: Key
    value: Any
    down: bool

    @property
    def here(self) -> ColumnElement[bool]:
        return self.key.same(self.value)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of an order is asked for: the next `size` rows after the cursor `here`, or, backwards, before it."""

    dialect: str
    here: str | None
    backwards: bool
    size: int

    def order(self, keys: Sequence[Key], *, apart: bool = False) -> list[ColumnElement[Any]]:
        return [key.ordered(self.dialect, backwards=self.backwards, apart=apart) for key in keys]

    def beyond(self, keys: Sequence[Key]) -> list[ColumnElement[bool]]:
        """The ranges in which the rows of the page stand, the nearest first; none where it is the first page.

        Raises Invalid for a cursor that is none of ours.
        """
        if self.here is None:
            return []
        try:
            return ranges(keys, decode(self.here, length=len(keys)), self.dialect, backwards=self.backwards)
        except sa.exc.ArgumentError as error:
            raise Invalid({"": [GONE]}) from error


def ranges(
    keys: Sequence[Key], values: Sequence[Any], dialect: str, *, backwards: bool
) -> list[ColumnElement[bool]]:
    """The rows after (or before) the row with these sort values, as ranges, the nearest first.

    Each is one range of an index on the keys: equal in some of them, then beyond or empty in the next.
    """
    steps = [_Step(key, value, key.descending != backwards) for key, value in zip(keys, values, strict=True)]
    return _ranges(steps, dialect)


def _ranges(steps: Sequence[_Step], dialect: str) -> list[ColumnElement[bool]]:
    if not steps:
        return []
    first = steps[0]
    run = _run(steps)
    here = sa.and_(*(step.here for step in steps[:run]))
    found = [sa.and_(here, below) for below in _ranges(steps[run:], dialect)]
    if first.value is not None:
        found.append(_beyond(steps[:run]))
    elif not first.down:
        found.append(first.key.filled(dialect))
    if first.down and first.value is not None and first.key.nullable:
        found.append(first.key.column.is_(None))
    return found


def _run(steps: Sequence[_Step]) -> int:
    """How many keys from the first one on are compared as one row: same direction, and no empty rows in between."""
    first = steps[0]
    if first.value is None:
        return 1
    alike = (
        step.value is not None and step.down == first.down and not (step.down and step.key.nullable)
        for step in steps[1:]
    )
    return 1 + sum(1 for _ in takewhile(bool, alike))


def _beyond(steps: Sequence[_Step]) -> ColumnElement[bool]:
    bound = [sa.literal(step.value, step.key.column.type) for step in steps]  # a bare True could not be compared with <
    columns: Any = sa.tuple_(*(step.key.column for step in steps)) if len(steps) > 1 else steps[0].key.column
    values: Any = sa.tuple_(*bound) if len(steps) > 1 else bound[0]
    found: ColumnElement[bool] = columns < values if steps[0].down else columns > values
    return found


def encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_tagged(value) for value in values])).decode().rstrip("=")


def decode(text: str, *, length: int) -> list[Any]:
    """The values of a cursor. Raises Invalid when it is none of ours."""
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [_plain(each) for each in raw]
    except (binascii.Error, ValueError, TypeError, KeyError, ArithmeticError, AttributeError):
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
        case time():
            return {"h": value.isoformat()}
        case UUID():
            return {"u": str(value)}
        case _:
            raise TypeError(f"no list sorts by {type(value).__name__}")


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return READERS[tag](text)
