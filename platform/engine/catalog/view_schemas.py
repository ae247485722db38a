"""The JSON Schemas of views and subpanels."""

from __future__ import annotations

from hanok.engine.catalog.action_schemas import BUTTON
from hanok.engine.catalog.shapes import FLAG, NAMES, SORT, TEXT, Schema, listed, mapping, ref, when
from hanok.engine.language import KEY_SCHEMA

COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 4}
PAGE_SIZE: Schema = {"type": "integer", "minimum": 5, "maximum": 200}
CELL: Schema = {"anyOf": [TEXT, mapping({"field": TEXT, "span": COUNT, "label": ref("labels")})]}
ROWS: Schema = listed(listed(CELL, maxItems=4), description='Rows of cells; "" is an empty place.')
COLUMNS: Schema = {
    "type": "object", "x-keyed": True,
    "additionalProperties": mapping({"hidden": FLAG, "label": ref("labels")}),
}  # fmt: skip
CARD: Schema = {"type": "object", "x-keyed": True, "additionalProperties": mapping({"label": ref("labels")})}
VISIBLE: Schema = when("Shown always, never, or where this holds for the record.")
PANEL: Schema = mapping({
    "label": ref("labels"), "columns": COUNT, "rows": ROWS, "visible": VISIBLE,
    "widget": {"type": "string", "description": "The key of a package's widget, instead of rows."},
})  # fmt: skip
PANELS: Schema = {
    "type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA, "additionalProperties": PANEL,
}  # fmt: skip
TAB: Schema = mapping({"label": ref("labels"), "panels": PANELS, "rows": ROWS, "columns": COUNT, "visible": VISIBLE})
TABS: Schema = {"type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA, "additionalProperties": TAB}
FORM: Schema = mapping({"tabs": TABS, "rows": ROWS, "columns": COUNT, "side": PANELS, "bottom": PANELS})
VIEWS: Schema = mapping({
    "list": mapping({
        "columns": COLUMNS, "sort": SORT, "page_size": PAGE_SIZE, "where": ref("condition"),
        "tree": {"type": "string", "description": "The link to a tree by whose branches the list is narrowed."},
    }),
    "form": FORM, "detail": FORM, "quick": FORM,
    "kanban": mapping({
        "by": {"type": "string", "description": "The choice whose options are the columns of the board."},
        "where": ref("condition"), "sort": SORT, "card": CARD,
        "sum": {"type": "string", "description": "The number that is summed up in the head of each column."},
    }, required=["by"]),
    "calendar": mapping({
        "by": {"type": "string", "description": "The day, the moment or the period where a record stands."},
        "until": {"type": "string", "description": "The field where it ends, unless `by` is a period."},
        "where": ref("condition"), "title": TEXT,
    }, required=["by"]),
    "search": mapping({"basic": NAMES, "advanced": NAMES}),
})  # fmt: skip
SUBPANEL: Schema = mapping({
    "label": ref("labels"), "hidden": FLAG, "columns": COLUMNS, "sort": SORT, "where": ref("condition"),
    "of": {"description": "The end that it shows, a path of ends (quotes.lines), or a list of several ends.",
           "x-replace": True, "anyOf": [TEXT, listed(TEXT, minItems=1, uniqueItems=True)]},
    "create": {"type": "object", "x-replace": True, "description": "Values of a new record; $record is the one above."},
    "page_size": {**PAGE_SIZE, "minimum": 1}, "search": NAMES,
    "group": {"type": "string", "description": "What its rows are grouped by: a field, or `module`."},
    "actions": {"type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA, "additionalProperties": mapping({
        **BUTTON, "many": {"type": "boolean", "description": "Several records are picked at once."},
    })},
})  # fmt: skip
