"""What a form shows while somebody types is what a save comes to, and nothing is written for it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.records.previewing import Preview, preview
from hanok.engine.store import Store
from hanok.engine.store.tables import audit
from tests.builders import SMALL, Statements, a_catalog, a_record, a_user, an_administrator, with_tables

GOOD = """
label: {en: Good, ko: 상품}
traits: [owned]
fields:
  name:  {type: text, required: true}
  price: {type: money}
"""
ITEM = """
label: {en: Item, ko: 품목}
extends: line
fields:
  good:     {type: link, to: good, reverse: sold}
  price:    {type: money, suggest: good.price}
  discount: {type: percent, default: 0}
  optional: {type: boolean, default: false}
  net:      {type: money, formula: price * quantity * (100 - discount) / 100}
  tax:      {type: money, formula: net * parent.rate / 100}
  listed:   {type: money, formula: good.price * quantity}
  share:    {type: decimal, places: 2, formula: price.amount / parent.budget.amount, live: true}
"""
BID = """
label: {en: Bid, ko: 입찰}
traits: [owned]
title: "{{ name }}"
fields:
  name:   {type: text, required: true}
  rate:   {type: percent, default: 10}
  budget: {type: money}
  lines:  {type: lines, of: item, groups: true}
  net:    {type: money, rollup: {sum: lines.net, where: {optional: false}}}
  tax:    {type: money, rollup: {sum: lines.tax}}
  many:   {type: integer, rollup: {count: lines}}
  dear:   {type: money, rollup: {max: lines.price}}
  usual:  {type: money, rollup: {avg: lines.price}}
  total:  {type: money, formula: net + tax}
  left:   {type: money, formula: budget - total}
"""
FILES = {**SMALL, "modules/good.yaml": GOOD, "modules/item.yaml": ITEM, "modules/bid.yaml": BID}
DERIVED = ("net", "tax", "many", "dear", "usual", "total", "left")
OF_LINES = ("net", "tax", "listed", "share")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def shown(
    site: Store, catalog: Catalog, raw: dict[str, Any], current: Record | None = None, actor: Actor | None = None
) -> Preview:
    with site.read() as conn:
        return preview(conn, catalog, actor or an_administrator(), catalog.module("bid"), raw, current)


def some_lines(drawn: Random, goods: list[Record]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"품목 {number}", "quantity": str(drawn.choice([1, 2, 3, "2.5", 1000])),
            "good": str(drawn.choice(goods).id) if drawn.random() < 0.5 else None,
            "price": drawn.choice([None, "0", "990", "1235", "99999"]), "discount": str(drawn.choice([0, 5, 33, 100])),
            "optional": drawn.random() < 0.3, "group": drawn.choice(["", "가", "나"]),
        }
        for number in range(drawn.randrange(5))
    ]  # fmt: skip


def test_what_is_shown_is_what_is_saved(site: Store, catalog: Catalog) -> None:
    drawn = Random(20261121)
    goods = [a_record(site, catalog, "good", name=f"상품 {price}", price=str(price)) for price in (10, 4999)]
    for number in range(12):
        raw = {"name": f"입찰 {number}", "rate": str(drawn.choice([0, 10, "7.5"])), "budget": "1000000",
               "lines": some_lines(drawn, goods)}  # fmt: skip
        before = shown(site, catalog, raw)
        made = a_record(site, catalog, "bid", **raw)
        compared(site, catalog, made, before)
        kept = [{"id": str(line.id)} for line in lines_of(site, catalog, made)[:2]]
        raw["lines"] = [*some_lines(drawn, goods), *kept]
        before = shown(site, catalog, raw, made)
        with site.write() as conn:
            saved = records.update(conn, catalog, an_administrator(), "bid", made.id, raw, version=made.version)
        compared(site, catalog, saved, before)


def lines_of(site: Store, catalog: Catalog, made: Record) -> tuple[Record, ...]:
    with site.read() as conn:
        found: tuple[Record, ...] = records.related(conn, catalog, an_administrator(), made)["lines"]
        return found


def compared(site: Store, catalog: Catalog, saved: Record, before: Any) -> None:
    with site.read() as conn:
        stored = records.get(conn, catalog, an_administrator(), "bid", saved.id).values
    assert {key: before.values[key] for key in DERIVED} == {key: stored[key] for key in DERIVED}
    lines = [{key: line.values[key] for key in OF_LINES} for line in lines_of(site, catalog, saved)]
    assert [{key: line[key] for key in OF_LINES} for line in before.lines["lines"]] == lines


def test_nothing_is_written(site: Store, catalog: Catalog) -> None:
    shown(site, catalog, {"name": "입찰", "lines": [{"name": "나사", "price": "10", "quantity": "2"}]})
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(audit)) == 0
        assert conn.scalar(sa.select(sa.func.count()).select_from(catalog.module("bid").table)) == 0


def test_what_is_not_right_yet_counts_as_empty(site: Store, catalog: Catalog) -> None:
    lines = [{"name": "나사", "price": "ten", "quantity": "2"}, {"name": "", "price": "30", "quantity": "1"}]
    found = shown(site, catalog, {"name": "", "rate": "much", "lines": lines})
    assert found.lines["lines"][0]["net"] is None
    assert found.values["net"].amount == 30


def test_a_record_that_the_actor_may_not_see_tells_no_price(site: Store, catalog: Catalog) -> None:
    secret = a_record(site, catalog, "good", name="비밀", price="777")
    rep = a_user(site, catalog, "rep", "owner_only")
    line = {"name": "나사", "good": str(secret.id), "quantity": "1"}
    found = shown(site, catalog, {"name": "입찰", "lines": [line]}, actor=rep)
    assert found.lines["lines"][0]["net"] is None
    assert found.values["dear"] is None
    assert shown(site, catalog, {"name": "입찰", "lines": [line]}).values["dear"].amount == 777


def test_however_many_lines_look_at_a_record_it_is_asked_for_once(site: Store, catalog: Catalog) -> None:
    goods = [a_record(site, catalog, "good", name=f"상품 {price}", price=str(price)) for price in (10, 20, 30)]
    statements, asked = Statements(site), []
    for size in (3, 12):
        lines = [{"name": "x", "good": str(goods[at % 3].id), "quantity": "2"} for at in range(size)]
        found = shown(site, catalog, {"name": "입찰", "lines": lines})
        assert [line["listed"].amount for line in found.lines["lines"]] == [20, 40, 60] * (size // 3)
        asked.append(len(statements.texts) - sum(asked))
    assert asked[0] == asked[1]
