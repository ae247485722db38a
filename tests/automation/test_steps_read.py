"""Steps that reach people and systems, as they are written: what is wrong with one, and names that changed."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.errors import MetadataError
from tests.builders import STAGE, a_catalog

FIRM = "label: {en: Firm, ko: 회사}\nfields: {name: {type: text}, boss: {type: user}}\n"
JOB = """
label: {{en: Job, ko: 건}}
traits: [owned]
fields:
  name:  {{type: text}}
  stage: {{type: choice, options: stage}}
  phone: {{type: phone}}
  helper: {{type: user}}
  firm:  {{type: link, to: firm, reverse: jobs}}
  firms: {{type: links, to: firm, reverse: works}}
actions:
  act: {{do: [{step}]}}
"""


def compiled(step: str, job: str = JOB, firm: str = FIRM) -> Catalog:
    files = {"modules/job.yaml": job.format(step=step), "modules/firm.yaml": firm, "options/stage.yaml": STAGE}
    return a_catalog(files)


def faults(step: str) -> list[str]:
    with pytest.raises(MetadataError) as caught:
        compiled(step)
    return [f"{one.place.path.removeprefix('actions.act.do[0].')}: {one.message}" for one in caught.value.problems]


@pytest.mark.parametrize(("step", "told"), [
    ("{webhook: {url: 'https://x.com', headers: {'a b': x}}}", "webhook.headers.a b: “a b” is no name of a header."),
    ("{webhook: {url: 'https://x.com', headers: {Host: y}}}",
     "webhook.headers.Host: The header Host is written by the system."),
    ("{webhook: {url: $record.name}}",
     "webhook.url: This is a template: write {{ record.name }} instead of $record.name."),
    ("{webhook: {url: 'https://x.com', body: {a: [$record.nme]}}}",
     "webhook.body.a[0]: unknown field \"nme\", did you mean \"name\"?"),
    ("{message: {to: fone, text: {en: Hello}}}", "message.to: unknown recipient \"fone\""),
    ("{notify: {to: $ask.who, text: {en: Hello}}}", "notify.to: unknown question \"who\""),
    ("{approval: {by: $record.helper, escalate: $me}}",
     "approval.escalate: “escalate” says who decides after a time; “within” says after how long."),
    ("{approval: {by: $record.helper, rejected: [{set: {stge: won}}]}}",
     "approval.rejected[0].set.stge: unknown field \"stge\", did you mean \"stage\"?"),
    ("{python: {action: a.b, values: {x: $record.y}}}", "python.values.x: unknown field \"y\""),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(step: str, told: str) -> None:
    (found,) = faults(step)
    assert found.startswith(told)


def test_a_rejection_ends_the_run() -> None:
    (step,) = compiled("{approval: {by: $me, rejected: [{set: {name: no}}]}}").module("job").actions["act"].do
    assert [one.kind for one in step.steps["rejected"]] == ["set", "stop"]
    assert step.steps["approved"] == ()


RENAMED = (
    JOB.replace("name:  {{type: text}}", "subject: {{type: text, was: [name]}}")
    .replace("phone: {{", "mobile: {{was: [phone], ").replace("helper: {{", "aide: {{was: [helper], ")
    .replace("firms: {{", "companies: {{was: [firms], ")
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [
    ("{message: {to: phone, text: {en: '{{ name }}'}}}", {"to": "mobile", "text": {"en": "{{ subject }}"}}),
    ("{message: {to: [$record.phone, '+8210'], text: {en: x}}}",
     {"to": ["$record.mobile", "+8210"], "text": {"en": "x"}}),
    ("{notify: {to: [helper, $record.helper.team], text: {en: '{{ record.name }}'}}}",
     {"to": ["aide", "$record.aide.team"], "text": {"en": "{{ record.subject }}"}}),
    ("{webhook: {url: 'https://x.com/{{ name }}', headers: {X: '{{ name }}'}, body: {n: [$record.name, '=name']}}}",
     {"url": "https://x.com/{{ subject }}", "headers": {"X": "{{ subject }}"},
      "body": {"n": ["$record.subject", "=subject"]}}),
    ("{python: {action: a.b, values: {x: $record.name}}}", {"action": "a.b", "values": {"x": "$record.subject"}}),
    ("{assign: {to: $record.helper}}", {"to": "$record.aide"}),
    ("{approval: {by: helper, text: {en: '{{ name }}'}, approved: [set: {name: a}],"
     " rejected: [set: {name: $record.helper.email}]}}",
     {"by": "aide", "text": {"en": "{{ subject }}"}, "approved": [{"set": {"subject": "a"}}],
      "rejected": [{"set": {"subject": "$record.aide.email"}}]}),
    ("{wait: {until: {name: won}}}", {"until": {"subject": "won"}}),
    ("{each: {of: firms, where: {name: x}, do: [set: {name: $record.name}]}}",
     {"of": "companies", "where": {"name": "x"}, "do": [{"set": {"name": "$record.subject"}}]}),
    ("{email: {to: firms, where: {name: x}, text: {en: x}}}",
     {"to": "companies", "where": {"name": "x"}, "text": {"en": "x"}}),
])  # fmt: skip
def test_a_field_that_was_renamed_is_followed(before: str, after: dict[str, Any]) -> None:
    (step,) = compiled(before, RENAMED).module("job").actions["act"].do
    assert step.data == after
