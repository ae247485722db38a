"""Pieces of a catalog: what one pass made of one module. What nothing changed for is taken from the catalog before.

A pass says what a piece is made of, and gets mappings to look other modules up in; these remember what was looked up. A
piece is given again when all of that is there still: the very same objects. So a piece that was made anew but came out
alike is replaced by the one before (`same`), and what looked at it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from operator import is_
from typing import Any, TypeVar

import sqlalchemy as sa

from hanok.engine.catalog.names import Ask, Naming
from hanok.engine.catalog.report import Report
from hanok.engine.errors import Problem

T = TypeVar("T")
Place = tuple[str, str]
MISSING: Any = object()


class Sight(Mapping[str, T]):
    """A mapping that remembers what was looked up in it; once it is closed, it holds nothing else.

    Conditions keep what they were read with: they must not keep a whole catalog of long ago.
    """

    __slots__ = ("_found", "_whole", "seen")

    def __init__(self, found: Mapping[str, T]) -> None:
        self._found = found
        self._whole = False
        self.seen: dict[str, Any] = {}

    def __getitem__(self, key: str) -> T:
        found = self.seen[key] = self._found.get(key, MISSING)
        if found is MISSING:
            raise KeyError(key)
        return self._found[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key, MISSING) is not MISSING

    def __iter__(self) -> Iterator[str]:
        self._whole = True
        return iter(self._found)

    def __len__(self) -> int:
        self._whole = True
        return len(self._found)

    def close(self) -> bool:
        """Whether what was seen says all: not when everything was gone through."""
        if not self._whole:
            self._found = {key: found for key, found in self.seen.items() if found is not MISSING}
        return not self._whole


@dataclass(frozen=True, slots=True)
class Piece:
    """What was made, of what, what was looked up by the names of mappings, the physical names asked for, advice."""

    value: Any
    made_of: tuple[Any, ...] = ()
    seen: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    asked: tuple[Ask, ...] = ()
    advice: tuple[Problem, ...] = ()


class Pieces:
    """The pieces of one catalog while it is compiled; `before` are those of an earlier one."""

    def __init__(self, before: Mapping[Place, Piece], naming: Naming, report: Report) -> None:
        self.naming = naming
        self.report = report
        self.made: set[Place] = set()
        self.kept: dict[Place, Piece] = {}
        self._before = before
        self._shown: dict[str, Mapping[str, Any]] = {}

    def show(self, **mappings: Mapping[str, Any]) -> None:
        """Mappings that passes may ask for by these names."""
        self._shown |= mappings

    def make(
        self, what: str, key: str, made_of: tuple[Any, ...], how: Callable[..., T], *, sights: tuple[str, ...] = (),
        same: bool = False,
    ) -> T:  # fmt: skip
        """The value of a piece. `how` gets a report and a sight of each mapping; `same` compares what it makes."""
        place = (what, key)
        found = self._before.get(place)
        if found is None or not self._stands(found, made_of):
            found = self._made(place, made_of, how, sights, found if same else None)
        else:
            self.kept[place] = found
        self.report.advice += found.advice
        value: T = found.value
        return value

    def same(self, what: str, key: str, value: T) -> T:
        """The value of before where this one is alike."""
        found = self._before.get((what, key))
        if found is None or not alike(found.value, value):
            found = Piece(value)
        self.kept[what, key] = found
        kept: T = found.value
        return kept

    def _stands(self, piece: Piece, made_of: tuple[Any, ...]) -> bool:
        """Whether all that a piece was made of is there still, and physical names are what they were."""
        if len(piece.made_of) != len(made_of) or not all(map(is_, piece.made_of, made_of)):
            return False
        for name, seen in piece.seen:
            now = self._shown[name]
            if any(now.get(key, MISSING) is not found for key, found in seen.items()):
                return False
        return all(map(self.naming.again, piece.asked))

    def _made(
        self, place: Place, made_of: tuple[Any, ...], how: Callable[..., Any], names: tuple[str, ...],
        before: Piece | None,
    ) -> Piece:  # fmt: skip
        """A new piece. It is kept when nothing was wrong."""
        report = Report(unreadable=self.report.unreadable, faulty=self.report.faulty)
        sights = [Sight(self._shown[name]) for name in names]
        start = len(self.naming.asked)
        value = how(report, *sights)
        closed = [sight.close() for sight in sights]
        if before is not None and alike(before.value, value):
            value = before.value
        seen = tuple((name, sight.seen) for name, sight in zip(names, sights, strict=True) if sight.seen)
        piece = Piece(value, made_of, seen, tuple(self.naming.asked[start:]), tuple(report.advice))
        self.made.add(place)
        self.report.problems += report.problems
        if all(closed) and not report.problems:
            self.kept[place] = piece
        return piece


def alike(one: Any, other: Any) -> bool:
    """Whether nothing tells two values apart: not their types (1 and true), nor the order of their keys."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, sa.Table):
        return _columns(one) == _columns(other)
    if is_dataclass(one):
        return all(alike(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    return bool(one == other)


def _columns(table: sa.Table) -> list[tuple[str, ...]]:
    found = [(each.name, repr(each.type), repr(each.nullable), _default(each)) for each in table.columns]
    return [(table.name,), *found]


def _default(column: sa.Column[Any]) -> str:
    """What rows hold that were there before the column, as text."""
    said = getattr(column.server_default, "arg", None)
    return "" if said is None else f"{said} {getattr(said, 'value', '')!r}"
