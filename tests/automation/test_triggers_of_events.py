"""What happens to records begins workflows: made, changed, saved, deleted, linked, unlinked; and how often."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hanok.engine import records
from tests.automation.conftest import Opening
from tests.builders import an_administrator
from tests.records.files import Database


def marks(trigger: str, mark: str, *, module: str = "company", more: str = "") -> str:
    """A workflow that leaves a person of that name."""
    return f"""
label: {{en: Marks}}
module: {module}
trigger: {trigger}
{more}
do: [{{create: {{module: person, values: {{family: {mark}}}}}}}]
"""


def test_each_event_begins_what_asks_for_it(open_site: Opening) -> None:
    site = open_site({
        "made": marks("{event: created}", "made"),
        "changed": marks("{event: changed, fields: [size, rate]}", "changed"),
        "saved": marks("{event: saved}", "saved"),
        "gone": marks("{event: deleted}", "gone"),
        "joined": marks("{event: linked, end: people}", "joined", more="run: once"),
        "left": marks("{event: unlinked, end: people}", "left"),
    })  # fmt: skip
    made = site.make("company", name="Hanok")
    site.change(made, name="Hanok 2")
    site.change(made, size=3)
    person = site.make("person", family="Kim", company=str(made.id))
    site.change(person, company=None)
    site.delete(made)

    site.work()

    left = [one["family"] for one in site.all("person")]
    assert sorted(left) == ["Kim", "changed", "gone", "joined", "left", "made", "saved", "saved", "saved"]
    assert [run.state for run in site.runs()] == ["done"] * 8


def test_what_an_import_saves_begins_only_what_wants_it(open_site: Opening) -> None:
    site = open_site({"no": marks("{event: created, import: false}", "no"), "yes": marks("{event: created}", "yes")})
    with site.store.write() as conn:
        records.create(conn, site.catalog, replace(an_administrator(), imports=True), "company", {"name": "Hanok"})

    site.work()

    assert [run.workflow for run in site.runs()] == ["yes"]


def test_one_that_runs_once_a_record_runs_once(open_site: Opening) -> None:
    site = open_site({"once": marks("{event: saved}", "once", more="run: once\nwhen: {size: {gt: 1}}")})
    made = site.make("company", name="Hanok")
    site.work()
    site.change(made, size=2)
    site.change(made, size=3)
    site.work()
    site.change(made, size=4)
    site.work()

    assert [run.state for run in site.runs()] == ["skipped", "done", "skipped"]
    assert len(site.all("person")) == 1


def test_one_that_leads_to_itself_is_stopped_when_the_record_is_as_it_was(open_site: Opening) -> None:
    site = open_site({
        "win": "label: {en: Win}\nmodule: company\ntrigger: {event: changed}\nwhen: {stage: open}\n"
               "do: [{set: {stage: won}}]\n",
        "open": "label: {en: Open}\nmodule: company\ntrigger: {event: changed}\nwhen: {stage: won}\n"
                "do: [{set: {stage: open}}]\n",
    })  # fmt: skip
    made = site.make("company", name="Hanok")
    site.change(made, stage="open")

    site.work()

    ran = [(run.workflow, run.state, run.depth) for run in site.runs() if run.state != "skipped"]
    assert ran == [("win", "done", 0), ("open", "done", 1), ("win", "stopped", 2)]
    assert site.read(made)["stage"] == "open"
    stopped = next(run for run in site.runs() if run.state == "stopped")
    assert "led to itself" in str(stopped.error)


def test_ten_runs_lead_to_one_another_and_no_more(open_site: Opening) -> None:
    chain = "label: {en: Chain}\nmodule: company\ntrigger: {event: created}\n" \
            "do: [{create: {module: company, values: {name: \"{{ name }}x\"}}}]\n"  # fmt: skip
    site = open_site({"chain": chain})
    site.make("company", name="c")

    site.work()

    assert len(site.all("company")) == 12
    assert [run.state for run in site.runs()] == ["done"] * 11 + ["stopped"]
    assert site.runs()[-1].depth == 11


def test_what_fails_tells_why_and_keeps_what_was_done_before(open_site: Opening) -> None:
    site = open_site({"fail": """
label: {en: Fails}
module: company
trigger: {event: created}
do: [{set: {size: 1}}, {set: {name: ""}}, {set: {size: 2}}]
"""})
    made = site.make("company", name="Hanok")

    site.work()

    [run] = site.runs()
    assert (run.state, site.read(made)["size"]) == ("failed", 1)
    failed = site.trace(run.id)[-1]
    assert (failed["path"], failed["state"], list(failed["told"]["fields"])) == ("do.1", "failed", ["name"])


def test_rows_of_a_file_say_that_they_were_imported(open_site: Opening, tmp_path: Path) -> None:
    site = open_site({"no": marks("{event: created, import: false}", "no"), "yes": marks("{event: created}", "yes")})
    file = tmp_path / "companies.csv"
    file.write_text("name\n한빛\n다온\n", encoding="utf-8")
    Database(site.store, site.catalog).bring(file, "company")

    site.work()

    assert [run.workflow for run in site.runs()] == ["yes", "yes"]
