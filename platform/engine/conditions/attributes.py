"""Option attributes: `stage: {closed: false}` is a test on the options that carry the attribute so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.tree import Every, Node, Test
from hanok.engine.errors import say
from hanok.engine.fields import Field
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.fields.text import fold
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

OPERATOR = say("operator")


def options_that(parser: Parser, field: Field, said: Mapping[str, Any], path: Path) -> Node:
    """The test on the options whose attributes are as said; an option without a yes-or-no attribute counts as no."""
    known = {name for choice in field.choices for name in choice.attributes}
    keys = [choice.key for choice in field.choices]
    for name, wish in said.items():
        if name not in known:
            return parser.wrong((*path, name), unknown(name, sorted({*known, *field.type.operators}), noun=OPERATOR))
        tests = wish if isinstance(wish, Mapping) else {"in" if isinstance(wish, list) else "eq": wish}
        place = (*path, name) if not isinstance(wish, Mapping) else None
        for operator, operand in tests.items():
            here = place or (*path, name, operator)
            if operator not in OPERATORS:
                return parser.wrong(here, unknown(str(operator), OPERATORS, noun=OPERATOR))
            values = {choice.key: choice.attributes.get(name) for choice in field.choices}
            if not _suits(str(operator), operand, list(values.values())):
                return parser.wrong(here, say("“{operator}” cannot compare this attribute so.", operator=operator))
            keys = [key for key in keys if _carries(str(operator), values[key], operand)]
    return Test(field, "in", keys) if "in" in field.type.operators else Every(())


def _suits(operator: str, operand: Any, values: list[Any]) -> bool:
    """Whether the operand is of the kind that the attribute has, and as the operator takes it."""
    takes = OPERATORS[operator].takes
    if takes == "flag":
        return isinstance(operand, bool)
    if takes not in ("one", "many", "two"):
        return False
    if takes == "one":
        operands = [operand]
    elif isinstance(operand, list) and (takes == "many" or len(operand) == 2):
        operands = [each for each in operand if each is not None]
    else:
        return False
    kinds = {type(_plain(value)) for value in values if value is not None}
    return all(type(_plain(each)) in kinds for each in operands)


def _carries(operator: str, value: Any, operand: Any) -> bool:
    if value is None and isinstance(operand, bool) and operator in ("eq", "ne"):
        value = False
    plain = [_plain(each) for each in operand] if isinstance(operand, list) else _plain(operand)
    return OPERATORS[operator].test(_plain(value), plain)


def _plain(value: Any) -> Any:
    """As it is compared: text casefolded, numbers exact."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value.isoformat() if isinstance(value, date) else value
