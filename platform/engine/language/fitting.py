"""Whether a value could be meant by a schema, before it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.language.nodes import Node

Schema = Mapping[str, Any]


def resolve(root: Schema, reference: str) -> Any:
    """The schema that a `#/…` reference of this document points to. Raises KeyError."""
    found: Any = root
    for step in reference.removeprefix("#").split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def fits(root: Schema, schema: Any, node: Node) -> bool:
    """Whether a value, long or short, could be meant by this schema: by its type, its constants and its known keys."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if "$ref" in schema and not fits(root, resolve(root, schema["$ref"]), node):
        return False
    if "type" in schema and not _type_fits(schema, node):
        return False
    if "const" in schema and node.value != schema["const"]:
        return False
    if "enum" in schema and not any(node.value == option for option in schema["enum"]):
        return False
    if not isinstance(node.value, dict):
        return True
    if not all(key in node.value for key in schema.get("required", ())) and "x-short" not in schema:
        return False
    return all(
        fits(root, below, node.value[key])
        for key, below in schema.get("properties", {}).items()
        if key in node.value and isinstance(below, Mapping) and ("const" in below or "enum" in below)
    )


def _type_fits(schema: Schema, node: Node) -> bool:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    found = types_of(node)
    if any(name in types for name in found):
        return True
    if "array" in types and schema.get("x-list"):
        return True
    if "object" not in types:
        return False
    if isinstance(node.value, list):
        return bool(schema.get("x-keyed"))
    return isinstance(node.value, str) and bool(schema.get("x-short") or schema.get("x-label"))


def types_of(node: Node) -> tuple[str, ...]:
    """JSON Schema's names for the type of a value."""
    value = node.value
    if isinstance(value, bool):
        return ("boolean",)
    if value is None:
        return ("null",)
    if isinstance(value, str):
        return ("string",)
    if isinstance(value, dict):
        return ("object",)
    if isinstance(value, list):
        return ("array",)
    return ("integer", "number") if value == int(value) else ("number",)
