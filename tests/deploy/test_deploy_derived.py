"""What is stored and yet follows from other values is made again where it would come out otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import REFRESHES, finish, open_steps
from tests.builders import TYPES, an_administrator
from tests.deploy.conftest import House


def derived(house: House) -> list[str]:
    return [step.key for step in house.plan().steps if step.kind == "derive"]


def test_another_title_is_made_again(lived_in: House) -> None:
    lived_in.change("traits: [owned]", "traits: [owned]\ntitle: 'C {{ name }}'")
    assert derived(lived_in) == ["company"]
    lived_in.deploy()
    assert derived(lived_in) == []


def test_a_label_makes_nothing_again(lived_in: House) -> None:
    lived_in.change("Company", "Firm")
    assert derived(lived_in) == []


DOUBLE = "double: {type: integer, formula: size * 2}"


def doubles(house: House) -> list[Any]:
    return [row["double"] for row in house.rows("m_company", "size", "double")]


def test_a_formula_that_comes_and_one_that_changes_are_worked_out_for_all_records(lived_in: House) -> None:
    lived_in.change("founded:", f"{DOUBLE}\n  founded:")
    assert derived(lived_in) == ["company"]
    lived_in.deploy()
    assert doubles(lived_in) == [0, 20, 40]
    lived_in.change("size * 2", "size * 3")
    assert derived(lived_in) == ["company"]
    lived_in.deploy()
    assert doubles(lived_in) == [0, 30, 60]
    lived_in.change("Company", "Firm")
    assert derived(lived_in) == []


def test_a_formula_follows_a_field_whose_type_changes(lived_in: House) -> None:
    lived_in.change("founded:", f"{DOUBLE}\n  founded:")
    lived_in.deploy()
    lived_in.change("size:    {type: integer, min: 0}", "size: {type: decimal, places: 1}")
    assert derived(lived_in) == ["company"]
    lived_in.deploy()
    assert doubles(lived_in) == [0, 20, 40]


def test_a_formula_that_changes_its_type_loses_nothing(lived_in: House) -> None:
    lived_in.change("founded:", f"{DOUBLE}\n  founded:")
    lived_in.deploy()
    lived_in.change("double: {type: integer,", "double: {type: decimal, places: 1,")
    assert not lived_in.plan().losses
    lived_in.deploy()
    live = lived_in.live()
    with live.read() as (conn, catalog):
        page = records.page(conn, catalog, an_administrator(), records.Query(module="company", sort=("created_at",)))
    assert [int(row["double"]) for row in page.rows] == [0, 20, 40]


def test_it_is_done_in_batches_and_goes_on_where_it_stopped(lived_in: House) -> None:
    """The second batch fails once; the first one is not done again."""
    ids = sorted(row["id"] for row in lived_in.rows("m_company", "id"))
    seen: list[UUID | None] = []

    def refill(conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None) -> UUID | None:
        seen.append(after)
        if len(seen) == 2:
            raise RuntimeError("power cut")
        later = [UUID(bytes=id) if isinstance(id, bytes) else id for id in ids]
        later = [id for id in later if after is None or id > after]
        return later[0] if len(later) > 1 else None

    refreshes: Mapping[str, Any] = {**REFRESHES, "derive": refill}
    lived_in.change("traits: [owned]", "traits: [owned]\ntitle: 'C {{ name }}'")
    with pytest.raises(RuntimeError):
        lived_in.deploy(refreshes=refreshes)
    with lived_in.store.read() as conn:
        assert "derive" in [step.kind for step in open_steps(conn)]
    assert finish(lived_in.store, TYPES, refreshes=refreshes) == 0
    assert len(seen) == 4
    assert seen[0] is None
    assert seen[1] == seen[2] is not None
    assert seen[3] is not None
    assert seen[3] > seen[2]


def test_a_rollup_of_ties_stays_what_it_is(lived_in: House) -> None:
    lived_in.change("fields:", "fields:\n  friends: {type: links, to: [company, person], reverse: friend_of}\n"
                    "  known: {type: integer, rollup: {count: friends}}")  # fmt: skip
    assert derived(lived_in) == ["company"]
    lived_in.deploy()
    assert derived(lived_in) == []
