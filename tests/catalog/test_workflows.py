"""Workflows as documents: what comes of them, and what is said where they are wrong."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import compile_catalog
from hanok.engine.catalog.workflows import former_workflow, plain, restored
from hanok.engine.errors import MetadataError
from tests.builders import CORE, SMALL, TYPES, a_catalog, a_layer

WIN = """
label: {en: Win, ko: 성공}
module: company
trigger: {event: changed, fields: {stage: {to: won}}, import: false}
when: {changed: {stage: {from: open}}, rate: {gt: 1.5}, parent: {size: {gt: 3}}}
run: once
do:
  - set: {rate: 1.25}
  - branch: [{when: {active: true}, do: [{wait: {for: 2d}}]}, {do: [{stop: true}]}]
  - each: {of: people, where: {given: {empty: true}}, most: 5, do: [{set: {given: x}}]}
"""


def with_workflow(text: str) -> dict[str, str]:
    return {**SMALL, "workflows/win.yaml": text}


def test_a_workflow_is_compiled_with_its_trigger_conditions_and_steps() -> None:
    found = a_catalog(with_workflow(WIN)).workflows["win"]

    assert (found.module, found.active, found.run, found.inside) == ("company", True, "once", False)
    assert (found.trigger.kind, found.trigger.fields) == ("changed", ("stage",))
    assert found.trigger.settings["import"] is False
    assert [step.kind for step in found.do] == ["set", "branch", "each"]
    assert [step.kind for step in found.do[1].steps["0"]] == ["wait"]
    assert found.do[2].module == "person"


def test_what_is_kept_of_a_workflow_says_the_same_again() -> None:
    catalog = a_catalog(with_workflow(WIN))
    found = catalog.workflows["win"]

    again = former_workflow(catalog, "win", found.data)

    assert again.hash == found.hash
    assert [(step.kind, step.data, list(step.nodes)) for step in again.do] == [
        (step.kind, step.data, list(step.nodes)) for step in found.do
    ]  # fmt: skip
    assert plain(restored(found.data)) == found.data


def test_the_same_words_in_another_order_are_the_same_version() -> None:
    one = a_catalog(with_workflow(WIN)).workflows["win"]
    other = a_catalog(with_workflow(WIN.replace("label: {en: Win, ko: 성공}\nmodule: company", "module: company\n"
                                                "label: {ko: 성공, en: Win}"))).workflows["win"]  # fmt: skip
    third = a_catalog(with_workflow(WIN.replace("1.25", "1.26"))).workflows["win"]

    assert one.hash == other.hash != third.hash


def test_what_did_not_change_is_taken_from_the_catalog_before() -> None:
    first = a_catalog(with_workflow(WIN))
    layers = [CORE, a_layer({**with_workflow(WIN), "workflows/other.yaml": WIN})]

    second = compile_catalog(layers, TYPES, before=first)

    assert second.workflows["win"] is first.workflows["win"]
    assert list(second.workflows) == ["other", "win"]


EVENT = "trigger: {event: changed, fields: {stage: {to: won}}, import: false}"


@pytest.mark.parametrize(("old", "new", "said"), [
    ("module: company", "module: compny", 'module: unknown module "compny", did you mean "company"?'),
    ("stage: {to", "stag: {to", 'stag: unknown field "stag", did you mean "stage"?'),
    ("rate: {gt", "rat: {gt", 'when.rat: unknown field "rat", did you mean "rate"?'),
    ("- set: {rate", "- set: {rte", 'do[0].set.rte: unknown field "rte", did you mean "rate"?'),
    ("of: people", "of: peple", 'do[2].each.of: unknown end "peple", did you mean "people"?'),
    (EVENT, "trigger: {event: deleted, fields: [stage]}", "trigger.fields: “fields” says nothing beside “deleted”."),
    (EVENT, "trigger: {event: saved, end: people}", "trigger.end: “end” says nothing beside “saved”."),
    (EVENT, "trigger: {event: linked, end: peple}", 'trigger.end: unknown end "peple", did you mean "people"?'),
    (EVENT, "trigger: {due: size}", "trigger.due: “size” holds no day."),
    (EVENT, "trigger: {due: founded, schedule: '0 9 * * *'}", "A trigger says one thing"),
    (EVENT, "trigger: {schedule: '0 9 * * *', fields: [stage]}", "“fields” says nothing beside “schedule”."),
    (EVENT, "trigger: {event: saved, inside: true}", "A workflow that runs inside a save has no step “wait”."),
    (EVENT, "trigger: {event: deleted, inside: true}", "“inside” says nothing beside “deleted”."),
    ("run: once", "run: twice", "twice"),
    ("- set: {rate: 1.25}", "- workflow: wn", 'do[0].workflow: unknown workflow "wn", did you mean "win"?'),
    ("wait: {for: 2d}", "workflow: other", 'do[1].branch[0].do[0].workflow: unknown workflow "other"'),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(MetadataError) as wrong:
        a_catalog(with_workflow(WIN.replace(old, new)))

    problems = [str(each) for each in wrong.value.problems]
    assert any(said in each for each in problems), problems
    assert all(each.startswith("site/workflows/win.yaml:") for each in problems)
