"""An amount of a currency, and what it was worth in the site's own when it was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import marshmallow as ma
from babel.numbers import get_currency_precision, get_currency_symbol

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import Exact, plain_text
from hanok.engine.fields.decimal import BOUNDS
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import DIGITS, NumberValue, of_sheet, plain, to_sheet
from hanok.engine.fields.operators import NUMERIC
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.text import TextValue
from hanok.engine.fields.value import Value, refuse

#: Places of the columns: the most that a currency in use has (Kuwait's dinar). Values have their currency's own.
PLACES = 3
USUAL_CURRENCY = "KRW"


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in `currency` (ISO 4217); `base` is the amount in the site's currency, frozen when it was saved."""

    amount: Decimal
    currency: str
    base: Decimal

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


def places_of(currency: str, most: int = PLACES) -> int:
    """How many places amounts of a currency have (CLDR), but `most`: 0 for KRW, 2 for USD."""
    return min(most, PLACES, get_currency_precision(currency))


class MoneyValue(Value):
    """Money from an amount ("1,234,000", "₩1,234") or from `{amount: …, currency: KRW}`; `base` is not asked."""

    def __init__(
        self, currency: str, *, most: int = PLACES, low: Any = None, high: Any = None, **rest: Any
    ) -> None:
        super().__init__(**rest)
        places = places_of(currency, most)
        self.amount = NumberValue(places=places, digits=DIGITS - PLACES + places, low=low, high=high)
        self.currency = currency

    def load(self, value: Any, **known: Any) -> Money | None:
        amount, currency = self._split(value)
        if currency != self.currency:
            raise refuse(say("Amounts are kept in {currency} only.", currency=self.currency))
        found = self.amount.deserialize(amount, **known)
        return None if found is None else Money(found, currency, found)

    def _split(self, value: Any) -> tuple[Any, Any]:
        if isinstance(value, Money):
            return value.amount, value.currency
        if isinstance(value, str):
            return without_sign(value, self.currency), self.currency
        if not isinstance(value, Mapping):
            return value, self.currency
        if not {"amount"} <= set(value) <= {"amount", "currency", "base"}:
            raise refuse(say("An amount is a number, or a map of amount and currency."))
        return value["amount"], value.get("currency") or self.currency


class MoneyType(FieldType):
    """Values are Money. Sorting, conditions and sums look at `base`.

    Only the site's currency is taken as yet, so `base` is the amount: another one needs a rate of a named date, and
    nothing keeps rates. The columns and the value have room for it, so no stored amount changes when rates come.
    """

    key = "money"
    label: ClassVar[Labels] = {"en": "Money", "ko": "금액"}
    icon = "coins"
    group = "number"
    options: ClassVar[Mapping[str, Any]] = {
        "places": {"type": "integer", "minimum": 0, "maximum": PLACES,
                   "description": "Digits behind the point, where they are fewer than the currency has."},
        **BOUNDS,
    }
    operators = ("gte", "lte", *(key for key in NUMERIC if key not in ("gte", "lte")))
    compares = "number"
    converts_from = frozenset({"integer"})

    def currency(self, field: Field) -> str:
        return str(field.app.get("currency") or USUAL_CURRENCY)

    def most(self, field: Field) -> int:
        """The most places that its amounts have, whatever the currency."""
        return int(field.settings.get("places", PLACES))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", Exact(PLACES)), Part("currency", plain_text()), Part("base", Exact(PLACES)))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return {"": None, "currency": None, "base": None}
        return {"": value.amount, "currency": value.currency, "base": value.base}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        if parts[""] is None:
            return None
        currency = parts.get("currency") or self.currency(field)
        amount, base = _placed(parts[""], currency), _placed(parts["base"], self.currency(field))
        return Money(amount, currency, base)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        limits = field.settings
        return MoneyValue(self.currency(field), most=self.most(field), low=limits.get("min"), high=limits.get("max"))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return MoneyValue(self.currency(field))

    def compared(self, field: Field) -> str:
        return "base"

    def comparable(self, field: Field, value: Any) -> Any:
        return value.base

    def part_operand(self, field: Field, part: str) -> ma.fields.Field[Any] | None:
        return TextValue(length=3) if part == "currency" else None

    def part_field(self, field: Field, part: str) -> Field | None:
        """`amount.base` is money in the site's currency."""
        label = {"en": "in base currency", "ko": "기준 통화"}
        return part_of(field, part, self, label, {"": "base", "base": "base"}) if part == "base" else None

    def reading(self, field: Field) -> Mapping[str, Any]:
        """The signs that may stand on either side of an amount."""
        return {"signs": _signs(self.currency(field))}

    def dump(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        return {"amount": str(value.amount), "currency": value.currency, "base": str(value.base)}

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else to_sheet(value.amount)

    def from_text(self, field: Field, text: Any) -> Any:
        return of_sheet(text)

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        currency = self.currency(field)
        limits = {key: field.settings.get(key) for key in ("min", "max")}
        return Widget("money", {**limits, "currency": currency, "places": places_of(currency, self.most(field))})

    def cell(self, field: Field) -> Cell:
        return Cell("money", align="end", width="money", role="figure")

    def samples(self, field: Field) -> Sequence[Any]:
        currency = self.currency(field)
        limits = [str(field.settings[key]) for key in ("min", "max") if key in field.settings]
        most = "9" * (DIGITS - PLACES)
        return limits or ("1,234,000", 0, "-5", most, "-" + most, {"amount": "47,800,000", "currency": currency})

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"min": 0, "max": 1_000_000_000}, {"places": 0})


def _placed(amount: Decimal, currency: str) -> Decimal:
    """The amount with its currency's places, or with all that were stored when the currency has fewer today."""
    placed = amount.quantize(Decimal(1).scaleb(-places_of(currency)))
    return placed if placed == amount else amount


def without_sign(text: str, currency: str) -> str:
    """The amount alone, where the currency stands before or behind it: ₩1,234, 1,234원, krw 1,234."""
    found = plain(text).lower()
    for sign in _signs(currency):
        if found.startswith(sign):
            return found.removeprefix(sign).lstrip()
        if found.endswith(sign):
            return found.removesuffix(sign).rstrip()
    return found


def _signs(currency: str) -> list[str]:
    """What a currency is called by: its code, its signs in Korean and English, and 원."""
    signs = {currency, *(get_currency_symbol(currency, locale) for locale in ("en_US", "ko_KR"))}
    if currency == "KRW":
        signs.add("원")
    return sorted((plain(sign).lower() for sign in signs), key=len, reverse=True)
