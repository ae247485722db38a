"""The screens of workflows: what there are, the process audit, one run and its trace, who may see what of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine.automation import exporting, rehearsing
from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Job, Surroundings, Worker, kinds_of
from hanok.engine.records import Record
from hanok.engine.store import Store, new_id
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.job_tables import job
from tests.automation.site import Site
from tests.builders import TYPES, Statements, a_catalog
from tests.screens.conftest import FILES, Browser, Enter, link, logged_in, titles
from tests.screens.working import an_app

WON = """
label: {en: Won deals, ko: 성공 처리}
help: {en: Thanks whoever won., ko: 이긴 사람에게 알립니다.}
module: company
trigger: {event: changed, fields: {stage: {to: won}}, import: false}
when: {size: {gte: 3}, any: [{active: true}, {name: {contains: 한빛}}]}
do:
  - set: {size: "=size + 1"}
  - branch:
      - {when: {size: {gt: 100}}, do: [{set: {story: big}}]}
      - {do: [{create: {module: person, values: {family: "{{ record }}", company: $record}}}]}
"""
BROKEN = """
label: {en: Broken, ko: 고장}
module: company
trigger: {event: created}
when: {name: Broken}
do: [{set: {active: false}}, {set: {name: ""}}]
"""
LATER = """
label: {en: Later, ko: 나중}
module: company
trigger: {event: created}
when: {name: Slow}
do: [{wait: {for: 2d}}, {set: {active: false}}]
"""
NO_SIZE = """
label: {en: No size, ko: 규모 없음}
default: {list: all, view: all, create: all, edit: all, delete: none}
modules: {person: {list: none, view: none}}
fields: {company.size: {view: none, edit: none}}
"""
WITH = {**FILES, "workflows/won.yaml": WON, "workflows/broken.yaml": BROKEN, "workflows/later.yaml": LATER,
        "roles/owner_only.yaml": NO_SIZE}  # fmt: skip


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(WITH)


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog, kinds_of(exporting.KINDS, rehearsing.KINDS))


@pytest.fixture
def house(site: Store, catalog: Catalog, tmp_path: Path) -> Site:
    """The site with a worker that does what is due."""
    return Site(site, catalog, tmp_path)


@pytest.fixture
def won(house: Site) -> Record:
    """A company for which a workflow ran: it was seven, and is eight now."""
    made = house.make("company", name="한빛전자", stage="open", size=7)
    house.change(made, stage="won")
    house.work()
    return made


def only(house: Site, workflow: str = "won") -> Run:
    [run] = house.runs(workflow)
    return run


# -- who may come --------------------------------------------------------------------------------------------------
PAGES = ("/workflow", "/workflow/won", "/admin/runs", "/admin/runs/_count")
ACTS = ("/workflow/won/active", "/run/{run}/cancel", "/run/{run}/again")


def test_workflows_and_the_process_audit_are_for_administrators(enter: Enter, app: Flask, won: Record) -> None:
    for path in PAGES:
        assert enter("admin").get(path).status_code == 200, path
        assert enter("rep").get(path).status_code == 403, path
        assert app.test_client().get(path).status_code == 302, path
    assert 'href="/admin/runs"' in enter("admin").page("/audit/changes")
    assert 'href="/admin/runs"' not in enter("rep").page("/audit/changes")


def test_only_administrators_act(enter: Enter, house: Site, won: Record) -> None:
    run = only(house)
    for path in ACTS:
        here = path.format(run=run.id)
        assert enter("rep").send(here, active="1").status_code == 403, here
        assert enter("admin").client.post(here).status_code == 400, here
    assert [one.id for one in house.runs("won")] == [run.id]


# -- workflows -----------------------------------------------------------------------------------------------------
def test_the_list_says_what_begins_each_and_what_it_did_today(admin: Browser, won: Record) -> None:
    page = admin.page("/workflow")
    row = page.split('data-href="/workflow/won"')[1].split("</tr>")[0]
    assert "Won deals" in row and "When Stage of Company changes" in row
    assert 'href="/admin/runs?workflow=won&amp;when=today">1</a>' in row
    assert "workflows/won.yaml:" in row and 'aria-checked="true"' in row
    assert "when=today" not in page.split('data-href="/workflow/later"')[1].split("</tr>")[0]  # it did not apply


def test_a_page_draws_the_flow_with_its_ways_and_its_last_runs(enter: Enter, won: Record) -> None:
    page = enter(language="ko").page("/workflow/won")
    for told in ("성공 처리", "이긴 사람에게 알립니다.", "가져오기로 들어온", "하나라도", "그 밖", "한빛전자"):
        assert told in page, told
    assert page.count('class="lane"') == 2
    assert enter("admin").get("/admin/workflows/won").location == "/workflow/won"


def test_a_site_without_workflows_says_how_to_make_one(site: Store, catalog: Catalog) -> None:
    page = logged_in(an_app(site, replace(catalog, workflows={})), "admin").page("/workflow")
    assert "There are no workflows yet" in page and "trigger: {event: created, import: false}" in page


def test_switching_off_needs_no_deploy_and_leaves_a_deed(admin: Browser, house: Site) -> None:
    assert admin.send("/workflow/won/active", active="").status_code == 303
    made = house.make("company", name="한빛", stage="open", size=7)
    house.change(made, stage="won")
    house.work()
    assert house.runs("won") == []
    assert "It was switched off here; its file says that it is on." in admin.page("/workflow/won")
    assert "Switched off" in admin.page("/audit/administration?module=workflow")
    admin.send("/workflow/won/active", active="1")
    assert "It was switched" not in admin.page("/workflow/won")
    house.change(made, stage="open")
    house.change(made, stage="won")
    house.work()
    assert only(house).state == "done"


# -- the process audit ---------------------------------------------------------------------------------------------
def test_runs_are_narrowed_by_workflow_state_trigger_and_record(admin: Browser, house: Site, won: Record) -> None:
    house.make("company", name="Broken")
    house.work()
    assert set(titles(admin.page("/admin/runs"))) == {"한빛전자", "Broken"}
    one = f"module=company&record={won.id}"
    for narrowed in ("workflow=won&state=done", "trigger=changed", one, "when=today&workflow=won"):
        assert set(titles(admin.page(f"/admin/runs?{narrowed}"))) == {"한빛전자"}, narrowed
    assert titles(admin.page("/admin/runs?state=failed")) == ["Broken"]
    assert "No run matches" in admin.page("/admin/runs?module=person")
    assert titles(admin.page("/admin/runs?from=2001-01-01&to=2001-01-02&when=custom")) == []


def test_pages_of_runs_show_each_once(admin: Browser, house: Site) -> None:
    for number in range(60):
        house.make("company", name=f"Company {number}")
    house.work()
    here, seen = "/admin/runs", []
    while here:
        page = admin.page(here)
        seen += [part.split('"')[0] for part in page.split('data-href="/run/')[1:]]
        here = link(page, "next") if 'rel="next"' in page else ""
    assert len(seen) == len(set(seen)) == len(house.runs()) > 100
    assert admin.get(f"/admin/runs?after={new_id()}").status_code == 302


# -- one run -------------------------------------------------------------------------------------------------------
def test_a_run_tells_its_cause_each_condition_with_what_it_saw_and_what_it_made(
    admin: Browser, house: Site, won: Record
) -> None:
    page = admin.page(f"/run/{only(house).id}")
    assert f'href="/company/{won.id}"' in page
    cause = page.split('class="cause"')[1].split("</div>\n")[0]
    assert "Open" in cause and "Won" in cause
    assert "<b>Size</b> ≥ <span class=\"wanted\">3</span>" in page and "<code>7</code>" in page
    assert 'class="cond failed"' not in page.split("<ol class=\"trace\">")[1].split("Set values")[0].split("한빛")[0]
    [person] = house.all("person")
    assert f'href="/person/{person.id}"' in page
    assert "<del>7</del>" in page and 'class="lane took"' in page


def test_a_failed_run_tells_why_and_goes_on_where_it_failed(admin: Browser, house: Site) -> None:
    made = house.make("company", name="Broken")
    house.work()
    run = only(house, "broken")
    page = admin.page(f"/run/{run.id}")
    assert run.state == "failed" and 'id="resume"' in page and 'class="wrong"' in page
    assert admin.send(f"/run/{run.id}/again", **{"from": "here"}).location == f"/run/{run.id}"
    house.work()
    again = only(house, "broken")
    assert again.state == "failed"
    assert [row["path"] for row in house.trace(run.id)] == ["when", "do.0", "do.1", "do.1"]
    there = admin.send(f"/run/{run.id}/again", **{"from": "start"}).location
    house.work()
    assert [one.state for one in house.runs("broken")] == ["failed", "failed"]
    assert there == f"/run/{house.runs('broken')[1].id}" != f"/run/{run.id}"
    assert house.read(made)["active"] is False


def test_what_waits_says_until_when_and_is_cancelled(admin: Browser, house: Site) -> None:
    made = house.make("company", name="Slow")
    house.work()
    run = only(house, "later")
    page = admin.page(f"/run/{run.id}")
    assert "Goes on" in page and 'data-every="20"' in page and 'id="cancel"' in page
    assert admin.send(f"/run/{run.id}/cancel").status_code == 303
    assert only(house, "later").state == "cancelled"
    assert 'id="cancel"' not in admin.page(f"/run/{run.id}")
    house.work()
    assert house.read(made)["active"] is True


def test_a_look_again_answers_with_what_changed_alone(admin: Browser, house: Site, won: Record) -> None:
    assert admin.part(f"/run/{only(house).id}").lstrip().startswith("<hk-live")
    assert admin.part("/admin/runs").lstrip().startswith("<hk-live")


# -- what the reader may see ---------------------------------------------------------------------------------------
def test_whoever_may_view_a_record_reads_its_runs_without_fields_that_she_may_not_read(
    enter: Enter, house: Site, won: Record
) -> None:
    run, rep = only(house), enter("rep")
    listed = rep.page(f"/company/{won.id}/runs")
    assert f"/run/{run.id}" in listed and "Won deals" in listed
    page = rep.page(f"/run/{run.id}")
    assert "A field that you may not read" in page and "<b>Size</b>" not in page
    assert "<del>7</del>" not in page and "<code>7</code>" not in page
    assert "not for you to see" in page and str(house.all("person")[0].id) not in page
    assert 'id="repeat"' not in page and "What came along" not in page and 'class="fl head"' not in page


def test_why_a_step_failed_is_told_to_administrators_alone(enter: Enter, house: Site) -> None:
    made = house.make("company", name="Broken")
    house.work()
    run = only(house, "broken")
    for path in (f"/run/{run.id}", f"/company/{made.id}/runs"):
        assert str(run.error) in enter("admin").page(path), path
        assert str(run.error) not in enter("rep").page(path), path
    assert "This step failed. Administrators see why." in enter("rep").page(f"/run/{run.id}")


def test_a_run_for_a_record_that_she_may_not_view_is_not_there(enter: Enter, house: Site, won: Record) -> None:
    run = only(house)
    assert enter("guest").get(f"/run/{run.id}").status_code == 404
    assert enter("guest").get(f"/company/{won.id}/runs").status_code == 403
    assert enter("rep").get(f"/run/{UUID(int=7)}").status_code == 404


def test_an_entry_of_the_history_leads_to_the_run_that_made_it(enter: Enter, house: Site, won: Record) -> None:
    page = enter("admin").page(f"/company/{won.id}/history")
    assert f'href="/run/{only(house).id}">Why did this happen?' in page
    assert "Changed by a workflow" in page
    assert f'href="/company/{won.id}/runs"' in enter("rep").page(f"/company/{won.id}")


def test_the_runs_of_a_deleted_record_stay_to_be_read(enter: Enter, house: Site, won: Record) -> None:
    house.delete(won)
    for who in ("admin", "rep"):
        assert enter(who).get(f"/run/{only(house).id}").status_code == 200, who


# -- dry runs ------------------------------------------------------------------------------------------------------
def test_a_dry_run_over_what_happened_tells_what_it_would_have_done_and_does_nothing(
    admin: Browser, house: Site, won: Record
) -> None:
    house.make("company", name="Small", stage="open", size=1)
    before = (len(house.runs()), len(house.all("person")), house.read(won)["size"])
    answer = admin.send("/workflow/won/dry", over="past")
    assert answer.status_code == 200
    page = answer.text
    assert "<b>1</b>Would have run" in page and "<b>0</b>Would not apply" in page
    assert "<del>8</del>" in page and "Way 2" in page
    assert (len(house.runs()), len(house.all("person")), house.read(won)["size"]) == before


def test_a_dry_run_over_records_passes_waits(admin: Browser, house: Site) -> None:
    house.make("company", name="Slow")
    page = admin.send("/workflow/later/dry", over="records", newest="10").text
    assert "<b>1</b>Would have run" in page and "Not waited for" in page
    assert "It would not have begun" in admin.send("/workflow/won/dry", over="past").text
    assert 'action="/workflow/later/dry"' in admin.page("/workflow/later/dry")


def test_a_long_dry_run_goes_on_in_the_background_slice_by_slice(
    admin: Browser, enter: Enter, house: Site, won: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "SLICE", 2)
    monkeypatch.setattr(rehearsing, "SHORTEST", timedelta(milliseconds=1))
    for number in range(3):
        again = house.make("company", name=f"한빛 {number}", stage="open", size=5 + number)
        house.change(again, stage="won")
    before = len(house.runs())
    there = admin.send("/workflow/won/dry", over="past", long="1").location
    assert "It is tried in the background" in admin.part(there)
    assert enter("rep").get(there).status_code == 403
    live = Live(house.store, TYPES, house.catalog)
    Worker(Surroundings(live, house.folder), kinds_of(rehearsing.KINDS)).run_until_idle()
    assert admin.get(there, headers={"HX-Request": "true"}).headers["HX-Redirect"] == there
    assert f'href="{there}"' in admin.page("/mine/jobs")
    page = admin.page(there)
    assert "<b>4</b>Would have run" in page and "<del>7</del>" in page
    assert len(house.runs()) == before


# -- what it costs -------------------------------------------------------------------------------------------------
def test_pages_cost_as_many_statements_however_much_ran(admin: Browser, site: Store, house: Site, won: Record) -> None:
    paths = ("/workflow", "/workflow/won", "/admin/runs", f"/run/{only(house).id}", f"/company/{won.id}/runs")
    seen = Statements(site)

    def costs() -> list[int]:
        found = []
        for path in paths:
            seen.texts.clear()
            admin.page(path)
            found.append(len([text for text in seen.queries if "hanok_session" not in text]))
        return found

    before = costs()
    for number in range(12):
        house.make("company", name=f"Company {number}")
    house.work()
    assert costs() == before
    assert before in ([3, 4, 1, 3, 2], [3, 5, 2, 4, 3])  # PostgreSQL is asked what time it is


def test_the_process_audit_is_taken_along_as_a_file_by_administrators(
    admin: Browser, enter: Enter, house: Site, won: Record
) -> None:
    assert enter("rep").send("/admin/runs/_export", format=".csv").status_code == 403
    assert "The file is made in the background" in admin.page("/admin/runs/_export?workflow=won")
    assert admin.send("/admin/runs/_export?workflow=won", format=".csv").location == "/admin/runs?workflow=won"
    folder = house.folder / "files"
    blobs = open_blobs(str(folder))
    live = Live(house.store, TYPES, house.catalog)
    Worker(Surroundings(live, house.folder, {}, blobs), kinds_of(exporting.KINDS)).run_until_idle()
    with house.store.read() as conn:
        rows = conn.execute(sa.select(job).where(job.c.kind == exporting.KEY)).mappings()
        [done] = [Job.of(dict(row)) for row in rows]
    assert done.state == "done" and done.result["rows"] == 1
    [written] = [path for path in folder.rglob("*") if path.is_file() and "한빛전자" in path.read_text("utf-8-sig")]
    assert "changed" in written.read_text("utf-8-sig")
