"""XLSX workbooks: cells keep their types."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import unescape

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from hanok.engine.errors import Refused, say
from hanok.engine.records.importing.sheet import Cells, Sheet, sheet_of

#: The reader holds a whole sheet in memory: cells in the rectangle of all cells, and bytes once unpacked.
MOST_CELLS = 20_000_000
MOST_BYTES = 1 << 30
CHUNK = 1 << 20
CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>')
LONGEST_TAG = 300


def open_workbook(path: Path, *, sheet: str = "") -> Sheet:
    """The table on one sheet of a workbook, the first unless `sheet` names one. Raises Refused when it is none."""
    _guard(path)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            name = _named(book, sheet)
            found = book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        raise Refused(say("This workbook cannot be read; open it and save it again as XLSX.")) from None
    return sheet_of(_reading(found), total=max(0, found.total_height - 1))


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets of a workbook that was opened before."""
    with path.open("rb") as file:
        return tuple(map(str, CalamineWorkbook.from_filelike(file).sheet_names))


def _named(book: CalamineWorkbook, sheet: str) -> str:
    if not book.sheet_names:
        raise Refused(say("The file is empty."))
    if sheet and sheet not in book.sheet_names:
        known = ", ".join(book.sheet_names)
        raise Refused(say("There is no sheet “{sheet}”; there are: {known}", sheet=sheet, known=known))
    return sheet or str(book.sheet_names[0])


def _reading(found: CalamineSheet) -> Callable[[], Iterable[Cells]]:
    def read() -> Iterator[Cells]:
        for cells in found.iter_rows():
            yield [_plain(cell) for cell in cells]

    return read


def _plain(cell: Any) -> Any:
    """A whole number as one: sheets know floats only."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def _guard(path: Path) -> None:
    """Refuses what the reader would choke on, or read as empty without a word: errors of formulas."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise Refused(say("This workbook is too large; save it as CSV."))
            for name in archive.namelist():
                with archive.open(name) as part:
                    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                        _guard_cells(part)
                    while part.read(CHUNK):  # to its end: a part that is larger than it says is found out there
                        pass
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise Refused(say("This workbook cannot be read; open it and save it again as XLSX.")) from None


def _guard_cells(part: IO[bytes]) -> None:
    rest, right, below = b"", 0, 0
    while chunk := part.read(CHUNK):
        text = rest + chunk
        for found in CELL.finditer(text):
            if b't="e"' in found[0]:
                raise Refused(say("Cell {cell} holds an error of the spreadsheet (such as #N/A); correct it first.",
                                  cell=unescape((found[1] + found[2]).decode())))  # fmt: skip
            right, below = max(right, _column(found[1])), max(below, int(found[2]))
        if right * below > MOST_CELLS:
            raise Refused(say("This workbook is too large; save it as CSV."))
        rest = text[-LONGEST_TAG:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
