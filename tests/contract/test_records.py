"""Whole conditions about the records of the table: links, ends, trees, the record at hand, who asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.conditions import holds, to_browser, to_sql
from hanok.engine.store import Store
from tests.contract import javascript
from tests.contract.records import CASES, Case, World, model


@pytest.fixture(scope="module")
def world() -> World:
    return World(model())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_python_finds_what_the_table_says(world: World, case: Case) -> None:
    node, context = world.node(case), world.context(case)
    found = [
        name for name, values in world.alive(case.module).items()
        if holds(node, values, context, follow=world.follow, members=world.members)
    ]  # fmt: skip
    assert sorted(found) == sorted(case.written["finds"])


def test_sql_finds_what_the_table_says(store: Store, world: World) -> None:
    world.fill(store)
    with store.read() as conn:
        for case in CASES:
            table = world.catalog.modules[case.module].table.alias("r")
            where = to_sql(world.node(case), table, world.context(case))
            chosen = set(conn.scalars(sa.select(table.c.id).where(table.c.deleted_at.is_(None), where)))
            found = [name for name, values in world.alive(case.module).items() if values["id"] in chosen]
            assert sorted(found) == sorted(case.written["finds"]), str(case)


def test_a_page_finds_what_the_table_says_or_says_that_it_does_not_know(world: World) -> None:
    questions: list[tuple[Any, Any, Any]] = []
    expected: list[tuple[Case, str, bool]] = []
    for case in CASES:
        context = world.context(case)
        tree = json.loads(json.dumps(to_browser(world.node(case), context)))
        at_hand = case.written.get("record")
        record = world.page(next(iter(at_hand)), context.record) if at_hand and context.record else None
        for name, values in world.alive(case.module).items():
            questions.append((tree, world.page(case.module, values), record))
            expected.append((case, name, name in case.written["finds"]))
    said = javascript.asked(questions)
    known: dict[str, int] = {}
    for answer, (case, name, right) in zip(said, expected, strict=True):
        assert answer in (right, None), (str(case), name, answer)
        known[str(case)] = known.get(str(case), 0) + (answer is not None)
        # what is linked and deleted is not on the page
        assert case.browser != "known" or answer is not None or name == "old", (str(case), name)
    wholly = [str(case) for case in CASES if known[str(case)] == len(world.alive(case.module))]
    assert not [str(case) for case in CASES if case.browser == "unknown" and str(case) in wholly]
