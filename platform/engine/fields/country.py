"""A country: ISO 3166-1, two letters, read by its code or by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import marshmallow as ma
from babel import Locale

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.text import clean, fold
from hanok.engine.fields.value import Value, refuse

LANGUAGES = ("ko", "en")
#: Codes of CLDR that are no countries: the outlying, the united, the unknown, and those for tests.
OTHERS = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
#: Names that people write and CLDR does not.
SPOKEN: Mapping[str, str] = {
    "한국": "KR", "korea": "KR", "republic of korea": "KR", "usa": "US", "america": "US", "uk": "GB", "england": "GB",
}  # fmt: skip


@cache
def names(language: str) -> Mapping[str, str]:
    """The countries by code, as they are called in a language, in the order of their names."""
    known = Locale.parse(language).territories
    found = [(str(name), code) for code, name in known.items() if len(code) == 2 and code not in OTHERS]
    return {code: name for name, code in sorted(found)}


def name_of(code: str, language: str) -> str:
    """The country's name, or the code where it has none."""
    return names(language).get(code, code)


@cache
def _codes() -> Mapping[str, str]:
    spoken = {fold(name): code for language in LANGUAGES for code, name in names(language).items()}
    return {**SPOKEN, **spoken, **{code.lower(): code for code in names("en")}}


class CountryValue(Value):
    """The code of a country, from its code or its name in Korean or English."""

    def load(self, value: Any, **known: Any) -> str:
        found = _codes().get(fold(clean(value)))
        if found is None:
            raise refuse(say("This is no country; write its two letters of ISO 3166, such as KR."))
        return found


class Country(FieldType):
    """A part of an address, by its code."""

    key = "country"
    label: ClassVar[Labels] = {"en": "Country", "ko": "국가"}
    icon = "world"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return CountryValue()

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else name_of(value, language)

    def input(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("country", width="choice", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return ("KR", "us", "대한민국", "France")
