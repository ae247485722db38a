"""Subpanels along a path of ends, with conditions about the record above."""

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record
from hanok.engine.records.query import Under
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, an_administrator, with_tables

FIRM = """
label: {en: Firm, ko: 회사}
fields:
  name: {type: text}
  city: {type: text}
subpanels:
  sold: {of: deals.items, columns: [name]}
  fans: {of: deals.fans, columns: [name], where: {city: $record.city}}
"""
DEAL = """
label: {en: Deal, ko: 거래}
fields:
  name: {type: text}
  firm: {type: link, to: firm, reverse: deals}
  items: {type: lines, of: {name: {type: text}}}
  fans: {type: links, to: human, reverse: likes}
"""
HUMAN = "label: {en: Human, ko: 사람}\nfields:\n  name: {type: text}\n  city: {type: text}\n"


@pytest.fixture(scope="module")
def model() -> Catalog:
    return a_catalog({"modules/firm.yaml": FIRM, "modules/deal.yaml": DEAL, "modules/human.yaml": HUMAN})


def below(store: Store, catalog: Catalog, above: Record, key: str) -> list[str]:
    panel = catalog.modules[above.module].subpanels[key]
    query = Query(
        module=panel.module, sort=("name",), columns=panel.columns, limit=panel.limit, record=above.values,
        under=Under(above.module, above.id, panel.end),
    )  # fmt: skip
    with store.read() as conn:
        page = records.page(conn, catalog, an_administrator(), query)
        assert records.count(conn, catalog, an_administrator(), query) == len(page.rows)
    return [str(row["name"]) for row in page.rows]


def test_a_subpanel_shows_what_stands_two_ends_away(store: Store, model: Catalog) -> None:
    with_tables(store, model)
    here, there = (a_record(store, model, "firm", name=name, city="서울") for name in ("한빛", "달빛"))
    people = [a_record(store, model, "human", name=name, city=city) for name, city in (("강", "서울"), ("이", "부산"))]
    fans = [str(person.id) for person in people]
    desks = [{"name": "책상"}, {"name": "의자"}]
    a_record(store, model, "deal", name="하나", firm=str(here.id), items=desks, fans=fans)
    a_record(store, model, "deal", name="둘", firm=str(there.id), items=[{"name": "전등"}])
    assert below(store, model, here, "sold") == ["의자", "책상"]
    assert below(store, model, there, "sold") == ["전등"]
    assert below(store, model, here, "fans") == ["강"]
    assert below(store, model, there, "fans") == []
