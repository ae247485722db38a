"""How the pages of the reference say things: tables, code, and what a schema allows, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

LONGEST = 40
NAMES = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text",
         "array": "a list", "object": "a map"}  # fmt: skip
REFERRED = {
    "labels": "a text in each language", "condition": "a condition", "field": "a field", "steps": "a list of steps",
}  # fmt: skip


def table(*heads: str, rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def code(value: object) -> str:
    """The value between backticks, cut where it is long."""
    text = " ".join(str(value).split())
    return code_whole(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def code_whole(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def codes(values: Iterable[object]) -> str:
    return " ".join(map(code, values))


def flow(value: Any) -> str:
    """YAML on one line, as people write it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.replace("\n...", "").strip()


def option(key: str, schema: Mapping[str, Any], *, needed: bool = False) -> tuple[str, str, str]:
    """One row of a table of keys: the key, what may be written, what it is."""
    return code_whole(key), shape(schema) + (", needed" if needed else ""), schema.get("description", "")


def shape(schema: Mapping[str, Any]) -> str:
    """What a schema allows, in words."""
    if "$ref" in schema:
        return REFERRED[schema["$ref"].rpartition("/")[2]]
    if "const" in schema:
        return code(flow(schema["const"]))
    if "enum" in schema:
        return "one of " + codes(schema["enum"]) + usual(schema)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(shape(each) for each in schema["anyOf"]))
    found = schema.get("type", "any value")
    names = found if isinstance(found, list) else [found]
    text = " or ".join(special(schema) or NAMES.get(name, name) for name in names)
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        text += f", {low} to {high:,}"
    elif low is not None:
        text += f", {low} or more"
    return text + usual(schema)


def usual(schema: Mapping[str, Any]) -> str:
    return f" ({code(schema['default'])} unless said)" if "default" in schema else ""


def special(schema: Mapping[str, Any]) -> str:
    """What maps and lists of a known form are called."""
    inner = schema.get("additionalProperties")
    if schema.get("x-keyed") and isinstance(inner, Mapping):
        return "a list of names, or a map" if inner.get("properties", inner.get("anyOf")) else "a list of names"
    if isinstance(inner, Mapping) and "$ref" in inner:
        return f"a map of keys, each {shape(inner)}"
    items = schema.get("items")
    if isinstance(items, Mapping) and ("enum" in items or "$ref" in items):
        return f"a list of {shape(items).removeprefix('one of ')}"
    return ""
