"""Options that are called otherwise, where their field changes its type too, and on ties and lines."""

from __future__ import annotations

from typing import Any

from hanok.engine import records
from hanok.engine.deploy import deploy, make_plan
from hanok.engine.deploy.revisions import layers_of, names_of
from tests.builders import TYPES, a_record, an_administrator
from tests.deploy.conftest import House

ADMIN = an_administrator()
SIZE = "size:    {type: integer, min: 0}"
KIND = "kind: {type: choice, options: {s: {}, m: {}, l: {retired: true}}}"
LATER = "kind: {type: choices, options: {small: {was: [s]}, m: {}, l: {retired: true}}}"


def values(house: House, key: str) -> dict[str, Any]:
    with house.live().read() as (conn, catalog):
        page = records.page(conn, catalog, ADMIN, records.Query(module="company", columns=(key,)))
    return {row.title: row[key] for row in page.rows}


def back(house: House, number: int) -> None:
    with house.store.read() as conn:
        layers, then = layers_of(conn, number), names_of(conn, number)
    plan = make_plan(house.store, layers, TYPES, then=then)
    assert not plan.losses
    deploy(house.store, plan)


def test_they_follow_where_their_field_changes_its_type_there_and_back(house: House) -> None:
    house.change(SIZE, KIND.replace("retired: true", ""))
    house.deploy()
    for name, kind in (("a", "s"), ("b", "m"), ("c", "l")):
        a_record(house.store, house.live().catalog, "company", name=name, kind=kind)
    house.change(KIND.replace("retired: true", ""), KIND)
    house.deploy()
    house.change(KIND, LATER)
    assert not house.plan().losses
    house.deploy()
    assert values(house, "kind") == {"a": ("small",), "b": ("m",), "c": ("l",)}
    a_record(house.store, house.live().catalog, "company", name="d", kind=["small"])
    back(house, 2)
    assert values(house, "kind") == {"a": "s", "b": "m", "c": "l", "d": "s"}


def test_those_that_come_back_from_long_ago_follow_too(house: House) -> None:
    house.change(SIZE, "kind: {type: choice, options: {s: {label: {en: S}}, m: {}}}")
    house.deploy()
    a_record(house.store, house.live().catalog, "company", name="a", kind="s")
    house.change("type: choice, options: {s: {label: {en: S}}, m: {}}", "type: text")
    house.deploy()
    house.change("kind: {type: text}", "kind: {type: choice, options: {small: {label: {en: S}, was: [s]}, m: {}}}")
    house.deploy()
    assert values(house, "kind") == {"a": "small"}


def test_those_of_ties_and_of_lines_follow(lived_in: House) -> None:
    lived_in.change(SIZE, "friends: {type: links, to: person, fields: {role: {type: choice, options: {s: {}, m: {}}}}}"
                    "\n  stock: {type: lines, of: {kind: {type: choices, options: {s: {}, m: {}}}}}")  # fmt: skip
    lived_in.deploy(accept=["company.size"])
    live = lived_in.live()
    with live.read() as (conn, catalog):
        (person,) = records.page(conn, catalog, ADMIN, records.Query(module="person")).rows
    ties = [{"id": str(person.id), "role": "s"}]
    a_record(lived_in.store, live.catalog, "company", name="a", friends=ties, stock=[{"kind": ["s", "m"]}])
    lived_in.change("options: {s: {}, m: {}}", "options: {small: {was: [s]}, m: {}}")
    assert [(step.key, step.rows) for step in lived_in.plan().steps if step.kind == "recode"] == [
        ("company.friends.role", 1), ("company.stock.kind", 1),
    ]  # fmt: skip
    lived_in.deploy()
    assert [row["$role"] for row in lived_in.rows("l_company_friends", "$role")] == ["small"]
    assert [row["kind"] for row in lived_in.rows("p_company_stock", "kind")] == ['["m", "small"]']
    assert lived_in.plan().empty
    back(lived_in, 2)
    assert [row["$role"] for row in lived_in.rows("l_company_friends", "$role")] == ["s"]
