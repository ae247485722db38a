"""Files are read as the programs meant them that wrote them, or refused with a reason."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from hanok.engine.errors import Refused
from hanok.engine.records.importing import open_sheet
from hanok.engine.records.importing.sheet import LONGEST_CELL
from tests.records.files import a_csv, an_xlsx

KOREAN = "이름,지역\r\n한빛전자,서울\r\n가온물류,부산\r\n"


def read(file: Path, **options: str) -> list[list[object]]:
    """The headings and the rows that hold something."""
    sheet = open_sheet(file, **options)
    return [list(sheet.headings), *(list(row.cells) for row in sheet.rows())]


def refusal(file: Path, **options: str) -> str:
    with pytest.raises(Refused) as refused:
        read(file, **options)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be"])
def test_korean_is_read_in_every_encoding_that_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    assert read(a_csv(tmp_path, KOREAN, encoding=encoding)) == [
        ["이름", "지역"], ["한빛전자", "서울"], ["가온물류", "부산"],
    ]  # fmt: skip


def test_a_syllable_that_only_cp949_has_is_read(tmp_path: Path) -> None:
    assert read(a_csv(tmp_path, "이름\n똠방각하\n", encoding="cp949"))[1] == ["똠방각하"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, sign: str) -> None:
    rows = [["name", "note", "size"], ["Kim", "a, b; c", "1"], ["Lee", "x", "2"]]
    text = "\n".join(sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in rows)
    assert read(a_csv(tmp_path, text)) == rows


def test_one_column_with_commas_in_quotes_stays_one_column(tmp_path: Path) -> None:
    assert read(a_csv(tmp_path, 'name\n"Kim, Lee"\nPark\n')) == [["name"], ["Kim, Lee"], ["Park"]]


def test_the_delimiter_may_be_said(tmp_path: Path) -> None:
    assert read(a_csv(tmp_path, "a,b;c\n1,2;3\n"), delimiter=";") == [["a,b", "c"], ["1,2", "3"]]
    assert read(a_csv(tmp_path, "sep=;\na;b\n1;2\n")) == [["a", "b"], ["1", "2"]]


def test_cells_hold_quotes_and_line_breaks(tmp_path: Path) -> None:
    text = 'name,note\r\n"한빛 ""전자""","첫째 줄\r\n둘째, 줄"\r\n'
    assert read(a_csv(tmp_path, text))[1] == ['한빛 "전자"', "첫째 줄\r\n둘째, 줄"]


def test_rows_are_numbered_as_spreadsheets_number_them(tmp_path: Path) -> None:
    sheet = open_sheet(a_csv(tmp_path, 'name\n"a\nb"\n\nc\n'))
    assert [(row.number, row.cells) for row in sheet.rows()] == [(2, ("a\nb",)), (4, ("c",))]


def test_what_our_export_guards_is_read_without_the_apostrophe(tmp_path: Path) -> None:
    text = "name\n'=1+1\n''-x\n'quoted'\n'+82\n"
    assert [row[0] for row in read(a_csv(tmp_path, text))[1:]] == ["=1+1", "'-x", "'quoted'", "+82"]


def test_a_workbook_keeps_its_types(tmp_path: Path) -> None:
    file = an_xlsx(tmp_path, ["t", "n", "f", "b", "d"], ["02", 7, 0.5, True, date(2026, 1, 2)], ["x"])
    assert read(file)[1:] == [["02", 7, 0.5, True, date(2026, 1, 2)], ["x", "", "", "", ""]]


def test_a_workbook_called_csv_is_a_workbook(tmp_path: Path) -> None:
    assert read(an_xlsx(tmp_path, ["이름"], ["한빛"], name="rows.csv")) == [["이름"], ["한빛"]]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    assert "there are: Sheet1" in refusal(an_xlsx(tmp_path, ["a"], [1]), sheet="Other")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"\n\n", "The first row holds no headings."),
        (b",,\na,b,c\n", "The first row holds no headings."),
        (b"name,size,Name\n", "Two columns have the heading “Name”: A and C."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\xd8", "This file is no table"),
        (b"\xff\x80\x81 neither", "This file is no table"),
        (b"PK\x03\x04 no workbook", "This workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "This is an old Excel file"),
        (b'name,note\nKim,"never closed\nLee,x\n', "Row 2: the quotes of a cell are not closed"),
        (b'name\n"Kim" Lee\n', "Row 2: the quotes of a cell are not closed, or something stands behind them."),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    assert refusal(file).startswith(sentence)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv").startswith("There is no file")
    assert "cannot be read" in refusal(tmp_path)


def test_a_ragged_row_is_a_fault_of_that_row_alone(tmp_path: Path) -> None:
    sheet = open_sheet(a_csv(tmp_path, "a,b\n1\n1,2\n1,2,3\n1,2,\n"))
    faults = {row.number: str(row.fault) if row.fault else "" for row in sheet.rows()}
    assert faults == {
        2: "This row has 1 cells; there are 2 headings.", 3: "",
        4: "This row has 3 cells; there are 2 headings.", 5: "",
    }  # fmt: skip


def test_a_cell_that_is_too_large_is_told(tmp_path: Path) -> None:
    assert "a cell is too large" in refusal(a_csv(tmp_path, "a\n" + "x" * (LONGEST_CELL + 1)))


def test_an_error_of_a_formula_is_not_read_as_empty(tmp_path: Path) -> None:
    file = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "share"])
        sheet.write_row(1, 0, ["Kim"])
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    assert refusal(file).startswith("Cell B2 holds an error of the spreadsheet")


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "name")
        sheet.write_string(1_048_575, 16_383, "far away")
    assert refusal(file) == "This workbook is too large; save it as CSV."
