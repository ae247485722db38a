"""Which reader a file needs: what it holds decides, not what it is called."""

from __future__ import annotations

from pathlib import Path

from hanok.engine.errors import Refused, say
from hanok.engine.records.importing.delimited import open_delimited
from hanok.engine.records.importing.sheet import Sheet

PACKED = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


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
