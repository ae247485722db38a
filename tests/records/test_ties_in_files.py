"""N-n links and lines in files: several records in a cell, and lines with the record that they stand in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.errors import Denied, Invalid
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, with_tables
from tests.records.files import ADMIN, Database, a_csv

FILES = {
    "modules/person.yaml": (
        "label: {en: Person, ko: 사람}\nfields:\n"
        "  name: {type: text, required: true}\n  email: {type: email, unique: true}\n"
    ),
    "modules/quote.yaml": """
label: {en: Quote, ko: 견적}
traits: [owned]
fields:
  name:   {type: text, required: true, unique: true}
  people: {type: links, to: person, primary: lead, fields: {role: {type: text}}, label: {en: People, ko: 사람들}}
  lead:   {type: link, to: person}
  about:  {type: links, to: [person, quote]}
  lines:
    type: lines
    groups: true
    of: {product: {type: text, required: true}, price: {type: decimal, places: 2}}
  total:  {type: decimal, places: 2, rollup: {sum: lines.price}}
""",
    "roles/seller.yaml": """
label: {en: Seller}
default: {list: all, view: all, create: all, edit: owner, delete: owner, import: all, export: all}
""",
    "roles/writer.yaml": """
label: {en: Writer}
default: {list: all, view: all, create: all, edit: all, delete: none, import: none, export: none}
""",
}


@pytest.fixture(scope="module")
def catalog() -> Any:
    return a_catalog(FILES)


@pytest.fixture
def here(store: Store, catalog: Any) -> Database:
    return Database(with_tables(store, catalog), catalog)


def a_person(here: Database, name: str, **raw: Any) -> Record:
    return a_record(here.store, here.catalog, "person", name=name, **raw)


def a_quote(here: Database, name: str, actor: Actor = ADMIN, **raw: Any) -> Record:
    return a_record(here.store, here.catalog, "quote", actor, name=name, **raw)


def seen(here: Database, quote: Record) -> dict[str, Any]:
    with here.store.read() as conn:
        found = records.get(conn, here.catalog, ADMIN, "quote", quote.id)
        return {**found.values, **records.related(conn, here.catalog, ADMIN, found)}


def titles(here: Database, quote: Record, key: str = "people") -> list[str]:
    return [tie.title for tie in seen(here, quote)[key]]


def products(here: Database, quote: Record) -> list[str]:
    return [line["product"] for line in seen(here, quote)["lines"]]


def test_a_cell_ties_several_records_by_title_by_value_and_by_id(here: Database, tmp_path: Path) -> None:
    kim, _ = a_person(here, "김"), a_person(here, "이")
    a_person(here, "박", email="park@example.com")
    done = here.bring(a_csv(tmp_path, f"name,people\nQ,이; park@example.com ;{kim.id}\n"), "quote")
    assert done.numbers == (1, 0, 0, 0)
    (quote,) = here.all("quote")
    assert titles(here, quote) == ["이", "박", "김"]
    assert quote["lead"].title == "이"


def test_what_a_cell_names_and_nobody_is_called_is_told(here: Database, tmp_path: Path) -> None:
    a_person(here, "김")
    a_person(here, "이")
    a_person(here, "이")
    done = here.bring(a_csv(tmp_path, "name,사람들\nQ,김;없음;이\n"), "quote")
    assert done.faults == [
        "2 사람들: Person: there is no “없음”, or you may not see it.",
        "2 사람들: 2 records are called “이”; write the id, or a value that only one of them has.",
    ]
    assert here.all("quote") == []


def test_an_upsert_changes_ties_and_keeps_what_the_ties_say(here: Database, tmp_path: Path) -> None:
    kim, lee = a_person(here, "김"), a_person(here, "이")
    quote = a_quote(here, "Q", people=[{"id": str(kim.id), "role": "boss"}])
    done = here.bring(a_csv(tmp_path, "name,people\nQ,김;이\n"), "quote", key=("name",))
    assert done.numbers == (0, 1, 0, 0)
    assert done.outcomes[0].changes == {"people": ["김", "김; 이"]}
    assert [(tie.title, tie.own["role"]) for tie in seen(here, quote)["people"]] == [("김", "boss"), ("이", None)]
    assert here.bring(tmp_path / "rows.csv", "quote", key=("name",)).numbers == (0, 0, 1, 0)
    here.bring(a_csv(tmp_path, "name,people\nQ,\n"), "quote", key=("name",))
    assert titles(here, quote) == []
    assert lee.title == "이"


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_an_export_with_ties_comes_back_unchanged(here: Database, tmp_path: Path, ending: str) -> None:
    kim, lee = a_person(here, "김; 박"), a_person(here, "이")
    other = a_quote(here, "R")
    both = [{"module": "person", "id": str(lee.id)}, {"module": "quote", "id": str(other.id)}]
    quote = a_quote(here, "Q", people=[str(lee.id), str(kim.id)], about=both)
    file = tmp_path / f"out{ending}"
    assert here.take(file, "quote") == 2
    assert here.bring(file, "quote", key=("id",)).numbers == (0, 0, 2, 0)
    with here.store.write() as conn:
        records.update(conn, here.catalog, ADMIN, "quote", quote.id, {"people": [], "about": []}, version=1)
    assert here.bring(file, "quote", key=("id",)).numbers == (0, 1, 1, 0)
    assert titles(here, quote) == ["이", "김; 박"]
    assert titles(here, quote, "about") == ["이", "R"]


def test_titles_beside_ids_must_mean_the_same(here: Database, tmp_path: Path) -> None:
    kim = a_person(here, "김")
    done = here.bring(a_csv(tmp_path, f"name,people,people.id\nQ,이,{kim.id}\n"), "quote")
    assert done.faults == ["2 people: The id beside it belongs to “김”, not to “이”."]


def test_links_to_many_are_no_key(here: Database, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        here.bring(a_csv(tmp_path, "name,people\nQ,\n"), "quote", key=("people",))


def test_lines_have_a_file_of_their_own(here: Database, tmp_path: Path) -> None:
    quote = a_quote(here, "Q", lines=[{"product": "A", "price": "1", "group": "g"}, {"product": "B", "price": "2"}])
    file = tmp_path / "lines.csv"
    assert here.take(file, "quote.lines", language="en") == 2
    head = file.read_text("utf-8-sig").splitlines()[0].split(",")
    assert head == ["ID", "Product", "Price", "Record", "Record (id)", "Position", "Group"]
    assert here.bring(file, "quote.lines", key=("id",)).numbers == (0, 0, 2, 0)
    text = file.read_text("utf-8-sig").replace(",2.00,", ",5.00,")
    assert here.bring(a_csv(tmp_path, text), "quote.lines", key=("id",)).numbers == (0, 1, 1, 0)
    assert seen(here, quote)["total"] == Decimal("6.00")
    with pytest.raises(Invalid):
        here.bring(a_csv(tmp_path, "name,lines\nQ,A\n"), "quote")
    with pytest.raises(Invalid):
        here.take(tmp_path / "no.csv", "quote", columns=("name", "lines"))


def test_new_lines_stand_behind_the_others_and_count_in_the_total(here: Database, tmp_path: Path) -> None:
    quote, other = a_quote(here, "Q", lines=[{"product": "A", "price": "1"}]), a_quote(here, "R")
    rows = "record,product,price\nQ,B,2\nR,X,7\nQ,C,3\n".replace("record", "parent")
    assert here.bring(a_csv(tmp_path, rows), "quote.lines").numbers == (3, 0, 0, 0)
    assert products(here, quote) == ["A", "B", "C"]
    assert products(here, other) == ["X"]
    after = seen(here, quote)
    assert (after["total"], after["version"]) == (Decimal("6.00"), 2)


def test_a_line_moves_with_its_price_to_another_record(here: Database, tmp_path: Path) -> None:
    quote, other = a_quote(here, "Q", lines=[{"product": "A", "price": "1"}]), a_quote(here, "R")
    line = seen(here, quote)["lines"][0]
    rows = f"id,parent\n{line.id},R\n"
    assert here.bring(a_csv(tmp_path, rows), "quote.lines", key=("id",)).numbers == (0, 1, 0, 0)
    assert (seen(here, quote)["total"], seen(here, other)["total"]) == (Decimal(0), Decimal("1.00"))
    assert (products(here, quote), products(here, other)) == ([], ["A"])


def test_lines_without_a_record_or_of_a_record_of_somebody_else_are_told(here: Database, tmp_path: Path) -> None:
    seller = a_user(here.store, here.catalog, "seller", "seller")
    a_quote(here, "Mine", seller, owner=str(seller.id))
    a_quote(here, "Theirs")
    rows = "parent,product\nMine,A\nTheirs,B\n,C\n"
    done = here.bring(a_csv(tmp_path, rows), "quote.lines", actor=seller)
    assert done.faults == [
        "3 parent: You may see this record but not change it.",
        "4 parent: This is required.",
    ]


def test_whoever_may_not_import_quotes_imports_no_lines(here: Database, tmp_path: Path) -> None:
    writer = a_user(here.store, here.catalog, "writer", "writer")
    a_quote(here, "Q")
    with pytest.raises(Denied):
        here.bring(a_csv(tmp_path, "parent,product\nQ,A\n"), "quote.lines", actor=writer)
