"""Small kinds that use every annotation, and builders of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.language import KEY_SCHEMA, Document, Kind, Layer, read, survey

LABEL = {"x-label": True, "type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
CONDITION = {"type": "object", "additionalProperties": {"x-replace": True}}
FLAG = {"x-replace": True, "anyOf": [{"type": "boolean"}, CONDITION]}
OWN: Mapping[str, Mapping[str, Any]] = {
    "text": {"length": {"type": "integer", "minimum": 1}, "default": {"type": "string"}},
    "money": {"min": {"type": "number"}, "default": {"type": "number"}},
    "choice": {"options": {"anyOf": [{"type": "string"}, {"type": "object"}]}, "default": {"type": "string"}},
    "link": {
        "to": {"type": "array", "x-list": True, "items": {"type": "string"}},
        "reverse": {
            "type": "object",
            "x-short": "key",
            "additionalProperties": False,
            "properties": {"key": {"type": "string"}, "label": {"$ref": "#/$defs/label"}},
        },
    },
}
FIELD = {
    "type": "object",
    "x-identity": "type",
    "required": ["type"],
    "properties": {
        "type": {"enum": list(OWN), "x-noun": "type"},
        "label": {"$ref": "#/$defs/label"},
        "help": {"$ref": "#/$defs/label"},
        "required": FLAG,
        "search": {"type": "boolean"},
    },
    "allOf": [
        {"if": {"properties": {"type": {"const": key}}, "required": ["type"]}, "then": {"properties": own}}
        for key, own in OWN.items()
    ],
    "unevaluatedProperties": False,
}
COLUMNS = {
    "type": "object",
    "x-keyed": True,
    "additionalProperties": {
        "type": "object",
        "properties": {"width": {"type": "integer"}},
        "additionalProperties": False,
    },
}
MODULE_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["label"],
    "properties": {
        "label": {"$ref": "#/$defs/label"},
        "plural": {"$ref": "#/$defs/label"},
        "was": {"type": "array", "x-list": True, "x-replace": True, "items": {"type": "string"}},
        "traits": {
            "type": "object",
            "x-keyed": True,
            "x-brings": "trait",
            "additionalProperties": {"type": "object"},
        },
        "fields": {
            "type": "object",
            "x-ordered": True,
            "propertyNames": KEY_SCHEMA,
            "additionalProperties": {"$ref": "#/$defs/field"},
        },
        "columns": COLUMNS,
        "sort": {"type": "array", "x-replace": True, "items": {"type": "string"}},
        "where": {"x-replace": True, "type": "object"},
        "level": {"enum": ["all", "owner", "none"], "x-noun": "level"},
    },
    "additionalProperties": False,
    "$defs": {"label": LABEL, "field": FIELD},
}
APP_SCHEMA = {
    "type": "object",
    "properties": {"name": LABEL, "languages": {"type": "array", "items": {"type": "string"}}},
    "additionalProperties": False,
}
TRAIT_SCHEMA = {
    "type": "object",
    "properties": {key: MODULE_SCHEMA["properties"][key] for key in ("fields", "columns")},
    "additionalProperties": False,
    "$defs": MODULE_SCHEMA["$defs"],
}
KINDS = {
    "app": Kind("app", "", APP_SCHEMA),
    "trait": Kind("trait", "traits", TRAIT_SCHEMA),
    "module": Kind("module", "modules", MODULE_SCHEMA),
}


def layer(name: str, **modules: str) -> Layer:
    """A layer of modules by key; `app` is app.yaml, `trait_x` the trait x."""
    return Layer(name, {_file(key): text for key, text in modules.items()}, name)


def _file(key: str) -> str:
    if key == "app":
        return "app.yaml"
    return f"traits/{key.removeprefix('trait_')}.yaml" if key.startswith("trait_") else f"modules/{key}.yaml"


def problems(*layers: Layer, advice: bool = False) -> list[str]:
    """Everything that is said of these layers, as it is shown; errors only, or advice only."""
    found = survey(layers, KINDS)
    return [str(each) for each in (found.advice if advice else found.errors)]


def module(*layers: Layer, key: str = "account") -> Document:
    """The one module, of layers that hold nothing wrong."""
    return read(layers, KINDS).of("module")[key]
