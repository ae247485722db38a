"""The values that expressions see: frozen, of Python's plain types, and of three more that stand here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hanok.engine.fields.money import Money

#: No text grows longer, no list has more items, while an expression is worked out.
LONGEST_TEXT, LONGEST_LIST = 10_000, 10_000
#: Numbers have at most 34 digits (IEEE 754's decimal128) and stay below 10^40; what grows beyond is no value.
EXACT = Context(prec=34, Emax=40, Emin=-40, traps=[InvalidOperation, DivisionByZero, Overflow])


class Unfit(ValueError):
    """These values do not go together, or grow too large: the expression has no value."""


@dataclass(frozen=True, slots=True)
class View:
    """A frozen look at something with named values: a record, an option, an address.

    `text` is how it is printed, `key` what it is compared by (a record's id, an option's key).
    """

    text: str
    key: Any
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Span:
    """What is added to a day: months (years are twelve of them), days, and seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __neg__(self) -> Span:
        return Span(-self.months, -self.days, -self.seconds)


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when an expression is worked out: its values by name, the site's currency, the zone, the moment."""

    values: Mapping[str, Any]
    currency: str = "KRW"
    zone: str = "UTC"
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    me: Any = None

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()


def look(value: Any, name: str, here: Here) -> Any:
    """What a dot finds: only named values, never an attribute of Python."""
    if isinstance(value, View):
        return value.values.get(name)
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency, "base": value.base}.get(name)
    if isinstance(value, date):
        return _of_day(value, name, here)
    return None


def _of_day(value: date, name: str, here: Here) -> Any:
    local = value.astimezone(ZoneInfo(here.zone)) if isinstance(value, datetime) else value
    if name in ("year", "month", "day"):
        return Decimal({"year": local.year, "month": local.month, "day": local.day}[name])
    if name == "weekday":
        return Decimal(local.isoweekday())
    if name == "quarter":
        return Decimal((local.month + 2) // 3)
    if isinstance(local, datetime) and name in ("hour", "minute"):
        return Decimal(local.hour if name == "hour" else local.minute)
    return local.date() if isinstance(local, datetime) and name == "date" else None


def text_of(value: Any) -> str:
    """How a value is printed; what has no print (a function, nothing) leaves nothing behind."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, View):
        return value.text
    if isinstance(value, bool | int | Money | UUID):
        return str(value)
    if isinstance(value, Decimal | float):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Sequence):
        return bounded(", ".join(filter(None, map(text_of, value[:LONGEST_LIST]))))
    return ""


def bounded(text: str) -> str:
    """The text, unless it grew too long. Raises Unfit."""
    if len(text) > LONGEST_TEXT:
        raise Unfit("too long")
    return text


def plain(value: Any) -> Any:
    """What is compared: an option by its key, a record by its id."""
    return value.key if isinstance(value, View) else value


def truth(value: Any) -> bool:
    """Whether a value counts as true: nothing, false, zero and what is empty do not."""
    return bool(value.amount if isinstance(value, Money) else value)
