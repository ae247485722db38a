"""What is brought along with a record tells nothing of records that the caller may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.api.conftest import Make
from tests.builders import SMALL, Statements, a_catalog

TEAMED = """
label: {en: Club, ko: 모임}
traits: [owned]
fields:
  name: {type: text, required: true}
  members: {type: links, to: person, reverse: clubs, fields: {role: {type: text}}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/club.yaml": TEAMED})


@pytest.mark.parametrize("scopes", [(), ("club:read",)])
def test_what_a_tie_says_of_a_hidden_record_is_not_told(
    robot: Make, make: Callable[..., Record], id_of: Any, scopes: tuple[str, ...]
) -> None:
    hidden = make("person", family="Secret")
    hers = make("person", family="Open", owner=id_of("rep"))
    ties = [{"id": str(one.id), "role": f"role of {one['family']}"} for one in (hidden, hers)]
    club = make("club", name="Club", owner=id_of("rep"), members=ties)
    found = robot("rep", *scopes).get(f"/api/club/{club.id}?include=members")
    assert "Secret" not in str(found)
    assert ("role of Open" in str(found)) == (not scopes)
    assert [one["id"] for one in found["included"]] == ([] if scopes else [str(hers.id)])


def test_however_many_are_brought_along_they_are_asked_for_once(
    robot: Make, make: Callable[..., Record], site: Store
) -> None:
    people = [make("person", family=f"Kim {number}") for number in range(6)]
    some, many = (make("club", name="Club", members=[str(one.id) for one in people[:size]]) for size in (1, 6))
    program, asked = robot("admin"), []
    for club in (some, many, some):
        statements = Statements(site)
        found = program.get(f"/api/club/{club.id}?include=members")
        asked.append(len(statements.texts))
        assert {one["attributes"]["family"] for one in found["included"]} <= {one["family"] for one in people}
    assert asked[1] <= asked[0]
    assert len(found["included"]) == 1
