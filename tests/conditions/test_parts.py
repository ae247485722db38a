"""Parts of a value, asked by themselves: the currency of an amount, the module of a link."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import ConditionError, holds, parse, to_sql
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, with_tables
from tests.conditions.test_agreement import CONTEXT

DEAL = """
label: {en: Deal}
fields:
  amount: {type: money}
  about:  {type: link, to: [deal, user]}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/deal.yaml": DEAL})


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"amount.currency": "KRW"}, 1), ({"amount.currency": {"ne": "KRW"}}, 1), ({"amount.base": {"gt": 5}}, 1),
     ({"about.module": "deal"}, 1), ({"about.module": ["user"]}, 0), ({"about.module": {"empty": True}}, 1)],
)  # fmt: skip
def test_a_part_is_compared_with_what_it_holds(
    store: Store, catalog: Catalog, asked: dict[str, Any], count: int
) -> None:
    first = a_record(with_tables(store, catalog), catalog, "deal", amount="10")
    second = a_record(store, catalog, "deal", about={"module": "deal", "id": str(first.id)})
    node = parse(asked, ModuleScope(catalog.modules["deal"], catalog.modules))
    table = catalog.modules["deal"].table
    with store.read() as conn:
        found = conn.scalars(sa.select(table.c.id).where(to_sql(node, table, CONTEXT))).all()
    assert len(found) == count
    assert sorted(found) == sorted(record.id for record in (first, second) if holds(node, record.values, CONTEXT))


@pytest.mark.parametrize(
    "asked",
    [{"amount.currency": 5}, {"amount.currency": "$me"}, {"amount.curency": "KRW"}, {"about.module": "$me"},
     {"amount.currency": {"between": [1, 2]}}, {"title.nothing": "x"}],
)
def test_what_no_part_holds_is_refused(catalog: Catalog, asked: dict[str, Any]) -> None:
    with pytest.raises(ConditionError):
        parse(asked, ModuleScope(catalog.modules["deal"], catalog.modules))
