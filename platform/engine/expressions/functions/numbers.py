"""Functions of numbers and of amounts of money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

import marshmallow as ma

from hanok.engine.expressions.functions.base import A_FIGURE, Argument, Function
from hanok.engine.expressions.kinds import NUMBER, TEXT, Kind
from hanok.engine.expressions.values import EXACT, Unfit, text_of
from hanok.engine.fields.money import Money
from hanok.engine.fields.number import parse

MOST_PLACES = 9


def whole(value: Decimal) -> int:
    """The number as an int, for counts; at most a million either way. Raises Unfit for what is none."""
    if not isinstance(value, Decimal) or abs(value) > 1_000_000:
        raise Unfit("count")
    return int(value)


def to_places(value: Decimal, places: int, rounding: str) -> Decimal:
    if abs(places) > MOST_PLACES:
        raise Unfit("places")
    found = value.quantize(Decimal(1).scaleb(-places), rounding, EXACT)
    return found.quantize(Decimal(1)) if places < 0 else found


def rounding(mode: str) -> Callable[..., Any]:
    """A function that rounds numbers, and amounts in their own currency and the site's."""

    def rounded(value: Any, places: Decimal = Decimal(0)) -> Any:
        count = whole(places)
        if isinstance(value, Money):
            amount, base = (to_places(each, count, mode) for each in (value.amount, value.base))
            return Money(amount, value.currency, base)
        return to_places(value, count, mode)

    return rounded


def absolute(value: Any) -> Any:
    if isinstance(value, Money):
        return Money(abs(value.amount), value.currency, abs(value.base))
    return EXACT.abs(value)


def number(value: Any) -> Decimal | None:
    """The number of an amount, of true (1) or false (0), or of a text; None when the text is no number."""
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, Decimal):
        return value
    try:
        return parse(text_of(value))
    except ma.ValidationError:
        return None


def integer(value: Any) -> Decimal | None:
    found = number(value)
    return None if found is None else found.to_integral_value(ROUND_DOWN, EXACT)


def same(given: tuple[Kind, ...]) -> Kind:
    return given[0]


A_PLACES = Argument("places", ("number",), optional=True)
AN_AMOUNT = Argument("money", ("money",))
A_SOURCE = Argument("value", ("number", "money", "text", "boolean"))
FUNCTIONS = (
    Function("round", rounding(ROUND_HALF_UP), (A_FIGURE, A_PLACES), same,
             {"en": "Rounded to so many places (0 unless said); a half goes up.",
              "ko": "그 자리까지 반올림합니다. 따로 말하지 않으면 0입니다."}, "round(2.345, 2)", "2.35"),
    Function("floor", rounding(ROUND_FLOOR), (A_FIGURE, A_PLACES), same,
             {"en": "Rounded down.", "ko": "내림합니다."}, "floor(-2.5)", "-3"),
    Function("ceil", rounding(ROUND_CEILING), (A_FIGURE, A_PLACES), same,
             {"en": "Rounded up.", "ko": "올림합니다."}, "ceil(1234, -2)", "1300"),
    Function("abs", absolute, (A_FIGURE,), same,
             {"en": "Without its sign.", "ko": "절댓값입니다."}, "abs(-3)", "3"),
    Function("int", integer, (A_SOURCE,), NUMBER,
             {"en": "The whole part of a number, or of a text that is one.", "ko": "소수점 아래를 버린 정수입니다."},
             "int('12.9')", "12"),
    Function("number", number, (A_SOURCE,), NUMBER,
             {"en": "The number of a text, an amount, true or false; empty when the text is no number.",
              "ko": "글, 금액, 참·거짓을 숫자로 바꿉니다. 숫자가 아니면 비어 있습니다."},
             "number('1,234.5')", "1234.5"),
    Function("amount", lambda money: money.amount, (AN_AMOUNT,), NUMBER,
             {"en": "The amount in its own currency, as a number.", "ko": "그 통화의 금액을 숫자로 냅니다."},
             "amount(price)", "1200"),
    Function("currency", lambda money: money.currency, (AN_AMOUNT,), TEXT,
             {"en": "The currency of an amount (ISO 4217).", "ko": "금액의 통화(ISO 4217)입니다."},
             "currency(price)", "KRW"),
    Function("base", lambda money: money.base, (AN_AMOUNT,), NUMBER,
             {"en": "What the amount was worth in the site's currency when it was saved.",
              "ko": "저장할 때의 기준 통화 금액입니다."}, "base(price)", "1200"),
)  # fmt: skip
