"""Values in plain words, for chips and for what tells namesakes apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked
from hanok.web.cells import is_empty

LONGEST_TITLE = 40
RELATIVE: Mapping[str, Message] = {
    "$me": say("me"),
    "today": say("today"),
    "yesterday": say("yesterday"),
    "tomorrow": say("tomorrow"),
    "this_week": say("this week"),
    "last_week": say("last week"),
    "next_week": say("next week"),
    "this_month": say("this month"),
    "last_month": say("last month"),
    "next_month": say("next month"),
    "this_quarter": say("this quarter"),
    "last_quarter": say("last quarter"),
    "next_quarter": say("next quarter"),
    "this_year": say("this year"),
    "last_year": say("last year"),
    "next_year": say("next year"),
}


def in_text(label: str, language: str) -> str:
    """A label within a sentence: English ones begin small, unless they are capitals throughout."""
    return label[:1].lower() + label[1:] if language == "en" and not label[:2].isupper() else label


def shortened(title: str) -> str:
    """A title for a sentence: what is longer than a line is cut."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


class Formats(Protocol):
    """How a reader writes numbers and dates (`web.formats`)."""

    @property
    def language(self) -> str: ...
    def local(self, value: datetime) -> datetime: ...
    def today(self) -> date: ...
    def number(self, value: Decimal | int | float) -> str: ...
    def compact(self, value: Decimal | int | float) -> str: ...
    def percent(self, value: Decimal | int) -> str: ...
    def date(self, value: date) -> str: ...
    def moment(self, value: datetime) -> str: ...
    def datetime(self, value: datetime) -> str: ...
    def money(self, amount: Decimal | int, currency: str) -> str: ...


def in_words(field: Field, value: Any, formats: Formats) -> str | Message:
    """The value as a sentence would say it; a Message where it has still to be translated."""
    if is_empty(value):
        return ""
    if isinstance(value, Linked):
        return value.title
    if isinstance(value, str) and value in RELATIVE and (field.targets or field.type.cell(field).role == "when"):
        return RELATIVE[value]
    if isinstance(value, str) and field.type.cell(field).role == "when":
        return value
    if hasattr(value, "amount"):
        return formats.money(value.amount, value.currency) if value.currency else formats.number(value.amount)
    return _exported(field, value, formats)


def _exported(field: Field, value: Any, formats: Formats) -> str | Message:
    width = field.type.cell(field).width
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, Decimal | int):
        return formats.percent(value) if width == "percent" else formats.number(value)
    if isinstance(value, datetime):
        return formats.datetime(value)
    if isinstance(value, date):
        return formats.date(value)
    return str(field.type.export(field, value, formats.language) or "")
