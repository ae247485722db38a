"""What is exported comes back unchanged, tricks no spreadsheet and shows nobody more than the lists do."""

import csv
from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.errors import Denied, Invalid, Refused
from hanok.engine.records.importing import open_sheet
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, a_user, with_tables
from tests.databases import Databases, opened
from tests.records.files import ADMIN, Database, a_csv

TRICKY = (
    "=1+1", "+82 2", "-x", "@sum", "'=already", "''", "'plain", "a,b", 'say "hi"', "세미;콜론", "_x0041_", "01234",
)  # fmt: skip
BOOK = """
label: Book
fields:
  name: {type: text}
  text: {type: long_text, length: 50000}
"""
EXPORTER = """
label: {en: Exporter, ko: 내보내기}
default: {list: owner, view: owner, create: all, edit: owner, delete: none, import: none, export: all}
"""


@pytest.fixture
def here(database_of_records: Database) -> Database:
    return database_of_records


@pytest.fixture
def elsewhere(databases: Databases, request: pytest.FixtureRequest, dialect: str, here: Database) -> object:
    """A second, empty database of the same model."""
    address = databases.copy(request.getfixturevalue(f"{dialect}_template"))
    with opened(address) as store:
        yield Database(with_tables(store, here.catalog), here.catalog)
    databases.drop(address)


def fill(here: Database) -> None:
    parent = a_record(here.store, here.catalog, "company", name="한빛전자", size=0, rate="-1.5", founded="2026-11-17")
    for number, name in enumerate(TRICKY):
        a_record(
            here.store, here.catalog, "company", name=name, parent=str(parent.id), rate=-number,
            story=f"첫째 줄 {number}\n=둘째, \"줄\"\n\t끝", active=number % 2 == 0, stage=None if number % 3 else "won",
        )  # fmt: skip
    a_record(here.store, here.catalog, "person", family="김", given="민", company=str(parent.id))


def comparable(found: list[records.Record]) -> list[dict[str, object]]:
    system = {"created_at", "updated_at", "created_by", "updated_by", "version"}
    return [{key: value for key, value in record.values.items() if key not in system} for record in found]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_exported_makes_the_same_records_elsewhere(
    here: Database, elsewhere: Database, tmp_path: Path, ending: str, language: str
) -> None:
    fill(here)
    for module in ("company", "person"):
        file = tmp_path / f"{module}{ending}"
        here.take(file, module, language=language)
        assert here.bring(file, module, key=("id",)).counts.changed == 0
        found = elsewhere.bring(file, module, key=("id",))
        assert found.faults == [] and found.counts.new == len(here.all(module))
        assert comparable(elsewhere.all(module)) == comparable(here.all(module))


def test_no_text_begins_like_a_formula_and_numbers_stay_numbers(here: Database, tmp_path: Path) -> None:
    fill(here)
    file = tmp_path / "out.csv"
    here.take(file, "company", columns=("name", "rate"))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))[1:]
    assert not [name for name, _ in rows if name[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [rate for _, rate in rows] == ["-1.500", "0.000", *(f"-{number}.000" for number in range(1, len(TRICKY)))]
    assert [name for name, _ in rows[1:6]] == ["'=1+1", "'+82 2", "'-x", "'@sum", "''=already"]


def test_headings_are_labels_and_links_have_two_columns(here: Database, tmp_path: Path) -> None:
    fill(here)
    here.take(tmp_path / "out.xlsx", "person", language="en")
    sheet = open_sheet(tmp_path / "out.xlsx")
    assert sheet.headings[1:5] == ("Family", "Given", "Company", "Company (id)")
    assert next(sheet.rows()).cells[3] == "한빛전자"


def test_chosen_columns_and_chosen_records(here: Database, tmp_path: Path) -> None:
    fill(here)
    file = tmp_path / "out.csv"
    assert here.take(file, "company", columns=("name",), where={"parent": "한빛전자", "stage": "성공"}) == 4
    assert here.take(file, "company", columns=("name",), where={"parent": ""}) == 1
    assert file.read_text(encoding="utf-8-sig").splitlines()[1:] == ["한빛전자"]
    with pytest.raises(Invalid, match="did you mean “name”"):
        here.take(file, "company", columns=("nam",))
    with pytest.raises(Invalid, match="there is no “없는 회사”"):
        here.take(file, "company", where={"parent": "없는 회사"})


def test_the_id_and_the_title_of_a_link_agree(here: Database, tmp_path: Path) -> None:
    fill(here)
    (person,) = here.all("person")
    text = f"id,family,company,company.id\n{person.id},김,가온,{person['company'].id}\n"
    found = here.bring(a_csv(tmp_path, text), "person", key=("id",))
    assert found.faults == ["2 company: The id beside it belongs to “한빛전자”, not to “가온”."]


def test_an_id_in_the_bin_is_not_made_again(here: Database, tmp_path: Path) -> None:
    fill(here)
    (person,) = here.all("person")
    with here.store.write() as conn:
        records.delete(conn, here.catalog, ADMIN, "person", person.id)
    found = here.bring(a_csv(tmp_path, f"id,family\n{person.id},김\n,박\n"), "person", key=("id",))
    assert found.numbers == (1, 0, 0, 1) and "it is deleted" in found.faults[0]


def test_the_ending_says_what_is_written(here: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"must end with .csv or .xlsx"):
        here.take(tmp_path / "out.pdf", "company")
    with pytest.raises(Refused, match="cannot be written"):
        here.take(tmp_path / "no" / "folder.csv", "company")


def test_a_text_that_no_workbook_holds_is_refused_and_leaves_no_file(here: Database, tmp_path: Path) -> None:
    catalog = a_catalog({"modules/book.yaml": BOOK})
    books = Database(with_tables(here.store, catalog), catalog)
    a_record(here.store, catalog, "book", name="긴 책", text="가" * 40_000)
    with pytest.raises(Refused, match="Row 2, “Text”: the text is too long for a workbook"):
        books.take(tmp_path / "out.xlsx", "book", language="en")
    assert list(tmp_path.iterdir()) == []
    assert books.take(tmp_path / "out.csv", "book") == 1
    assert books.bring(tmp_path / "out.csv", "book", key=("id",)).numbers == (0, 0, 1, 0)


def test_pages_follow_each_other_to_the_end(here: Database, tmp_path: Path) -> None:
    rows = "name\n" + "".join(f"회사 {number:04}\n" for number in range(2345))
    here.bring(a_csv(tmp_path, rows), "company")
    assert here.take(tmp_path / "out.csv", "company", columns=("name",)) == 2345
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines() == ["Name", *rows.splitlines()[1:]]


def test_nobody_exports_more_than_she_lists(store: Store, tmp_path: Path) -> None:
    catalog = a_catalog({**SMALL, "roles/exporter.yaml": EXPORTER})
    here = Database(with_tables(store, catalog), catalog)
    hers = a_user(store, catalog, "jihye", "exporter")
    nobody = a_user(store, catalog, "nobody", "owner_only")
    a_record(store, catalog, "company", name="한빛")
    a_record(store, catalog, "company", hers, name="나래", owner=str(hers.id))
    assert here.take(tmp_path / "out.csv", "company", actor=hers) == 1
    with pytest.raises(Denied, match="may not export"):
        here.take(tmp_path / "out.csv", "company", actor=nobody)
