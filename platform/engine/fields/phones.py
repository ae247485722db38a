"""Several telephone numbers of one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.listed import KINDS, PRIMARY, ListedType
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.phone import Phone, PhoneValue, national
from hanok.engine.fields.value import Value


class Phones(ListedType):
    """Values are `Listed`: numbers in E.164, each with a kind (work, home, mobile, fax). `.primary` is the one to call.

    `country` says whose numbers are meant that have no +; unless the field says it, the site's.
    """

    key = "phones"
    label: ClassVar[Labels] = {"en": "Phones", "ko": "여러 전화번호"}
    icon = "phone-plus"
    options: ClassVar[Mapping[str, Any]] = Phone.options
    item = "phone"
    kinds = tuple(KINDS)
    operators = Phone.operators
    converts_from = frozenset({"phone"})

    def one(self, field: Field) -> Value:
        return PhoneValue(Phone().country(field))

    def shown(self, field: Field, value: str) -> str:
        return national(value, Phone().country(field))

    def found_by(self, field: Field, value: str) -> str:
        return Phone().search_text(field, value)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return Phone().operand(field, operator)

    def part_field(self, field: Field, part: str) -> Field | None:
        if part != "primary":
            return None
        return part_of(field, part, Phone(), PRIMARY, {"": "primary"}, field.settings)

    def input(self, field: Field) -> Widget:
        return Widget("phones", {"kinds": self.kinds, "flags": self.flags, "country": Phone().country(field)})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("phones", {"country": Phone().country(field)}, width="text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "+82 10-1234-5678",
            "+82-2-1234-5678 내선 12 (직장), +1 650 253 0000 (mobile · primary); +44 20 7946 0958",
            ["+82 31-123-4567", {"phone": "+82 2-123-4567", "kind": "fax", "primary": True}],
            [{"phone": "+82212345678;ext=12", "kind": "home"}, {"phone": ""}],
            [],
        )

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"country": "US"})
