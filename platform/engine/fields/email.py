"""An e-mail address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma
from email_validator import EmailNotValidError, validate_email

from hanok.engine.errors import say
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.text import Text, clean
from hanok.engine.fields.value import Value, refuse


class EmailValue(Value):
    """An address as RFC 5321 and 6531 allow it, its domain in small letters; nothing is looked up."""

    def load(self, value: Any, **known: Any) -> str:
        text = clean(value)
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            raise refuse(say("This is not an e-mail address, such as name@example.com.")) from None


class Email(Text):
    """Compared without regard to case."""

    key = "email"
    label: ClassVar[Labels] = {"en": "E-mail", "ko": "이메일"}
    icon = "mail"
    options: ClassVar[Mapping[str, Any]] = {}
    addressed = "eq"
    converts_from = frozenset()

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return EmailValue()

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return EmailValue()

    def from_text(self, field: Field, text: Any) -> Any:
        return text

    def addresses(self, field: Field, value: Any) -> tuple[str, ...]:
        return (str(value),) if value else ()

    def input(self, field: Field) -> Widget:
        return Widget("email", {"length": 254})

    def cell(self, field: Field) -> Cell:
        return Cell("email", width="email", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return ("kim@example.com", "Haneul.Kim+crm@EXAMPLE.co.kr", "김하늘@한국.kr", "o'hara_2@mail.example.com")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({},)
