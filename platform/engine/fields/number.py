"""How numbers are read: exactly, or not at all."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from hanok.engine.errors import say
from hanok.engine.fields.value import Value, refuse

#: Digits of an exact number in all, before and after the point. SQLite keeps it as an integer of 63 bits, whose
#: largest value (9,223,372,036,854,775,807) has 19 digits: 18 always fit. NUMERIC(18, places) has the same bound.
DIGITS = 18
#: Digits that a spreadsheet (and any other reader of doubles) keeps of a number.
DIGITS_OF_DOUBLE = 15

#: No number or amount is written longer than that.
LONGEST = 80
FULL_WIDTH = "０１２３４５６７８９"
WRITTEN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?", re.ASCII)


def plain(text: str) -> str:
    """The text with plain signs for compatible ones (NFKC): full-width digits, ％, ℃, ￦.

    Other digits stay as they are, and are refused: 5² is not 52.
    """
    return "".join(map(_plain, text[:LONGEST])).strip() + text[LONGEST:]


def _plain(sign: str) -> str:
    found = unicodedata.normalize("NFKC", sign).replace("\N{MINUS SIGN}", "-")
    return found if sign in FULL_WIDTH or not any(map(str.isdigit, found)) else sign


def parse(text: str) -> Decimal:
    """The number that a person wrote, full-width digits and right thousands commas included. Raises ValidationError."""
    found = plain(text)
    if len(found) > LONGEST or not WRITTEN.fullmatch(found) or not any(map(str.isdigit, found)):
        raise refuse(say("This must be a number, such as 1,234.5."))
    return Decimal(found.replace(",", ""))


def exact(value: Any) -> Decimal:
    """The number of a raw value: text, int, Decimal, or a float as it is written. Raises ValidationError."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refuse(say("This must be a number, such as 1,234.5."))
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > 2 * DIGITS:
        raise refuse(say("This number is too large."))
    return found


def of_sheet(cell: Any) -> Any:
    """A spreadsheet's float without its noise beyond 15 digits (0.1 + 0.2 is 0.3 there); anything else as it is."""
    return Decimal(f"{cell:.{DIGITS_OF_DOUBLE}g}") if isinstance(cell, float) and cell - cell == 0 else cell


def to_sheet(value: Decimal | None) -> Decimal | str | None:
    """The number for a spreadsheet, or its text when a spreadsheet would lose digits of it."""
    if value is None or len(value.normalize().as_tuple().digits) <= DIGITS_OF_DOUBLE:
        return value
    return str(value)


class NumberValue(Value):
    """A Decimal with exactly `places` places, from `low` to `high`; more places are refused, never rounded.

    Text may end with the `unit` (80 %, -3.5 °C).
    """

    def __init__(
        self, *, places: int, digits: int = DIGITS, low: Any = None, high: Any = None, unit: str = "", **rest: Any
    ) -> None:
        super().__init__(**rest)
        self.unit = plain(unit)
        self.places = places
        self.digits = digits
        self.low = None if low is None else exact(low)
        self.high = None if high is None else exact(high)

    def load(self, value: Any, **known: Any) -> Any:
        found = exact(self.without_unit(value) if isinstance(value, str) else value)
        if abs(found) >= Decimal(1).scaleb(self.digits - self.places):
            raise refuse(say("This number is too large."))
        return self.within(self.rounded(found))

    def without_unit(self, text: str) -> str:
        return plain(text).removesuffix(self.unit).rstrip()

    def rounded(self, found: Decimal) -> Decimal:
        """The number in its places; + 0 turns -0 into 0."""
        placed = found.quantize(Decimal(1).scaleb(-self.places)) + 0
        if placed == found:
            return placed
        if self.places == 0:
            raise refuse(say("This must be a whole number."))
        raise refuse(say("At most {places} digits may follow the point.", places=self.places))

    def within(self, found: Decimal) -> Decimal:
        if self.low is not None and found < self.low:
            raise refuse(say("This must be at least {low}.", low=self.low))
        if self.high is not None and found > self.high:
            raise refuse(say("This must be at most {high}.", high=self.high))
        return found
