"""The JSON Schemas of the kinds of documents, with the annotations by which the language room merges layers.

What the annotations (`x-…`) mean is said in `language.kinds`. `after` and `before` are the language's, not listed here.
"""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.catalog.action_schemas import ACTIONS as BUTTONS
from hanok.engine.catalog.action_schemas import STEPS_SCHEMA
from hanok.engine.catalog.shapes import DEFINITIONS, FLAG, NAMES, SORT, TEXT, Schema, keyed, listed, mapping, ref, when
from hanok.engine.catalog.view_schemas import SUBPANEL, VIEWS
from hanok.engine.fields import FieldType
from hanok.engine.fields.choice import OPTION
from hanok.engine.language import KEY_SCHEMA, Kind

ACTIONS = ["list", "view", "create", "edit", "delete", "import", "export", "massupdate", "assign"]
LEVELS = ["all", "owner", "none", "deny"]
#: What a rollup makes of many values.
ROLLUPS = ("sum", "count", "min", "max", "avg")
#: What options may say about themselves: values of one column each, which conditions can ask for.
OF_OPTIONS = (
    "text", "long_text", "rich_text", "boolean", "integer", "decimal", "float", "percent", "choice", "choices",
    "color", "icon", "date", "duration", "rating", "url", "email",
)  # fmt: skip
KINDS_OF_MODULE = "What it is like: basic, person, company, sale, issue, file, activity or line."

COMMON: Schema = {
    "label": ref("labels"),
    "help": ref("labels"),
    "required": when("Whether it must be filled in: always, or where this holds for the record."),
    "unique": {"type": "boolean"},
    "default": {
        "x-replace": True,
        "description": "The value of a new record; $me, today and +30d where the type knows them.",
    },
    "readonly": when("Whether it may not be changed: always, or where this holds; `new: false` is after creation."),
    "visible": when("Whether forms show it: never, or where this holds. An invisible field keeps its value."),
    "hidden": {"type": "boolean", "description": "Kept, but offered nowhere."},
    "search": {"type": "boolean", "description": "Found by the quick search."},
    "audit": {"type": "boolean", "description": "Whether changes are kept in the history; true unless said."},
    "index": {"type": "boolean", "description": "Give it a database index."},
    "massupdate": {"type": "boolean", "description": "Whether many records may be given a value at once."},
    "import": {"type": "boolean", "description": "Whether an import may write it; true unless said."},
    "export": {"type": "boolean", "description": "Whether an export holds it; true unless said."},
    "personal": {"type": "boolean", "description": "It says something of a person: what laws on privacy are about."},
    "mask": {"enum": ["most", "all"], "description": "What lists hide of it: all but the last four signs, or all."},
    "formula": {"type": "string", "minLength": 1, "x-replace": True,
                "description": "An expression whose value the field has: nobody types it."},
    "live": {"type": "boolean",
             "description": "Work the formula out when it is read (today, me); such a field has no column."},
    "suggest": {"type": "string", "minLength": 1, "x-replace": True,
                "description": "An expression whose value the field follows until somebody types over it."},
    "rollup": {
        "type": "object", "x-replace": True, "minProperties": 1, "additionalProperties": False,
        "description": "One number or date of many linked records: sum, count, min, max or avg of `end.field`.",
        "properties": {**{name: {"type": "string"} for name in ROLLUPS}, "where": ref("condition")},
    },
}
PICKED: Schema = {
    "where": {**ref("condition"), "description": "What may be picked; $record is the record that picks."},
}


def field_schema(types: Mapping[str, FieldType]) -> Schema:
    """A field: its `type`, the common keys and the type's own. Choices and modules are checked by the compiler."""
    branches = [
        {
            "if": {"properties": {"type": {"const": key}}, "required": ["type"]},
            "then": {
                "properties": {"type": True, **common_keys(found), **found.options},
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
        "properties": {"type": {"type": "string", "enum": list(types), "x-noun": "type"}, **every, **COMMON, **PICKED},
        "allOf": branches,
    }  # fmt: skip


def common_keys(found: FieldType) -> Schema:
    """The common keys that this type takes: `where` belongs to what is picked, an option or a record."""
    picked = "options" in found.options or "to" in found.options or bool(found.targets({}))
    return {**COMMON, **PICKED} if picked else COMMON


SAVED_FILTER: Schema = mapping(
    {"label": ref("labels"), "where": ref("condition"), "sort": SORT, "default": {"type": "boolean"}}
)
RULES: Schema = keyed(
    mapping({
        "check": {**ref("condition"), "description": "What must hold for every record that is saved."},
        "when": {**ref("condition"), "description": "For which records it must; for all, unless said."},
        "message": ref("labels"),
        "field": {"type": "string", "description": "The field that is marked; the first of the check, unless said."},
    }, required=["check", "message"]),
)  # fmt: skip
DUPLICATES: Schema = keyed(
    mapping({
        "match": listed(TEXT, minItems=1, uniqueItems=True, description="The fields that are all alike."),
        "then": {"enum": ["warn", "refuse"], "description": "What happens; `warn` unless said."},
    }, required=["match"]),
)  # fmt: skip
LEVELS_BY_ACTION: Schema = {
    "anyOf": [
        {"type": "string", "enum": LEVELS},
        mapping({action: {"type": "string", "enum": LEVELS} for action in ACTIONS}),
    ]
}
MENU_FILTER: Schema = mapping({"label": ref("labels"), "icon": TEXT, "modules": NAMES})
MENU_FILTERS: Schema = {
    "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA, "additionalProperties": MENU_FILTER,
}  # fmt: skip
TEAM_MENU: Schema = mapping({
    "filters": {
        **MENU_FILTERS, "x-removes": True,
        "additionalProperties": {"anyOf": [
            mapping({
                "label": ref("labels"), "icon": TEXT,
                "modules": {**NAMES, "x-removes": True,
                            "additionalProperties": {"anyOf": [mapping({}), {"type": "null"}]}},
            }),
            {"type": "null"},
        ]},
    },
})  # fmt: skip


def _attributes(types: Mapping[str, FieldType]) -> Schema:
    return {
        "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA,
        "additionalProperties": mapping({
            "label": ref("labels"), "help": ref("labels"), "options": TEXT,
            "type": {"type": "string", "enum": [key for key in OF_OPTIONS if key in types], "x-noun": "type"},
        }, required=["type"]),
    }  # fmt: skip


def _module() -> Schema:
    return {
        "label": ref("labels"), "plural": ref("labels"), "area": TEXT, "icon": TEXT,
        "extends": {"type": "string", "x-brings": "template", "description": KINDS_OF_MODULE},
        "traits": {**NAMES, "x-brings": "trait"},
        "title": {"type": "string", "x-replace": True}, "owners": listed(TEXT),
        "fields": keyed(ref("field"), description="The fields, in the order in which they are offered."),
        "index": listed(listed(TEXT, minItems=1)), "unique": listed(listed(TEXT, minItems=1)),
        "rules": RULES, "duplicates": DUPLICATES, "actions": BUTTONS,
        "views": VIEWS, "subpanels": keyed(SUBPANEL), "saved_filters": keyed(SAVED_FILTER),
    }  # fmt: skip


def kinds(types: Mapping[str, FieldType]) -> dict[str, Kind]:
    """The registry of kinds for these field types, by key."""
    definitions = {**DEFINITIONS, "field": field_schema(types), "steps": STEPS_SCHEMA}

    def kind(
        key: str, folder: str, properties: Schema, *, required: tuple[str, ...] = (), defined: Schema = DEFINITIONS
    ) -> Kind:
        schema = mapping(properties, required=list(required), title=key)
        return Kind(
            key=key, folder=folder,
            schema={"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": defined},
        )  # fmt: skip

    app = {
        "name": ref("labels"), "languages": listed({"enum": ["en", "ko"]}, minItems=1),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "zone": TEXT, "areas": keyed(mapping({"label": ref("labels"), "icon": TEXT})),
    }  # fmt: skip
    module = _module()
    former = {**listed(TEXT), "x-list": True, "description": "The keys that the module had before."}
    bundle = {key: module[key] for key in module if key not in ("label", "plural", "extends")}
    menu = {
        "filters": MENU_FILTERS,
        "teams": {"type": "object", "description": "What the menu of a team says otherwise, by the team's key.",
                  "additionalProperties": TEAM_MENU},
    }  # fmt: skip
    option = {"label": ref("labels"), "attributes": _attributes(types), "options": keyed(dict(OPTION))}
    role = {
        "label": ref("labels"), "default": LEVELS_BY_ACTION,
        "modules": {"type": "object", "additionalProperties": LEVELS_BY_ACTION},
        "studio": FLAG,
    }  # fmt: skip
    return {
        found.key: found
        for found in (
            kind("app", "", app, required=("name",)),
            kind("template", "templates", bundle, defined=definitions),
            kind("trait", "traits", bundle, defined=definitions),
            kind("module", "modules", {**module, "was": former}, required=("label",), defined=definitions),
            kind("option", "options", option, required=("label",)),
            kind("menu", "menus", menu),
            kind("role", "roles", role, required=("label",)),
        )
    }


