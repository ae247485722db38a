"""Text that nobody reads in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.keys import NO_KEY, Keys
from hanok.engine.fields.operators import OPERATORS, Operator
from hanok.engine.fields.text import LONGEST_OPERAND, TextValue, fold, of_sheet
from hanok.engine.fields.value import refuse

#: What is read where no key of the site fits. Saved again by a form that nobody touched, it changes nothing.
UNREADABLE = "🔒"
#: What the history keeps of a value.
MASKED = "••••••"


class Sought(str):
    """A text that is looked for: under every key that values may have been written with."""

    __slots__ = ()


class SecretValue(TextValue):
    """Text that a key can be found for."""

    def __init__(self, keys: Keys, **rest: Any) -> None:
        super().__init__(**rest)
        self.keys = keys

    def load(self, value: Any, **known: Any) -> str:
        if not self.keys:
            raise refuse(NO_KEY)
        return super().load(value, **known)


class SoughtValue(TextValue):
    def load(self, value: Any, **known: Any) -> str:
        return Sought(super().load(value, **known))


def _each(digests: Any) -> Iterator[str]:
    return (digest for one in digests for digest in one)


#: Values are digests; operands are the digests that a text has under each key.
OWN_OPERATORS: Mapping[str, Operator] = {
    "eq": replace(OPERATORS["eq"], sql=lambda c, v: c.in_(v), test=lambda a, b: a in b),
    "ne": replace(OPERATORS["ne"], sql=OPERATORS["not_in"].sql, test=lambda a, b: a not in b),
    "in": replace(OPERATORS["in"], sql=lambda c, v: c.in_(list(_each(v))), test=lambda a, b: a in set(_each(b))),
    "not_in": replace(
        OPERATORS["not_in"], sql=lambda c, v: OPERATORS["not_in"].sql(c, list(_each(v))),
        test=lambda a, b: a not in set(_each(b)),
    ),
}  # fmt: skip


class Encrypted(FieldType):
    """Values are text, stored as a token, found by nothing but equality through a keyed digest.

    Whoever may see the field sees it in the clear, unless it is `write_only`. The history, the outbox and the search
    never hold it, and an export only where it is asked for by name. The keys are the site's: the type is made with them
    (`of_site`).
    """

    key = "encrypted"
    label: ClassVar[Labels] = {"en": "Encrypted text", "ko": "암호화된 텍스트"}
    icon = "lock"
    group = "machine"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 1, "maximum": 4000, "default": 255,
                   "description": "How many characters it holds at most."},
        "placeholder": {"$ref": "#/$defs/labels", "description": "What an empty box shows in grey."},
        "write_only": {"type": "boolean", "default": False,
                       "description": "It is typed and never shown again; a box left empty leaves it as it is."},
    }
    operators = ("eq", "ne", "in", "not_in", "empty")
    converts_from = frozenset({"text", "email", "phone", "url", "integer", "decimal"})
    sortable = False
    secret = True

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys = keys or Keys()

    @classmethod
    def of_site(cls, keys: Keys) -> Encrypted:
        return cls(keys)

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()), Part("digest", plain_text()))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return {"": None, "digest": None}
        return {"": self.keys.locked(value), "digest": self.comparable(field, value)}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        if parts[""] is None:
            return None
        found = self.keys.opened(parts[""])
        return UNREADABLE if found is None else found

    def renewed(self, field: Field, parts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found = None if parts[""] is None else self.keys.opened(parts[""])
        if found is None or parts["digest"] == self.comparable(field, found):
            return None
        return self.write(field, found)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return SecretValue(self.keys, length=int(field.settings.get("length", 255)))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return TextValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return SoughtValue(length=LONGEST_OPERAND)

    def operator(self, key: str) -> Operator:
        return OWN_OPERATORS.get(key) or OPERATORS[key]

    def compared(self, field: Field) -> str:
        return "digest"

    def comparable(self, field: Field, value: Any) -> Any:
        """The digest of a value, with the newest key; those of a text that is looked for, with every key.

        The column stands in it: it never changes, and equal values of two fields look different.
        """
        digests = self.keys.digests(fold(value), place=field.columns.get("digest", ""))
        if isinstance(value, Sought):
            return digests
        return digests[0] if digests else None

    def kept(self, field: Field, value: Any) -> Any:
        return None if value is None else MASKED

    def from_text(self, field: Field, text: Any) -> Any:
        return of_sheet(text)

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("secret", {"length": int(field.settings.get("length", 255)), **self._kept_back(field)})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("secret", self._kept_back(field), width="text")

    def _kept_back(self, field: Field) -> Mapping[str, Any]:
        return {"write_only": True} if field.settings.get("write_only") else {}

    def samples(self, field: Field) -> Sequence[Any]:
        longest = "가" * int(field.settings.get("length", 255))
        return ("900101-1234567", "Straße", "STRASSE", longest, "=1+1", "<b>", "100% _ \\")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"length": 20, "placeholder": {"en": "000000-0000000", "ko": "000000-0000000"}})
