"""A run keeps the version that it began with, whatever is deployed while it waits."""

from __future__ import annotations

from datetime import timedelta

from hanok.engine.catalog import Catalog
from tests.automation.conftest import Opening
from tests.automation.site import Site, catalog_with
from tests.automation.test_flow import let_time_pass
from tests.builders import COMPANY

FIRST = """
label: {en: Later}
module: company
trigger: {event: created}
when: {rate: {gt: 1.5}}
do: [{wait: {for: 2d}}, {branch: [{when: {rate: {lt: 99.5}}, do: [{set: {size: 1, rate: 2.5}}]}]}]
"""
SECOND = FIRST.replace("size: 1", "size: 2").replace("for: 2d", "for: 1d").replace("rate", "ratio")


def deploy(site: Site, catalog: Catalog) -> None:
    """As a deploy that changes no table leaves it."""
    site.live._catalog = catalog


def test_a_waiting_run_does_what_its_workflow_said_in_the_words_of_today(open_site: Opening) -> None:
    site = open_site({"later": FIRST})
    made = site.make("company", name="First", rate=2)
    site.work()
    renamed = {"modules/company.yaml": COMPANY.replace("rate:    {type", "ratio:   {was: [rate], type")}
    deploy(site, catalog_with({"later": SECOND}, renamed, names=site.catalog.names))
    other = site.make("company", name="Second", ratio=2)
    site.work()
    assert [run.state for run in site.runs()] == ["waiting", "waiting"]
    assert len({run.hash for run in site.runs()}) == 2

    let_time_pass(site, timedelta(days=3))
    site.work()

    assert [run.state for run in site.runs()] == ["done", "done"]
    assert [(site.read(one)["size"], str(site.read(one)["ratio"])) for one in (made, other)] == [
        (1, "2.500"), (2, "2.500"),
    ]  # fmt: skip


def test_a_run_goes_on_although_its_workflow_is_gone_and_fails_where_its_fields_are(open_site: Opening) -> None:
    site = open_site({"later": FIRST})
    made = site.make("company", name="First", rate=2)
    site.work()
    deploy(site, catalog_with({}))
    let_time_pass(site, timedelta(days=3))
    site.work()
    assert (site.runs()[0].state, site.read(made)["size"]) == ("done", 1)

    deploy(site, site.catalog)
    site.make("company", name="Second", rate=2)
    site.work()
    without = {"modules/company.yaml": COMPANY.replace("  rate:    {type: decimal, places: 3}\n", "")}
    deploy(site, catalog_with({}, without, names=site.catalog.names))
    let_time_pass(site, timedelta(days=3))
    site.work()

    failed = site.runs()[1]
    assert (failed.state, site.trace(failed.id)[-1]["state"]) == ("failed", "failed")
    assert 'unknown field "rate"' in str(failed.error)
