"""What editors need to help with YAML: a JSON Schema for each kind of document, and settings that say whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from hanok.app import field_types
from hanok.engine.catalog import kinds
from hanok.engine.language import Kind
from hanok.engine.language.editors import for_editors

#: Where a site keeps its schemas, and where the settings of VS Code stand.
SCHEMAS, SETTINGS = ".schemas", ".vscode/settings.json"
#: The folders of a site that hold documents.
LAYERS = ("metadata", "plugins/*")


def write_schemas(out: Path) -> list[Path]:
    """Writes one file a kind into this folder; they say what the present code understands."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for key, kind in kinds(field_types()).items():
        written.append(out / file_of(key))
        written[-1].write_bytes(orjson.dumps(for_editors(kind)) + b"\n")
    return written


def help_editors(folder: Path) -> None:
    """Writes the schemas of a site, and the settings of VS Code unless it has its own."""
    write_schemas(folder / SCHEMAS)
    settings = folder / SETTINGS
    if not settings.exists():
        settings.parent.mkdir(exist_ok=True)
        settings.write_bytes(orjson.dumps(settings_of(LAYERS), option=orjson.OPT_INDENT_2) + b"\n")


def settings_of(layers: tuple[str, ...]) -> dict[str, Any]:
    """The settings of VS Code by which each kind of document in these folders has its schema."""
    schemas = {f"./{SCHEMAS}/{file_of(key)}": files_of(kind, layers) for key, kind in kinds(field_types()).items()}
    return {"yaml.schemas": schemas}


def files_of(kind: Kind, layers: tuple[str, ...]) -> list[str]:
    return [f"{layer}/{kind.folder}/*.yaml" if kind.folder else f"{layer}/{kind.key}.yaml" for layer in layers]


def file_of(key: str) -> str:
    return f"{key}.schema.json"
