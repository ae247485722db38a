"""Several addresses or numbers of one record: an ordered list of which one is the primary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.alternatives import lines, operator
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Field, Labels, Part, in_language
from hanok.engine.fields.operators import TEXTUAL, Operator
from hanok.engine.fields.text import fold
from hanok.engine.fields.value import Value, refuse

MOST = 20
KINDS: Mapping[str, Labels] = {
    "work": {"en": "Work", "ko": "직장"},
    "home": {"en": "Home", "ko": "집"},
    "mobile": {"en": "Mobile", "ko": "휴대폰"},
    "fax": {"en": "Fax", "ko": "팩스"},
}
FLAGS: Mapping[str, Labels] = {
    "opt_out": {"en": "Opted out", "ko": "수신 거부"},
    "invalid": {"en": "Invalid", "ko": "쓸 수 없음"},
}
PRIMARY: Labels = {"en": "Primary", "ko": "대표"}
WORDS: Mapping[str, Labels] = {**KINDS, **FLAGS, "primary": PRIMARY}
#: A list as text: a comma, a semicolon (not the one of an extension) or a line between two.
BETWEEN = re.compile(r"\s*(?:[,\n]|;(?!ext=))\s*")
SAID = re.compile(r"(.*?)\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a list: what it is (`value`), of which kind ("" for any), and what is known of it."""

    value: str
    kind: str = ""
    primary: bool = False
    opt_out: bool = False
    invalid: bool = False

    def __str__(self) -> str:
        return self.value

    def said(self) -> tuple[str, ...]:
        """The keys of its kind and its flags."""
        return (*((self.kind,) if self.kind else ()), *(flag for flag in FLAGS if getattr(self, flag)))


class Listed(tuple[Entry, ...]):
    """The entries in their order, never none, one of them the primary. As text it is the primary."""

    __slots__ = ()

    @property
    def primary(self) -> str:
        return next(entry.value for entry in self if entry.primary)

    def foremost(self) -> list[Entry]:
        """All of them, the primary first."""
        return sorted(self, key=lambda entry: not entry.primary)

    def __str__(self) -> str:
        return self.primary


class ListedValue(Value):
    """A Listed from a list of texts or maps, or from text: `kim@example.com (work), lee@example.com (home, primary)`.

    `one` reads each of them; `key` is what a map calls it (`email`). The first is the primary unless another says so.
    """

    def __init__(self, one: Value, *, key: str, kinds: Sequence[str], flags: Sequence[str], **rest: Any) -> None:
        super().__init__(**rest)
        self.one, self.key, self.kinds, self.flags = one, key, kinds, flags

    def load(self, value: Any, **known: Any) -> Listed | None:
        raws = BETWEEN.split(value.strip()) if isinstance(value, str) else value
        if not isinstance(raws, list | tuple):
            raise refuse(say("This must be a list."))
        if len(raws) > MOST:
            raise refuse(say("A list has at most {most} entries.", most=MOST))
        found = [entry for raw in raws if (entry := self._named(raw, several=len(raws) > 1, **known)) is not None]
        if len({fold(entry.value) for entry in found}) < len(found):
            raise refuse(say("The same one stands here twice."))
        return _listed(found)

    def _named(self, raw: Any, *, several: bool, **known: Any) -> Entry | None:
        """The entry; of several, a refusal says which one it is about."""
        try:
            return self._entry(raw, **known)
        except ma.ValidationError as error:
            text = raw.get(self.key) if isinstance(raw, Mapping) else raw
            if not several or not isinstance(text, str):
                raise
            which = say("That is about “{entry}”.", entry=text.strip()[:80])
            raise ma.ValidationError([*error.messages, which]) from None

    def _entry(self, raw: Any, **known: Any) -> Entry | None:
        facts = self._facts(raw)
        value = self.one.deserialize(facts.pop(self.key), **known)
        if facts.get("kind") and facts["kind"] not in self.kinds:
            raise refuse(say("“{kind}” is no kind: {kinds}.", kind=facts["kind"], kinds=", ".join(self.kinds)))
        return None if value is None else Entry(value, **facts)

    def _facts(self, raw: Any) -> dict[str, Any]:
        if isinstance(raw, Entry):
            return {self.key: raw.value, "kind": raw.kind, **self._flags(dict.fromkeys(raw.said(), True)),
                    "primary": raw.primary}  # fmt: skip
        if isinstance(raw, str):
            return self._from_text(raw)
        if not isinstance(raw, Mapping) or not {self.key} <= set(raw) <= {self.key, "kind", "primary", *self.flags}:
            raise refuse(say("An entry is text, or a map of {keys}.", keys=", ".join((self.key, "kind", "primary"))))
        kind = raw.get("kind") or ""
        if not isinstance(kind, str):
            raise refuse(say("This must be text."))
        return {self.key: raw[self.key], "kind": kind, "primary": _flag(raw.get("primary")), **self._flags(raw)}

    def _flags(self, raw: Mapping[str, Any]) -> dict[str, bool]:
        return {flag: _flag(raw.get(flag)) for flag in self.flags}

    def _from_text(self, text: str) -> dict[str, Any]:
        """What stands in brackets behind it: its kind and flags, in any language. Other brackets are part of it."""
        found = SAID.fullmatch(text.strip())
        words = [_word(word) for word in found[2].split("·")] if found else []
        if not found or not all(words) or not set(words) <= {*self.kinds, *self.flags, "primary"}:
            return {self.key: text}
        kind = next((word for word in words if word in self.kinds), "")
        said = {str(word): True for word in words}
        return {self.key: found[1], "kind": kind, "primary": "primary" in said, **self._flags(said)}


def _flag(raw: Any) -> bool:
    if raw not in (None, "", True, False, "true", "false"):
        raise refuse(say("This must be true or false."))
    return raw in (True, "true")


def _word(text: str) -> str:
    """The key of a kind or a flag by its key or label, else ""."""
    wanted = fold(text.strip())
    return next((key for key, labels in WORDS.items() if wanted in (key, *map(fold, labels.values()))), "")


def _listed(found: list[Entry]) -> Listed | None:
    """The entries with exactly one primary: the first that says so, else the first."""
    if not found:
        return None
    chosen = next((place for place, entry in enumerate(found) if entry.primary), 0)
    return Listed(
        Entry(entry.value, entry.kind, place == chosen, entry.opt_out, entry.invalid)
        for place, entry in enumerate(found)
    )


class ListedType(FieldType):
    """What types of lists share. They are found by any of their entries, and sorted by the primary.

    Subclasses say what one entry is: `one` (its validator), `shown` and `found_by` (its text for people, and for the
    search), and its `key` in JSON.
    """

    item: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = tuple(KINDS)
    flags: ClassVar[tuple[str, ...]] = ()
    operators = TEXTUAL

    def one(self, field: Field) -> Value:
        raise NotImplementedError

    def shown(self, field: Field, value: str) -> str:
        return value

    def found_by(self, field: Field, value: str) -> str:
        return value

    def parts(self, field: Field) -> tuple[Part, ...]:
        return tuple(Part(name, plain_text()) for name in ("", "primary", "primary_folded", "all"))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if not value:
            return dict.fromkeys(("", "primary", "primary_folded", "all"))
        kept, first = json.dumps(self.dump(field, value), ensure_ascii=False), value.primary
        return {"": kept, "primary": first, "primary_folded": fold(first), "all": self.comparable(field, value)}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        if not parts[""]:
            return None
        return Listed(Entry(kept.pop(self.item), **kept) for kept in json.loads(parts[""]))

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return ListedValue(self.one(field), key=self.item, kinds=self.kinds, flags=self.flags)

    def compared(self, field: Field) -> str:
        return "all"

    def comparable(self, field: Field, value: Any) -> Any:
        if isinstance(value, Listed):
            return lines(fold(entry.value) for entry in value.foremost())
        return fold(value)

    def operator(self, key: str) -> Operator:
        return operator(key)

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        return tuple(text for raw in self.samples(field) if isinstance(raw, str) for text in BETWEEN.split(raw))

    def dump(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        return [
            {self.item: entry.value}
            | ({"kind": entry.kind} if entry.kind else {})
            | {flag: True for flag in ("primary", *self.flags) if getattr(entry, flag)}
            for entry in value
        ]

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else ", ".join(self._said(field, value, language))

    def _said(self, field: Field, value: Listed, language: str) -> Iterator[str]:
        for place, entry in enumerate(value):
            labels: Iterable[Labels] = [WORDS[key] for key in entry.said()]
            words = [in_language(each, language) for each in labels]
            words += [in_language(PRIMARY, language)] if entry.primary and place else []
            shown = self.shown(field, entry.value)
            yield f"{shown} ({' · '.join(words)})" if words else shown

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else " ".join(self.found_by(field, entry.value) for entry in value)

    def snippet(self, field: Field, value: Any) -> str:
        return "" if value is None else ", ".join(self.shown(field, entry.value) for entry in value.foremost())
