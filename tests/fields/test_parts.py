"""Parts are fields of their own: conditions ask for `billing.city` and `visit.end`, in SQL and in Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.catalog import ModuleScope
from hanok.engine.conditions import ConditionError, Context, holds, parse
from hanok.engine.conditions.sql import to_sql
from hanok.engine.fields import Field
from tests.builders import a_catalog
from tests.fields.fields import NUMBERS, every_field
from tests.fields.loading import load

MODULE = """
label: {en: Visit, ko: 방문}
fields:
  name:    {type: text}
  at:      {type: period, all_day: true}
  who:     {type: person_name}
  billing: {type: address}
  mails:   {type: emails}
  phones:  {type: phones}
  spot:    {type: geo_point}
"""
RECORDS: tuple[Mapping[str, Any], ...] = (
    {
        "at": "2026-11-17T09:30 ~ 2026-11-17T11:00",
        "who": "김하늘",
        "mails": "kim@example.com, sky@home.kr (home · primary)",
        "billing": "(04524) 서울특별시 중구 세종대로 110 5층",
        "phones": "02-123-4567, 010-1234-5678",
        "spot": "37.5665, 126.978",
    },
    {
        "at": "2026-11-16 ~ 2026-11-18",
        "who": "Ada King",
        "mails": "ADA@example.com",
        "phones": "+1 650 253 0000",
        "billing": {"country": "US", "city": "San Francisco", "street": "1 Main St"},
        "spot": "37.5, 127.1",
    },
    {},
)
NOW = datetime(2026, 11, 17, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"at": {"within": "this_month"}}, {0, 1}),
        ({"at.start": "today"}, {0}),
        ({"at.end": {"gt": "tomorrow"}}, {1}),
        ({"at.end": {"lt": "now"}}, set()),
        ({"at.duration": {"lte": "90m"}}, {0}),
        ({"at": {"all_day": True}}, {1}),
        ({"who": "하늘 김"}, set()),
        ({"who": "김하늘"}, {0}),
        ({"who": {"in": ["ada king", "King, Ada"]}}, {1}),
        ({"who": {"starts_with": "김"}}, {0}),
        ({"who.last": "KING"}, {1}),
        ({"billing.city": "중구"}, {0}),
        ({"billing.city": {"contains": "francisco"}}, {1}),
        ({"billing.country": {"in": ["US", "대한민국"]}}, {0, 1}),
        ({"billing": {"contains": "세종대로 110"}}, {0}),
        ({"billing": {"empty": True}}, {2}),
        ({"not": {"billing.country": "US"}}, {0, 2}),
        ({"mails": "KIM@example.com"}, {0}),
        ({"mails": {"contains": "example.com"}}, {0, 1}),
        ({"mails": {"not_in": ["sky@home.kr"]}}, {1, 2}),
        ({"mails.primary": {"ends_with": "home.kr"}}, {0}),
        ({"phones": {"contains": "1234"}}, {0}),
        ({"phones": "010-1234-5678"}, {0}),
        ({"phones.primary": {"contains": "123-4567"}}, {0}),
        ({"spot": {"within": [37.5665, 126.978, 5]}}, {0}),
        ({"spot": {"within": "37.5665, 126.978, 14"}}, {0, 1}),
        ({"spot.lat": {"lt": 37.55}}, {1}),
    ],
)
def test_conditions_ask_for_parts(condition: dict[str, Any], expected: set[int], conn: sa.Connection) -> None:
    catalog = a_catalog({"modules/visit.yaml": MODULE})
    module = catalog.modules["visit"]
    fields = list(module.fields.values())
    values = [{one.key: load(one, record.get(one.key)) for one in fields} for record in RECORDS]
    node, context = parse(condition, ModuleScope(module, catalog.modules)), Context(None, NOW, "Asia/Seoul")
    assert {row for row, found in enumerate(values) if holds(node, found, context)} == expected

    columns = [sa.Column(column, part.type) for one in fields for part, column in physical(one)]
    table = sa.Table(f"visits{next(NUMBERS)}", sa.MetaData(), sa.Column("row", sa.Integer()), *columns)
    table.create(conn)
    for row, found in enumerate(values):
        bound = {
            one.columns[part]: each for one in fields for part, each in one.type.write(one, found[one.key]).items()
        }
        conn.execute(sa.insert(table).values(row=row, **bound))
    assert set(conn.scalars(sa.select(table.c.row).where(to_sql(node, table, context)))) == expected


def physical(field: Field) -> list[tuple[Any, str]]:
    return [(part, field.columns[part.name]) for part in field.type.parts(field)]


def test_a_part_that_there_is_not_is_refused() -> None:
    catalog = a_catalog({"modules/visit.yaml": MODULE})
    with pytest.raises(ConditionError, match="no “town”"):
        parse({"billing.town": "x"}, ModuleScope(catalog.modules["visit"], catalog.modules))


PARTS = ("start", "end", "duration", "all_day", "last", "first", "country", "city", "detail", "primary", "lat", "lng")
OF_PARTS = [(one, part) for one in every_field() for part in PARTS if one.type.part_field(one, part)]


@pytest.mark.parametrize(("field", "part"), OF_PARTS, ids=lambda each: each if isinstance(each, str) else each.type.key)
def test_a_part_stands_on_columns_of_its_field_and_says_the_same(field: Field, part: str) -> None:
    own = field.type.part_field(field, part)
    assert own is not None
    assert set(own.columns.values()) <= set(field.columns.values())
    assert own.label["ko"].startswith(field.label["ko"]) and own.key == f"it.{part}"
    for raw in field.type.samples(field):
        value = load(field, raw)
        written = {field.columns[name]: each for name, each in field.type.write(field, value).items()}
        found = own.type.read(own, {name: written[column] for name, column in own.columns.items()})
        assert value is None or (found or "") == (getattr(value, part) or "")
