"""Which reader a file needs: what it holds decides, not what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hanok.engine.errors import Refused, say
from hanok.engine.records.importing.delimited import delimiter_of, encoding_of, open_delimited
from hanok.engine.records.importing.sheet import Sheet, is_blank

PACKED = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
#: Rows that are looked at for a column's first values, how many of them are shown, and signs of each.
LOOKED_AT, SHOWN, LONGEST = 20, 3, 80


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is found to be. `samples` are the first values of each column; `encoding` and `delimiter` are "" of a
    workbook, `sheet` and `sheets` of everything else."""

    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    total: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def open_sheet(path: Path, *, sheet: str = "", delimiter: str = "") -> Sheet:
    """The table in a CSV or XLSX file. Raises Refused when there is no such file, or it is no table.

    `sheet` names a sheet of a workbook, `delimiter` the sign between the cells of a CSV file.
    """
    head = _head(path)
    if not head:
        raise Refused(say("The file is empty."))
    if head.startswith(OLD_OFFICE):
        raise Refused(say("This is an old Excel file, or one with a password; save it as XLSX without a password."))
    if head.startswith(PACKED):
        from hanok.engine.records.importing.workbook import open_workbook  # few files need its reader

        return open_workbook(path, sheet=sheet)
    return open_delimited(path, delimiter=delimiter)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except FileNotFoundError:
        raise Refused(say("There is no file {file}.", file=path.as_posix())) from None
    except OSError as error:
        raise Refused(
            say("{file} cannot be read: {reason}", file=path.as_posix(), reason=error.strerror or str(error))
        ) from None


def look(path: Path, *, sheet: str = "", delimiter: str = "") -> Look:
    """What the file is, read as `open_sheet` reads it. Raises Refused likewise."""
    table = open_sheet(path, sheet=sheet, delimiter=delimiter)
    rows = [row.cells for row in islice(table.rows(), LOOKED_AT)]
    samples = tuple(_first([row[place] for row in rows]) for place in range(len(table.headings)))
    if _head(path).startswith(PACKED):
        from hanok.engine.records.importing.workbook import sheet_names

        names = sheet_names(path)
        return Look(table.headings, samples, table.total, sheet=sheet or names[0], sheets=names)
    encoding = encoding_of(path)
    return Look(table.headings, samples, table.total, encoding=encoding,
                delimiter=delimiter_of(path, encoding, delimiter)[1])  # fmt: skip


def _first(cells: list[object]) -> tuple[str, ...]:
    said = [" ".join(str(cell).split())[:LONGEST] for cell in cells if not is_blank(cell)]
    return tuple(dict.fromkeys(said))[:SHOWN]
