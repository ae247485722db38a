"""The schemas as editors want them: for what people type, short forms and patches included.

A kind's own schema describes merged documents in their long form. The one for editors also takes what the language
writes out (lists of names, plain labels, `true`), the neighbours of ordered items, and null. Nothing is required in
it, because an editor cannot know whether a file patches another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hanok.engine.language.fitting import resolve
from hanok.engine.language.kinds import Kind

NEIGHBOURS = {
    "after": {"type": "string", "description": "Stands behind this item."},
    "before": {"type": "string", "description": "Stands in front of this item."},
}
FORMER = {
    "was": {
        "description": "The keys that this had before, the oldest first.",
        "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}],
    },
}
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
ONE = ("if", "then", "else", "not", "items", "additionalProperties", "unevaluatedProperties", "propertyNames")
NAMED = ("properties", "patternProperties", "$defs")


def for_editors(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of the files of this kind, long or short, whole or patch."""
    root: dict[str, Any] = deepcopy(dict(kind.schema))
    for schema in list(_every(root)):
        if schema.get("x-keyed") or schema.get("x-ordered"):
            for item in (*_values(schema.get("properties")), schema.get("additionalProperties")):
                declared = schema.get("x-ordered") or "propertyNames" in schema
                _may_say(root, item, NEIGHBOURS | FORMER if declared else NEIGHBOURS)
    lenient = _lenient(root, top=True)
    return dict(lenient)


def _values(named: Any) -> tuple[Any, ...]:
    return tuple(named.values()) if isinstance(named, Mapping) else ()


def _every(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside this one, itself first."""
    if not isinstance(schema, dict):
        return
    yield schema
    for word in MANY:
        for inner in schema.get(word, ()):
            yield from _every(inner)
    for word in ONE:
        yield from _every(schema.get(word))
    for word in NAMED:
        for inner in schema.get(word, {}).values():
            yield from _every(inner)


def _may_say(root: dict[str, Any], item: Any, words: Mapping[str, Any]) -> None:
    """Lets an item of an ordered map say `after`, `before` and `was`, wherever its keys are listed."""
    if not isinstance(item, dict):
        return
    if "$ref" in item:
        _may_say(root, resolve(root, item["$ref"]), words)
    if item.get("type") == "object" or "properties" in item:
        listed = item.setdefault("properties", {})
        if set(words) <= set(listed):
            return
        listed.update(deepcopy(dict(words)))
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in item.get(word, ()):
            _may_say(root, inner, words)
    for word in ("then", "else"):
        _may_say(root, item.get(word), words)


def _lenient(schema: Any, *, top: bool = False) -> Any:
    if not isinstance(schema, dict):
        return schema
    made = {word: _part(word, part) for word, part in schema.items() if word != "required"}
    item = made.get("additionalProperties")
    if isinstance(item, dict):
        short = [{"const": True}] if schema.get("x-keyed") else []
        made["additionalProperties"] = _removable(item, *short)
    if "x-identity" in schema:
        made = {"if": {"required": [schema["x-identity"]]}, "then": made, "else": {"type": "object"}}
    forms = [] if top else _short(schema)
    return {"anyOf": [*forms, made]} if forms else made


def _part(word: str, part: Any) -> Any:
    if word == "if":
        return part
    if word in MANY:
        return [_lenient(inner) for inner in part]
    if word in ONE:
        return _lenient(part)
    if word == "$defs":
        return {name: _lenient(inner) for name, inner in part.items()}
    if word in NAMED:
        return {name: _removable(_lenient(inner)) for name, inner in part.items()}
    return part


def _removable(schema: Any, *others: dict[str, Any]) -> Any:
    return {"anyOf": [schema, *others, {"type": "null"}]} if isinstance(schema, dict) and schema else schema


def _short(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The short forms that stand for a value of this schema."""
    short: list[dict[str, Any]] = []
    if schema.get("x-keyed"):
        short.append({"type": "array", "items": {"type": "string"}, "uniqueItems": True})
    if schema.get("x-label"):
        short.append({"type": "string"})
    if schema.get("x-short"):
        short.append({"type": ["string", "number"]})
    if schema.get("x-list"):
        short.append({"type": ["string", "number", "boolean"]})
    return short
