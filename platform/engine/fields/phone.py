"""A telephone number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import LONGEST, plain
from hanok.engine.fields.value import Value, refuse

USUAL_COUNTRY = "KR"
WRITTEN = re.compile(r"\+?[0-9().\-/ ]+(?:(?:;ext=|내선|ext\.?|x|#)\s*[0-9]{1,8})?", re.ASCII | re.IGNORECASE)


def national(number: str, country: str) -> str:
    """A stored number as it is dialled in this country: 010-1234-5678 at home, +1 650-253-0000 abroad."""
    try:
        found = phonenumbers.parse(number, country)
    except NumberParseException:
        return number
    home = found.country_code == phonenumbers.country_code_for_region(country)
    form = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(found, form))


def stored(found: PhoneNumber) -> str:
    """E.164, and the extension behind it as in RFC 3966."""
    plain = str(phonenumbers.format_number(found, PhoneNumberFormat.E164))
    return f"{plain};ext={found.extension}" if found.extension else plain


class PhoneValue(Value):
    """A number that this country's plan knows, or one of another country (+) that has a possible length."""

    def __init__(self, country: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.country = country

    def load(self, value: Any, **known: Any) -> str:
        text = plain(value) if isinstance(value, str) else ""
        found = self._parsed(text.replace("내선", "ext")) if len(text) <= LONGEST and WRITTEN.fullmatch(text) else None
        if found is None or not self._exists(found):
            raise refuse(say("This is not a telephone number, such as 02-1234-5678 or +1 650 253 0000."))
        return stored(found)

    def _exists(self, found: PhoneNumber) -> bool:
        if found.country_code == phonenumbers.country_code_for_region(self.country):
            return bool(phonenumbers.is_valid_number(found))
        return bool(phonenumbers.is_possible_number(found))

    def _parsed(self, text: str) -> PhoneNumber | None:
        try:
            return phonenumbers.parse(text, self.country)
        except NumberParseException:
            return None


class DigitsValue(Value):
    """Some of the digits of a number; a leading 0 is left out, because stored numbers have a country code there."""

    def load(self, value: Any, **known: Any) -> str:
        digits = re.sub(r"[^0-9]", "", plain(value)) if isinstance(value, str) else ""
        if not digits:
            raise refuse(say("This must be digits of a telephone number."))
        return digits.removeprefix("0") or "0"


class Phone(FieldType):
    """Stored in E.164, shown in the form of the country: `national` writes it so. `country` says whose numbers are
    meant that have no +; unless the field says it, the site's.
    """

    key = "phone"
    label: ClassVar[Labels] = {"en": "Phone", "ko": "전화번호"}
    icon = "phone"
    options: ClassVar[Mapping[str, Any]] = {
        "country": {"type": "string", "pattern": "^[A-Z]{2}$",
                    "description": "The country of numbers without +, like KR; unless said, the one of app.yaml."},
    }  # fmt: skip
    operators = ("contains", "eq", "ne", "ends_with", "in", "not_in", "empty")

    def country(self, field: Field) -> str:
        return str(field.settings.get("country") or field.app.get("country") or USUAL_COUNTRY)

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return PhoneValue(self.country(field))

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return DigitsValue() if operator in ("contains", "ends_with") else self.value(field)

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else national(value, self.country(field))

    def snippet(self, field: Field, value: Any) -> str:
        return "" if value is None else national(value, self.country(field))

    def search_text(self, field: Field, value: Any) -> str:
        """As it is dialled, with and without signs between the digits, and with the country code."""
        if value is None:
            return ""
        dialled = national(value, self.country(field))
        return f"{dialled} {re.sub('[^0-9]', '', dialled)} {value}"

    def input(self, field: Field) -> Widget:
        return Widget("tel", {"country": self.country(field)})

    def cell(self, field: Field) -> Cell:
        return Cell("phone", {"country": self.country(field)}, width="phone")

    def samples(self, field: Field) -> Sequence[Any]:
        abroad = ("+82 10-1234-5678", "+1 650 253 0000", "+44 20 7946 0958")
        return (*abroad, "+82-2-1234-5678 내선 12", "＋８２-31-123-4567")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"country": "US"})
