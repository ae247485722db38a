"""Workflows that run: what begins them, what their steps do, and what the trace tells of it."""

from __future__ import annotations

from tests.automation.conftest import Opening

WON = """
label: {en: Won, ko: 성공}
module: company
trigger: {event: changed, fields: {stage: {to: won}}}
when: {changed: {stage: {from: open}}, size: {gte: 3}}
do:
  - set: {size: "=size + 1", founded: today}
  - branch:
      - {when: {active: false}, do: [{set: {name: Gone}}]}
      - {do: [{create: {module: person, values: {family: "{{ record }}", company: $record}}}]}
"""


def test_a_save_begins_a_workflow_and_the_trace_tells_what_it_saw_and_did(open_site: Opening) -> None:
    site = open_site({"won": WON})
    made = site.make("company", name="한빛", stage="open", size=3)
    site.change(made, stage="won")

    site.work()

    assert site.read(made)["size"] == 4
    assert [person.title for person in site.all("person")] == ["한빛"]
    [run] = site.runs()
    assert (run.workflow, run.state, run.title, run.depth) == ("won", "done", "한빛", 0)
    assert run.cause["changes"] == {"stage": ["open", "won"]}
    trace = site.trace(run.id)
    assert [(row["path"], row["kind"], row["state"]) for row in trace] == [
        ("when", "trigger", "done"), ("do.0", "set", "done"), ("do.1", "branch", "done"),
        ("do.1.branch.1.do.0", "create", "done"),
    ]  # fmt: skip
    changed, size = trace[0]["told"]["when"]["nodes"]
    assert changed["nodes"][0]["actual"] == ["open", "won"]
    assert size["nodes"][0] == {
        "kind": "test", "held": True, "field": "size", "module": "company", "operator": "gte", "wanted": 3, "actual": 3,
    }  # fmt: skip
    assert trace[1]["told"]["changes"]["size"] == [3, 4]
    assert trace[3]["told"]["created"][0]["title"] == "한빛"


def test_where_the_condition_does_not_hold_the_run_is_skipped_and_tells_why(open_site: Opening) -> None:
    site = open_site({"won": WON})
    made = site.make("company", name="Small", stage="open", size=2)
    site.change(made, stage="won")

    site.work()

    [run] = site.runs()
    [row] = site.trace(run.id)
    assert (run.state, row["state"], row["told"]["when"]["held"]) == ("skipped", "skipped", False)
    assert row["told"]["when"]["nodes"][1]["nodes"][0]["actual"] == 2
    assert site.read(made)["size"] == 2
