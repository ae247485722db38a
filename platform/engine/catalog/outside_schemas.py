"""The JSON Schemas of what begins workflows from outside: a form on a web page, a request of another system."""

from __future__ import annotations

from hanok.engine.catalog.shapes import FLAG, TEXT, Schema, described, listed, mapping, ref
from hanok.engine.errors import say

ORIGIN_RULE = say("an origin is written like https://www.example.com, without a path")
VALUES: Schema = {"type": "object", "description": "Values that every such record gets."}
FORM_FIELD: Schema = mapping({
    "required": described(FLAG, "Whether it must be filled in here."),
    "label": described(ref("labels"), "What it is called here."),
    "help": described(ref("labels"), "A sentence below it."),
})  # fmt: skip
WEBFORM: Schema = mapping({
    "fields": {"description": "What it asks for: a list, or a map with what is said of each.", "anyOf": [
        listed(TEXT, minItems=1, uniqueItems=True),
        {"type": "object", "minProperties": 1, "additionalProperties": FORM_FIELD},
    ]},
    "title": described(ref("labels"), "The heading of its page."),
    "text": described(ref("labels"), "A sentence below the heading."),
    "button": described(ref("labels"), "What is written on its button."),
    "thanks": described(ref("labels"), "What is said when it was sent."),
    "redirect": described(TEXT, "Where it leads then: a path of this site, or an address of one of the origins."),
    "origins": described(
        listed({"type": "string", "pattern": "^https?://[^/?#\\s]+$", "x-says": ORIGIN_RULE.text}, uniqueItems=True),
        "Web sites whose pages may send it.",
    ),
    "values": VALUES,
    "duplicates": {"enum": ["create", "update", "refuse"],
                   "description": "What becomes of one that is like a record by the module's `duplicates`: a record "
                                  "of its own (unless said), new values of that one, or nothing."},
}, description="A form on a web page: what it asks for, and what is said afterwards.")  # fmt: skip
WEBHOOK: Schema = mapping({
    "fields": {"type": "object", "minProperties": 1, "additionalProperties": TEXT,
               "description": "Field → where its value stands: payload.customer.email, payload.items.0.sku."},
    "key": {"description": "The fields by which the record is found that is there already.",
            "anyOf": [TEXT, listed(TEXT, minItems=1, uniqueItems=True)]},
    "values": VALUES,
}, required=["fields"],
                  description="A signed request of another system: what of it goes into which field.")  # fmt: skip
