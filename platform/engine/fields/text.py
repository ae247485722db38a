"""Text on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.operators import TEXTUAL
from hanok.engine.fields.value import Value, refuse

#: Longest operand: SQLite refuses patterns of LIKE beyond 50,000 bytes.
LONGEST_OPERAND = 1000
#: Control characters, lone surrogates (no database stores them) and Unicode's own line ends.
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: Signs without a look of their own (Unicode's Default_Ignorable_Code_Point): zero width, soft hyphens, fillers …
IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: The text may have variables in braces.
TEMPLATE: Mapping[str, Any] = {
    "type": "string", "description": "The field that names the module whose fields are the variables of this template.",
}
#: What turns the direction of all text that follows, beyond the value; marks (LRM, RLM) turn nothing else and stay.
TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
#: Has a width, and no look: the empty cell of braille.
EMPTY = " \u2800"


#: Marks above and below one letter that are kept. No language needs more (Unicode's Stream-Safe Text Format), and
#: sorting a long row of them takes the square of its length.
MARKS = 30
ROW_OF_MARKS = re.compile(rb"[^\0]{%d}([^\0]+)" % MARKS)
#: Signs that are no marks by themselves and become some.
BECOME_MARKS = dict.fromkeys((0x0F73, 0x0F75, 0x0F81, 0xFF9E, 0xFF9F), 0x0301)


def normalized(form: Literal["NFC", "NFD", "NFKC"], text: str) -> str:
    """The text in a form of Unicode's, less the marks that no letter can have so many of."""
    if len(text) > MARKS and not text.isascii():
        marks = bytes(map(unicodedata.combining, text.translate(BECOME_MARKS)))
        ends = [0, *(end for row in ROW_OF_MARKS.finditer(marks) for end in row.span(1)), len(text)]
        text = "".join(text[begin:end] for begin, end in zip(ends[::2], ends[1::2], strict=True))
    return unicodedata.normalize(form, text)


def fold(text: str) -> str:
    """The form in which text is compared and searched: Unicode's NFKC_Casefold.

    Two texts that look the same fold to the same, whatever their case and width, and whatever invisible signs they
    have: ＫＩＭ is kim, ㈜ is (주). (Letters of other scripts that look alike stay apart.)
    """
    if text.isascii():
        return text.lower()
    once = normalized("NFKC", normalized("NFD", text).casefold())
    return normalized("NFKC", IGNORED.sub("", once).casefold())


def clean(value: Any, *, lines: bool = False) -> str:
    """The text in NFC, without blanks around it and without signs that turn the direction of what follows.

    Raises ValidationError for what is no text or cannot be shown.
    """
    if not isinstance(value, str):
        raise refuse(say("This must be text."))
    text = normalized("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(TURNING).strip()
    if "\n" in text and not lines:
        raise refuse(say("This must be on one line."))
    if any(unicodedata.category(sign) in UNSEEN and not (sign in "\n\t" and lines) for sign in text):
        raise refuse(say("This has characters that cannot be shown."))
    if not IGNORED.sub("", text).strip(EMPTY) and value.strip():
        raise refuse(say("This has characters that cannot be shown."))
    return text


def of_sheet(cell: Any) -> Any:
    """A number in a spreadsheet (a postal code, say) is the text that the sheet shows, a day is ISO 8601."""
    if isinstance(cell, date):
        return cell.isoformat().removesuffix("T00:00:00")
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return cell
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


class TextValue(Value):
    """Text in NFC without control characters; blank is empty. `lines` allows line breaks and tabs."""

    def __init__(self, *, length: int | None = None, lines: bool = False, **rest: Any) -> None:
        super().__init__(**rest)
        self.length = length
        self.lines = lines

    def load(self, value: Any, **known: Any) -> str:
        text = clean(value, lines=self.lines)
        if self.length and len(text) > self.length:
            raise refuse(say("This has {found} characters; at most {length} fit.", found=len(text), length=self.length))
        return text


class Text(FieldType):
    key = "text"
    label: ClassVar[Labels] = {"en": "Text", "ko": "텍스트"}
    icon = "letter-case"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 255,
                   "description": "How many characters it holds at most."},
        "template": TEMPLATE,
        "placeholder": {"$ref": "#/$defs/labels", "description": "What an empty box shows in grey."},
    }
    operators = TEXTUAL
    compares = "text"
    converts_from = frozenset({
        "integer", "decimal", "float", "rating", "choice", "radio", "color", "icon", "email", "phone", "url",
        "auto_number", "date", "time", "duration", "person_name",
    })  # fmt: skip
    #: How long a value may be when the document does not say it.
    longest: ClassVar[int] = 255

    def length(self, field: Field) -> int:
        return int(field.settings.get("length", self.longest))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()), Part("folded", plain_text()))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {"": value, "folded": None if value is None else fold(value)}

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue(length=self.length(field))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue()

    def from_text(self, field: Field, text: Any) -> Any:
        return of_sheet(text)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND)

    def compared(self, field: Field) -> str:
        return "folded"

    def comparable(self, field: Field, value: Any) -> Any:
        return fold(value)

    def input(self, field: Field) -> Widget:
        return Widget("text", {"length": self.length(field), "placeholder": field.settings.get("placeholder", {})})

    def cell(self, field: Field) -> Cell:
        return Cell("text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        longest = "가" * self.length(field)
        return ("한빛전자", "Ångström & Söhne", "STRASSE", "straße", longest, "=1+1", "<b>", "100% _ \\")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"length": 20, "placeholder": {"en": "Name", "ko": "이름"}})
