"""The JSON Schemas of actions and of their steps: one row for each kind of step."""

from __future__ import annotations

from typing import Any

from hanok.engine.catalog.outgoing import APPROVED, REJECTED
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
    return {"x-replace": True, "anyOf": [
        item, mapping({"ask": {"const": True, "description": "Whoever runs it chooses."}}, required=["ask"]),
    ]}


OF_THEM: Schema = mapping({
    "team": described(TEXT, "The people of this team."), "role": described(TEXT, "Those who have this role."),
    "security_group": described(TEXT, "The people of this group."),
}, minProperties=1)  # fmt: skip
PEOPLE = {"least_busy": "Whoever has the fewest open records.", "round_robin": "One after the other."}
SOMEBODY: Schema = {"x-replace": True, "anyOf": [
    TEXT, mapping({name: described(OF_THEM, said) for name, said in PEOPLE.items()}, minProperties=1, maxProperties=1),
]}  # fmt: skip
RECIPIENTS: Schema = {"x-replace": True, "anyOf": [TEXT, listed(TEXT, minItems=1)]}
WHO: Schema = {"x-replace": True, "anyOf": [TEXT, listed(TEXT, minItems=1), OF_THEM]}
STEPS: dict[str, Schema] = {
    "set": {**VALUES, "description": "Gives fields of the record these values."},
    "create": mapping({
        "module": described(TEXT, "The module of the new record."),
        "values": {**VALUES, "minProperties": 0, "description": "Its values; what begins with = is worked out."},
        "copy": {"type": "string", "description": "The record whose fields of the same key are taken over: $record."},
        "open": {"type": "boolean", "description": "Leads to the new record."},
    }, required=["module"], description="Makes a record of another module."),
    "link": {**VALUES, "description": "Ties records to ends of this one."},
    "unlink": {**VALUES, "description": "Takes records off ends of this one."},
    "assign": mapping({"to": described(SOMEBODY, "A user, or how one of several is found.")}, required=["to"],
                      description="Gives the record to somebody."),
    "email": mapping({
        "template": described(_asked(TEXT), "The mail template; or `ask: true`."),
        "to": described(RECIPIENTS, "Who gets it."), "cc": described(RECIPIENTS, "Who gets a copy."),
        "bcc": described(RECIPIENTS, "Who gets a copy unseen."),
        "where": described(ref("condition"), "To which of the records it goes."),
        "subject": described(ref("labels"), "The subject, where no template says it."),
        "text": described(ref("labels"), "The text, where no template says it."),
        "pdf": described(_asked(TEXT), "The PDF template of a document that goes along."),
        "attach": described(TEXT, "The field whose files go along."),
        "review": {"type": "boolean", "description": "Opens the mail before it is sent."},
    }, description="Sends a mail."),
    "notify": mapping({
        "to": described(WHO, "Who is told; whose the record is unless said."),
        "text": described(ref("labels"), "What they are told."),
    }, required=["text"], description="Tells people."),
    "pdf": mapping({"template": described(_asked(TEXT), "The PDF template; or `ask: true`.")},
                   description="Makes a document of the record."),
    "webhook": mapping({
        "url": described(TEXT, "The address, a template; $secret.name is a secret of the settings."),
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"],
                   "description": "How it is called; POST unless said."},
        "body": described(ANYTHING, "What is sent, as JSON; the record unless said."),
        "headers": {"type": "object", "additionalProperties": TEXT, "description": "Its headers, templates."},
    }, required=["url"], description="Calls another system."),
    "message": mapping({
        "to": described(RECIPIENTS, "Who gets it: a field with a number, users, numbers."),
        "text": described(ref("labels"), "The text, a template in each language."),
        "by": described(TEXT, "The messenger; the one of the settings unless said."),
    }, required=["to", "text"], description="Sends a short message by a messenger or as SMS."),
    "python": mapping({
        "action": described(TEXT, "The action of a package, like projects.plan."),
        "values": {"type": "object", "x-replace": True,
                   "description": "What it is given; what begins with = is worked out."},
    }, required=["action"], description="Does what a package with Python brings."),
    "approval": mapping({
        "by": described(WHO, "Who decides: users, the people of a team, of a role."),
        "text": described(ref("labels"), "What is to be approved, a template in each language."),
        "need": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"const": "all"}],
                 "description": "How many of them have to approve; one unless said."},
        "within": described(SPAN, "How long they have, like 2d."),
        "escalate": described(WHO, "Who may decide, too, after that."),
        APPROVED: described(ref("steps"), "What is done where it was approved, before what follows."),
        REJECTED: described(ref("steps"), "What is done where it was rejected; nothing follows then."),
    }, required=["by"], description="Waits until people approve, or reject."),
    "wait": mapping({
        "for": described(SPAN, "How long, like 2d."), "until": described(ANYTHING, "A condition, or a moment."),
    }, minProperties=1, maxProperties=1,
                    description="Goes on later: after a span, or when a condition holds or a moment is there."),
    "branch": listed(mapping({
        "when": described(ref("condition"), "Where it holds, …"), "do": described(ref("steps"), "… this is done."),
    }, required=["do"]), minItems=1,
                     description="Does the steps of the first condition that holds."),
    "each": mapping({
        "of": described(TEXT, "The end whose records are meant."),
        "where": described(ref("condition"), "Which of them."), "do": described(ref("steps"), "What is done for each."),
        "most": {"type": "integer", "minimum": 1, "maximum": 1000,
                 "description": "For so many at most; 1000 unless said."},
    }, required=["of", "do"],
                    description="Does its steps for each record of an end."),
    "workflow": {"type": "string", "description": "Runs a workflow with this record."},
    "signal": {"type": "string", "description": "Gives a signal, which begins workflows that listen to it."},
    "delete": {"const": True, "description": "Deletes the record."},
    "stop": {"x-replace": True, "description": "Ends here; a message says why, and refuses the save that it runs in.",
             "anyOf": [{"const": True}, mapping({"message": described(ref("labels"), "What is said.")},
                                                required=["message"])]},
}  # fmt: skip
STEP: Schema = mapping({"key": described(TEXT, "A name by which a later layer changes it."), **STEPS},
                       minProperties=1, maxProperties=2)
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
