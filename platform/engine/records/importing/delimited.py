"""CSV files, as spreadsheets and other programs write them."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from hanok.engine.errors import Refused, say
from hanok.engine.records.importing.sheet import LONGEST_CELL, Cells, Sheet, sheet_of

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 50
CHUNK = 1 << 20
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: What Excel writes on a first line of its own to name the delimiter.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
#: A text that a spreadsheet would take for a formula, behind the apostrophe that our export puts in front of it.
GUARDED = re.compile(r"'('*[=+\-@\t\r＝＋－＠])")


def open_delimited(path: Path, *, delimiter: str = "") -> Sheet:
    """The table of a CSV file, read once to its end. Raises Refused when it is none."""
    encoding = encoding_of(path)
    lead, sign = delimiter_of(path, encoding, delimiter)

    def read() -> Iterator[Cells]:
        for cells in _records(path, encoding, sign, lead):
            yield [GUARDED.sub(r"\1", cell, count=1) if cell[:1] == "'" else cell for cell in cells]

    return sheet_of(read, total=sum(1 for _ in read()) - 1)


def delimiter_of(path: Path, encoding: str, said: str = "") -> tuple[int, str]:
    """How many lines stand before the headings, and the sign between cells: as said, as the file says, or found out."""
    lead, named = _separator_line(path, encoding)
    return lead, said or named or _sniffed(path, encoding)


def encoding_of(path: Path) -> str:
    """UTF-8, what a byte order mark says, UTF-16 without one, or CP949, as Korean Excel writes it."""
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), "")
    if marked:
        return _checked(path, marked)
    if b"\0" in head:
        return _checked(path, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
    return next((name for name in ("utf-8", "cp949") if _decodes(path, name)), "") or _unreadable()


def _checked(path: Path, encoding: str) -> str:
    return encoding if _decodes(path, encoding) else _unreadable()


def _unreadable() -> str:
    raise Refused(say("This file is no table: it is neither text (UTF-8, UTF-16 or CP949) nor an XLSX workbook."))


def _decodes(path: Path, encoding: str) -> bool:
    """Whether all of the file is text in this encoding, without the control signs of binary files."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _separator_line(path: Path, encoding: str) -> tuple[int, str]:
    """How many lines stand before the headings, and the delimiter that they name."""
    with path.open(encoding=encoding, newline="") as file:
        found = SEPARATOR_LINE.fullmatch(file.readline(20).rstrip("\r\n"))
    return (1, found[1]) if found else (0, "")


def _sniffed(path: Path, encoding: str) -> str:
    """The delimiter that cuts the first rows most evenly into several cells; a comma for a single column."""
    best, chosen = (0.0, 1), ","
    for sign in DELIMITERS:
        try:
            widths = [len(cells) for cells in islice(_records(path, encoding, sign, 0), SAMPLE_ROWS) if cells]
        except Refused:
            continue
        even = sum(width == widths[0] for width in widths) / len(widths) if widths else 0.0
        if widths and widths[0] > 1 and (even, widths[0]) > best:
            best, chosen = (even, widths[0]), sign
    return chosen


def _records(path: Path, encoding: str, delimiter: str, lead: int) -> Iterator[list[str]]:
    """The records of the file; line breaks may stand within quotes. Raises Refused for quotes that do not fit."""
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(lead):
            file.readline()
        number = 0
        records = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            number += 1
            with _told(number):
                try:
                    cells = next(records)
                except StopIteration:
                    return
            yield cells


@contextmanager
def _told(number: int) -> Iterator[None]:
    """The reader's errors as sentences with the row."""
    try:
        yield
    except csv.Error as error:
        if "field larger" in str(error):
            large = say("Row {row}: a cell is too large; at most {most} characters fit. Is a quote not closed?",
                        row=number, most=f"{LONGEST_CELL:,}")  # fmt: skip
            raise Refused(large) from None
        raise Refused(say("Row {row}: the quotes of a cell are not closed, or something stands behind them.",
                          row=number)) from None  # fmt: skip
