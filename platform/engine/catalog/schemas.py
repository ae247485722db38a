"""The JSON Schemas of the kinds of documents, with the annotations by which the language room merges layers.

What the annotations (`x-…`) mean is said in `language.kinds`. `after` and `before` are the language's, not listed here.
"""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.catalog.action_schemas import ACTIONS as BUTTONS
from hanok.engine.catalog.action_schemas import STEPS_SCHEMA
from hanok.engine.catalog.shapes import (
    DEFINITIONS,
    FLAG,
    ICON,
    LABEL,
    NAMES,
    SORT,
    TEXT,
    Schema,
    described,
    keyed,
    listed,
    mapping,
    ref,
    when,
)
from hanok.engine.catalog.view_schemas import SUBPANEL, VIEWS
from hanok.engine.catalog.workflow_schemas import workflow
from hanok.engine.fields import FieldType
from hanok.engine.fields.choice import OPTION
from hanok.engine.language import KEY_SCHEMA, Kind

#: What a role gives rights to, and what may be done then.
ACTIONS = {
    "list": "seen in lists", "view": "opened", "create": "made", "edit": "changed", "delete": "deleted",
    "import": "imported", "export": "exported", "massupdate": "changed many at once", "assign": "given to others",
}  # fmt: skip
LEVELS = ["all", "group", "owner", "none", "deny"]
#: What a rollup makes of many values.
ROLLUPS = ("sum", "count", "min", "max", "avg")
#: What options may say about themselves: values of one column each, which conditions can ask for.
OF_OPTIONS = (
    "text", "long_text", "rich_text", "boolean", "integer", "decimal", "float", "percent", "choice", "choices",
    "color", "icon", "date", "duration", "rating", "url", "email",
)  # fmt: skip
KINDS_OF_MODULE = "What it is like: basic, person, company, sale, issue, file, activity or line."

COMMON: Schema = {
    "label": LABEL,
    "help": described(ref("labels"), "A sentence for those who fill it in."),
    "required": when("Whether it must be filled in: always, or where this holds for the record."),
    "unique": described(FLAG, "No two records have the same value; deleted ones do not count."),
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
    {"label": LABEL, "where": described(ref("condition"), "Which records it shows."), "sort": SORT,
     "default": described(FLAG, "The list opens with it.")}
)  # fmt: skip
RULES: Schema = keyed(
    mapping({
        "check": {**ref("condition"), "description": "What must hold for every record that is saved."},
        "when": {**ref("condition"), "description": "For which records it must; for all, unless said."},
        "message": described(ref("labels"), "What is said to who breaks it."),
        "field": {"type": "string", "description": "The field that is marked; the first of the check, unless said."},
    }, required=["check", "message"]),
    description="What holds for every record, by key.",
)  # fmt: skip
DUPLICATES: Schema = keyed(
    mapping({
        "match": listed(TEXT, minItems=1, uniqueItems=True, description="The fields that are all alike."),
        "then": {"enum": ["warn", "refuse"], "description": "What happens; `warn` unless said."},
    }, required=["match"]),
    description="Which records count as the same thing, by key.",
)  # fmt: skip
LEVEL: Schema = {"type": "string", "enum": LEVELS}
LEVELS_BY_ACTION: Schema = {
    "anyOf": [
        LEVEL,
        mapping({
            action: {**LEVEL, "description": f"Whose records may be {done}."} for action, done in ACTIONS.items()
        }),
    ]
}
LEVELS_OF_MODULE: Schema = {
    "anyOf": [
        LEVEL,
        mapping({
            action: {
                "anyOf": [LEVEL, ref("condition")],
                "description": f"Whose records may be {done}: a level, or those for which a condition holds.",
            }
            for action, done in ACTIONS.items()
        }),
    ]
}
IN_MENU: Schema = described(NAMES, "The modules that stand in it, in this order.")
MENU_FILTER: Schema = mapping({"label": LABEL, "icon": ICON, "modules": IN_MENU})
MENU_FILTERS: Schema = {
    "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA, "additionalProperties": MENU_FILTER,
    "description": "The filters of the top menu, by key.",
}  # fmt: skip
TEAM_MENU: Schema = mapping({
    "filters": {
        **MENU_FILTERS, "x-removes": True,
        "description": "The filters that are otherwise for this team; null takes one away.",
        "additionalProperties": {"anyOf": [
            mapping({
                "label": LABEL, "icon": ICON,
                "modules": {**IN_MENU, "x-removes": True,
                            "additionalProperties": {"anyOf": [mapping({}), {"type": "null"}]}},
            }),
            {"type": "null"},
        ]},
    },
})  # fmt: skip


def _attributes(types: Mapping[str, FieldType]) -> Schema:
    return {
        "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA,
        "description": "What options say about themselves; conditions and formulas ask for it.",
        "additionalProperties": mapping({
            "label": LABEL, "help": COMMON["help"], "options": described(TEXT, "The option set of a choice."),
            "type": {"type": "string", "enum": [key for key in OF_OPTIONS if key in types], "x-noun": "type",
                     "description": "The type of what they say."},
        }, required=["type"]),
    }  # fmt: skip


def _module() -> Schema:
    return {
        "label": LABEL, "plural": described(ref("labels"), "What several of them are called."),
        "area": described(TEXT, "The area of app.yaml that it belongs to."), "icon": ICON,
        "extends": {"type": "string", "x-brings": "template", "description": KINDS_OF_MODULE},
        "traits": {**NAMES, "x-brings": "trait", "description": "Bundles of fields and filters that it brings along."},
        "title": {"type": "string", "x-replace": True, "description": "A template: how a record is called everywhere."},
        "owners": listed(TEXT, description="The fields whose people count as owners of a record."),
        "fields": keyed(ref("field"), description="The fields, in the order in which they are offered."),
        "index": listed(listed(TEXT, minItems=1), description="Fields that get a database index together."),
        "unique": listed(listed(TEXT, minItems=1), description="Fields that no two records have alike together."),
        "rules": RULES, "duplicates": DUPLICATES, "actions": BUTTONS,
        "views": VIEWS,
        "subpanels": keyed(SUBPANEL, description="The lists below a record: one for each end of a link, and own ones."),
        "saved_filters": keyed(SAVED_FILTER, description="Filters of the list that have a name."),
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
        "name": described(ref("labels"), "The name of the application."),
        "languages": listed({"enum": ["en", "ko"]}, minItems=1, description="The languages, the usual one first."),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "The site's currency, like KRW."},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "The usual country, like KR."},
        "zone": described(TEXT, "The time zone, like Asia/Seoul."),
        "areas": keyed(mapping({"label": LABEL, "icon": ICON}), description="What modules are sorted into."),
    }  # fmt: skip
    module = _module()
    former = {**listed(TEXT), "x-list": True, "description": "The keys that the module had before."}
    bundle = {key: module[key] for key in module if key not in ("label", "plural", "extends")}
    menu = {
        "filters": MENU_FILTERS,
        "teams": {"type": "object", "description": "What the menu of a team says otherwise, by the team's key.",
                  "additionalProperties": TEAM_MENU},
    }  # fmt: skip
    options = keyed(dict(OPTION), description="The options, in their order.")
    option = {"label": LABEL, "attributes": _attributes(types), "options": options}
    role = {
        "label": LABEL, "default": described(LEVELS_BY_ACTION, "What counts where a module is not named."),
        "modules": {"type": "object", "additionalProperties": LEVELS_OF_MODULE,
                    "description": "Rights by module: one level, or a level or condition for each action."},
        "fields": {
            "type": "object",
            "description": "Rights to single fields, as account.annual_revenue; what is not named is as the record is.",
            "additionalProperties": mapping({
                "view": {"anyOf": [LEVEL, ref("condition")], "description": "In which records it is seen."},
                "edit": {"anyOf": [LEVEL, ref("condition")], "description": "In which records it may be changed."},
            }),
        },
        "studio": described(FLAG, "Whether who has it may change the metadata."),
        "assignable": described(FLAG, "Whether who has it may be given records that it lets her see; true if unsaid."),
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
            kind("workflow", "workflows", workflow(), required=("label", "module", "trigger", "do"),
                 defined=definitions),
        )
    }


