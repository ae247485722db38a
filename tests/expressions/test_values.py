"""What expressions are worth: exact, typed, empty where something is empty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hanok.engine.expressions import Expression, ExpressionError, Here, View
from hanok.engine.expressions.kinds import DATE, MONEY, NUMBER, TEXT, Kind, Known, list_of
from hanok.engine.fields.money import Money

WON, DOLLARS = Money(Decimal(1000), "KRW", Decimal(1000)), Money(Decimal(10), "USD", Decimal(13000))
VALUES: dict[str, Any] = {
    "n": Decimal(7), "none": None, "won": WON, "usd": DOLLARS, "name": "한빛", "day": date(2026, 1, 31),
    "stage": View("성공", "won", {"key": "won", "label": "성공", "closed": True}),
    "account": View("한빛전자", 1, {"id": Decimal(1), "title": "한빛전자", "city": "서울"}),
    "lines": (View("", 1, {"net": WON, "tax": Decimal(1)}), View("", 2, {"net": WON, "tax": None})),
}  # fmt: skip
HERE = Here(VALUES, currency="KRW", zone="Asia/Seoul", now=datetime(2026, 11, 16, 20, tzinfo=UTC))


def worth(source: str) -> Any:
    return Expression(source).value(HERE)


EXACT = {
    "0.1 + 0.2": Decimal("0.3"), "n / 2": Decimal("3.5"), "n // 2": Decimal(3), "-n // 2": Decimal(-4),
    "-n % 3": Decimal(2), "n - 1 - 1": Decimal(5), "1 / 3 * 3 == 1": False, "n > 3 and n < 10": True,
    "1 < n < 3": False,
    "'a' ~ n ~ none": "a7", "name + '!'": "한빛!", "n if none else 2": Decimal(2), "none or name": "한빛",
    "won + 500": Money(Decimal(1500), "KRW", Decimal(1500)), "won * 2": Money(Decimal(2000), "KRW", Decimal(2000)),
    "usd + usd": Money(Decimal(20), "USD", Decimal(26000)), "usd + 1": Money(Decimal(11), "USD", Decimal(14300)),
    "won + usd": Money(Decimal(14000), "KRW", Decimal(14000)), "usd / won": Decimal(13), "usd > won": True,
    "won > 999": True, "won.currency ~ won.base": "KRW1000", "-usd == 0 - usd": True,
    "day + months(1)": date(2026, 2, 28), "day - days(31)": date(2025, 12, 31), "today": date(2026, 11, 17),
    "today - day": Decimal(290), "today.year": Decimal(2026), "now.date == today": True, "now.hour": Decimal(5),
    "stage == 'won'": True, "stage.closed": True, "stage ~ ''": "성공", "stage in ['won', 'lost']": True,
    "account ~ ' ' ~ account.city": "한빛전자 서울", "account.id == 1": True,
    "lines | sum(attribute='net')": Money(Decimal(2000), "KRW", Decimal(2000)),
    "lines | sum(attribute='tax')": Decimal(1), "lines | count": Decimal(2), "lines | avg(attribute='tax')": Decimal(1),
    "(lines | first).tax": Decimal(1), "lines | last(attribute='tax')": None, "'빛' in name": True, "name | length": 2,
}  # fmt: skip


@pytest.mark.parametrize(("source", "value"), EXACT.items(), ids=EXACT)
def test_it_is_worth_exactly_this(source: str, value: Any) -> None:
    found = worth(source)
    assert found == value
    assert not isinstance(found, float)


@pytest.mark.parametrize("source", [
    "none + 1", "1 - none", "none * 2", "-none", "n / 0", "n / none", "won + none", "none / 0", "round(none)",
    "none | upper", "day + none", "nothing.year", "account.nothing + 1", "name * 2", "name + 1", "won * won",
    "won + name", "max(none)", "none + 1 if true", "days(none)",
])  # fmt: skip
def test_what_misses_a_value_has_none(source: str) -> None:
    assert worth(source) is None


@pytest.mark.parametrize(("source", "value"), [
    ("none | default(3)", 3), ("none | sum", 0), ("none | count", 0), ("none == none", True), ("none > 1", False),
    ("not none", True), ("min(none, 2)", 2), ("none | length", 0), ("none in ['a']", False), ("none | join", ""),
])  # fmt: skip
def test_some_look_at_what_is_empty(source: str, value: Any) -> None:
    assert worth(source) == value


STAGE = Kind("option", Known({"closed": NUMBER}), keys=("won", "lost"))
SCOPE = Known({
    "price": MONEY, "name": TEXT, "day": DATE, "stage": STAGE, "n": NUMBER,
    "lines": list_of(Kind("record", Known({"net": MONEY, "tax": NUMBER}))),
    "account": Kind("record", Known({"city": TEXT})),
})  # fmt: skip


@pytest.mark.parametrize(("source", "kind"), [
    ("price * n", "money"), ("price / price", "number"), ("day + days(1)", "date"), ("day - day", "number"),
    ("name ~ n", "text"), ("n > 1", "boolean"), ("lines | sum(attribute='net')", "money"), ("account.city", "text"),
    ("price if n else n", "money"), ("name if n else n", "any"), ("none", "empty"), ("lines | first", "record"),
    ("min(price, 3)", "money"), ("round(price)", "money"), ("name | default('x')", "text"),
])  # fmt: skip
def test_its_kind_is_known_before(source: str, kind: str) -> None:
    assert Expression(source, SCOPE).kind.name == kind


@pytest.mark.parametrize(("source", "said"), [
    ("prise + 1", 'unknown name "prise", did you mean "price"?'),
    ("account.citi", 'unknown field "citi", did you mean "city"?'),
    ("lines | summ", 'unknown function "summ", did you mean "sum"?'),
    ("lines.net", "lines | sum(attribute='net')"),
    ("lines | sum(attribute='nett')", 'unknown field "nett", did you mean "net"?'),
    ("stage == 'wun'", 'unknown option "wun", did you mean "won"?'),
    ("name * 2", "“*” does not go between a text and a number."),
    ("name > 2", "“>” cannot compare a text with a number."),
    ("-name", "“-” does not go before a text."),
    ("round(name)", "“round” is called like round(number, [places])."),
    ("name.first", "There is nothing behind a dot after a text."),
    ("n ** 2", "“**” is not allowed"),
    ("name is defined", "“is” is not allowed"),
    ("n +", "This is not an expression"),
    ("n n", "the expression goes on after its end"),
])
def test_a_mistake_is_said_before_anything_runs(source: str, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        Expression(source, SCOPE)
    assert said in str(refused.value)


def test_what_changes_by_itself_needs_leave() -> None:
    with pytest.raises(ExpressionError):
        Expression("today", SCOPE, moments=False)


def test_it_knows_every_path_that_it_looks_at() -> None:
    found = Expression("account.city ~ (lines | sum(attribute='net')) ~ (lines | count) ~ (lines | first).tax", SCOPE)
    assert found.reads == {("account", "city"), ("lines", "net"), ("lines", "id"), ("lines",), ("lines", "tax")}
