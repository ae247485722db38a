"""A postal address, in the order of its country: 우편번호, 시도, 시군구, 도로명, 상세; or street first in the West."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.alternatives import lines, operator
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.country import Country, CountryValue, name_of
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.korean_address import ROAD, parse_korean
from hanok.engine.fields.operators import TEXTUAL, Operator
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.person_name import is_eastern
from hanok.engine.fields.phone import USUAL_COUNTRY
from hanok.engine.fields.structured import joined, split
from hanok.engine.fields.text import LONGEST_OPERAND, Text, TextValue, clean, fold
from hanok.engine.fields.value import Value, refuse

LENGTHS: Mapping[str, int] = {"postcode": 20, "state": 100, "city": 100, "street": 255, "detail": 255}
PARTS = ("country", *LENGTHS)
#: Where the largest part stands first, when it is written in the country's own script.
EASTERN = frozenset({"KR", "JP", "CN", "TW"})
WORDS: Mapping[str, Labels] = {
    "country": {"en": "country", "ko": "국가"},
    "postcode": {"en": "postcode", "ko": "우편번호"},
    "state": {"en": "state", "ko": "시/도"},
    "city": {"en": "city", "ko": "시/군/구"},
    "street": {"en": "street", "ko": "도로명 주소"},
    "detail": {"en": "details", "ko": "상세 주소"},
}


@dataclass(frozen=True, slots=True)
class Address:
    """Its parts as they were written; `country` is always there."""

    country: str
    postcode: str = ""
    state: str = ""
    city: str = ""
    street: str = ""
    detail: str = ""

    @property
    def place(self) -> str:
        """From the large to the small, without the post's own part: what it sorts by."""
        return _spaced(self.state, self.city, self.street, self.detail)

    def lines(self) -> tuple[str, ...]:
        """As it stands on an envelope, without the country."""
        if self.country in EASTERN and is_eastern(self.place):
            code = f"({self.postcode})" if self.postcode else ""
            return tuple(filter(None, (_spaced(code, self.state, self.city, self.street), self.detail)))
        town = ", ".join(filter(None, (self.city, _spaced(self.state, self.postcode))))
        return tuple(filter(None, (self.street, self.detail, town)))

    def line(self, language: str = "en", home: str = "") -> str:
        """On one line; with the country's name in this language where `home` is another country."""
        joint = " " if self.country in EASTERN and is_eastern(self.place) else ", "
        abroad = name_of(self.country, language) if home and home != self.country else ""
        return ", ".join(filter(None, (joint.join(self.lines()), abroad)))

    def __str__(self) -> str:
        return self.line() or name_of(self.country, "en")


def _spaced(*parts: str) -> str:
    return " ".join(filter(None, parts))


class AddressValue(Value):
    """An Address from a map of its parts, or from text: a Korean one is taken apart, any other one is the street.

    A country alone is an address only when it is not the site's own, which forms offer to everybody.
    """

    def __init__(self, home: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.home = home

    def load(self, value: Any, **known: Any) -> Address | None:
        if isinstance(value, Address):
            return value
        if isinstance(value, str):
            value = self._from_text(clean(value, lines=True))
        if not isinstance(value, Mapping) or not value or not set(value) <= set(PARTS):
            raise refuse(say("An address is text, or a map of {parts}.", parts=", ".join(PARTS)))
        read = {part: TextValue(length=most).deserialize(value.get(part)) or "" for part, most in LENGTHS.items()}
        country = CountryValue().deserialize(value.get("country")) or self.home
        return Address(country, **read) if any(read.values()) or country != self.home else None

    def _from_text(self, text: str) -> Mapping[str, str]:
        whole = " ".join(text.split())
        found = split(whole, PARTS)
        return found if found is not None else parse_korean(whole) or {"street": whole}


class AddressType(FieldType):
    """Parts: `.country` (ISO 3166), `.postcode`, `.state`, `.city`, `.street`, `.detail`, each a text that may be asked
    by itself. As a whole it is found by what stands on the envelope. `country` is what new ones begin with; unless the
    field says it, the site's.
    """

    key = "address"
    label: ClassVar[Labels] = {"en": "Address", "ko": "주소"}
    icon = "map-2"
    options: ClassVar[Mapping[str, Any]] = {
        "country": {"type": "string", "pattern": "^[A-Z]{2}$",
                    "description": "The country of a new address, like KR; unless said, the one of app.yaml."},
    }  # fmt: skip
    operators = TEXTUAL
    converts_from = frozenset({"text"})

    def home(self, field: Field) -> str:
        return str(field.settings.get("country") or field.app.get("country") or USUAL_COUNTRY)

    def parts(self, field: Field) -> tuple[Part, ...]:
        return tuple(Part(name, plain_text()) for name in ("", *PARTS, *(f"{part}_folded" for part in LENGTHS)))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return dict.fromkeys(part.name for part in self.parts(field))
        written = {part: getattr(value, part) or None for part in PARTS}
        folded = {f"{part}_folded": fold(getattr(value, part)) or None for part in LENGTHS}
        return {"": self.comparable(field, value), **written, **folded}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts["country"] is None else Address(**{part: parts[part] or "" for part in PARTS})

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return AddressValue(self.home(field))

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND)

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        return ("세종대로 110", "서울", ROAD, "(04524) " + ROAD, "main st", "%", "kr")

    def comparable(self, field: Field, value: Any) -> Any:
        if not isinstance(value, Address):
            return fold(value)
        return lines(map(fold, (value.place, str(value), value.postcode or value.country)))

    def operator(self, key: str) -> Operator:
        return operator(key)

    def part_field(self, field: Field, part: str) -> Field | None:
        if part == "country":
            return part_of(field, part, Country(), WORDS[part], {"": part})
        if part not in LENGTHS:
            return None
        columns = {"": part, "folded": f"{part}_folded"}
        return part_of(field, part, Text(), WORDS[part], columns, {"length": LENGTHS[part]})

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else {part: text for part in PARTS if (text := getattr(value, part))}

    def export(self, field: Field, value: Any, language: str) -> Any:
        """One line, where that is read back as the same parts; else the parts with bars between them."""
        if value is None:
            return None
        said = value.line(language, self.home(field))
        try:
            alike = self.value(field).deserialize(said) == value
        except ma.ValidationError:
            alike = False
        return said if alike else joined(getattr(value, part) for part in PARTS)

    def from_text(self, field: Field, text: Any) -> Any:
        return Text().from_text(field, text)

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else _spaced(value.postcode, value.place)

    def snippet(self, field: Field, value: Any) -> str:
        return "" if value is None else str(value)

    def input(self, field: Field) -> Widget:
        return Widget("address", {"country": self.home(field), "lengths": LENGTHS, "eastern": EASTERN})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("address", {"home": self.home(field)}, width="long", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "(04524) 서울특별시 중구 세종대로 110 5층", "경기도 성남시 분당구 판교역로 166, 카카오 판교아지트 (백현동)",
            "세종특별자치시 한누리대로 2130", {"country": "KR", "city": "중구", "street": "Sejong-daero 110"},
            {"country": "US", "postcode": "94105", "state": "CA", "city": "San Francisco", "street": "1 Main St",
             "detail": "Apt 5 | rear"},
            {"country": "fr"}, {"country": "JP", "state": "東京都", "street": "1-1", "postcode": "100-0001"},
            {"street": "<b>"}, {"street": "가" * 255, "detail": "\\ | \\|"}, "=1+1",
        )  # fmt: skip

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"country": "US"})
