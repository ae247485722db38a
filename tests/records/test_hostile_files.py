"""Files that somebody made to do harm: workbooks that unpack to more than they say, tags that never end, formulas."""

from __future__ import annotations

import struct
import time
import zipfile
from pathlib import Path

import pytest

from hanok.engine.errors import Refused
from hanok.engine.records.importing import open_sheet
from hanok.engine.records.writing import write_table
from tests.records.files import an_xlsx

TEXTS = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"


def with_part(file: Path, name: str, content: bytes) -> Path:
    """The workbook with another part in the place of one."""
    made = file.with_name(f"other-{file.name}")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return made


def lying(file: Path, name: str, size: int) -> Path:
    """The workbook whose directory says that this part unpacks to `size` bytes."""
    data = bytearray(file.read_bytes())
    for mark, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = data.find(mark)
        while at >= 0:
            if data[at + at_name : at + at_name + len(name)] == name.encode():
                data[at + at_size : at + at_size + 4] = struct.pack("<I", size)
            at = data.find(mark, at + 4)
    file.write_bytes(data)
    return file


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    book = an_xlsx(tmp_path, ["name"], ["한빛"])
    with zipfile.ZipFile(book) as archive:
        texts = archive.read(TEXTS).replace("한빛".encode(), b"x" * 5_000_000)
    bomb = lying(with_part(book, TEXTS, texts), TEXTS, 1000)
    with pytest.raises(Refused, match="cannot be read"):
        open_sheet(bomb)


def test_tags_that_never_end_cost_no_time(tmp_path: Path) -> None:
    book = with_part(an_xlsx(tmp_path, ["name"], ["한빛"]), SHEET, b"<c " * 400_000)
    began = time.process_time()
    with pytest.raises(Refused):
        list(open_sheet(book).rows())
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "＝1+1", "＋1", "－1", "＠a", "'=1", "''＝1"])
def test_no_text_of_a_csv_file_begins_like_a_formula_and_all_come_back(tmp_path: Path, text: str) -> None:
    file = tmp_path / "out.csv"
    write_table(file, ["name"], [[text]])
    assert file.read_text("utf-8-sig").splitlines()[1].strip('"').startswith("'")
    (row,) = open_sheet(file).rows()
    assert row.cells == (text,) or list(row.cells) == [text]


def test_a_file_that_lies_in_wait_is_not_written_through(tmp_path: Path) -> None:
    """Whoever shares the folder cannot know the name that a file has until it is whole."""
    write_table(tmp_path / "a.csv", ["name"], [["x"]])
    names: list[str] = []

    def rows() -> object:
        names.extend(path.name for path in tmp_path.iterdir() if path.name.startswith(".a.csv."))
        yield ["x"]

    for _ in range(2):
        write_table(tmp_path / "a.csv", ["name"], rows())  # type: ignore[arg-type]
    assert len(set(names)) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv"}
