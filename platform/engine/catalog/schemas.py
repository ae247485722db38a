"""The JSON Schemas of the kinds of documents, with the annotations by which the language room merges layers.

What the annotations (`x-…`) mean is said in `language.kinds`. `after` and `before` are the language's, not listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.fields import FieldType
from hanok.engine.fields.choice import OPTION
from hanok.engine.language import KEY_SCHEMA, Kind

Schema = dict[str, Any]
ACTIONS = ["list", "view", "create", "edit", "delete", "import", "export", "massupdate", "assign"]
LEVELS = ["all", "owner", "none", "deny"]
#: What a rollup makes of many values.
ROLLUPS = ("sum", "count", "min", "max", "avg")
KINDS_OF_MODULE = "What it is like: basic, person, company, sale, issue, file, activity or line."

DEFINITIONS: Schema = {
    "labels": {
        "description": "A text in each language; a plain text is the default language's.",
        "type": "object", "x-label": True, "minProperties": 1,
        "properties": {language: {"type": "string", "minLength": 1} for language in ("en", "ko")},
        "additionalProperties": False,
    },
    "condition": {"type": "object", "x-replace": True, "description": "A map of field → test; all must hold."},
}  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: Schema, **rest: Any) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **rest}


def _keyed(item: Schema, **rest: Any) -> Schema:
    """A map of keys to items in an order that counts."""
    return {"type": "object", "x-ordered": True, "propertyNames": KEY_SCHEMA, "additionalProperties": item, **rest}


def _list(item: Schema, **rest: Any) -> Schema:
    return {"type": "array", "x-replace": True, "items": item, **rest}


TEXT: Schema = {"type": "string"}
CELL: Schema = {
    "anyOf": [
        TEXT,
        _object({"field": TEXT, "span": {"type": "integer", "minimum": 1, "maximum": 4}, "label": _ref("labels")}),
    ]
}
ROWS: Schema = _list(_list(CELL, maxItems=4), description='Rows of cells; "" is an empty place.')
COLUMNS: Schema = {
    "type": "object", "x-keyed": True,
    "additionalProperties": _object({"hidden": {"type": "boolean"}, "label": _ref("labels")}),
}  # fmt: skip
SORT: Schema = _list(TEXT, description='Field keys, the first most important; "-" in front for descending.')
NAMES: Schema = {"type": "object", "x-keyed": True, "additionalProperties": _object({})}

COMMON: Schema = {
    "label": _ref("labels"),
    "help": _ref("labels"),
    "required": {"type": "boolean"},
    "unique": {"type": "boolean"},
    "default": {
        "x-replace": True,
        "description": "The value of a new record; $me, today and +30d where the type knows them.",
    },
    "readonly": {"type": "boolean"},
    "hidden": {"type": "boolean", "description": "Kept, but offered nowhere."},
    "search": {"type": "boolean", "description": "Found by the quick search."},
    "audit": {"type": "boolean", "description": "Whether changes are kept in the history; true unless said."},
    "index": {"type": "boolean", "description": "Give it a database index."},
    "formula": {"type": "string", "minLength": 1, "x-replace": True,
                "description": "An expression whose value the field has: nobody types it."},
    "live": {"type": "boolean",
             "description": "Work the formula out when it is read (today, me); such a field has no column."},
    "suggest": {"type": "string", "minLength": 1, "x-replace": True,
                "description": "An expression whose value the field follows until somebody types over it."},
    "rollup": {
        "type": "object", "x-replace": True, "minProperties": 1, "additionalProperties": False,
        "description": "One number or date of many linked records: sum, count, min, max or avg of `end.field`.",
        "properties": {**{name: {"type": "string"} for name in ROLLUPS}, "where": _ref("condition")},
    },
}


def field_schema(types: Mapping[str, FieldType]) -> Schema:
    """A field: its `type`, the common keys and the type's own. Choices and modules are checked by the compiler."""
    branches = [
        {
            "if": {"properties": {"type": {"const": key}}, "required": ["type"]},
            "then": {
                "properties": {"type": True, **COMMON, **found.options},
                "additionalProperties": False,
                "required": list(found.needs),
            },
        }
        for key, found in types.items()
    ]
    every: Schema = {}
    for found in types.values():
        every |= {name: {} for name in found.options}
    return {
        "type": "object", "x-identity": "type", "required": ["type"],
        "properties": {"type": {"type": "string", "enum": list(types), "x-noun": "type"}, **every, **COMMON},
        "allOf": branches,
    }  # fmt: skip


PANEL: Schema = _object({
    "label": _ref("labels"), "columns": {"type": "integer", "minimum": 1, "maximum": 4}, "rows": ROWS,
})  # fmt: skip
TAB: Schema = _object({"label": _ref("labels"), "panels": _keyed(PANEL), "rows": ROWS})
FORM: Schema = _object({
    "tabs": _keyed(TAB),
    "rows": ROWS, "columns": {"type": "integer", "minimum": 1, "maximum": 4}, "side": _keyed(PANEL),
})  # fmt: skip
VIEWS: Schema = _object({
    "list": _object({
        "columns": COLUMNS, "sort": SORT, "page_size": {"type": "integer", "minimum": 5, "maximum": 200},
        "where": _ref("condition"),
    }),
    "form": FORM, "detail": FORM, "quick": FORM,
    "search": _object({"basic": NAMES, "advanced": NAMES}),
})  # fmt: skip
SUBPANEL: Schema = _object({
    "label": _ref("labels"), "columns": COLUMNS, "sort": SORT, "where": _ref("condition"),
    "hidden": {"type": "boolean"},
    "actions": {"type": "object", "x-keyed": True, "propertyNames": {"enum": ["create", "link", "unlink"]},
                "additionalProperties": _object({})},
})  # fmt: skip
SAVED_FILTER: Schema = _object(
    {"label": _ref("labels"), "where": _ref("condition"), "sort": SORT, "default": {"type": "boolean"}}
)
LEVELS_BY_ACTION: Schema = {
    "anyOf": [
        {"type": "string", "enum": LEVELS},
        _object({action: {"type": "string", "enum": LEVELS} for action in ACTIONS}),
    ]
}
OPTION_ATTRIBUTES: Schema = {
    "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA,
    "additionalProperties": _object({
        "label": _ref("labels"), "options": TEXT,
        "type": {"enum": ["text", "boolean", "integer", "decimal", "percent", "choice"]},
    }, required=["type"]),
}  # fmt: skip


def _fields(types: Mapping[str, FieldType]) -> Schema:
    return _keyed(field_schema(types), description="The fields, in the order in which they are offered.")


def _module(types: Mapping[str, FieldType]) -> Schema:
    return {
        "label": _ref("labels"), "plural": _ref("labels"), "area": TEXT, "icon": TEXT,
        "extends": {"type": "string", "x-brings": "template", "description": KINDS_OF_MODULE},
        "traits": {**NAMES, "x-brings": "trait"},
        "title": {"type": "string", "x-replace": True}, "owners": _list(TEXT),
        "fields": _fields(types), "index": _list(_list(TEXT, minItems=1)), "unique": _list(_list(TEXT, minItems=1)),
        "views": VIEWS, "subpanels": _keyed(SUBPANEL), "saved_filters": _keyed(SAVED_FILTER),
    }  # fmt: skip


def kinds(types: Mapping[str, FieldType]) -> dict[str, Kind]:
    """The registry of kinds for these field types, by key."""

    def kind(key: str, folder: str, properties: Schema, *, required: tuple[str, ...] = ()) -> Kind:
        schema = _object(properties, required=list(required), title=key)
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": DEFINITIONS}
        return Kind(key=key, folder=folder, schema=schema)

    app = {
        "name": _ref("labels"), "languages": _list({"enum": ["en", "ko"]}, minItems=1),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "zone": TEXT, "areas": _keyed(_object({"label": _ref("labels"), "icon": TEXT})),
    }  # fmt: skip
    module = _module(types)
    bundle = {key: module[key] for key in module if key not in ("label", "plural", "extends")}
    menu_filter = _object({"label": _ref("labels"), "modules": NAMES})
    option = {"label": _ref("labels"), "attributes": OPTION_ATTRIBUTES, "options": _keyed(dict(OPTION))}
    role = {
        "label": _ref("labels"), "default": LEVELS_BY_ACTION,
        "modules": {"type": "object", "additionalProperties": LEVELS_BY_ACTION},
        "studio": {"type": "boolean"},
    }  # fmt: skip
    return {
        found.key: found
        for found in (
            kind("app", "", app, required=("name",)),
            kind("template", "templates", bundle),
            kind("trait", "traits", bundle),
            kind("module", "modules", module, required=("label",)),
            kind("option", "options", option, required=("label",)),
            kind("menu", "menus", {"filters": _keyed(menu_filter)}),
            kind("role", "roles", role, required=("label",)),
        )
    }
