"""Suggested values follow their source until somebody types over them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, an_administrator, with_tables

MODEL: Mapping[str, str] = {
    "modules/product.yaml": """
label: {en: Product, ko: 제품}
fields: {name: {type: text}, price: {type: money}, rate: {type: choice, options: rate}}
""",
    "modules/deal.yaml": """
label: {en: Deal, ko: 거래}
fields:
  name:    {type: text, required: true, suggest: product.name}
  stage:   {type: choice, options: stage, default: fresh}
  chance:  {type: percent, suggest: stage.chance}
  product: {type: link, to: product}
  price:   {type: money, suggest: product.price}
  rate:    {type: choice, options: rate, suggest: product.rate}
  heated:  {type: datetime, suggest: now if stage == 'hot'}
  lines:   {type: lines, of: {product: {type: link, to: product}, name: {type: text, suggest: product.name},
            price: {type: money, suggest: product.price}, half: {type: money, formula: price / 2}}}
""",
    "options/stage.yaml": """
label: {en: Stage, ko: 단계}
attributes: {chance: {type: percent}}
options: {fresh: {label: {en: Fresh}, chance: 10}, hot: {label: {en: Hot}, chance: 60}, odd: {label: {en: Odd}}}
""",
    "options/rate.yaml": """
label: {en: Rate, ko: 세율}
options: {full: {label: {en: Full}}, zero: {label: {en: Zero}}}
""",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(MODEL)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def saved(store: Store, catalog: Catalog, record: records.Record, **raw: Any) -> records.Record:
    with store.write() as conn:
        return records.update(conn, catalog, an_administrator(), record.module, record.id, raw, version=record.version)


def a_deal(store: Store, catalog: Catalog, **raw: Any) -> records.Record:
    return a_record(store, catalog, "deal", **({"name": "x"} | raw))


def test_a_new_record_takes_what_is_suggested(filled: Store, catalog: Catalog) -> None:
    product = a_record(filled, catalog, "product", name="나사", price=500, rate="zero")
    deal = a_record(filled, catalog, "deal", product=product.id)
    assert (deal["name"], deal["chance"], deal["price"].amount, deal["rate"]) == ("나사", 10, 500, "zero")


def test_what_was_said_stays(filled: Store, catalog: Catalog) -> None:
    assert a_deal(filled, catalog, chance=77)["chance"] == 77
    assert a_deal(filled, catalog, stage="hot", chance=77)["chance"] == 77


def test_what_the_form_was_opened_with_is_not_taken_for_typed(filled: Store, catalog: Catalog) -> None:
    assert a_deal(filled, catalog, stage="hot", chance=10)["chance"] == 60
    assert a_deal(filled, catalog, stage="hot", chance="")["chance"] == 60


def test_it_follows_until_somebody_types_over_it(filled: Store, catalog: Catalog) -> None:
    deal = saved(filled, catalog, a_deal(filled, catalog), stage="hot", chance="10")
    assert deal["chance"] == 60
    typed = saved(filled, catalog, deal, chance=61)
    assert saved(filled, catalog, typed, stage="fresh")["chance"] == 61


def test_what_is_typed_along_with_the_source_wins(filled: Store, catalog: Catalog) -> None:
    assert saved(filled, catalog, a_deal(filled, catalog), stage="hot", chance=5)["chance"] == 5


def test_a_source_that_says_nothing_empties_what_followed(filled: Store, catalog: Catalog) -> None:
    assert saved(filled, catalog, a_deal(filled, catalog), stage="odd")["chance"] is None


def test_a_change_of_something_else_leaves_it_alone(filled: Store, catalog: Catalog) -> None:
    product = a_record(filled, catalog, "product", name="나사", price=500)
    deal = a_deal(filled, catalog, product=product.id)
    saved(filled, catalog, product, price=700)
    assert saved(filled, catalog, deal, name="y")["price"].amount == 500


def test_a_moment_is_taken_once_stays_and_goes_with_its_reason(filled: Store, catalog: Catalog) -> None:
    deal = a_deal(filled, catalog)
    assert deal["heated"] is None
    hot = saved(filled, catalog, deal, stage="hot")
    later = saved(filled, catalog, hot, name="y")
    assert hot["heated"] is not None
    assert later["heated"] == hot["heated"]
    cold = saved(filled, catalog, later, stage="fresh")
    assert cold["heated"] is None
    assert saved(filled, catalog, cold, stage="hot")["heated"] > hot["heated"]


def test_lines_take_suggestions_before_their_formulas(filled: Store, catalog: Catalog) -> None:
    product = a_record(filled, catalog, "product", name="나사", price=500)
    deal = a_deal(filled, catalog, lines=[{"product": str(product.id)}, {"product": str(product.id), "price": 90}])
    with filled.read() as conn:
        lines = records.related(conn, catalog, an_administrator(), deal)["lines"]
    assert [(line["name"], line["half"].amount) for line in lines] == [("나사", Decimal(250)), ("나사", Decimal(45))]


def test_what_is_required_is_asked_after_the_suggestion(filled: Store, catalog: Catalog) -> None:
    with pytest.raises(Invalid) as refused:
        a_record(filled, catalog, "deal")
    assert set(refused.value.errors) == {"name"}
