"""The operators of conditions: one row each, with SQL, Python and words.

`sql(column, operand)` and `test(value, operand)` are two-valued and say the same: an empty value satisfies `ne`,
`not_in`, `not_contains`, `outside` and `empty`, and no other. Operands and values come in comparable form (text is
casefolded already).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

ESCAPE = "\\"
WORD = re.compile(r"\w+")
MOST_WORDS = 8
#: Signs of a text that LIKE looks for.
LONGEST_PATTERN = 10_000
#: What may stand on the right of an operator.
TAKES: Mapping[str, str] = {
    "one": "one value",
    "many": "a list of values",
    "two": "a list of two, either may be null",
    "flag": "true or false",
    "period": "a word of time (today, this_month, last_quarter), an offset up to today (-30d), or two days with .. "
    "between them, either may be left out",
    "own": "what the field type says",
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `takes` is a key of `TAKES`: what stands on its right.

    `parts` are the parts of the field that it looks at: then `sql` gets their columns and `test` their values as a
    tuple. Without any it gets what the type compares. What `takes` its "own" is read whole by the type's `operand`.
    """

    key: str
    label: Mapping[str, str]
    takes: str
    sql: Callable[[Any, Any], ColumnElement[bool]]
    test: Callable[[Any, Any], bool]
    example: str = ""
    parts: tuple[str, ...] = ()


def like(text: str) -> str:
    """The text with the wildcards of LIKE escaped."""
    return text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")


def has(column: Any, text: str) -> ColumnElement[bool]:
    """Whether the text stands in the column. SQLite takes no pattern beyond 50,000 bytes."""
    if len(text) <= LONGEST_PATTERN:
        return cast(ColumnElement[bool], column.like(f"%{like(text)}%", escape=ESCAPE))
    return cast(ColumnElement[bool], sa.func.replace(column, text, "") != column)


def begins(column: Any, text: str) -> ColumnElement[bool]:
    """Whether the column begins with the text."""
    if len(text) <= LONGEST_PATTERN:
        return cast(ColumnElement[bool], column.like(f"{like(text)}%", escape=ESCAPE))
    return sa.func.substr(column, 1, len(text)) == text


def _ends(column: Any, text: str) -> ColumnElement[bool]:
    if len(text) <= LONGEST_PATTERN:
        return cast(ColumnElement[bool], column.like(f"%{like(text)}", escape=ESCAPE))
    before = sa.func.length(column) - len(text)
    return sa.and_(before >= 0, sa.func.substr(column, before + 1) == text)


def words_of(text: str) -> list[str]:
    """The words of a folded text, as the search cuts them; as many as it looks for."""
    return WORD.findall(text)[:MOST_WORDS]


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


def _matches(value: Any, operand: str) -> bool:
    words = words_of(operand)
    return value is not None and bool(words) and all(word in value for word in words)


def _matches_sql(column: Any, operand: str) -> ColumnElement[bool]:
    words = words_of(operand)
    if not words:
        return sa.false()
    return sa.and_(*(has(column, word) for word in words))


OPERATORS: dict[str, Operator] = {
    row.key: row
    for row in (
        Operator("eq", {"en": "is", "ko": "같음"}, "one", lambda c, v: c == v, lambda a, b: a == b, "{eq: new}"),
        Operator("ne", {"en": "is not", "ko": "같지 않음"}, "one",
                 lambda c, v: sa.or_(c.is_(None), c != v), lambda a, b: a != b, "{ne: new}"),
        Operator("gt", {"en": ">", "ko": ">"}, "one",
                 lambda c, v: c > v, lambda a, b: a is not None and a > b, "{gt: 10000}"),
        Operator("gte", {"en": "≥", "ko": "≥"}, "one",
                 lambda c, v: c >= v, lambda a, b: a is not None and a >= b, "{gte: today}"),
        Operator("lt", {"en": "<", "ko": "<"}, "one",
                 lambda c, v: c < v, lambda a, b: a is not None and a < b, "{lt: $record.budget}"),
        Operator("lte", {"en": "≤", "ko": "≤"}, "one",
                 lambda c, v: c <= v, lambda a, b: a is not None and a <= b, "{lte: +30d}"),
        Operator("in", {"en": "is any of", "ko": "다음 중 하나"}, "many", _in, lambda a, b: a in b, "{in: [new, won]}"),
        Operator("not_in", {"en": "is none of", "ko": "다음 외"}, "many",
                 lambda c, v: sa.or_(c.is_(None), c.not_in(v)), lambda a, b: a not in b, "{not_in: [new, won]}"),
        Operator("between", {"en": "between", "ko": "범위"}, "two", _between_sql, _between, "{between: [today, +30d]}"),
        Operator("outside", {"en": "outside", "ko": "범위 밖"}, "two",
                 lambda c, v: sa.or_(c.is_(None), sa.not_(_between_sql(c, v))), lambda a, b: not _between(a, b),
                 "{outside: [0, 100]}"),
        Operator("within", {"en": "within", "ko": "기간 안"}, "period", _between_sql, _between, "{within: this_month}"),
        Operator("empty", {"en": "is empty", "ko": "비어 있음"}, "flag",
                 lambda c, v: c.is_(None) if v else c.is_not(None), lambda a, b: (a is None) is b, "{empty: true}"),
        Operator("contains", {"en": "contains", "ko": "포함"}, "one",
                 has, lambda a, b: a is not None and b in a,
                 "{contains: 한빛}"),
        Operator("not_contains", {"en": "does not contain", "ko": "포함하지 않음"}, "one",
                 lambda c, v: sa.or_(c.is_(None), sa.not_(has(c, v))),
                 lambda a, b: a is None or b not in a, "{not_contains: test}"),
        Operator("starts_with", {"en": "starts with", "ko": "다음으로 시작"}, "one",
                 begins, lambda a, b: a is not None and a.startswith(b),
                 "{starts_with: 한}"),
        Operator("ends_with", {"en": "ends with", "ko": "다음으로 끝남"}, "one",
                 _ends, lambda a, b: a is not None and a.endswith(b),
                 "{ends_with: 전자}"),
        Operator("matches", {"en": "has the words", "ko": "단어 포함"}, "one", _matches_sql, _matches,
                 "{matches: 한빛 erp}"),
    )
}
NUMERIC: tuple[str, ...] = ("eq", "ne", "gt", "gte", "lt", "lte", "between", "outside", "in", "not_in", "empty")
TEXTUAL: tuple[str, ...] = (
    "contains", "eq", "ne", "starts_with", "ends_with", "matches", "not_contains", "in", "not_in", "empty",
)  # fmt: skip
#: Days and moments, the filter's default first.
TIMELY: tuple[str, ...] = ("between", "within", *(key for key in NUMERIC if key != "between"))
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
