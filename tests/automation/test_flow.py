"""Where runs go on: waiting, branches, loops over linked records, other workflows, signals, the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hanok.engine.automation import wake
from hanok.engine.jobs.job import WAITING
from hanok.engine.store.automation_tables import run as run_table
from hanok.engine.store.job_tables import job
from tests.automation.conftest import Opening
from tests.automation.site import Site

NOW = datetime.now(UTC)


def workflow(do: str, trigger: str = "{event: created}", more: str = "") -> str:
    return f"label: {{en: Test}}\nmodule: company\ntrigger: {trigger}\n{more}\ndo: {do}\n"


def let_time_pass(site: Site, span: timedelta) -> None:
    """As if everything that waits had waited so long."""
    with site.store.write() as conn:
        for table in (job, run_table):
            waits = table.c.due.is_not(None)
            rows = conn.execute(sa.select(table.c.id, table.c.due, *_kept(table)).where(waits)).all()
            for row in rows:
                conn.execute(table.update().where(table.c.id == row.id).values(due=row.due - span))
                if table is run_table and row.checkpoint and isinstance(row.checkpoint["held"], str):
                    held = datetime.fromisoformat(row.checkpoint["held"]) - span
                    kept = {**row.checkpoint, "held": held.isoformat()}
                    conn.execute(table.update().where(table.c.id == row.id).values(checkpoint=kept))


def _kept(table: sa.Table) -> list[sa.Column[object]]:
    return [table.c.checkpoint] if table is run_table else []


def test_a_run_waits_for_a_span_and_goes_on(open_site: Opening) -> None:
    site = open_site({"wait": workflow("[{set: {size: 1}}, {wait: {for: 2d}}, {set: {size: 2}}]")})
    made = site.make("company", name="Hanok")

    site.work()
    [run] = site.runs()
    assert run.due is not None
    assert (run.state, site.read(made)["size"]) == ("waiting", 1)
    assert timedelta(hours=47) < run.due - NOW < timedelta(hours=50)
    site.work()
    assert site.runs()[0].state == "waiting"

    let_time_pass(site, timedelta(days=3))
    site.work()
    assert (site.runs()[0].state, site.read(made)["size"]) == ("done", 2)
    assert [(row["path"], row["state"]) for row in site.trace(run.id)] == [
        ("when", "done"), ("do.0", "done"), ("do.1", "done"), ("do.2", "done"),
    ]  # fmt: skip


def test_a_run_that_waits_for_a_condition_is_woken_by_what_happens_to_its_record(open_site: Opening) -> None:
    site = open_site({"wait": workflow("[{wait: {until: {stage: won}}}, {set: {size: 9}}]")})
    made = site.make("company", name="Hanok")
    site.work()
    site.change(made, rate=1)
    site.work()
    assert (site.runs()[0].state, site.read(made)["size"]) == ("waiting", None)

    site.change(made, stage="won")
    site.work()

    [run] = site.runs()
    assert (run.state, site.read(made)["size"]) == ("done", 9)
    assert site.trace(run.id)[1]["told"]["until"]["nodes"][0]["actual"] == "won"


def test_a_moment_that_is_past_or_empty_is_not_waited_for(open_site: Opening) -> None:
    steps = "[{wait: {until: $record.founded}}, {wait: {until: yesterday}}, {wait: {until: '=today + days(1)'}}]"
    site = open_site({"wait": workflow(steps)})
    site.make("company", name="Hanok")

    site.work()

    [run] = site.runs()
    assert [(row["path"], row["state"]) for row in site.trace(run.id)][1:] == [
        ("do.0", "done"), ("do.1", "done"), ("do.2", "waiting"),
    ]  # fmt: skip


def test_the_steps_of_each_are_done_for_every_linked_record_that_is_meant(open_site: Opening) -> None:
    steps = """
  - each:
      of: people
      where: {given: {empty: true}}
      most: 2
      do:
        - set: {given: "{{ name }}"}
        - branch: [{when: {family: B}, do: [{set: {family: BB}}]}]
  - set: {size: 7}
"""
    site = open_site({"each": workflow(steps, "{event: changed, fields: [rate]}")})
    made = site.make("company", name="Hanok")
    for family, given in (("A", "x"), ("B", None), ("C", None), ("D", None)):
        site.make("person", family=family, given=given, company=str(made.id))
    site.change(made, rate=1)

    site.work()

    people = [(one["family"], one["given"]) for one in site.all("person")]
    assert people == [("A", "x"), ("BB", "Hanok"), ("C", "Hanok"), ("D", None)]
    assert site.read(made)["size"] == 7
    first = site.runs()[0]
    paths = [row["path"] for row in site.trace(first.id)]
    assert paths == [
        "when", "do.0", "do.0.each.0.do.0", "do.0.each.0.do.1", "do.0.each.0.do.1.branch.0.do.0", "do.0.each.1.do.0",
        "do.0.each.1.do.1", "do.1",
    ]  # fmt: skip
    assert site.trace(first.id)[1]["told"] == {"of": "people", "records": 2, "capped": True}


def test_other_workflows_are_run_by_name_and_by_signal(open_site: Opening) -> None:
    site = open_site({
        "first": workflow("[{workflow: second}, {signal: go}]"),
        "second": workflow("[{set: {size: 5}}]", "manual"),
        "third": workflow("[{set: {rate: 2}}]", "{signal: go}"),
        "other": workflow("[{set: {rate: 3}}]", "{signal: stay}"),
    })  # fmt: skip
    made = site.make("company", name="Hanok")

    site.work()

    found = site.read(made)
    assert (found["size"], str(found["rate"])) == (5, "2.000")
    runs = {run.workflow: run for run in site.runs()}
    assert {key: (run.state, run.depth, run.trigger) for key, run in runs.items()} == {
        "first": ("done", 0, "created"), "second": ("done", 1, "manual"), "third": ("done", 1, "signal"),
    }  # fmt: skip
    assert runs["third"].parent == runs["first"].id


def test_a_stop_ends_the_run_and_says_why(open_site: Opening) -> None:
    too_large = "{when: {size: {gt: 1}}, do: [{stop: {message: {en: Too large}}}]}"
    stops = f"[{{branch: [{too_large}]}}, {{stop: true}}, {{delete: true}}]"
    site = open_site({"stop": workflow(stops)})
    site.make("company", name="Small")
    site.make("company", name="Large", size=2)

    site.work()

    states = [(run.title, run.state, str(run.error or "")) for run in site.runs()]
    assert sorted(states) == [("Large", "stopped", "Too large"), ("Small", "done", "")]
    assert len(site.all("company")) == 2


def test_what_steps_do_to_records_and_their_links(open_site: Opening) -> None:
    steps = """
  - create: {module: person, values: {family: New, company: $record}}
  - unlink: {people: $record.people}
  - create: {module: company, values: {name: "{{ name }} child"}}
  - delete: true
  - create: {module: person, values: {family: "after {{ name }}"}}
"""
    site = open_site({"all": workflow(steps, "{event: created}", "when: {name: Hanok}")})
    site.make("company", name="Hanok")

    site.work()

    assert [run.state for run in site.runs()] == ["done", "skipped"]
    assert [(one["family"], one["company"]) for one in site.all("person")] == [("New", None), ("after Hanok", None)]
    assert [one.title for one in site.all("company")] == ["Hanok child"]


def test_a_run_that_is_woken_for_nothing_waits_on(open_site: Opening) -> None:
    site = open_site({"wait": workflow("[{wait: {for: 1d}}]")})
    site.make("company", name="Hanok")
    site.work()
    [run] = site.runs()
    with site.store.write() as conn:
        wake(conn, run.id)

    site.work()

    with site.store.read() as conn:
        assert conn.scalar(sa.select(job.c.state)) == WAITING
    assert site.runs()[0].state == "waiting"
