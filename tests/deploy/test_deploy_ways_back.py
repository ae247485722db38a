"""Ways back over renames: who edited a field is known under every name that it had, and names given anew stay apart."""

from __future__ import annotations

from typing import Any

from hanok.engine import records
from hanok.engine.deploy import deploy, make_plan
from hanok.engine.deploy.revisions import layers_of, names_of
from tests.builders import TYPES, a_record, an_administrator
from tests.deploy.conftest import House

ADMIN = an_administrator()
COMPANY = "modules/company.yaml"
SIZE = "size:    {type: integer, min: 0}"


def values(house: House, module: str, key: str) -> dict[str, Any]:
    """What the records hold in a field, by title."""
    with house.live().read() as (conn, catalog):
        page = records.page(conn, catalog, ADMIN, records.Query(module=module, columns=(key,)))
    return {row.title: row[key] for row in page.rows}


def line_of(house: House, title: str) -> Any:
    """The only line of a company."""
    with house.live().read() as (conn, catalog):
        page = records.page(conn, catalog, ADMIN, records.Query(module="company"))
        (id,) = [row.id for row in page.rows if row.title == title]
        (line,) = records.related(conn, catalog, ADMIN, records.get(conn, catalog, ADMIN, "company", id))["stock"]
    return line


def edit(house: House, module: str, title: str, **raw: Any) -> None:
    with house.live().read() as (conn, catalog):
        page = records.page(conn, catalog, ADMIN, records.Query(module=module))
    (found,) = [row for row in page.rows if row.title == title]
    with house.store.write() as conn:
        records.update(conn, catalog, ADMIN, module, found.id, raw, version=found.version)


def back(house: House, number: int) -> None:
    with house.store.read() as conn:
        layers, then = layers_of(conn, number), names_of(conn, number)
    plan = make_plan(house.store, layers, TYPES, then=then)
    deploy(house.store, plan, accept=[step.key for step in plan.losses])


def test_an_edit_under_a_name_in_between_is_known_on_the_way_back(lived_in: House) -> None:
    renamed = lived_in.files.pop(COMPANY).replace("traits:", "was: [company]\ntraits:", 1)
    lived_in.files["modules/firm.yaml"] = renamed.replace("to: company", "to: firm").replace("integer, min: 0", "text")
    lived_in.deploy()
    edit(lived_in, "firm", "한라", size="21")
    was = "staff: {type: long_text, was: [size]}"
    lived_in.change("size:    {type: text}", was, file="modules/firm.yaml")
    lived_in.deploy()
    edit(lived_in, "firm", "Ångström", staff="11")
    back(lived_in, 1)
    assert values(lived_in, "company", "size") == {"한빛": 0, "Ångström": 11, "한라": 21}


def test_an_edit_of_another_field_that_has_the_old_name_is_none_of_this_one(lived_in: House) -> None:
    lived_in.change(SIZE, "staff: {type: text, was: [size]}")
    lived_in.deploy()
    lived_in.change("staff: {type: text, was: [size]}", "staff: {type: choice, options: {few: {}, many: {}}}\n"
                    "  size: {type: text}")  # fmt: skip
    lived_in.deploy(accept=["company.staff"])
    edit(lived_in, "company", "한라", size="another")
    back(lived_in, 1)
    assert values(lived_in, "company", "size") == {"한빛": 0, "Ångström": 10, "한라": 20}


def test_a_field_that_took_the_old_name_stays_apart_on_the_way_back_and_forth(lived_in: House) -> None:
    lived_in.change(SIZE, "staff: {type: integer, was: [size]}")
    lived_in.deploy()
    lived_in.change("staff: {type: integer, was: [size]}", "staff: {type: integer}\n  size: {type: integer}")
    lived_in.deploy()
    edit(lived_in, "company", "한라", size="7", staff="21")
    back(lived_in, 1)
    assert values(lived_in, "company", "size") == {"한빛": 0, "Ångström": 10, "한라": 21}
    back(lived_in, 3)
    assert values(lived_in, "company", "staff") == {"한빛": 0, "Ångström": 10, "한라": 21}
    assert values(lived_in, "company", "size") == {"한빛": None, "Ångström": None, "한라": 7}


def test_an_edited_line_is_known_too(lived_in: House) -> None:
    lines = "stock: {type: lines, of: {name: {type: text}, amount: {type: %s}}}"
    lived_in.change(SIZE, lines % "integer")
    lived_in.deploy(accept=["company.size"])
    a_record(lived_in.store, lived_in.live().catalog, "company", name="가람", stock=[{"name": "x", "amount": "1"}])
    lived_in.change("amount: {type: integer}", "amount: {type: text}")
    lived_in.deploy()
    lived_in.change("amount: {type: text}", "amount: {type: long_text}")
    lived_in.deploy()
    line = line_of(lived_in, "가람")
    edit(lived_in, "company", "가람", stock=[{"id": str(line.id), "name": "x", "amount": "2"}])
    back(lived_in, 2)
    assert line_of(lived_in, "가람").values["amount"] == 2


def test_numbers_go_along_with_the_field_that_draws_them(house: House) -> None:
    house.change(SIZE, "code: {type: auto_number, prefix: C-}")
    house.deploy()
    a_record(house.store, house.live().catalog, "company", name="a")
    old, new = "{type: auto_number, prefix: C-}", "{type: auto_number, prefix: C-, was: [code]}"
    house.change(f"code: {old}", f"no: {new}")
    house.deploy()
    house.change(f"no: {new}", f"no: {old}\n  code: {{type: auto_number, prefix: D-}}")
    house.deploy()
    for name in "bc":
        a_record(house.store, house.live().catalog, "company", name=name)
    assert values(house, "company", "code") == {"a": None, "b": "D-1", "c": "D-2"}
    back(house, 1)
    a_record(house.store, house.live().catalog, "company", name="d")
    assert values(house, "company", "code") == {"a": "C-1", "b": "C-2", "c": "C-3", "d": "C-4"}
    back(house, 3)
    a_record(house.store, house.live().catalog, "company", name="e")
    assert values(house, "company", "code") == {"a": None, "b": "D-1", "c": "D-2", "d": None, "e": "D-3"}
    assert values(house, "company", "no")["e"] == "C-5"
