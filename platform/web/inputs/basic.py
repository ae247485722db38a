"""The inputs of plain values: text, numbers, choices, days, one link."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hanok.engine.fields.phone import national
from hanok.engine.fields.text import normalized
from hanok.web.cells import money_parts
from hanok.web.controls import CURRENCY, Control, Form, Input
from hanok.web.formats import Formats


# -- writing: a value into the box ------------------------------------------------------------------------------
def fill_number(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=formats.number(value) if isinstance(value, (int, Decimal)) else str(value))


def fill_money(control: Control, value: Any, formats: Formats) -> Control:
    if isinstance(value, str):
        return replace(control, text=value)
    amount, currency = money_parts(value, control.currency)
    places = formats.currency_places(currency) if currency else None
    whole = places == 0 or (isinstance(amount, Decimal) and amount == amount.to_integral_value())
    return replace(control, text=formats.number(amount, 0 if whole else places), currency=currency)


def fill_phone(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=national(str(value), str(control.facts.get("country", ""))))


def fill_flag(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text="true" if value else "")


def fill_date(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value if isinstance(value, str) else value.isoformat())


def fill_datetime(control: Control, value: Any, formats: Formats) -> Control:
    if isinstance(value, str):
        return replace(control, text=value)
    here = formats.local(value).replace(tzinfo=None)
    exact = bool(here.second or here.microsecond)
    return replace(control, text=here.isoformat(timespec="auto" if exact else "minutes"))


def fill_link(control: Control, value: Any, formats: Formats) -> Control:
    key, title = str(getattr(value, "id", value)), str(getattr(value, "title", ""))
    several = len(control.field.targets) > 1 and hasattr(value, "module")
    return replace(control, text=f"{value.module}:{key}" if several else key, title=title)


def fill_several(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, picked=tuple(map(str, value)))


# -- reading: the box into a raw value ----------------------------------------------------------------------------
def read_number(form: Form, name: str, formats: Formats) -> Any:
    return formats.typed_number(plain_number(form.getlist(name)[-1]))


def read_date(form: Form, name: str, formats: Formats) -> Any:
    return formats.typed_date(form.getlist(name)[-1])


def read_money(form: Form, name: str, formats: Formats) -> Any:
    amount = formats.typed_number(plain_number(form.getlist(name)[-1]))
    currency = form.get(name + CURRENCY, "")
    return {"amount": amount, "currency": currency} if currency and amount else amount


def read_several(form: Form, name: str, formats: Formats) -> Any:
    return [found for found in form.getlist(name) if found]


def plain_number(typed: str) -> str:
    """The number without a currency or percent sign around it; the type's validator reads the rest."""
    text = normalized("NFKC", typed)
    return "".join(sign for sign in text if sign != "%" and unicodedata.category(sign) != "Sc").strip()


BASIC: tuple[Input, ...] = (
    Input("text"),
    Input("textarea", wide=True),
    Input("email"),
    Input("tel", fill_phone),
    Input("url"),
    Input("number", fill_number, read_number),
    Input("percent", fill_number, read_number),
    Input("money", fill_money, read_money),
    Input("checkbox", fill_flag),
    Input("select"),
    Input("multiselect", fill_several, read_several),
    Input("date", fill_date, read_date),
    Input("datetime", fill_datetime),
    Input("link", fill_link),
)
