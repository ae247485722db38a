"""The JSON Schemas of actions and of their steps: one row for each kind of step."""

from __future__ import annotations

from typing import Any

from hanok.engine.catalog.shapes import FLAG, ICON, LABEL, TEXT, Schema, described, keyed, listed, mapping, ref, when
from hanok.engine.errors import say

#: Where a button stands: on the record's page, in its row of a list, over a selection of many.
PLACES = ("record", "row", "bulk")
ANYTHING: Schema = {"x-replace": True}
#: Field → value; an end → the records to tie.
VALUES: Schema = {"type": "object", "x-replace": True, "minProperties": 1}
SPAN_RULE = say("a span is a number and s, m, h, d, w, M or y")
SPAN: Schema = {"type": "string", "pattern": "^[0-9]+[smhdwMy]$", "x-says": SPAN_RULE.text}


def _asked(item: Schema) -> Schema:
    """Said here, or asked of whoever runs it: `{ask: true}`."""
    return {"x-replace": True, "anyOf": [item, mapping({"ask": {"const": True}}, required=["ask"])]}


PEOPLE = {"least_busy", "round_robin"}
SOMEBODY: Schema = {"x-replace": True, "anyOf": [
    TEXT, mapping({name: mapping({"team": TEXT, "security_group": TEXT, "role": TEXT}, minProperties=1)
                   for name in sorted(PEOPLE)}, minProperties=1, maxProperties=1),
]}  # fmt: skip
RECIPIENTS: Schema = {"x-replace": True, "anyOf": [TEXT, listed(TEXT, minItems=1)]}
STEPS: dict[str, Schema] = {
    "set": {**VALUES, "description": "Gives fields of the record these values."},
    "create": mapping({
        "module": TEXT, "values": {**VALUES, "minProperties": 0},
        "copy": {"type": "string", "description": "The record whose fields of the same key are taken over: $record."},
        "open": {"type": "boolean", "description": "Opens the new record's form before it is saved."},
    }, required=["module"], description="Makes a record of another module."),
    "link": {**VALUES, "description": "Ties records to ends of this one."},
    "unlink": {**VALUES, "description": "Takes records off ends of this one."},
    "assign": mapping({"to": SOMEBODY}, required=["to"], description="Gives the record to somebody."),
    "email": mapping({
        "template": _asked(TEXT), "to": RECIPIENTS, "cc": RECIPIENTS, "bcc": RECIPIENTS, "where": ref("condition"),
        "subject": ref("labels"), "text": ref("labels"), "pdf": _asked(TEXT), "attach": TEXT,
        "review": {"type": "boolean", "description": "Opens the mail before it is sent."},
    }, description="Sends a mail."),
    "notify": mapping({"to": RECIPIENTS, "text": ref("labels")}, required=["text"], description="Tells people."),
    "pdf": mapping({"template": _asked(TEXT)}, description="Makes a document of the record."),
    "webhook": mapping({
        "url": TEXT, "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]}, "body": ANYTHING,
        "headers": {"type": "object", "additionalProperties": TEXT},
    }, required=["url"], description="Calls another system."),
    "wait": mapping({"for": SPAN, "until": ANYTHING}, minProperties=1, maxProperties=1,
                    description="Goes on later: after a span, or when a condition holds or a moment is there."),
    "branch": listed(mapping({"when": ref("condition"), "do": ref("steps")}, required=["do"]), minItems=1,
                     description="Does the steps of the first condition that holds."),
    "each": mapping({"of": TEXT, "where": ref("condition"), "do": ref("steps")}, required=["of", "do"],
                    description="Does its steps for each record of an end."),
    "workflow": {"type": "string", "description": "Runs a workflow with this record."},
    "delete": {"const": True, "description": "Deletes the record."},
    "stop": {"const": True, "description": "Ends here."},
}  # fmt: skip
STEP: Schema = mapping({"key": TEXT, **STEPS}, minProperties=1, maxProperties=2)
STEPS_SCHEMA: Schema = listed(STEP, description="What is done, in this order.")

BUTTON: dict[str, Any] = {
    "label": LABEL, "icon": ICON, "hidden": described(FLAG, "Whether it is left out."),
    "at": {"description": "Where it stands.", **listed({"enum": list(PLACES)}, minItems=1, uniqueItems=True)},
    "when": when("For which records it is offered.", always=False),
    "ask": {"type": "object", "description": "What is asked first: fields, as `$ask.key` in the steps.",
            "additionalProperties": ref("field")},
    "do": described(ref("steps"), "What it does, step by step."),
    "confirm": {**ref("labels"), "description": "A question to answer with yes first."},
}  # fmt: skip
ACTIONS: Schema = keyed(mapping(BUTTON, required=["do"]), description="Buttons of the module's records.")
