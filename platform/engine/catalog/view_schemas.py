"""The JSON Schemas of views and subpanels."""

from __future__ import annotations

from hanok.engine.catalog.action_schemas import BUTTON
from hanok.engine.catalog.shapes import FLAG, LABEL, NAMES, SORT, TEXT, Schema, described, listed, mapping, ref, when
from hanok.engine.language import KEY_SCHEMA

WIDE: Schema = {"type": "integer", "minimum": 1, "maximum": 4}
COUNT: Schema = described(WIDE, "How many columns stand side by side.")
PAGE_SIZE: Schema = {
    "type": "integer", "minimum": 5, "maximum": 200, "description": "How many records a page shows.",
}  # fmt: skip
ROWS_SHOWN: Schema = described(ref("condition"), "Which records are shown.")
CELL: Schema = {"anyOf": [TEXT, mapping({
    "field": described(TEXT, "The field, or a path to one."),
    "span": described(WIDE, "Over how many columns it goes."), "label": LABEL,
})]}  # fmt: skip
ROWS: Schema = listed(listed(CELL, maxItems=4), description='Rows of cells; "" is an empty place.')
COLUMNS: Schema = {
    "type": "object", "x-keyed": True,
    "description": "The columns in their order: fields, or paths through links and into parts.",
    "additionalProperties": mapping({"hidden": described(FLAG, "Offered, but not shown at first."), "label": LABEL}),
}  # fmt: skip
CARD: Schema = {
    "type": "object", "x-keyed": True, "description": "What a card shows: fields or paths.",
    "additionalProperties": mapping({"label": LABEL}),
}  # fmt: skip
VISIBLE: Schema = when("Shown always, never, or where this holds for the record.")
PANEL: Schema = mapping({
    "label": LABEL, "columns": COUNT, "rows": ROWS, "visible": VISIBLE,
    "widget": {"type": "string", "description": "The key of a package's widget, instead of rows."},
})  # fmt: skip
PANELS: Schema = {
    "type": "object", "x-keyed": True, "description": "Panels by key, one below the other.",
    "propertyNames": KEY_SCHEMA, "additionalProperties": PANEL,
}  # fmt: skip
TAB: Schema = mapping({"label": LABEL, "panels": PANELS, "rows": ROWS, "columns": COUNT, "visible": VISIBLE})
TABS: Schema = {
    "type": "object", "x-keyed": True, "description": "Tabs by key; a form of one panel needs none.",
    "propertyNames": KEY_SCHEMA, "additionalProperties": TAB,
}  # fmt: skip
FORM: Schema = mapping({
    "tabs": TABS, "rows": ROWS, "columns": COUNT,
    "side": described(PANELS, "Panels at the right."), "bottom": described(PANELS, "Panels below the tabs."),
})  # fmt: skip
VIEWS: Schema = mapping({
    "list": mapping({
        "columns": COLUMNS, "sort": SORT, "page_size": PAGE_SIZE, "where": ROWS_SHOWN,
        "tree": {"type": "string", "description": "The link to a tree by whose branches the list is narrowed."},
    }, description="The list of the module."),
    "form": described(FORM, "The form; the page of a record too, unless `detail` says otherwise."),
    "detail": described(FORM, "The page of a record, where it differs from the form."),
    "quick": described(FORM, "The small form that opens over a list or a link."),
    "kanban": mapping({
        "by": {"type": "string", "description": "The choice whose options are the columns of the board."},
        "where": ROWS_SHOWN, "sort": SORT, "card": CARD,
        "sum": {"type": "string", "description": "The number that is summed up in the head of each column."},
    }, required=["by"], description="A board with a column for each option."),
    "calendar": mapping({
        "by": {"type": "string", "description": "The day, the moment or the period where a record stands."},
        "until": {"type": "string", "description": "The field where it ends, unless `by` is a period."},
        "where": ROWS_SHOWN, "title": described(TEXT, "The field that names a record there."),
    }, required=["by"], description="Records by day, week and month."),
    "timeline": mapping({
        "by": {"type": "string", "description": "The day, the moment or the period where an open record stands; "
               "when it was made, unless said."},
        "past": {"type": "string", "description": "Where it stands once it is no longer open; at `by`, unless said."},
        "open": described(ref("condition"), "Which records are still to come; none, unless said."),
        "text": described(TEXT, "The field whose text is shown, cut after some lines."),
        "card": {**CARD, "description": "What stands beside the name: fields or paths."},
        "finish": {"type": "string", "description": "The action that ends an open record with one click."},
    }, description="How its records stand in the timelines of the records that they belong to."),
    "search": mapping({
        "basic": described(NAMES, "Fields that stand in the filter at once."),
        "advanced": described(NAMES, "Fields that may be added to it."),
    }, description="What the filter of the list offers first."),
}, description="How records are shown. What is left out is derived from the fields.")  # fmt: skip
SUBPANEL: Schema = mapping({
    "label": LABEL, "hidden": described(FLAG, "Whether it is left out."), "columns": COLUMNS, "sort": SORT,
    "where": ROWS_SHOWN,
    "of": {"description": "The end that it shows, a path of ends (quotes.lines), or a list of several ends.",
           "x-replace": True, "anyOf": [TEXT, listed(TEXT, minItems=1, uniqueItems=True)]},
    "create": {"type": "object", "x-replace": True, "description": "Values of a new record; $record is the one above."},
    "page_size": {**PAGE_SIZE, "minimum": 1}, "search": described(NAMES, "Fields by which it can be narrowed."),
    "group": {"type": "string", "description": "What its rows are grouped by: a field, or `module`."},
    "actions": {"type": "object", "x-keyed": True, "propertyNames": KEY_SCHEMA,
                "description": "Its buttons: create, link, unlink, and own ones.", "additionalProperties": mapping({
        **BUTTON, "many": {"type": "boolean", "description": "Several records are picked at once."},
    })},
})  # fmt: skip
