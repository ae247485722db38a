"""Every operator says the same in SQL, on both databases, as in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from marshmallow import ValidationError

from hanok.engine.fields import Field
from hanok.engine.fields.operators import OPERATORS, Operator
from tests.fields.fields import every_field, loaded, name_of, stored

FIELDS = list(every_field())


def operands(field: Field, key: str, row: Operator) -> list[Any]:
    """Operands worth testing: each sample, pairs of them, and pieces of text."""
    if row.takes == "flag":
        return [True, False]
    raws: list[Any] = []
    for raw in field.type.operand_samples(field, key):
        raws += raw if isinstance(raw, list) and row.takes != "own" else [raw[:900] if isinstance(raw, str) else raw]
    if key in ("contains", "not_contains", "starts_with", "ends_with") and field.type.group == "text":
        raws += ["한빛", "빛전", "%", "_", "\\", "SS", "ß", "Å", "1"]
    comparable = [each for raw in raws if (each := operand(field, key, raw)) is not None]
    if row.takes == "many":
        return [[], comparable, comparable[:1], comparable[-2:]]
    if row.takes in ("two", "period"):
        low, high = comparable[0], comparable[-1]
        return [(low, high), (high, low), (None, high), (low, None), (None, None)]
    return comparable


def operand(field: Field, key: str, raw: Any) -> Any:
    try:
        value = field.type.operand(field, key).deserialize(raw, zone="Asia/Seoul")
    except ValidationError:
        return None
    return None if value is None else field.type.comparable(field, value)


def looked_at(row: Operator, parts: Mapping[str, Any], compared: str) -> Any:
    """What an operator gets of a field: the parts that it names, else the compared one."""
    return tuple(parts[name] for name in row.parts) if row.parts else parts[compared]


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_sql_and_python_agree(field: Field, conn: sa.Connection) -> None:
    values = loaded(field)
    table = stored(conn, field, values)
    part = field.type.compared(field)
    for key in field.type.operators:
        row = field.type.operator(key)
        column = looked_at(row, {name: table.c[column] for name, column in field.columns.items()}, part)
        assert operands(field, key, row)
        for right in operands(field, key, row):
            found = set(conn.scalars(sa.select(table.c.row).where(row.sql(column, right))))
            told = {
                number for number, value in enumerate(values)
                if row.test(looked_at(row, field.type.write(field, value), part), right)
            }  # fmt: skip
            assert found == told, (key, right, values)


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_an_operator_and_its_opposite_part_the_records(field: Field, conn: sa.Connection) -> None:
    """Two-valued: what one leaves out the other holds, empty values included."""
    values = loaded(field)
    table = stored(conn, field, values)
    column = table.c[field.columns[field.type.compared(field)]]
    for key, opposite in (("eq", "ne"), ("in", "not_in"), ("contains", "not_contains"), ("between", "outside")):
        if not {key, opposite} <= set(field.type.operators):
            continue
        for right in operands(field, key, OPERATORS[key]):
            rows = [
                set(conn.scalars(sa.select(table.c.row).where(field.type.operator(each).sql(column, right))))
                for each in (key, opposite)
            ]
            assert rows[0] | rows[1] == set(range(len(values)))
            assert not rows[0] & rows[1]


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_only_known_operators_are_named(field: Field) -> None:
    assert set(field.type.operators) <= set(OPERATORS)


def test_operators_have_words_in_both_languages() -> None:
    assert all(row.label["ko"] and row.label["en"] for row in OPERATORS.values())
