"""The operators of conditions: one row each, with SQL, Python and words.

`sql(column, operand)` and `test(value, operand)` are two-valued and say the same: an empty value satisfies `ne`,
`not_in`, `not_contains`, `outside` and `empty`, and no other. Operands and values come in comparable form (text is
casefolded already).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `takes` says what stands on its right: one value, many (a list), two (a range) or a flag."""

    key: str
    label: Mapping[str, str]
    takes: str
    sql: Callable[[Any, Any], ColumnElement[bool]]
    test: Callable[[Any, Any], bool]


def like(text: str) -> str:
    """The text with the wildcards of LIKE escaped."""
    return text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")


def _in(column: Any, operand: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(operand)
    return found


def _between(value: Any, operand: Any) -> bool:
    low, high = operand
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _between_sql(column: Any, operand: Any) -> ColumnElement[bool]:
    low, high = operand
    bounds = [column >= low] if low is not None else []
    bounds += [column <= high] if high is not None else []
    return sa.and_(column.is_not(None), *bounds)


OPERATORS: dict[str, Operator] = {
    row.key: row
    for row in (
        Operator("eq", {"en": "is", "ko": "같음"}, "one", lambda c, v: c == v, lambda a, b: a == b),
        Operator("ne", {"en": "is not", "ko": "같지 않음"}, "one",
                 lambda c, v: sa.or_(c.is_(None), c != v), lambda a, b: a != b),
        Operator("gt", {"en": ">", "ko": ">"}, "one", lambda c, v: c > v, lambda a, b: a is not None and a > b),
        Operator("gte", {"en": "≥", "ko": "≥"}, "one", lambda c, v: c >= v, lambda a, b: a is not None and a >= b),
        Operator("lt", {"en": "<", "ko": "<"}, "one", lambda c, v: c < v, lambda a, b: a is not None and a < b),
        Operator("lte", {"en": "≤", "ko": "≤"}, "one", lambda c, v: c <= v, lambda a, b: a is not None and a <= b),
        Operator("in", {"en": "is any of", "ko": "다음 중 하나"}, "many", _in, lambda a, b: a in b),
        Operator("not_in", {"en": "is none of", "ko": "다음 외"}, "many",
                 lambda c, v: sa.or_(c.is_(None), c.not_in(v)), lambda a, b: a not in b),
        Operator("between", {"en": "between", "ko": "범위"}, "two", _between_sql, _between),
        Operator("outside", {"en": "outside", "ko": "범위 밖"}, "two",
                 lambda c, v: sa.or_(c.is_(None), sa.not_(_between_sql(c, v))), lambda a, b: not _between(a, b)),
        Operator("empty", {"en": "is empty", "ko": "비어 있음"}, "flag",
                 lambda c, v: c.is_(None) if v else c.is_not(None), lambda a, b: (a is None) is b),
        Operator("contains", {"en": "contains", "ko": "포함"}, "one",
                 lambda c, v: c.like(f"%{like(v)}%", escape=ESCAPE), lambda a, b: a is not None and b in a),
        Operator("not_contains", {"en": "does not contain", "ko": "포함하지 않음"}, "one",
                 lambda c, v: sa.or_(c.is_(None), c.not_like(f"%{like(v)}%", escape=ESCAPE)),
                 lambda a, b: a is None or b not in a),
        Operator("starts_with", {"en": "starts with", "ko": "다음으로 시작"}, "one",
                 lambda c, v: c.like(f"{like(v)}%", escape=ESCAPE), lambda a, b: a is not None and a.startswith(b)),
        Operator("ends_with", {"en": "ends with", "ko": "다음으로 끝남"}, "one",
                 lambda c, v: c.like(f"%{like(v)}", escape=ESCAPE), lambda a, b: a is not None and a.endswith(b)),
    )
}
NUMERIC: tuple[str, ...] = ("eq", "ne", "gt", "gte", "lt", "lte", "between", "outside", "in", "not_in", "empty")
TEXTUAL: tuple[str, ...] = ("contains", "eq", "ne", "starts_with", "ends_with", "not_contains", "in", "not_in", "empty")
#: What numbers are compared by in signs is a matter of before and after for days and moments.
OF_TIME: dict[str, Operator] = {
    key: replace(OPERATORS[key], label=label)
    for key, label in (
        ("gt", {"en": "after", "ko": "이후(당일 제외)"}),
        ("gte", {"en": "from", "ko": "부터"}),
        ("lt", {"en": "before", "ko": "이전(당일 제외)"}),
        ("lte", {"en": "until", "ko": "까지"}),
    )
}
