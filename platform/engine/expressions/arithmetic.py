"""Arithmetic as people expect it of records: exact, bounded, and empty where something is empty.

An amount of money keeps its currency as long as all operands share it, else the result is in the site's own. A plain
number beside an amount is meant in that amount's currency.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from hanok.engine.expressions.values import EXACT, Here, Span, Unfit, bounded, plain, text_of
from hanok.engine.fields.money import Money

Operation = Callable[[Here, Any, Any], Any]
ONE = Decimal(1)


def is_number(value: Any) -> bool:
    return isinstance(value, Decimal)


def add(here: Here, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return EXACT.add(one, other)
    if isinstance(one, Money) or isinstance(other, Money):
        return _joined(here, one, other, EXACT.add)
    if isinstance(other, Span):
        return later(one, other)
    if isinstance(one, Span):
        return later(other, one)
    if isinstance(one, str) and isinstance(other, str):
        return bounded(one + other)
    raise Unfit("+")


def subtract(here: Here, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return EXACT.subtract(one, other)
    if isinstance(one, Money) or isinstance(other, Money):
        return _joined(here, one, other, EXACT.subtract)
    if isinstance(other, Span):
        return later(one, -other)
    if isinstance(one, date) and isinstance(other, date):
        return days_between(other, one)
    raise Unfit("-")


def multiply(here: Here, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return EXACT.multiply(one, other)
    if isinstance(one, Money) and isinstance(other, Decimal):
        return Money(EXACT.multiply(one.amount, other), one.currency, EXACT.multiply(one.base, other))
    if isinstance(one, Decimal) and isinstance(other, Money):
        return multiply(here, other, one)
    raise Unfit("*")


def divide(here: Here, one: Any, other: Any) -> Any:
    """Divided by zero there is no value."""
    if one is None or other is None:
        return None
    if isinstance(one, Money) and isinstance(other, Money):
        same = one.currency == other.currency
        return divide(here, one.amount, other.amount) if same else divide(here, one.base, other.base)
    if not isinstance(other, Decimal) or not isinstance(one, Money | Decimal):
        raise Unfit("/")
    if not other:
        return None
    if isinstance(one, Money):
        return Money(EXACT.divide(one.amount, other), one.currency, EXACT.divide(one.base, other))
    return EXACT.divide(one, other)


def floor_divide(here: Here, one: Any, other: Any) -> Any:
    """The whole part, rounded down: -7 // 2 is -4."""
    if not (is_number(one) or one is None) or not (is_number(other) or other is None):
        raise Unfit("//")
    found = divide(here, one, other)
    return None if found is None else found.to_integral_value(ROUND_FLOOR, EXACT)


def remainder(here: Here, one: Any, other: Any) -> Any:
    """What `//` leaves: it has the sign of the divisor."""
    whole = floor_divide(here, one, other)
    return None if whole is None else EXACT.subtract(one, EXACT.multiply(whole, other))


def negate(here: Here, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return EXACT.minus(value)
    if isinstance(value, Money):
        return Money(EXACT.minus(value.amount), value.currency, EXACT.minus(value.base))
    if isinstance(value, Span):
        return -value
    raise Unfit("-")


def later(moment: Any, span: Span) -> Any:
    """The day or moment so much later; the last day of a shorter month. Hours need a moment."""
    if isinstance(moment, Span):
        return Span(moment.months + span.months, moment.days + span.days, moment.seconds + span.seconds)
    if not isinstance(moment, date) or (span.seconds and not isinstance(moment, datetime)):
        raise Unfit("span")
    whole = moment.year * 12 + moment.month - 1 + span.months
    year, month = divmod(whole, 12)
    if not 1 <= year <= 9999:
        raise Unfit("calendar")
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day) + timedelta(days=span.days, seconds=span.seconds)


def days_between(one: date, other: date) -> Decimal:
    """Days from one to the other: whole ones between days, with a fraction between moments."""
    if isinstance(one, datetime) != isinstance(other, datetime):
        raise Unfit("days")
    found = other - one
    return EXACT.add(Decimal(found.days), EXACT.divide(Decimal(found.seconds), Decimal(86_400)))


def rate(value: Money) -> Decimal:
    """What one unit of the amount's currency was worth in the site's when it was saved."""
    return EXACT.divide(value.base, value.amount) if value.amount else ONE


def _joined(here: Here, one: Any, other: Any, operation: Callable[[Decimal, Decimal], Decimal]) -> Money:
    one, other = _beside(one, other), _beside(other, one)
    base = operation(one.base, other.base)
    if one.currency == other.currency:
        return Money(operation(one.amount, other.amount), one.currency, base)
    return Money(base, here.currency, base)


def _beside(value: Any, other: Any) -> Money:
    """The operand as money: a number takes the currency of the amount that it stands beside."""
    if isinstance(value, Money):
        return value
    if not isinstance(value, Decimal):
        raise Unfit("money")
    return in_currency_of(value, other)


def in_currency_of(number: Decimal, like: Money) -> Money:
    """The number as an amount in the currency, and at the rate, of another one."""
    return Money(number, like.currency, EXACT.multiply(number, rate(like)))


# -- comparisons: two-valued, like conditions -------------------------------------------------------------------------
def equal(here: Here, one: Any, other: Any) -> bool:
    """An option equals its key, a record its id; an amount equals a number of the site's currency."""
    one, other = plain(one), plain(other)
    if isinstance(one, Money) != isinstance(other, Money):
        return bool(_base(one) == _base(other))
    return type(one) is type(other) and bool(one == other)


def compare(operation: Callable[[Any, Any], bool]) -> Operation:
    """An order between numbers, amounts (by what they are worth), texts, days; false where one is empty."""

    def found(here: Here, one: Any, other: Any) -> bool:
        one, other = _base(plain(one)), _base(plain(other))
        if one is None or other is None:
            return False
        if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, datetime) != isinstance(other, datetime):
            raise Unfit("order")
        return operation(one, other)

    return found


def within(here: Here, one: Any, other: Any) -> bool:
    """Whether a list has it, or a text contains it."""
    if one is None or other is None:
        return False
    if isinstance(other, tuple | list):
        return any(equal(here, one, each) for each in other)
    if isinstance(other, str):
        return text_of(plain(one)) in other
    raise Unfit("in")


def _base(value: Any) -> Any:
    return value.base if isinstance(value, Money) else value
