"""The pieces that schemas are built of: maps with known keys, ordered maps, lists, and what many kinds refer to."""

from __future__ import annotations

from typing import Any

from hanok.engine.language import KEY_SCHEMA

Schema = dict[str, Any]

DEFINITIONS: Schema = {
    "labels": {
        "description": "A text in each language; a plain text is the default language's.",
        "type": "object", "x-label": True, "minProperties": 1,
        "properties": {language: {"type": "string", "minLength": 1} for language in ("en", "ko")},
        "additionalProperties": False,
    },
    "condition": {"type": "object", "x-replace": True, "description": "A map of field → test; all must hold."},
}  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def mapping(properties: Schema, **rest: Any) -> Schema:
    """A map that has these keys and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False, **rest}


def keyed(item: Schema, **rest: Any) -> Schema:
    """A map of keys to items in an order that counts."""
    return {"type": "object", "x-ordered": True, "propertyNames": KEY_SCHEMA, "additionalProperties": item, **rest}


def listed(item: Schema, **rest: Any) -> Schema:
    return {"type": "array", "x-replace": True, "items": item, **rest}


def described(schema: Schema, description: str) -> Schema:
    """The schema with what editors and the reference say about this place."""
    return {**schema, "description": description}


def when(description: str, *, always: bool = True) -> Schema:
    """`true`, `false`, or the condition under which it is so."""
    found: Schema = {"x-replace": True, "description": description}
    return {**found, "anyOf": [{"type": "boolean"}, ref("condition")]} if always else {**ref("condition"), **found}


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
LABEL: Schema = described(ref("labels"), "What people call it.")
ICON: Schema = described(TEXT, "The name of an icon of Tabler.")
#: A map of names that says nothing but that they are there, in this order.
NAMES: Schema = {"type": "object", "x-keyed": True, "additionalProperties": mapping({})}
SORT: Schema = listed(TEXT, description='Field keys, the first most important; "-" in front for descending.')
