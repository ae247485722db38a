"""What begins workflows follows renamed fields."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_catalog

LEAD = """
label: {en: Lead}
fields:
  called: {type: text, required: true, was: [name]}
  phase:  {type: choice, options: {a: {label: {en: A}}}, was: [stage]}
  day:    {type: date, was: [due]}
"""
WORKFLOW = "label: {en: W}\nmodule: lead\ntrigger: TRIGGER\ndo: [{set: {name: x}}]\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{webform: {fields: [name, stage], values: {stage: a}}}",
         {"fields": ["called", "phase"], "values": {"phase": "a"}}),
        ("{webform: {fields: {name: {required: true}}}}", {"fields": {"called": {"required": True}}}),
        ("{webhook: {fields: {name: payload.name}, key: name}}",
         {"fields": {"called": "payload.name"}, "key": "called"}),
        ("{event: changed, fields: {stage: {to: a}}}", {"event": "changed", "fields": {"phase": {"to": "a"}}}),
        ("{due: due, offset: -1d}", {"due": "day", "offset": "-1d"}),
    ],
)  # fmt: skip
def test_a_trigger_follows_renamed_fields(written: str, read: dict[str, Any]) -> None:
    files = {"modules/lead.yaml": LEAD, "workflows/w.yaml": WORKFLOW.replace("TRIGGER", written)}
    assert a_catalog(files).workflows["w"].trigger.settings == read
