"""Fields as expressions see them: the kind of their values, the values, and the way back into a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.expressions.arithmetic import in_currency_of
from hanok.engine.expressions.kinds import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Kind,
    Known,
    Scope,
    list_of,
)
from hanok.engine.expressions.values import EXACT, Here, View, text_of
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.fields.columns import Exact
from hanok.engine.fields.mentions import readable
from hanok.engine.fields.money import PLACES, Money, places_of
from hanok.engine.fields.number import DIGITS

#: What a type's word for how its values compare says of their kind.
COMPARED: Mapping[str, Kind] = {
    "text": TEXT, "exact": TEXT, "number": NUMBER, "flag": BOOLEAN, "day": DATE, "moment": DATETIME, "time": TIME,
}  # fmt: skip
#: Gives the scope of a module's records, None when there is no such module.
Follow = Callable[[str], Scope | None]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of a composite value: `billing.city`."""

    field: Field
    follow: Follow

    def find(self, name: str) -> Kind | None:
        found = self.field.type.part_field(self.field, name)
        return None if found is None else kind_of(found, self.follow)

    def names(self) -> Iterable[str]:
        return part_names(self.field)


def part_names(field: Field) -> tuple[str, ...]:
    """The parts that have a column of their own and a meaning of their own."""
    names = [part.name for part in field.type.parts(field) if part.name]
    return tuple(name for name in names if field.type.part_field(field, name) is not None)


def kind_of(field: Field, follow: Follow) -> Kind:
    """The kind of the field's values."""
    if field.targets:
        return Kind("record", _target(field, follow))
    if field.choices:
        attributes = {name: _guessed(field, name) for choice in field.choices for name in choice.attributes}
        scope = Known({**attributes, "key": TEXT, "label": TEXT})
        option = Kind("option", scope, keys=tuple(choice.key for choice in field.choices))
        return list_of(option) if field.type.compares == "keys" else option
    columns = {part.name: part.type for part in field.type.parts(field)}
    if {"currency", "base"} <= set(columns):
        return MONEY
    if field.type.compares in COMPARED:
        return COMPARED[field.type.compares]
    if part_names(field):
        return Kind("parts", Parts(field, follow))
    numeric = isinstance(columns.get(""), Exact | sa.Integer | sa.Numeric)
    return NUMBER if numeric else ANY


def _target(field: Field, follow: Follow) -> Scope:
    """Of a link to one of several modules only what all records have is known."""
    there = follow(field.targets[0]) if len(field.targets) == 1 else None
    return there or Known({"id": TEXT, "title": TEXT, "module": TEXT})


def _guessed(field: Field, attribute: str) -> Kind:
    values = [choice.attributes.get(attribute) for choice in field.choices]
    for kinds, kind in (((bool,), BOOLEAN), ((int, float, Decimal), NUMBER), ((str,), TEXT), ((Money,), MONEY)):
        found = [value for value in values if value is not None]
        if found and all(isinstance(value, kinds) for value in found):
            return kind
    return ANY


def value_of(field: Field, value: Any, *, language: str, names: Iterable[str] = ()) -> Any:
    """The value of a record as expressions see it; `names` are the parts that will be asked for."""
    if value is None or isinstance(value, bool | Decimal | Money | date):
        return value
    if isinstance(value, Linked):
        return View(value.title, value.id, {"id": value.id, "title": value.title, "module": value.module})
    if field.choices:
        if isinstance(value, tuple | list):
            return tuple(_option(field, key, language) for key in value)
        return _option(field, value, language)
    if isinstance(value, int | float) and type(value) in (int, float):
        return Decimal(repr(value))
    parts = {name: _part(field, value, name, language) for name in names}
    if parts or part_names(field):
        return View(_printed(value), value, parts)
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, str) and field.type.mentions:
        return readable(value)
    return tuple(value) if isinstance(value, list) else value


def _printed(value: Any) -> str:
    return str(value) if "__str__" in type(value).__dict__ else ""


def _part(field: Field, value: Any, name: str, language: str) -> Any:
    part = field.type.part_field(field, name)
    return None if part is None else value_of(part, getattr(value, name, None), language=language)


def _option(field: Field, key: Any, language: str) -> Any:
    choice = field.choice(key) if isinstance(key, str) else None
    if choice is None:
        return key
    label = in_language(choice.label, language)
    attributes = {name: _plain(value) for name, value in choice.attributes.items()}
    return View(label, choice.key, {**attributes, "key": choice.key, "label": label})


def _plain(value: Any) -> Any:
    return Decimal(repr(value)) if type(value) in (int, float) else value


def accepts(field: Field, kind: Kind, follow: Follow) -> bool:
    """Whether the field may take what an expression of this kind gives; False only when it certainly may not."""
    own = kind_of(field, follow)
    if own.name == "any" or kind.fits((own.name,)):
        return True
    if own.name == "text":
        return kind.name != "span"
    also = {"money": ("number",), "option": ("text",), "date": ("datetime",)}
    return kind.name in also.get(own.name, ())


def taken(field: Field, found: Any, here: Here, *, like: Money | None = None) -> Any:
    """The field's own value of what an expression gave: rounded to its places; None where it does not fit.

    A plain number in a field of money is in the currency of `like` (an operand), else in the site's.
    """
    if found is None:
        return None
    kind = kind_of(field, lambda module: None)
    if kind is MONEY:
        return _money(field, found, here, like)
    if isinstance(found, View):
        found = _back(found, kind)
    elif kind is TEXT and not isinstance(found, str):
        found = text_of(found)
    elif isinstance(found, Decimal) and kind is NUMBER:
        found = _rounded(field, found)
    elif isinstance(found, datetime) and kind is DATE:
        found = found.astimezone(ZoneInfo(here.zone)).date()
    elif isinstance(found, tuple) and kind.name == "list":
        found = [each.key if isinstance(each, View) else each for each in found]
    try:
        return field.type.former(field).deserialize(found, zone=here.zone)
    except (ma.ValidationError, TypeError, ValueError, ArithmeticError):
        return None


def _back(view: View, kind: Kind) -> Any:
    if kind is TEXT:
        return view.text
    return Linked(view.values["module"], view.key, view.text) if "module" in view.values else view.key


def _rounded(field: Field, found: Decimal) -> Decimal:
    column = next(part.type for part in field.type.parts(field) if part.name == "")
    places = column.places if isinstance(column, Exact) else 0 if isinstance(column, sa.Integer) else None
    if places is None:
        return found
    try:
        return found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    except ArithmeticError:
        return Decimal("NaN")


def _money(field: Field, found: Any, here: Here, like: Money | None) -> Money | None:
    if isinstance(found, Decimal):
        found = Money(found, here.currency, found) if like is None else in_currency_of(found, like)
    if not isinstance(found, Money):
        return None
    try:
        amount, base = (
            _placed(each, currency, int(field.settings.get("places", PLACES)))
            for each, currency in ((found.amount, found.currency), (found.base, here.currency))
        )
    except ArithmeticError:
        return None
    most = Decimal(1).scaleb(DIGITS - PLACES)
    return Money(amount, found.currency, base) if max(abs(amount), abs(base)) < most else None


def _placed(amount: Decimal, currency: str, most: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places_of(currency, most)), ROUND_HALF_UP, EXACT)
