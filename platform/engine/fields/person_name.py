"""The name of a person: 성+이름 in Korean, given name first in the West."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.alternatives import lines, operator
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.operators import TEXTUAL, Operator
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.structured import joined, split
from hanok.engine.fields.text import LONGEST_OPERAND, Text, TextValue, clean, fold
from hanok.engine.fields.value import Value, refuse

LONGEST = 100
OPTIONAL = ("salutation", "middle", "suffix")
#: Korean family names of two syllables; all others have one.
TWO_SYLLABLES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "어금", "망절")
SALUTATIONS = ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "rev")
SUFFIXES = ("jr", "sr", "ii", "iii", "iv", "phd", "md", "esq")
HONORIFIC = "님"
HANGUL = re.compile("[가-힣]{2,5}")
WORDS: Mapping[str, Labels] = {
    "last": {"en": "last name", "ko": "성"},
    "first": {"en": "first name", "ko": "이름"},
    "middle": {"en": "middle name", "ko": "중간 이름"},
    "salutation": {"en": "salutation", "ko": "호칭"},
    "suffix": {"en": "suffix", "ko": "접미사"},
}


def is_eastern(text: str) -> bool:
    """Whether it is written in Hangul or Han, in which the family name stands first."""
    return any("가" <= sign <= "힣" or "一" <= sign <= "鿿" for sign in text)


def full_name(last: str, first: str) -> str:
    """A person's name: 성+이름 joined when either is written in Hangul or Han, else given name first."""
    family, given = last.strip(), first.strip()
    return family + given if is_eastern(family + given) else f"{given} {family}".strip()


@dataclass(frozen=True, slots=True)
class PersonName:
    """Its parts as they were written; at least one is not empty."""

    last: str = ""
    first: str = ""
    middle: str = ""
    salutation: str = ""
    suffix: str = ""

    @property
    def eastern(self) -> bool:
        return is_eastern(self.last + self.first)

    def __str__(self) -> str:
        """김하늘; Dr. Ada M. King Jr. A Korean salutation (부장) stands behind the name."""
        if self.eastern:
            whole = full_name(self.last, self.first + self.middle)
            return " ".join(filter(None, (whole, self.suffix, self.salutation)))
        given = " ".join(filter(None, (self.salutation, self.first, self.middle)))
        return " ".join(filter(None, (full_name(self.last, given), self.suffix)))

    def ways(self) -> tuple[str, ...]:
        """How it is looked for; the first is what it sorts by."""
        name = full_name(self.last, self.first)
        if self.eastern:
            return (f"{self.last}{self.first}", f"{self.last} {self.first}".strip(), str(self))
        return (f"{self.last} {self.first}".strip(), name, f"{self.last}, {self.first}", str(self))


PARTS = tuple(part.name for part in fields(PersonName))


def parse_name(text: str) -> PersonName:
    """The name that stands on one line: 김하늘 · 남궁 민수 · Ada King · King, Ada · Dr. Ada M. King Jr."""
    whole = " ".join(text.split())
    if is_eastern(whole):
        return _eastern(whole.removesuffix(HONORIFIC).strip() or whole)
    family, comma, rest = whole.partition(",")
    words = (rest if comma else whole).split()
    before = words.pop(0) if len(words) > 1 and _plain(words[0]) in SALUTATIONS else ""
    behind = words.pop() if len(words) > 1 and _plain(words[-1]) in SUFFIXES else ""
    last = family.strip() if comma else words.pop() if len(words) > 1 else ""
    return PersonName(last, " ".join(words[:1]), " ".join(words[1:]), before, behind)


def _eastern(text: str) -> PersonName:
    words = text.split()
    if len(words) == 2:
        return PersonName(words[0], words[1])
    if len(words) == 1 and HANGUL.fullmatch(text):
        length = 2 if len(text) > 2 and text.startswith(TWO_SYLLABLES) else 1
        return PersonName(text[:length], text[length:])
    return PersonName(first=text)


def _plain(word: str) -> str:
    return word.lower().replace(".", "")


class PersonNameValue(Value):
    """A PersonName from a map of its parts, or from one line of text."""

    def load(self, value: Any, **known: Any) -> PersonName | None:
        if isinstance(value, PersonName):
            return value
        if isinstance(value, str):
            found = split(clean(value), PARTS)
            value = found if found is not None else _facts(parse_name(clean(value)))
        if not isinstance(value, Mapping) or not value or not set(value) <= set(PARTS):
            raise refuse(say("A name is text, or a map of {parts}.", parts=", ".join(PARTS)))
        one = TextValue(length=LONGEST)
        read = {part: one.deserialize(raw) or "" for part, raw in value.items()}
        return PersonName(**read) if any(read.values()) else None


def _facts(name: PersonName) -> dict[str, str]:
    return {part: getattr(name, part) for part in PARTS}


class PersonNameType(FieldType):
    """Parts: `.last`, `.first`, `.middle`, `.salutation`, `.suffix`. Sorts by last and first name; found either way
    round. `ask` says which of the optional parts forms ask for; `honorific` adds 님 where Korean readers see it.
    """

    key = "person_name"
    label: ClassVar[Labels] = {"en": "Person's name", "ko": "사람 이름"}
    icon = "id"
    options: ClassVar[Mapping[str, Any]] = {
        "ask": {
            "type": "array", "x-replace": True, "uniqueItems": True, "items": {"enum": list(OPTIONAL)},
            "default": ["salutation"], "description": "The optional parts that forms ask for.",
        },
        "honorific": {"type": "boolean", "default": False, "description": "Show 님 behind the name in Korean."},
    }  # fmt: skip
    operators = TEXTUAL

    def parts(self, field: Field) -> tuple[Part, ...]:
        return tuple(Part(name, plain_text()) for name in ("", *PARTS, *(f"{part}_folded" for part in PARTS)))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return dict.fromkeys(part.name for part in self.parts(field))
        written = {part: getattr(value, part) or None for part in PARTS}
        folded = {f"{part}_folded": None if text is None else fold(text) for part, text in written.items()}
        return {"": self.comparable(field, value), **written, **folded}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else PersonName(**{part: parts[part] or "" for part in PARTS})

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return PersonNameValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND)

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        return ("김하늘", "하늘", "Ada King", "king, ada", "ada", "%")

    def comparable(self, field: Field, value: Any) -> Any:
        return lines(map(fold, value.ways())) if isinstance(value, PersonName) else fold(value)

    def operator(self, key: str) -> Operator:
        return operator(key)

    def part_field(self, field: Field, part: str) -> Field | None:
        if part not in PARTS:
            return None
        columns = {"": part, "folded": f"{part}_folded"}
        return part_of(field, part, Text(), WORDS[part], columns, {"length": LONGEST})

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else {part: text for part, text in _facts(value).items() if text}

    def export(self, field: Field, value: Any, language: str) -> Any:
        """The name as it is said, where that is read back as the same parts; else the parts with bars between them."""
        if value is None:
            return None
        said = str(value)
        return said if split(said, PARTS) is None and parse_name(said) == value else joined(_facts(value).values())

    def from_text(self, field: Field, text: Any) -> Any:
        return Text().from_text(field, text)

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else " ".join(dict.fromkeys(value.ways()))

    def snippet(self, field: Field, value: Any) -> str:
        return "" if value is None else str(value)

    def input(self, field: Field) -> Widget:
        return Widget("person_name", {"ask": tuple(field.settings.get("ask", ("salutation",)))})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("person_name", {"honorific": bool(field.settings.get("honorific"))}, role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "김하늘", "남궁민수님", "황 보라", "Ada King", "King, Ada", "Dr. Ada M. King Jr.", "김", "Cher",
            {"last": "김", "first": "하늘", "salutation": "부장"}, {"last": "a|b", "first": "c\\d"},
            {"first": "Jean Paul", "last": "de la Fontaine", "suffix": ""}, {"last": "O'Hara, Jr.", "first": "<b>"},
            {"last": "가" * LONGEST},
        )  # fmt: skip

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"ask": ["salutation", "middle", "suffix"], "honorific": True})
