"""Text on one line."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import Cell, Field, FieldType, Labels, Part, Widget
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.operators import TEXTUAL


def fold(text: str) -> str:
    """The form in which text is compared and searched: NFC and casefolded."""
    return unicodedata.normalize("NFC", text.casefold())


class TextValue(ma.fields.Field[str]):
    """Text in NFC without control characters; blank is empty. `lines` allows line breaks."""

    def __init__(self, *, length: int | None = None, lines: bool = False, **rest: Any) -> None:
        super().__init__(**rest)
        self.length = length
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        if not isinstance(value, str):
            raise ma.ValidationError([say("This must be text.")])  # type: ignore[list-item]  # messages are Message
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
        if any(unicodedata.category(sign) == "Cc" and not (sign in "\n\t" and self.lines) for sign in text):
            raise ma.ValidationError([say("This has characters that cannot be shown.")])  # type: ignore[list-item]
        if self.length and len(text) > self.length:
            raise ma.ValidationError(
                [say("This is {found} characters long; {length} are allowed.", found=len(text), length=self.length)]  # type: ignore[list-item]
            )
        return text or None


class Text(FieldType):
    key = "text"
    label: ClassVar[Labels] = {"en": "Text", "ko": "텍스트"}
    icon = "letter-case"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 255},
        "placeholder": {"$ref": "#/$defs/labels"},
    }
    operators = TEXTUAL
    converts_from = frozenset({"integer", "decimal", "choice", "email", "phone", "url", "auto_number", "date"})
    longest: ClassVar[int] = 255

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()), Part("folded", plain_text()))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {"": value, "folded": None if value is None else fold(value)}

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue(length=field.settings.get("length", self.longest))

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue()

    def compared(self, field: Field) -> str:
        return "folded"

    def comparable(self, field: Field, value: Any) -> Any:
        return fold(value)

    def input(self, field: Field) -> Widget:
        return Widget("text", {"length": field.settings.get("length", self.longest)})

    def cell(self, field: Field) -> Cell:
        return Cell("text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        longest = field.settings.get("length", self.longest)
        return ("한빛전자", "Ångström & Söhne", "가" * longest, "=1+1", "<b>", "100% _ \\")
