"""`new` and `changed`: what a condition asks of a save."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.conditions import holds, parse, to_browser, to_sql
from tests.contract.records import CONTEXT, World, model

BEFORE = {"stage": "new", "name": "한빛", "amount": None, "quantity": 5}
AFTER = {"stage": "won", "name": "한빛", "amount": 5, "quantity": None}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return model()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("stage", True), ("name", False), ("amount", True), ("quantity", True), ("close", False),
        (["name", "stage"], True), (["name", "close"], False),
        ({"stage": {"from": "new", "to": "won"}}, True),
        ({"stage": {"from": "won"}}, False),
        ({"stage": {"to": ["won", "lost"]}}, True),
        ({"stage": {"from": {"closed": False}, "to": {"closed": True}}}, True),
        ({"amount": {"from": {"empty": True}, "to": {"gt": 1}}}, True),
        ({"quantity": {"to": {"empty": True}}}, True),
        ({"stage": True, "name": True}, False),
        ({"stage": {}, "amount": {}}, True),
    ],
)  # fmt: skip
def test_a_change_is_told_from_what_was_before(catalog: Catalog, asked: Any, expected: bool) -> None:
    node = parse({"changed": asked}, World(catalog).scope("deal"), allows=("changed",))
    assert holds(node, AFTER, replace(CONTEXT, before=BEFORE)) is expected


def test_of_a_new_record_all_that_it_has_changed(catalog: Catalog) -> None:
    scope = World(catalog).scope("deal")
    made = replace(CONTEXT, new=True)
    assert holds(parse({"changed": "stage", "new": True}, scope, allows=("changed",)), AFTER, made)
    assert not holds(parse({"changed": "quantity"}, scope, allows=("changed",)), AFTER, made)
    assert holds(parse({"changed": {"stage": {"from": {"empty": True}}}}, scope, allows=("changed",)), AFTER, made)


def test_no_row_says_what_changed(catalog: Catalog) -> None:
    node = parse({"changed": "stage"}, World(catalog).scope("deal"), allows=("changed",))
    with pytest.raises(ValueError, match="stage changed"):
        to_sql(node, catalog.modules["deal"].table, CONTEXT)
    assert to_browser(node, CONTEXT) == ["every", [None]]


@pytest.mark.parametrize("new", [True, False])
def test_a_page_knows_whether_its_record_is_new(catalog: Catalog, new: bool) -> None:
    node = parse({"new": False}, World(catalog).scope("deal"))
    assert to_browser(node, replace(CONTEXT, new=new)) == ["every", [not new]]
    assert holds(node, {}, replace(CONTEXT, new=new)) is not new
    assert str(to_sql(node, catalog.modules["deal"].table, CONTEXT)) == str(sa.and_(sa.true(), sa.true()))


def test_a_record_at_hand_must_be_given(catalog: Catalog) -> None:
    world = World(catalog)
    node = parse({"company": "$record.account"}, world.scope("person"), record=world.scope("deal"))
    with pytest.raises(ValueError, match="no record is at hand"):
        holds(node, {"company": None, "id": 1} | {"company": world.values["person"]["han"]["company"]}, CONTEXT)
