"""Encrypted, masked and never exported: what a record holds and nobody else is told."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.errors import Conflict, Invalid, MetadataError
from hanok.engine.fields.encrypted import Encrypted
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.records.importing.mapping import fit
from hanok.engine.records.renewal import renew
from hanok.engine.store import Store
from tests.builders import CORE, a_catalog, a_layer, a_record, an_administrator, with_tables
from tests.fields.fields import KEYS, TYPES
from tests.records.files import Database

SECRET = "900101-1234567"
ADMIN = an_administrator()
PATIENT = """
label: {en: Patient, ko: 환자}
fields:
  name:   {type: text, required: true, search: true}
  number: {type: encrypted, unique: true, search: true}
  notes:  {type: rich_text, search: true}
  data:   {type: json}
  inner:  {type: text, export: false, import: false}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/patient.yaml": PATIENT})


@pytest.fixture
def patients(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def here(patients: Store, catalog: Catalog) -> Database:
    return Database(patients, catalog)


def with_keys(*keys: str) -> Catalog:
    layers = [CORE, a_layer({"modules/patient.yaml": PATIENT})]
    return compile_catalog(layers, {**TYPES, "encrypted": Encrypted(Keys(keys))})


def everything(store: Store) -> Iterator[str]:
    """Every value of every row of every table, as text."""
    with store.read() as conn:
        tables = sa.MetaData()
        tables.reflect(conn)
        for table in tables.tables.values():
            for row in conn.execute(sa.select(table)):
                yield from map(str, row)


def changed(store: Store, catalog: Catalog, found: records.Record, **raw: Any) -> records.Record:
    with store.write() as conn:
        return records.update(conn, catalog, ADMIN, "patient", found.id, raw, version=found.version)


def told(store: Store, catalog: Catalog, found: records.Record) -> list[dict[str, tuple[Any, Any]]]:
    with store.read() as conn:
        entries = records.history(conn, catalog, ADMIN, "patient", found.id)
    return [{change.field: (change.before, change.after) for change in entry.changes} for entry in entries]


def test_no_table_holds_a_secret_in_the_clear(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", number=SECRET)
    changed(patients, catalog, made, number="800101-7654321")
    cells = list(everything(patients))
    assert any("김하늘" in cell for cell in cells)
    assert not [cell for cell in cells if "900101" in cell or "7654321" in cell]


def test_the_history_says_that_it_changed_and_not_to_what(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", number=SECRET)
    again = changed(patients, catalog, made, number="800101-7654321")
    assert told(patients, catalog, made)[0] == {"number": ("••••••", "••••••")}
    assert changed(patients, catalog, again, number="800101-7654321").version == again.version
    changed(patients, catalog, again, number="")
    assert told(patients, catalog, made)[0] == {"number": ("••••••", None)}


def test_it_is_found_by_all_of_it_and_held_by_one_record(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", number=SECRET)
    with patients.read() as conn:
        for asked, count in (({"number": SECRET}, 1), ({"number": "900101"}, 0), ({"number": {"ne": SECRET}}, 0)):
            query = records.Query(module="patient", asked=asked)
            assert [row.id for row in records.page(conn, catalog, ADMIN, query).rows] == [made.id] * count
        assert not records.page(conn, catalog, ADMIN, records.Query(module="patient", words="900101")).rows
    with pytest.raises(Invalid) as caught:
        a_record(patients, catalog, "patient", name="이준", number=SECRET)
    assert set(caught.value.errors) == {"number"}


def test_two_who_change_it_at_once_are_both_asked(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", number=SECRET)
    changed(patients, catalog, made, number="1")
    with pytest.raises(Conflict) as caught:
        changed(patients, catalog, made, number="2")
    found = {one.field: (one.theirs, one.mine) for one in caught.value.differences}
    assert found["number"] == ("1", "2")


def test_a_newer_key_takes_over_what_older_ones_wrote(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", number=SECRET)
    a_record(patients, catalog, "patient", name="이준")
    key = new_key()
    newer, alone = with_keys(key, *KEYS.written), with_keys(key)
    for count in (1, 0):
        with patients.write() as conn:
            assert renew(conn, newer.modules["patient"]) == (None, count)
    with patients.read() as conn:
        found = records.get(conn, alone, ADMIN, "patient", made.id)
        assert (found["number"], found.version) == (SECRET, 1)
        query = records.Query(module="patient", asked={"number": SECRET})
        assert [row.id for row in records.page(conn, alone, ADMIN, query).rows] == [made.id]


def test_an_export_holds_it_only_when_it_is_asked_for(here: Database, tmp_path: Path) -> None:
    a_record(here.store, here.catalog, "patient", name="김하늘", number=SECRET, inner="x")
    every, one = tmp_path / "every.csv", tmp_path / "one.csv"
    here.take(every, "patient")
    here.take(one, "patient", columns=("name", "number"))
    headings, row = list(csv.reader(every.read_text(encoding="utf-8-sig").splitlines()))
    assert not {"Number", "Inner"} & set(headings) and SECRET not in row
    assert SECRET in one.read_text(encoding="utf-8-sig")
    with pytest.raises(Invalid, match="never exported"):
        here.take(tmp_path / "no.csv", "patient", columns=("inner",))


def test_what_is_never_imported_has_no_column(catalog: Catalog) -> None:
    with pytest.raises(Invalid, match="never imported"):
        fit(catalog, catalog.modules["patient"], ["name", "inner"], said={}, ignored=(), ignore_unknown=False, key=())


def test_no_title_shows_it() -> None:
    with pytest.raises(MetadataError, match="kept secret"):
        a_catalog({"modules/patient.yaml": PATIENT.replace("fields:", 'title: "{{ number }}"\nfields:')})
    alone = "label: Key\nfields: {number: {type: encrypted}}"
    assert "number" not in a_catalog({"modules/patient.yaml": alone}).modules["patient"].title.names


def test_formatted_text_is_found_by_its_words(patients: Store, catalog: Catalog) -> None:
    notes = "<p>무릎 <strong>통증</strong></p><script>x</script>"
    made = a_record(patients, catalog, "patient", name="김하늘", notes=notes)
    with patients.read() as conn:
        for words, count in (("통증", 1), ("strong", 0)):
            query = records.Query(module="patient", words=words)
            assert [row.id for row in records.page(conn, catalog, ADMIN, query).rows] == [made.id] * count
        query = records.Query(module="patient", asked={"notes": {"contains": "무릎 통증"}})
        assert records.page(conn, catalog, ADMIN, query).rows[0]["notes"] == "<p>무릎 <strong>통증</strong></p>"


def test_a_document_changes_when_its_meaning_does(patients: Store, catalog: Catalog) -> None:
    made = a_record(patients, catalog, "patient", name="김하늘", data='{"b": 1, "a": [true]}')
    assert changed(patients, catalog, made, data='{"a":[true],"b":1}').version == 1
    assert changed(patients, catalog, made, data='{"a":[1],"b":1}').version == 2
    before, after = told(patients, catalog, made)[0]["data"]
    assert (json.loads(str(before)), json.loads(str(after))) == ({"a": [True], "b": 1}, {"a": [1], "b": 1})
