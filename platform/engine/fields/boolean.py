"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.text import fold
from hanok.engine.fields.value import Value, refuse

#: What forms and the API may say; files may say more.
RAW: Mapping[str, bool] = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
IN_FILES: Mapping[str, bool] = {
    **RAW,
    **dict.fromkeys(("yes", "y", "t", "o", "예", "네", "참"), True),
    **dict.fromkeys(("no", "n", "f", "x", "아니오", "아니요", "거짓"), False),
}


class BooleanValue(Value):
    """True or False. 1 and 0 count as such, no other number does."""

    def load(self, value: Any, **known: Any) -> bool:
        if isinstance(value, bool):
            return value
        found = RAW.get(str(value).strip().lower()) if isinstance(value, str | int) else None
        if found is None:
            raise refuse(say("This must be true or false."))
        return found


class Boolean(FieldType):
    """Never empty: what nobody said is False, in the rows that were there before the column, too."""

    key = "boolean"
    label: ClassVar[Labels] = {"en": "Yes or no", "ko": "예/아니요"}
    icon = "checkbox"
    group = "choice"
    operators = ("eq", "ne")
    compares = "flag"
    blank = False

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", sa.Boolean(), default=False),)

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return bool(parts[""])

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return BooleanValue(blank=False)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return BooleanValue()

    def from_text(self, field: Field, text: Any) -> Any:
        return IN_FILES.get(fold(text.strip()), text) if isinstance(text, str) else text

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("checkbox")

    def cell(self, field: Field) -> Cell:
        return Cell("check", width="flag")

    def samples(self, field: Field) -> Sequence[Any]:
        return (True, False, "true", "on", "0", 1)
