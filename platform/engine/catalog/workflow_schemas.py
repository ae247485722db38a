"""The JSON Schema of workflows: what begins them, for which records, and the steps that actions have, too."""

from __future__ import annotations

from typing import Any

from hanok.engine.catalog.outside_schemas import WEBFORM, WEBHOOK
from hanok.engine.catalog.shapes import FLAG, LABEL, TEXT, Schema, described, listed, mapping, ref
from hanok.engine.errors import say

#: What happens to records.
EVENTS = ("created", "changed", "saved", "deleted", "linked", "unlinked")
#: Triggers that may be said by their name alone.
BARE = ("webform", "inbound_email", "webhook", "signal", "manual")
OFFSET_RULE = say("an offset is a sign, a number and m, h, d, w, M or y, like -3d")
CLOCK_RULE = say("a time of day is written like 09:00")
OPEN: Schema = {"type": "object", "additionalProperties": True}

TRIGGER: Schema = {"x-replace": True, "description": "What begins it.", "anyOf": [
    {"enum": list(BARE)},
    mapping({
        "event": {"enum": list(EVENTS), "description": "What happened to a record."},
        "fields": {"description": "Of `changed`: which fields, or from what to what: {stage: {to: won}}.",
                   "anyOf": [listed(TEXT, minItems=1, uniqueItems=True), {"type": "object", "minProperties": 1}]},
        "end": described(TEXT, "Of `linked` and `unlinked`: at which end."),
        "import": described(FLAG, "Whether what an import saves begins it; true unless said."),
        "inside": described(FLAG, "Whether it runs within the save: it may refuse it, or change what is saved."),
        "schedule": described(TEXT, "When, as cron says it: 0 9 * * 1."),
        "over": described(ref("condition"), "For which records a schedule begins it."),
        "due": described(TEXT, "The field with the day or the moment that it is about."),
        "anniversary": described(TEXT, "The field with the day that comes back each year."),
        "offset": {"type": "string", "pattern": "^[+-][0-9]{1,5}[mhdwMy]$", "x-says": OFFSET_RULE.text,
                   "description": "How long before (-3d) or after (+1w) that."},
        "at": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "x-says": CLOCK_RULE.text,
               "description": "The time of the day, by the clock of the site."},
        "webform": WEBFORM,
        "inbound_email": described(OPEN, "A mail that came: to which account."),
        "webhook": WEBHOOK,
        "signal": described(TEXT, "A signal of this name, which another workflow gives."),
    }, minProperties=1),
]}  # fmt: skip


def workflow() -> dict[str, Any]:
    """The properties of a workflow's document."""
    return {
        "label": LABEL, "help": described(ref("labels"), "What it is for, in a sentence."),
        "module": described(TEXT, "The module whose records it is about."),
        "active": described(FLAG, "Whether it begins by itself; true unless said."),
        "trigger": TRIGGER,
        "when": described(ref("condition"), "For which records; `new` and `changed` ask what happened."),
        "run": {"enum": ["each", "once"], "description": "Each time (unless said), or once a record."},
        "do": described(ref("steps"), "What is done, step by step."),
    }  # fmt: skip
