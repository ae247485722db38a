"""From a field's settings to a bound `Field`: its type, choices, targets, columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma

from hanok.engine.catalog.choosing import check_options, choice
from hanok.engine.catalog.model import OptionSet
from hanok.engine.catalog.names import Naming
from hanok.engine.catalog.report import MODULE, OPTION_SET, Report, Source
from hanok.engine.conditions.operands import ME, first_message
from hanok.engine.errors import say
from hanok.engine.fields import Choice, Field, FieldType, Part
from hanok.engine.fields.live import live
from hanok.engine.language import field_key_fault

#: What a field of a tie cannot have: a tie has no rules, no formulas and no search of its own.
NOT_ON_TIES = frozenset({
    "unique", "required", "visible", "formula", "rollup", "suggest", "live", "where", "search", "index",
})  # fmt: skip
SYSTEM: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("id", "uuid", {"en": "ID", "ko": "ID"}),
    ("title", "text", {"en": "Title", "ko": "제목"}),
    ("created_at", "datetime", {"en": "Created", "ko": "생성일시"}),
    ("created_by", "user", {"en": "Created by", "ko": "생성자"}),
    ("updated_at", "datetime", {"en": "Modified", "ko": "수정일시"}),
    ("updated_by", "user", {"en": "Modified by", "ko": "수정자"}),
    ("version", "integer", {"en": "Version", "ko": "판"}),
    ("deleted_at", "datetime", {"en": "Deleted", "ko": "삭제일시"}),
    ("deleted_by", "user", {"en": "Deleted by", "ko": "삭제자"}),
)


def system_fields(module: str, types: Mapping[str, FieldType], modules: frozenset[str]) -> dict[str, Field]:
    """The fields that every module has; their columns are called like them."""
    built = {}
    for key, type_key, label in SYSTEM:
        found = types[type_key]
        targets = tuple(target for target in found.targets({}) if target in modules)
        bare = Field(module, key, found, label, {}, targets=targets, system=True)
        built[key] = _with_columns(bare, key)
    return built


@dataclass(frozen=True, slots=True)
class Binder:
    """What fields are bound with: the types, the option sets, the modules that there are, names, what the app says."""

    types: Mapping[str, FieldType]
    options: Mapping[str, OptionSet]
    modules: frozenset[str]
    naming: Naming
    report: Report
    app: Mapping[str, Any]

    def fields(self, source: Source) -> dict[str, Field]:
        """The module's own fields, in order. What cannot be bound is reported and left out."""
        built = {}
        for key, settings in source.data.get("fields", {}).items():
            fault = field_key_fault(key)
            if fault is not None:
                self.report.wrong(source.place("fields", key), fault)
            elif settings.get("type") in self.types:
                built[key] = self._bind(source, key, settings)
        return built

    def _bind(self, source: Source, key: str, settings: Mapping[str, Any]) -> Field:
        found = self.types[settings["type"]]
        wanted, members = found.targets(settings), found.members(settings)
        for target in (*wanted, *members):
            if target not in self.modules:
                self.report.missing(source.place("fields", key, "to"), MODULE, target, self.modules)
        label = settings.get("label") or {"en": key.replace("_", " ").capitalize()}
        bare = Field(
            source.key, key, found, label, settings, place=source.place("fields", key), app=self.app,
            targets=tuple(target for target in wanted if target in self.modules),
            members=self._members(source, key, found, settings), own=self._own(source, key, found.own(settings)),
            choices=self._choices(source, key, found, settings),
        )  # fmt: skip
        if found.may_lack_options(settings) and not bare.choices:
            bare = replace(bare, settings={**settings, "hidden": True})
        if not source.is_lost("fields", key):
            self._check_default(source, bare)
        if found.apart:
            return bare
        if bare.live:
            return replace(bare, type=live(found))
        return _with_columns(bare, self.naming.column(source.key, key, signature(bare)))

    def _members(
        self, source: Source, key: str, found: FieldType, settings: Mapping[str, Any]
    ) -> tuple[str, ...]:
        if found.embedded(settings) is not None:
            return (f"{source.key}.{key}",)
        return tuple(target for target in found.members(settings) if target in self.modules)

    def _own(self, source: Source, key: str, written: Mapping[str, Any]) -> dict[str, Field]:
        """The fields of the ties of an n-n link; their columns begin with "$", which no other column does."""
        built = {}
        for name, settings in written.items():
            found, place = self.types.get(settings.get("type", "")), source.place("fields", key, "fields", name)
            if found is None:
                continue
            if found.targets(settings) or found.apart or found.generated or found.holds_files:
                self.report.wrong(place, say("A field of this kind cannot stand on a tie."))
                continue
            for word in sorted(NOT_ON_TIES.intersection(settings)):
                told = say("“{word}” means nothing for a field of a tie, which keeps plain values.", word=word)
                self.report.wrong(source.place("fields", key, "fields", name, word), told)
            label = settings.get("label") or {"en": name.replace("_", " ").capitalize()}
            bare = Field(
                f"{source.key}.{key}", name, found, label, settings, place=place, app=self.app,
                choices=self._choices(source, key, found, settings),
            )  # fmt: skip
            stem = self.naming.column(f"{source.key}.{key}", name, signature(bare))
            built[name] = _with_columns(bare, f"${stem}")
        return built

    def _choices(
        self, source: Source, key: str, found: FieldType, settings: Mapping[str, Any]
    ) -> tuple[Choice, ...]:
        wanted = found.option_set(settings)
        if wanted is None:
            return ()
        if isinstance(wanted, Mapping):
            check_options(wanted, {}, lambda *path: source.place("fields", key, "options", *path), self.report)
            return tuple(choice(name, data) for name, data in wanted.items())
        if wanted in self.options:
            return self.options[wanted].choices
        if found.may_lack_options(settings):
            return ()
        self.report.faulty.add(source.key)
        self.report.missing(source.place("fields", key, "options"), OPTION_SET, wanted, self.options)
        return ()

    def _check_default(self, source: Source, bare: Field) -> None:
        """A default that no record could take is found now, not at the first save."""
        written = bare.type.default(bare)
        if (
            written is None
            or (written == ME and bare.targets)
            or (bare.type.option_set(bare.settings) and not bare.choices)
        ):
            return
        try:
            default_of(bare, now=datetime.now(UTC), zone="UTC", me=None)
        except ma.ValidationError as error:
            self.report.wrong(
                source.place("fields", bare.key, "default"), first_message(error.messages), code="default"
            )


def default_of(field: Field, *, now: datetime, zone: str, me: Any) -> Any:
    """The loaded value of a new record where nothing is given. Raises marshmallow's ValidationError."""
    written = field.type.default(field)
    if written == ME and field.targets:
        return me
    if isinstance(written, str):
        span = field.type.relative(field, written, now=now, zone=zone)
        if span is not None:
            return field.type.former(field).deserialize(span[0], zone=zone)
    return field.type.value(field).deserialize(written, zone=zone)


def _with_columns(bare: Field, stem: str) -> Field:
    return replace(bare, columns={part.name: column_name(stem, part) for part in bare.type.parts(bare)})


def column_name(stem: str, part: Part) -> str:
    return f"{stem}${part.name}" if part.name else stem


def signature(bare: Field) -> str:
    """What the columns of a field were made for; another signature means other columns."""
    parts = ",".join(f"{part.name}:{part.type!r}" for part in bare.type.parts(bare))
    return f"{bare.type.key}({parts})"
