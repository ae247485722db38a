"""Dry runs: they tell what the real run then does, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from hanok.engine.automation.beginning import begin
from hanok.engine.automation.events import cause_of, concerns
from hanok.engine.automation.trying import Period, Tried, dry_run
from hanok.engine.fields import Linked
from hanok.engine.jobs.outbox import Event
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.automation_tables import run_step
from hanok.engine.store.tables import audit
from tests.automation.conftest import Opening
from tests.automation.site import Site, catalog_with
from tests.evidence import Evidence, sizes

LATER = timedelta(days=1)
TRIGGERS = (
    "{event: created}", "{event: saved}", "{event: changed, fields: [stage, size]}",
    "{event: changed, fields: {stage: {to: won}}}", "{event: deleted}", "{event: linked, end: people}",
)  # fmt: skip
WHENS = (
    "", "when: {size: {gt: 2}}", "when: {any: [{stage: won}, {name: {contains: a}}]}", "when: {new: false}",
    "when: {changed: {size: {from: {empty: false}}}}", "when: {people: {some: {given: {empty: true}}}}",
)  # fmt: skip
STEPS = (
    "{set: {size: '=size + 1'}}", "{set: {stage: open}}", "{set: {rate: 1.5}}", "{set: {name: ''}}", "{delete: true}",
    "{create: {module: person, values: {family: '{{ name }}', company: $record}}}",
    "{each: {of: people, most: 2, do: [{set: {given: '{{ name }}'}}]}}", "{stop: true}",
    "{unlink: {people: $record.people}}",
    "{branch: [{when: {active: true}, do: [{set: {active: false}}]}, {do: [{set: {size: 9}}]}]}",
    "{stop: {message: {en: Enough}}}",
)  # fmt: skip


def test_a_dry_run_over_records_tells_and_changes_nothing(open_site: Opening) -> None:
    site = open_site({})
    made = site.make("company", name="Hanok", size=2)
    known = catalog_with({"draft": """
label: {en: Draft}
module: company
trigger: {event: created}
when: {new: true, size: 2}
do: [{wait: {for: 3d}}, {set: {size: 3}}, {create: {module: person, values: {family: A}}}, {wait: {until: {size: 4}}}]
"""})

    outcome = dry_run(site.live, known.workflows["draft"], [Linked("company", made.id, made.title)], catalog=known)

    [run] = outcome.runs
    assert (run.state, outcome.cut) == ("done", False)
    assert [(row.path, row.state) for row in run.steps] == [
        ("when", "done"), ("do.0", "waiting"), ("do.1", "done"), ("do.2", "done"), ("do.3", "waiting"),
    ]  # fmt: skip
    assert run.steps[2].told["changes"] == {"size": [2, 3]}
    assert (site.read(made)["size"], site.all("person"), site.runs()) == (2, [], [])


@sizes(sample=6, full=300)
def test_what_a_dry_run_over_the_past_tells_is_what_the_real_run_then_does(
    open_site: Opening, evidence: Evidence, size: int
) -> None:
    site, chance = open_site({}), evidence.random
    for number in range(size):
        known = catalog_with({"drawn": drawn(chance)})
        since = datetime.now(UTC)
        happenings(site, chance, number)
        site.live._catalog = site.catalog  # the workflow was not there when it happened
        site.work()

        workflow, until = known.workflows["drawn"], datetime.now(UTC)
        outcome = dry_run(site.live, workflow, Period(since, until), catalog=known, most=1000)
        again = dry_run(site.live, workflow, Period(since, until), catalog=known, most=1000)
        assert list(map(told, outcome.runs)) == list(map(told, again.runs))

        really = list(in_earnest(site, known, since, until))
        assert list(map(told, outcome.runs)) == really
        evidence.count("workflows tried and run")
        evidence.count("runs that were as they had been told", len(really))


def drawn(chance: Random) -> str:
    steps = ", ".join(chance.choice(STEPS) for _ in range(chance.randint(1, 4)))
    run = chance.choice(("run: each", "run: each", "run: once"))
    trigger, when = chance.choice(TRIGGERS), chance.choice(WHENS)
    return f"label: {{en: Drawn}}\nmodule: company\ntrigger: {trigger}\n{when}\n{run}\ndo: [{steps}]\n"


def happenings(site: Site, chance: Random, number: int) -> None:
    """A past in which companies are made, changed, joined and deleted."""
    companies: list[Record] = []
    for turn in range(chance.randint(4, 9)):
        match chance.choice(("make", "make", "change", "change", "join", "delete") if companies else ("make",)):
            case "make":
                name = f"{number} {turn} {chance.choice('abc')}"
                size, stage = chance.choice((None, 1, 3)), chance.choice(("new", "won"))
                companies.append(site.make("company", name=name, size=size, stage=stage))
            case "change":
                raw: dict[str, Any] = {"size": chance.randint(1, 5), "stage": chance.choice(("new", "open", "won"))}
                site.change(chance.choice(companies), **raw)
            case "join":
                site.make("person", family="Kim", company=str(chance.choice(companies).id))
            case "delete":
                site.delete(companies.pop())


def in_earnest(site: Site, known: Any, since: datetime, until: datetime) -> Iterator[Any]:
    """What the real runs do about the same past, with the workflow live."""
    site.live._catalog, workflow = known, known.workflows["drawn"]
    before = {run.id for run in site.runs()}
    wanted = sa.select(audit).where(audit.c.at >= since, audit.c.at < until, audit.c.module == "company")
    with site.store.write() as conn:
        for row in conn.execute(wanted.order_by(audit.c.id)).mappings().all():
            payload = {"changes": row["changes"]}
            event = Event(row["id"], row["at"], f"record.{row['action']}", "company", row["record"], payload)
            if row["action"] in asked(workflow.trigger.kind) and concerns(conn, known, workflow, event):
                begin(conn, known, workflow, Linked("company", row["record"], ""), cause_of(workflow, event))
    site.work()
    for run in site.runs():
        if run.id not in before:
            yield run.record, run.depth, run.state, str(run.error or ""), steps(site.store, run.id)


def asked(kind: str) -> tuple[str, ...]:
    return {"saved": ("created", "changed")}.get(kind, (kind,))


def steps(store: Store, id: Any) -> list[Any]:
    with store.read() as conn:
        rows = conn.execute(sa.select(run_step).where(run_step.c.run == id).order_by(run_step.c.number)).all()
    return [(row.path, row.kind, row.state, without_ids(row.told)) for row in rows]


def told(run: Tried) -> Any:
    found = [(row.path, row.kind, row.state, without_ids(row.told)) for row in run.steps]
    return run.record and run.record.id, run.depth, run.state, str(run.error or ""), found


def without_ids(value: Any) -> Any:
    """What was made has another id each time."""
    if isinstance(value, Mapping):
        return {key: without_ids(each) for key, each in value.items() if key != "id"}
    return [without_ids(each) for each in value] if isinstance(value, list | tuple) else value
