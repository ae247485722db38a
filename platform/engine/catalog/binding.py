"""From a field's settings to a bound `Field`: its type, choices, targets, columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.model import OptionSet
from hanok.engine.catalog.names import Naming
from hanok.engine.catalog.report import MODULE, OPTION_SET, Report, Source
from hanok.engine.errors import say
from hanok.engine.fields import Choice, Field, FieldType, Part
from hanok.engine.language import RESERVED_FIELD_KEYS

SYSTEM: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("id", "uuid", {"en": "ID", "ko": "ID"}),
    ("title", "text", {"en": "Title", "ko": "제목"}),
    ("created_at", "datetime", {"en": "Created", "ko": "만든 때"}),
    ("created_by", "user", {"en": "Created by", "ko": "만든 사람"}),
    ("updated_at", "datetime", {"en": "Changed", "ko": "고친 때"}),
    ("updated_by", "user", {"en": "Changed by", "ko": "고친 사람"}),
    ("version", "integer", {"en": "Version", "ko": "판"}),
    ("deleted_at", "datetime", {"en": "Deleted", "ko": "지운 때"}),
    ("deleted_by", "user", {"en": "Deleted by", "ko": "지운 사람"}),
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


def bind_fields(
    source: Source, types: Mapping[str, FieldType], options: Mapping[str, OptionSet], modules: frozenset[str],
    naming: Naming, report: Report,
) -> dict[str, Field]:  # fmt: skip
    """The module's own fields, in order. What cannot be bound is reported and left out."""
    built = {}
    for key, settings in source.data.get("fields", {}).items():
        if key in RESERVED_FIELD_KEYS:
            report.wrong(source.place("fields", key), say("“{key}” is a reserved word and cannot be a field.", key=key))
            continue
        type_key = settings.get("type")
        if type_key not in types:
            if type_key is None:
                report.wrong(source.place("fields", key), say("The field “{key}” needs a type.", key=key))
            continue
        built[key] = _bind(source, key, settings, types[type_key], options, modules, naming, report)
    return built


def _bind(
    source: Source, key: str, settings: Mapping[str, Any], found: FieldType, options: Mapping[str, OptionSet],
    modules: frozenset[str], naming: Naming, report: Report,
) -> Field:  # fmt: skip
    label = settings.get("label") or {"en": key.replace("_", " ").capitalize()}
    for target in found.targets(settings):
        if target not in modules:
            report.missing(source.place("fields", key, "to"), MODULE, target, modules)
    targets = tuple(target for target in found.targets(settings) if target in modules)
    bare = Field(
        source.key, key, found, label, settings, place=source.place("fields", key), targets=targets,
        choices=_choices(source, key, found.option_set(settings), options, report),
    )  # fmt: skip
    return _with_columns(bare, naming.column(source.key, key, signature(bare)))


def _with_columns(bare: Field, stem: str) -> Field:
    columns = {part.name: column_name(stem, part) for part in bare.type.parts(bare)}
    return Field(
        bare.module, bare.key, bare.type, bare.label, bare.settings, bare.choices, bare.targets, columns, bare.place,
        bare.system,
    )  # fmt: skip


def column_name(stem: str, part: Part) -> str:
    return f"{stem}${part.name}" if part.name else stem


def signature(bare: Field) -> str:
    """What the columns of a field were made for; another signature means other columns."""
    parts = ",".join(f"{part.name}:{part.type!r}" for part in bare.type.parts(bare))
    return f"{bare.type.key}({parts})"


def _choices(
    source: Source, key: str, wanted: Any, options: Mapping[str, OptionSet], report: Report
) -> tuple[Choice, ...]:
    if wanted is None:
        return ()
    if isinstance(wanted, Mapping):
        return tuple(choice(name, data or {}) for name, data in wanted.items())
    if wanted in options:
        return options[wanted].choices
    report.missing(source.place("fields", key, "options"), OPTION_SET, wanted, options)
    return ()


def choice(key: str, data: Mapping[str, Any]) -> Choice:
    """An option as it is written: label, colour, icon, retired, and its attributes."""
    own = {"label", "color", "icon", "retired"}
    plain = "label" not in data and not own & set(data)
    label = data if plain and data else data.get("label") or {"en": key.replace("_", " ").capitalize()}
    return Choice(
        key, label, color=data.get("color", ""), icon=data.get("icon", ""), retired=bool(data.get("retired", False)),
        attributes={} if plain else {name: value for name, value in data.items() if name not in own},
    )  # fmt: skip
