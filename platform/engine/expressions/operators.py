"""The operators of expressions: what each does, and what it gives of which kinds."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from jinja2 import nodes

from hanok.engine.errors import say
from hanok.engine.expressions import arithmetic
from hanok.engine.expressions.arithmetic import Operation, compare
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.kinds import ANY, BOOLEAN, EMPTY, MONEY, NUMBER, TEXT, Kind

#: Sign and operation of the nodes with two sides.
BINARY: Mapping[type[nodes.BinExpr], tuple[str, Operation]] = {
    nodes.Add: ("+", arithmetic.add), nodes.Sub: ("-", arithmetic.subtract), nodes.Mul: ("*", arithmetic.multiply),
    nodes.Div: ("/", arithmetic.divide), nodes.FloorDiv: ("//", arithmetic.floor_divide),
    nodes.Mod: ("%", arithmetic.remainder),
}  # fmt: skip
_EQUAL, _WITHIN = arithmetic.equal, arithmetic.within
#: Jinja's names of comparisons.
COMPARISONS: Mapping[str, tuple[str, Operation]] = {
    "eq": ("==", _EQUAL), "ne": ("!=", lambda here, one, other: not _EQUAL(here, one, other)),
    "gt": (">", compare(operator.gt)), "gteq": (">=", compare(operator.ge)), "lt": ("<", compare(operator.lt)),
    "lteq": ("<=", compare(operator.le)), "in": ("in", _WITHIN),
    "notin": ("not in", lambda here, one, other: not _WITHIN(here, one, other)),
}  # fmt: skip
_FIGURES, _DAYS, _TEXTS = frozenset({"number", "money"}), frozenset({"date", "datetime"}), frozenset({"text", "option"})
#: Kinds that can be equal to each other.
_ALIKE = (_FIGURES, _TEXTS)
_ORDERED = (_FIGURES, frozenset({"text"}), frozenset({"date"}), frozenset({"datetime"}), frozenset({"time"}))


def result(sign: str, one: Kind, other: Kind) -> Kind:
    """The kind that an operator gives. Raises ExpressionError where it certainly gives nothing."""
    pair = {one.name, other.name}
    if "any" in pair:
        return ANY
    if "empty" in pair:
        return EMPTY
    found = _of_figures(sign, one.name, other.name) if pair <= _FIGURES else _of_others(sign, one, other)
    if found is None:
        raise ExpressionError(say("“{sign}” does not go between {one} and {other}.",
                                  sign=sign, one=one.noun, other=other.noun))  # fmt: skip
    return found


def _of_figures(sign: str, one: str, other: str) -> Kind | None:
    both, none = one == other == "money", "money" not in (one, other)
    if none:
        return NUMBER
    if sign in ("+", "-"):
        return MONEY
    if sign == "*":
        return None if both else MONEY
    if sign == "/":
        return NUMBER if both else MONEY if one == "money" else None
    return None


def _of_others(sign: str, one: Kind, other: Kind) -> Kind | None:
    if sign == "+" and one.name == other.name == "text":
        return TEXT
    if sign in ("+", "-") and other.name == "span" and (one.name in _DAYS or one.name == "span"):
        return one
    if sign == "+" and one.name == "span" and other.name in _DAYS:
        return other
    if sign == "-" and one.name in _DAYS and one.name == other.name:
        return NUMBER
    return None


def check_comparison(sign: str, one: Kind, other: Kind) -> Kind:
    """Raises ExpressionError for a comparison that can never hold."""
    if {one.name, other.name} & {"any", "empty"}:
        return BOOLEAN
    if sign in ("in", "not in"):
        sound = other.name == "list" or (other.name == "text" and one.name in _TEXTS)
    elif sign in ("==", "!="):
        sound = one.name == other.name or any({one.name, other.name} <= group for group in _ALIKE)
    else:
        sound = any({one.name, other.name} <= group for group in _ORDERED)
    if not sound:
        raise ExpressionError(say("“{sign}” cannot compare {one} with {other}.",
                                  sign=sign, one=one.noun, other=other.noun))  # fmt: skip
    return BOOLEAN


def negative(kind: Kind) -> Kind:
    if not kind.fits(("number", "money", "span")):
        raise ExpressionError(say("“{sign}” does not go before {kind}.", sign="-", kind=kind.noun))
    return kind


