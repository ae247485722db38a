"""A table in a file: headings in its first row, rows below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields.text import fold
from hanok.engine.language.words import clip

#: Signs that one cell may hold; the longest text of a field is shorter.
LONGEST_CELL = 131_072
Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts them (the headings are row 1), its cells, and what is wrong with it.

    Cells are text, or a workbook's number, boolean, date or time; an empty one is "". There are as many as headings.
    """

    number: int
    cells: tuple[Any, ...]
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened table. `rows()` reads it from its beginning each time; `total` is how many rows there are, 0: unknown.

    A heading may be empty, and two are never the same.
    """

    headings: tuple[str, ...]
    read: Callable[[], Iterable[Cells]]
    total: int = 0

    def rows(self) -> Iterator[Row]:
        """The rows that hold something. Raises Refused where the file breaks off."""
        for number, cells in enumerate(self.read(), 1):
            if number > 1 and not all(map(is_blank, cells)):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Cells) -> Row:
        wide, width = len(self.headings), len(cells)
        fault = None
        if width < wide or not all(map(is_blank, cells[wide:])):
            fault = say("This row has {found} cells; there are {known} headings.", found=width, known=wide)
        fitted = (*cells[:wide], *("",) * (wide - width))
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in fitted):
            fault = say("A cell of this row is too large; at most {most} characters fit.", most=f"{LONGEST_CELL:,}")
        return Row(number, fitted, fault)


def sheet_of(read: Callable[[], Iterable[Cells]], *, total: int = 0) -> Sheet:
    """The sheet whose rows `read` gives. Raises Refused without headings, or when two are the same."""
    first = next(iter(read()), None)
    if first is None:
        raise Refused(say("The file is empty."))
    headings = [" ".join(str(cell).split()) for cell in first]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise Refused(say("The first row holds no headings."))
    _refuse_twins(headings)
    return Sheet(tuple(headings), read, total)


def _refuse_twins(headings: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for place, heading in enumerate(headings):
        other = seen.setdefault(fold(heading), place) if heading else place
        if other != place:
            raise Refused(
                say("Two columns have the heading “{heading}”: {first} and {second}.", heading=clip(heading),
                    first=letters(other), second=letters(place))
            )  # fmt: skip


def is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def letters(place: int) -> str:
    """What a spreadsheet calls the column at this place: A, B … Z, AA …"""
    name, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
