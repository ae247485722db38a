"""Tables as CSV and XLSX files. A file appears whole, or not at all."""

from __future__ import annotations

import csv
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hanok.engine.errors import Refused, say

#: A spreadsheet takes such a text for a formula; behind an apostrophe it does not. The import takes one away again.
#: https://owasp.org/www-community/attacks/CSV_Injection
TRICKY = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
LONGEST_XLSX_CELL = 32_767
MOST_XLSX_ROWS = 1_048_575
TOO_MANY_ROWS = say("A workbook holds at most {most} rows; export as CSV.", most=f"{MOST_XLSX_ROWS:,}")
#: Excel's calendar is wrong before that day, and has none before 1900.
FIRST_XLSX_DAY = date(1900, 3, 1)
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")

Rows = Iterable[Sequence[Any]]


def write_table(path: Path, headings: Sequence[str], rows: Rows, *, title: str = "") -> None:
    """Writes a table as the file's ending says: .csv or .xlsx. `title` names the sheet of a workbook.

    Cells are text, numbers, booleans, dates or None. Raises Refused for other endings and for what does not fit.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise Refused(say("The name of the file must end with .csv or .xlsx: {file}", file=path.as_posix()))
    with _whole(path) as beside:
        writer(beside, headings, rows, title)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside the wanted one, which takes its place at the end."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        beside.touch(exist_ok=False)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise Refused(
            say("{file} cannot be written: {reason}", file=path.as_posix(), reason=error.strerror or str(error))
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def _write_csv(path: Path, headings: Sequence[str], rows: Rows, title: str) -> None:
    """UTF-8 with a byte order mark, without which Excel does not read Korean; RFC 4180."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_text(heading) for heading in headings])
        writer.writerows([_text(cell) for cell in row] for row in rows)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and TRICKY.match(text) else text


def _write_xlsx(path: Path, headings: Sequence[str], rows: Rows, title: str) -> None:
    import xlsxwriter  # only who writes a workbook waits for it

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet = book.add_worksheet(NOT_IN_SHEET_NAMES.sub(" ", title).strip("' ")[:31] or None)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(headings) - 1), 18)
    try:
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, bold)
        for number, row in enumerate(rows, 1):
            if number > MOST_XLSX_ROWS:
                raise Refused(TOO_MANY_ROWS)
            for place, cell in enumerate(row):
                _write_cell(sheet, number, place, cell, day, headings)
    finally:
        book.close()


def _write_cell(sheet: Any, number: int, place: int, cell: Any, day: Any, headings: Sequence[str]) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(number, place, cell)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(number, place, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime) and cell >= FIRST_XLSX_DAY:
        sheet.write_datetime(number, place, cell, day)
    else:
        text = cell.isoformat() if isinstance(cell, date) else str(cell)
        if len(text) > LONGEST_XLSX_CELL:
            raise Refused(
                say("Row {row}, “{heading}”: the text is too long for a workbook; export as CSV.",
                    row=number + 1, heading=headings[place])
            )  # fmt: skip
        sheet.write_string(number, place, text)
