"""The page of kinds: every kind of document with every key that it may have, walked through its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from hanok.app import field_types
from hanok.engine.catalog import kinds
from hanok.engine.catalog.action_schemas import STEPS_SCHEMA
from hanok.engine.deploy import shipped_layers
from hanok.engine.language import Kind
from tools.reference_words import code, code_whole, codes, option, table

INTRO = """\
# Kinds of documents

A document is one file: its folder is its kind, its name its key. `hanok schema` writes what stands here as JSON
Schemas, by which [an editor helps](../howto/let-an-editor-help.md).

In a path `*` stands for a key of your own and `[]` for the items of a list. `null` takes away what a lower layer says.
A list of names is short for a map: `[name, stage]` is `{name: {}, stage: {}}`. Items of maps whose order counts may say
`after: key` or `before: key`; tabs, panels, menu filters, fields, options and modules may say what they `was` called.

What may stand in a field: [field types](fields.md). In a condition: [operators](operators.md). In a formula or a
template: [expressions](expressions.md).
"""
STEPS_INTRO = "What buttons do. A step is a map with one of these keys; beside it `key`, where layers change it."
NAMED = "additionalProperties"
BROUGHT = ("template", "trait")


def page() -> Iterator[str]:
    found = kinds(field_types())
    yield INTRO
    rows = ((f"[{key}](#{key})", code_whole(file_of(kind))) for key, kind in found.items())
    yield from table("Kind", "File", rows=rows)
    seen: dict[int, str] = {}
    for kind in found.values():
        yield from bundle(kind, found["module"]) if kind.key in BROUGHT else one_kind(kind, seen)
    yield from ["## Steps", "", STEPS_INTRO, ""]
    yield from table("Key", "What may be written", "", rows=below(STEPS_SCHEMA["items"], "", seen))


def file_of(kind: Kind) -> str:
    return f"{kind.folder}/<key>.yaml" if kind.folder else f"{kind.key}.yaml"


def one_kind(kind: Kind, seen: dict[int, str]) -> Iterator[str]:
    """The keys of its top in one table, what stands below each in one of its own."""
    yield from [f"## {kind.key}", "", f"`{file_of(kind)}`", ""]
    needed, properties = kind.schema.get("required", ()), kind.schema["properties"]
    rows = (option(key, schema, needed=key in needed) for key, schema in properties.items())
    yield from table("Key", "What may be written", "", rows=rows)
    for key, schema in properties.items():
        if rows_below := tuple(below(schema, key, seen)):
            yield from [f"### {kind.key}: {key}", ""]
            yield from table("Key", "What may be written", "", rows=rows_below)


def below(schema: Mapping[str, Any], path: str, seen: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    """A row for every key below this place, at any depth; what was told at another place is only named."""
    if "properties" in schema or NAMED in schema:
        seen.setdefault(mark(schema), path)
    needed = schema.get("required", ())
    for key, inner in schema.get("properties", {}).items():
        where = f"{path}.{key}".lstrip(".")
        name, may, said = option(where, inner, needed=key in needed)
        told = seen.get(mark(inner)) if any(below(inner, "", {})) else ""
        yield name, may, f"{said} As in `{told}`." if told else said
        if not told:
            yield from below(inner, where, seen)
    for word, sign in ((NAMED, ".*"), ("items", "[]")):
        inner = schema.get(word)
        if isinstance(inner, dict) and mark(inner) not in seen:
            yield from below(inner, path + sign, seen)
    for inner in schema.get("anyOf", ()):
        yield from below(inner, path, seen)


def mark(schema: Mapping[str, Any]) -> int:
    """What is the same for copies of one schema that differ in their description alone."""
    inner = schema.get("properties") or schema.get(NAMED)
    return id(inner) if isinstance(inner, dict) else id(schema)


def bundle(kind: Kind, module: Kind) -> Iterator[str]:
    """Templates and traits: what they lack of a module, and what every site has of them."""
    lacking = codes(key for key in module.schema["properties"] if key not in kind.schema["properties"])
    yield from [f"## {kind.key}", "", f"`{file_of(kind)}`", ""]
    yield from [f"Has the keys of a [module](#module) but for {lacking}.", ""]
    start = f"{kind.folder}/"
    files = sorted(file for layer in shipped_layers() for file in layer.files.items() if file[0].startswith(start))
    rows = (
        (code(path.removeprefix(start).removesuffix(".yaml")), codes(yaml.safe_load(text).get("fields", ())) or "none")
        for path, text in files
    )  # fmt: skip
    yield from table("There are", "It brings the fields", rows=rows)
