"""Several e-mail addresses of one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.fields.email import Email, EmailValue
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.listed import FLAGS, PRIMARY, ListedType
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.text import LONGEST_OPERAND, TextValue
from hanok.engine.fields.value import Value


class Emails(ListedType):
    """Values are `Listed`: each address has a kind (work, home) and says whether its owner opted out, or whether mail
    to it comes back. `.primary` is the address that mail goes to.
    """

    key = "emails"
    label: ClassVar[Labels] = {"en": "E-mails", "ko": "여러 이메일"}
    icon = "at"
    item = "email"
    kinds = ("work", "home")
    flags = tuple(FLAGS)
    addressed = "contains"
    converts_from = frozenset({"email"})

    def addresses(self, field: Field, value: Any) -> tuple[str, ...]:
        return tuple(one.value for one in value.foremost() if not one.invalid) if value else ()

    def one(self, field: Field) -> Value:
        return EmailValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND)

    def part_field(self, field: Field, part: str) -> Field | None:
        if part != "primary":
            return None
        return part_of(field, part, Email(), PRIMARY, {"": "primary", "folded": "primary_folded"})

    def input(self, field: Field) -> Widget:
        return Widget("emails", {"kinds": self.kinds, "flags": self.flags})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("emails", width="email", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "kim@example.com",
            "Kim@EXAMPLE.com (work · opt_out), 하늘@한국.kr (집 · 대표); lee@example.com (invalid)",
            ["a@example.com", {"email": "b@example.com", "kind": "home", "primary": True, "opt_out": True}],
            [{"email": "o'hara_2@mail.example.com", "kind": "work", "primary": "true", "invalid": ""}, {"email": ""}],
            [],
        )
