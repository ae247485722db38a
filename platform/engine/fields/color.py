"""A colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import LONGEST, plain
from hanok.engine.fields.value import Value, refuse

WRITTEN = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)


class ColorValue(Value):
    """#rrggbb in small letters, also from #RGB and without the #."""

    def load(self, value: Any, **known: Any) -> str:
        text = plain(value) if isinstance(value, str) and len(value) <= LONGEST else ""
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise refuse(say("This is not a colour, such as #1f766a."))
        digits = found[1].lower()
        return "#" + (digits if len(digits) == 6 else "".join(sign * 2 for sign in digits))


class Color(FieldType):
    """Values are `#rrggbb` (sRGB, as HTML and CSS write it)."""

    key = "color"
    label: ClassVar[Labels] = {"en": "Colour", "ko": "색"}
    icon = "palette"
    group = "choice"
    compares = "exact"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return ColorValue()

    def from_text(self, field: Field, text: Any) -> Any:
        """A spreadsheet makes a number of 112233."""
        if isinstance(text, bool) or not isinstance(text, int | float):
            return text
        return f"{text:06.0f}"

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("color")

    def cell(self, field: Field) -> Cell:
        return Cell("color", width="choice")

    def samples(self, field: Field) -> Sequence[Any]:
        return ("#1f766a", "#FFFFFF", "000", "#aBc", "＃１２３４５６")
