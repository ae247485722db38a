"""What a scanner reads: an article number, a code of letters, a QR code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import plain
from hanok.engine.fields.text import LONGEST_OPERAND, TextValue, clean
from hanok.engine.fields.value import Value, refuse

#: Digits of each kind of article number (GS1 General Specifications), the check digit among them.
DIGITS: Mapping[str, int] = {"ean13": 13, "ean8": 8, "upca": 12}
#: The most letters of each other kind. A QR code holds 2,953 bytes; 700 are 2,100 bytes of Korean.
LETTERS: Mapping[str, int] = {"code128": 80, "qr": 700}
KINDS = (*DIGITS, *LETTERS)
USUALLY = "code128"


def check_digit(digits: str) -> str:
    """The last digit of an article number, from those before it: weights 3 and 1 from the right (GS1)."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


#: Right codes of each kind.
SAMPLES: Mapping[str, tuple[str, ...]] = {
    "ean13": ("8801043014816", "880-1043-014816", "0000000000000"),
    "ean8": ("96385074", "9638 5074"),
    "upca": ("036000291452",),
    "code128": ("HB-2026/0001 x", "~!%_\\", "=1+1", "9" * 80),
    "qr": ("https://example.com/?q=한빛", "가" * 700, "<b>"),
}


class CodeValue(Value):
    """A code of one kind: article numbers with the right check digit, without blanks and hyphens."""

    def __init__(self, kind: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.kind = kind

    def load(self, value: Any, **known: Any) -> str:
        text = clean(value)
        return self._number(text) if self.kind in DIGITS else self._letters(text)

    def _number(self, text: str) -> str:
        digits, count = bare(text), DIGITS[self.kind]
        if not re.fullmatch(f"[0-9]{{{count}}}", digits):
            raise refuse(say("This must be {count} digits.", count=count))
        if check_digit(digits[:-1]) != digits[-1]:
            raise refuse(say("The last digit does not fit the others; one of them is wrong."))
        return digits

    def _letters(self, text: str) -> str:
        most = LETTERS[self.kind]
        if len(text) > most:
            raise refuse(say("This has {found} characters; at most {length} fit.", found=len(text), length=most))
        if self.kind == "code128" and not text.isascii():
            raise refuse(say("Such a barcode holds plain Latin letters, digits and signs only."))
        return text


def bare(text: str) -> str:
    """The digits of an article number as people and labels write it."""
    return re.sub(r"[\s-]", "", plain(text))


class PartOfCode(TextValue):
    """Some letters of a code; of an article number without blanks and hyphens."""

    def __init__(self, kind: str, **rest: Any) -> None:
        super().__init__(length=LONGEST_OPERAND, **rest)
        self.kind = kind

    def load(self, value: Any, **known: Any) -> str:
        text = super().load(value, **known)
        return bare(text) or text if self.kind in DIGITS else text


class Barcode(FieldType):
    """Values are text, compared exactly: capitals matter to a scanner."""

    key = "barcode"
    label: ClassVar[Labels] = {"en": "Barcode", "ko": "바코드"}
    icon = "barcode"
    group = "machine"
    options: ClassVar[Mapping[str, Any]] = {
        "kind": {"enum": list(KINDS), "default": USUALLY, "description": "The kind of code: what it may hold."},
    }  # fmt: skip
    operators = ("eq", "ne", "contains", "starts_with", "in", "not_in", "empty")
    compares = "exact"

    def kind(self, field: Field) -> str:
        return str(field.settings.get("kind", USUALLY))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return CodeValue(self.kind(field))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return PartOfCode(self.kind(field))

    def from_text(self, field: Field, text: Any) -> Any:
        """A spreadsheet makes a number of an article number, and takes its leading zeros away."""
        if isinstance(text, bool) or not isinstance(text, int | float):
            return text
        if isinstance(text, float) and not text.is_integer():
            return str(text)
        return f"{text:.0f}".zfill(DIGITS.get(self.kind(field), 0))

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return PartOfCode(self.kind(field))

    def input(self, field: Field) -> Widget:
        kind = self.kind(field)
        return Widget("barcode", {"kind": kind, "digits": kind in DIGITS})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("barcode", {"kind": self.kind(field)}, width="text")

    def samples(self, field: Field) -> Sequence[Any]:
        return SAMPLES[self.kind(field)]

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, *({"kind": kind} for kind in KINDS if kind != USUALLY))
