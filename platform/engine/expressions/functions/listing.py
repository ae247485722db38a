"""Functions of lists: the records of a to-many end, or what is written between brackets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hanok.engine.expressions.arithmetic import add, compare, divide
from hanok.engine.expressions.functions.base import A_LIST, A_VALUE, Argument, Function
from hanok.engine.expressions.functions.text import length
from hanok.engine.expressions.kinds import ANY, BOOLEAN, NUMBER, Kind, common
from hanok.engine.expressions.values import Here

_less, _more = compare(lambda one, other: bool(one < other)), compare(lambda one, other: bool(one > other))


def total(here: Here, items: Sequence[Any] | None) -> Any:
    """The sum of what is not empty; 0 of nothing."""
    found: Any = None
    for item in items or ():
        if item is not None:
            found = item if found is None else add(here, found, item)
    return Decimal(0) if found is None else add(here, found, Decimal(0))


def mean(here: Here, items: Sequence[Any]) -> Any:
    """The average of what is not empty; empty of nothing."""
    present = [item for item in items if item is not None]
    return divide(here, total(here, present), Decimal(len(present))) if present else None


def least(here: Here, *values: Any) -> Any:
    return _best(here, values, _less)


def most(here: Here, *values: Any) -> Any:
    return _best(here, values, _more)


def _best(here: Here, values: Sequence[Any], better: Any) -> Any:
    listed = values[0] if len(values) == 1 and isinstance(values[0], tuple | list) else values
    best: Any = None
    for value in listed:
        if value is not None and (best is None or better(here, value, best)):
            best = value
    return best


def present(value: Any) -> bool:
    return value not in (None, "", (), False)


def items_of(items: Sequence[Any] | None) -> list[Any]:
    return [item for item in items or () if item is not None]


def an_item(given: tuple[Kind, ...]) -> Kind:
    return (given[0].item or ANY) if given else ANY


def _of_figures(given: tuple[Kind, ...]) -> Kind:
    item = an_item(given)
    return NUMBER if item.name == "empty" else item


def one_of_them(given: tuple[Kind, ...]) -> Kind:
    """What min and max give: an item of the list, or one of the values."""
    kinds = [an_item(given)] if len(given) == 1 and given[0].name == "list" else list(given)
    found = kinds[0] if kinds else ANY
    for kind in kinds[1:]:
        found = common(found, kind)
    return found


A_COMPARED = Argument("value", ("number", "money", "date", "datetime", "text", "list"))
FUNCTIONS = (
    Function("sum", total, (A_LIST,), _of_figures,
             {"en": "The sum of what is not empty; 0 of nothing.",
              "ko": "비어 있지 않은 값의 합계이고, 없으면 0입니다."},
             "lines | sum(attribute='tax')", "30", empties=True, plucks=True, situated=True),
    Function("avg", mean, (A_LIST,), _of_figures,
             {"en": "The average of what is not empty.", "ko": "비어 있지 않은 값의 평균입니다."},
             "[1, 2, 6] | avg", "3", plucks=True, situated=True),
    Function("count", lambda items: length(items), (A_LIST,), NUMBER,
             {"en": "How many there are; 0 of nothing.", "ko": "몇 개인지이고, 없으면 0입니다."},
             "lines | count", "2", empties=True, counts=True),
    Function("min", least, (A_COMPARED,), one_of_them,
             {"en": "The smallest of a list or of several values; empty ones do not count.",
              "ko": "목록이나 여러 값 가운데 가장 작은 것입니다. 빈 값은 세지 않습니다."},
             "min(3, 1, 2)", "1", empties=True, many=True, plucks=True, situated=True),
    Function("max", most, (A_COMPARED,), one_of_them,
             {"en": "The largest of a list or of several values; empty ones do not count.",
              "ko": "목록이나 여러 값 가운데 가장 큰 것입니다. 빈 값은 세지 않습니다."},
             "max(3, 1, 2)", "3", empties=True, many=True, plucks=True, situated=True),
    Function("first", lambda items: next(iter(items or ()), None), (A_LIST,), an_item,
             {"en": "The first item; empty of nothing.", "ko": "첫째 항목이고, 없으면 비어 있습니다."},
             "lines | first(attribute='name')", "A", empties=True, plucks=True, keeps=True),
    Function("last", lambda items: items[-1] if items else None, (A_LIST,), an_item,
             {"en": "The last item; empty of nothing.", "ko": "마지막 항목이고, 없으면 비어 있습니다."},
             "lines | last(attribute='name')", "B", empties=True, plucks=True, keeps=True),
    Function("any", lambda items: any(map(present, items or ())), (A_LIST,), BOOLEAN,
             {"en": "Whether any item is there and not empty, zero text or false.",
              "ko": "비어 있지 않은 항목이 하나라도 있는지입니다."},
             "lines | any(attribute='tax')", "True", empties=True, plucks=True),
    Function("default", lambda value, other: other if value is None or value == "" else value,
             (A_VALUE, Argument("other", ("any",))), lambda given: common(given[0], given[1]),
             {"en": "The value, or the other one when it is empty.", "ko": "값이 비어 있으면 다른 값을 씁니다."},
             "default(nobody, 'nobody')", "nobody", empties=True),
)  # fmt: skip
