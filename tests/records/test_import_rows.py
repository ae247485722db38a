"""Rows become records through the one validator; what is wrong is told by row and column, all of it."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid
from hanok.engine.records import history, search
from hanok.engine.store import Store
from hanok.engine.store.tables import audit, outbox
from tests.builders import SMALL, Statements, a_catalog, a_record, a_user, with_tables
from tests.records.files import ADMIN, Database, a_csv, an_xlsx

VISIT = """
label: Visit
fields:
  name: {type: text}
  who:  {type: link, to: person}
"""
IMPORTER = """
label: {en: Importer, ko: 가져오기}
default: {list: owner, view: owner, create: all, edit: owner, delete: none, import: all, export: all}
"""


@pytest.fixture
def here(database_of_records: Database) -> Database:
    return database_of_records


@pytest.fixture
def store_with_importer(store: Store) -> Database:
    catalog = a_catalog({**SMALL, "roles/importer.yaml": IMPORTER})
    return Database(with_tables(store, catalog), catalog)


def test_rows_become_records_with_all_that_a_save_leaves(here: Database, tmp_path: Path) -> None:
    rows = ("name,size,stage,active,founded", '한빛전자,"1,200",성공,예,2026. 11. 17.', "가온물류,,new,no,", "")
    file = a_csv(tmp_path, "\n".join(rows))
    assert here.bring(file, "company").numbers == (2, 0, 0, 0)
    first, second = here.all("company")
    assert [first["size"], first["stage"], first["active"], str(first["founded"])] == [1200, "won", True, "2026-11-17"]
    assert [second["size"], second["stage"], second["active"], second["founded"]] == [None, "new", False, None]
    with here.store.read() as conn:
        assert [entry.action for entry in history(conn, here.catalog, ADMIN, "company", first.id)] == ["created"]
        assert [hit.title for hit in search(conn, here.catalog, ADMIN, "한빛")] == ["한빛전자"]
        assert conn.scalar(sa.select(sa.func.count()).select_from(outbox)) == 2


def test_every_fault_of_the_file_is_told_and_nothing_is_written(here: Database, tmp_path: Path) -> None:
    file = a_csv(tmp_path, "name,size,stage,founded\n,x,lost,17.11.2026\n한빛,1,new,\n나래,-1,old,2026-02-30\n")
    found = here.bring(file, "company")
    assert found.numbers == (1, 0, 0, 2) and not found.counts.written and here.all("company") == []
    assert found.faults == [
        "2 name: This is required.",
        "2 size: This must be a number, such as 1,234.5.",
        "2 stage: “lost” is none of the options.",
        "2 founded: This must be a date, such as 2026-11-17.",
        "4 size: This must be at least 0.",
        "4 stage: “old” is no longer offered.",
        "4 founded: This must be a date, such as 2026-11-17.",
    ]


def test_sound_rows_alone_may_be_written(here: Database, tmp_path: Path) -> None:
    file = a_csv(tmp_path, "name,size\n한빛,1\n나래,x\n가온,3\n")
    assert here.bring_sound(file, "company").numbers == (2, 0, 0, 1)
    assert [record.title for record in here.all("company")] == ["한빛", "가온"]


def test_a_check_says_the_same_and_writes_nothing(here: Database, tmp_path: Path) -> None:
    file = a_csv(tmp_path, "name,parent\n한빛,\n나래,한빛\n가온,나래\n")
    tried = here.try_out(file, "company")
    assert tried.numbers == (3, 0, 0, 0) and not tried.counts.written and here.all("company") == []
    assert here.bring(file, "company").numbers == tried.numbers


def test_a_row_links_to_a_row_above_it(here: Database, tmp_path: Path) -> None:
    here.bring(a_csv(tmp_path, "name,parent\n한빛,\n나래,한빛\n가온,나래\n"), "company")
    assert [(record.title, str(record["parent"] or "")) for record in here.all("company")] == [
        ("한빛", ""), ("나래", "한빛"), ("가온", "나래"),
    ]  # fmt: skip


def test_a_row_does_not_link_to_one_below_it_nor_to_a_failed_one(here: Database, tmp_path: Path) -> None:
    found = here.bring(a_csv(tmp_path, "name,parent,size\n가온,한빛,\n한빛,,x\n나래,한빛,1\n"), "company")
    assert [fault.split(":")[0] for fault in found.faults] == ["2 parent", "3 size", "4 parent"]


def test_a_link_is_found_by_title_by_unique_value_or_by_id(here: Database, tmp_path: Path) -> None:
    company = a_record(here.store, here.catalog, "company", name="한빛 Electronics")
    owner = a_user(here.store, here.catalog, "jihye")
    text = f"family,company,owner\n윤,한빛 ELECTRONICS,jihye\n박,{company.id},jihye@example.com\n김,,{owner.id}\n"
    assert here.bring(a_csv(tmp_path, text), "person").numbers == (3, 0, 0, 0)
    people = here.all("person")
    assert [person["company"] and person["company"].id for person in people] == [company.id, company.id, None]
    assert {person["owner"].id for person in people} == {owner.id}


def test_a_link_to_none_or_to_several_is_a_fault(here: Database, tmp_path: Path) -> None:
    for given in ("민", "민"):
        a_record(here.store, here.catalog, "person", family="김", given=given)
    catalog = a_catalog({**SMALL, "modules/visit.yaml": VISIT})
    with_tables(here.store, catalog)
    wider = Database(here.store, catalog)
    found = wider.bring(a_csv(tmp_path, "name,who\na,김민\nb,이순신\n"), "visit")
    assert found.faults == [
        "2 who: 2 records are called “김민”; write the id, or a value that only one of them has.",
        "3 who: Person: there is no “이순신”, or you may not see it.",
    ]


def test_a_unique_value_is_nobody_elses(here: Database, tmp_path: Path) -> None:
    a_record(here.store, here.catalog, "company", name="한빛")
    found = here.bring(a_csv(tmp_path, "name\nHanbit\n한빛\nHANBIT\n"), "company")
    assert found.faults == [
        "3 name: Another record has this value already: 한빛.",
        "4 name: Another record has this value already: Hanbit.",
    ]


def test_a_key_finds_the_record_to_change(here: Database, tmp_path: Path) -> None:
    a_record(here.store, here.catalog, "company", name="한빛", size=1)
    a_record(here.store, here.catalog, "company", name="가온", size=2, stage="won")
    file = a_csv(tmp_path, "name,size\n한빛,1\n가온,5\n나래,7\n")
    tried = here.try_out(file, "company", key=("name",))
    assert [(each.action, each.title, dict(each.changes)) for each in tried.outcomes[:2]] == [
        ("unchanged", "한빛", {}), ("changed", "가온", {"size": [2, 5]}),
    ]  # fmt: skip
    assert here.bring(file, "company", key=("name",)).numbers == (1, 1, 1, 0)
    assert [(record.title, record["size"], record["stage"], record.version) for record in here.all("company")] == [
        ("한빛", 1, "new", 1), ("가온", 5, "won", 2), ("나래", 7, "new", 1),
    ]  # fmt: skip


def test_unchanged_rows_write_nothing(here: Database, tmp_path: Path) -> None:
    file = a_csv(tmp_path, "name,size,stage,active\n한빛,1,won,true\n가온,,new,false\n")
    here.bring(file, "company")
    assert here.bring(file, "company", key=("name",)).numbers == (0, 0, 2, 0)
    with here.store.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(audit)) == 2


def test_a_key_of_several_fields_with_a_link_in_it(here: Database, tmp_path: Path) -> None:
    for name in ("한빛", "가온"):
        a_record(here.store, here.catalog, "company", name=name)
    file = a_csv(tmp_path, "company,family,given\n한빛,김,민\n가온,김,민\n")
    assert here.bring(file, "person", key=("company", "family")).numbers == (2, 0, 0, 0)
    again = a_csv(tmp_path, "company,family,given\n한빛,김,민\n가온,김,수\n")
    assert here.bring(again, "person", key=("company", "family")).numbers == (0, 1, 1, 0)


def test_a_key_is_never_empty_never_twice_never_several_records(here: Database, tmp_path: Path) -> None:
    for given in ("민", "수"):
        a_record(here.store, here.catalog, "person", family="김", given=given)
    found = here.bring(a_csv(tmp_path, "family,given\n,a\n박,b\n박,c\n김,d\n"), "person", key=("family",))
    assert found.faults == [
        "2 family: This is the key and may not be empty.",
        "4 : Row 3 has the same key.",
        "5 : 2 records have this key.",
    ]


def test_a_key_without_a_column_is_refused(here: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="the file has none for “given”"):
        here.bring(a_csv(tmp_path, "family\n김\n"), "person", key=("given",))


def test_an_empty_cell_empties_the_field_unless_blanks_are_skipped(here: Database, tmp_path: Path) -> None:
    a_record(here.store, here.catalog, "company", name="한빛", size=1)
    file = a_csv(tmp_path, "name,size,stage\n한빛,,\n나래,,\n")
    assert here.try_out(file, "company", key=("name",), skip_blank=True).numbers == (1, 0, 1, 0)
    here.bring(file, "company", key=("name",))
    assert [(record["size"], record["stage"]) for record in here.all("company")] == [(None, None), (None, None)]


def test_unique_values_may_move_on_from_row_to_row(here: Database, tmp_path: Path) -> None:
    for name, size in (("가", 1), ("나", 2)):
        a_record(here.store, here.catalog, "company", name=name, size=size)
    file = a_csv(tmp_path, "size,name\n2,다\n1,나\n3,가\n")
    assert here.bring(file, "company", key=("size",)).numbers == (1, 2, 0, 0)
    assert {record["size"]: record.title for record in here.all("company")} == {1: "나", 2: "다", 3: "가"}


def test_the_right_to_import_is_asked_and_so_is_every_other(store_with_importer: Database, tmp_path: Path) -> None:
    here = store_with_importer
    hers, his = (a_user(here.store, here.catalog, name, "importer") for name in ("jihye", "minsu"))
    nobody = a_user(here.store, here.catalog, "nobody", "owner_only")
    a_record(here.store, here.catalog, "company", his, name="한빛", owner=str(his.id))
    file = a_csv(tmp_path, "name,size,owner\n나래,1,jihye\n")
    with pytest.raises(Denied, match="may not import"):
        here.bring(file, "company", actor=nobody)
    assert here.bring(a_csv(tmp_path, "name,size\n나래,1\n"), "company", actor=hers).numbers == (1, 0, 0, 0)
    changed = here.bring(a_csv(tmp_path, "name,size\n한빛,9\n나래,2\n"), "company", actor=hers, key=("name",))
    assert changed.faults == ["2 name: Another record has this value already."]


def test_a_batch_needs_few_queries(here: Database, catalog: Catalog, tmp_path: Path) -> None:
    def queries(rows: int, offset: int) -> int:
        text = "name,size,parent\n" + "".join(f"회사{offset + number},{number},회사\n" for number in range(rows))
        file, seen = a_csv(tmp_path, text), Statements(here.store)
        assert here.bring_sound(file, "company", key=("name",)).numbers == (rows, 0, 0, 0)
        return len(seen.texts)

    a_record(here.store, catalog, "company", name="회사")
    assert queries(400, 0) == queries(20, 1000) <= 24


def test_a_workbook_is_imported_with_its_types(here: Database, tmp_path: Path) -> None:
    headings = ["name", "size", "rate", "active", "founded"]
    file = an_xlsx(tmp_path, headings, [1200, 3, 0.1 + 0.2, False, date(2026, 1, 2)])
    assert here.bring(file, "company").numbers == (1, 0, 0, 0)
    (record,) = here.all("company")
    assert [record.title, record["size"], str(record["rate"]), record["active"], record["founded"]] == [
        "1200", 3, "0.300", False, date(2026, 1, 2),
    ]  # fmt: skip
