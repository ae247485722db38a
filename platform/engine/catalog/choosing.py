"""Option sets: their options, and what these say about themselves, checked by the types of the attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import marshmallow as ma

from hanok.engine.catalog.model import OptionSet
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import ATTRIBUTE, OPTION_SET, Report
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Place, say
from hanok.engine.fields import Choice, Field, FieldType
from hanok.engine.language import Document

OWN = ("label", "color", "icon", "retired")
LANGUAGES = frozenset({"en", "ko"})
Options = Mapping[str, tuple[Choice, ...]]


def option_sets(
    documents: Mapping[str, Document], types: Mapping[str, FieldType], pieces: Pieces
) -> dict[str, OptionSet]:
    """Every option set by key. What attributes say is loaded by their types; faults are reported."""
    pieces.show(bare={
        key: pieces.make("bare", key, (document,), partial(_bare, document)) for key, document in documents.items()
    })
    return {
        key: pieces.make("options", key, (document,), partial(_built, document, types), sights=("bare",))
        for key, document in documents.items()
    }


def _built(document: Document, types: Mapping[str, FieldType], report: Report, bare: Options) -> OptionSet:
    return _Set(document, types, bare, report).build()


def _bare(document: Document, report: Report) -> tuple[Choice, ...]:
    return tuple(choice(name, written) for name, written in document.data.get("options", {}).items())


@dataclass(frozen=True, slots=True)
class _Set:
    document: Document
    types: Mapping[str, FieldType]
    bare: Options
    report: Report

    def build(self) -> OptionSet:
        data = self.document.data
        attributes = {name: self._attribute(name, said) for name, said in data.get("attributes", {}).items()}
        check_options(data.get("options", {}), attributes, lambda *path: self._place("options", *path), self.report)
        choices = tuple(self._with_attributes(found, attributes) for found in self.bare[self.document.key])
        return OptionSet(self.document.key, data["label"], choices, attributes)

    def _attribute(self, name: str, said: Mapping[str, Any]) -> Field:
        if name in OWN:
            told = say("“{key}” is said by every option: an attribute needs another name.", key=name)
            self.report.wrong(self._place("attributes", name), told)
        found, wanted = self.types[said["type"]], said.get("options")
        if wanted is not None and wanted not in self.bare:
            self.report.missing(self._place("attributes", name, "options"), OPTION_SET, wanted, self.bare)
        if wanted is None and "options" in found.options:
            self.report.wrong(self._place("attributes", name), say("A choice names its option set: options."))
        label = said.get("label") or {"en": name.replace("_", " ").capitalize()}
        field = Field(f"options.{self.document.key}", name, found, label, said, choices=self.bare.get(wanted or "", ()))
        return replace(field, columns={part.name: part.name or name for part in found.parts(field)})

    def _with_attributes(self, bare: Choice, attributes: Mapping[str, Field]) -> Choice:
        """The option with a value for each attribute; a flag that is not raised is false."""
        values = {}
        for name, field in attributes.items():
            values[name] = self._loaded(bare, field) if name in bare.attributes else None
            if values[name] is None and field.type.compares == "flag":
                values[name] = False
        return replace(bare, attributes=values)

    def _loaded(self, bare: Choice, field: Field) -> Any:
        if field.type.option_set(field.settings) and not field.choices:
            return None
        try:
            return field.type.former(field).deserialize(bare.attributes[field.key])
        except ma.ValidationError as error:
            place = self._place("options", bare.key, field.key)
            self.report.wrong(place, first_message(error.messages), code="attribute")
            return None

    def _place(self, *path: str | int) -> Place:
        return self.document.place(path)


def check_options(
    options: Mapping[str, Any], attributes: Mapping[str, Any], place: Callable[..., Place], report: Report
) -> None:
    """Reports the keys of options that are neither theirs nor an attribute of the set: `colour`, say."""
    for key, written in options.items():
        for name in () if _is_label(written) else written:
            if name not in (*OWN, "was") and name not in attributes:
                report.missing(place(key, name), ATTRIBUTE, name, (*OWN, *attributes))


def choice(key: str, data: Mapping[str, Any]) -> Choice:
    """An option as it is written: label, colour, icon, retired, and its attributes; or nothing but its label."""
    label = data if _is_label(data) else data.get("label") or {"en": key.replace("_", " ").capitalize()}
    return Choice(
        key, label, color=data.get("color", ""), icon=data.get("icon", ""), retired=bool(data.get("retired", False)),
        attributes={} if _is_label(data) else {name: each for name, each in data.items() if name not in (*OWN, "was")},
    )  # fmt: skip


def _is_label(data: Mapping[str, Any]) -> bool:
    """`percent: {en: "%"}` is short for an option that says nothing but its label."""
    return bool(data) and set(data) <= LANGUAGES
