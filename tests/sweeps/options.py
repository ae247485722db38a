"""Modules with each type under each option that all fields have; which type takes which, the compiler says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hanok.engine.catalog import Catalog
from hanok.engine.errors import MetadataError, Problem
from hanok.engine.fields import Field, FieldType
from tests.builders import STAGE, TYPES, a_catalog
from tests.sweeps.everything import PLACE, raw_values

#: PostgreSQL takes 1,600 columns a table.
OPTIONAL = tuple(f"optional_{number}" for number in range(4))
HEAD = "label: {en: Optional}\nfields:\n  name: {type: text}\n  size: {type: integer, default: 1}\n"
SOMETIMES = {"size": {"gt": 0}}
#: What may be said of any field, by a name for it. The default is a sample of the type.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "required": {"required": True},
    "asked": {"required": SOMETIMES},
    "unique": {"unique": True},
    "default": {},
    "index": {"index": True},
    "search": {"search": True},
    "silent": {"audit": False},
    "told": {"audit": True},
    "half": {"mask": "most"},
    "masked": {"mask": "all"},
    "hidden": {"hidden": True},
    "shown": {"visible": SOMETIMES},
    "unseen": {"visible": {"size": {"lt": 0}}},
    "fixed": {"readonly": {"new": False}},
    "personal": {"personal": True},
    "single": {"massupdate": False},
    "unread": {"import": False},
    "unwritten": {"export": False},
    "labelled": {"label": {"en": "Labelled {type}", "ko": "이름 붙은 {type}"}, "help": {"en": "Help", "ko": "도움"}},
}


def named(key: str, option: str) -> str:
    return f"{key}_{option}"


def written(found: FieldType, option: str) -> dict[str, Any]:
    """The first settings of a type with this option."""
    settings = {"type": found.key, **next(iter(found.settings_samples()))}
    settings.pop("reverse", None)
    said = json.loads(json.dumps(OPTIONS[option]).replace("{type}", found.key))
    return {**settings, **said}


def optional(types: Mapping[str, FieldType] = TYPES) -> tuple[Catalog, dict[str, str]]:
    """The catalog, and the fields that it refuses with the reasons."""
    bare = {named(key, option): written(found, option) for key, found in types.items() for option in OPTIONS}
    fields = bare | with_defaults(types)
    refused: dict[str, str] = {}
    while True:
        try:
            return compiled(fields), refused
        except MetadataError as error:
            wrong = {field_at(fields, problem): str(problem.message) for problem in error.problems}
            refused |= wrong
            fields = {key: settings for key, settings in fields.items() if key not in wrong}


def field_at(fields: Mapping[str, Any], problem: Problem) -> str:
    """The field that a problem is about: each stands on a line of its own."""
    module = Path(problem.place.file).stem
    return list(part(fields, OPTIONAL.index(module)))[problem.place.line - 1 - HEAD.count("\n")]


def part(fields: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The fields of one of the modules."""
    types = list(TYPES)
    size = -(-len(types) // len(OPTIONAL))
    return {key: said for key, said in fields.items() if types.index(said["type"]) // size == number}


def with_defaults(types: Mapping[str, FieldType]) -> dict[str, dict[str, Any]]:
    """The fields with a default that their type takes, where it has a sample that documents can write."""
    plain = {key: found for key, found in types.items() if not (found.apart or found.holds_files or found.generated)}
    bare = {named(key, "default"): written(found, "default") for key, found in plain.items()}
    known = compiled({key: settings for key, settings in bare.items() if "to" not in settings})
    fields = {key: found for module in OPTIONAL for key, found in known.modules[module].fields.items()}
    made = {}
    for key, settings in bare.items():
        found = fields.get(key)
        raws = raw_values(found) if found is not None and not found.targets else []
        made[key] = {**settings, "default": raws[0]} if raws else settings
    return made


def compiled(fields: Mapping[str, Mapping[str, Any]]) -> Catalog:
    targets = {to for settings in fields.values() for to in asked(settings.get("to", ()))}
    files = {f"modules/{key}.yaml": PLACE % key.capitalize() for key in targets}
    for number, module in enumerate(OPTIONAL):
        lines = [f"  {key}: {json.dumps(said, ensure_ascii=False)}\n" for key, said in part(fields, number).items()]
        files[f"modules/{module}.yaml"] = HEAD + "".join(lines)
    return a_catalog(files | {"options/stage.yaml": STAGE})


def asked(to: str | list[str]) -> list[str]:
    return [to] if isinstance(to, str) else list(to)


def option_of(found: Field) -> str:
    """The option under which a field stands; "" for the others."""
    option = found.key.removeprefix(f"{found.type.key}_")
    return option if option in OPTIONS else ""
