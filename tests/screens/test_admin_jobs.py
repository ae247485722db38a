"""The administrator's screens of jobs: who may see them, what they show, what can be done."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.jobs import Schedule
from hanok.engine.jobs.overview import planned
from hanok.engine.jobs.schedules import keep_schedules
from hanok.engine.store import Store, new_id
from tests.screens.conftest import Browser, Enter, link, titles
from tests.screens.test_markup import HARM, look
from tests.screens.working import a_job, a_worker, an_app, state_of, user, values_of

PAGES = ("/admin", "/admin?span=day", "/admin/jobs", "/admin/jobs?state=failed", "/admin/jobs/{job}", "/admin/workers",
         "/admin/schedules")  # fmt: skip
ACTS = ("/admin/jobs/{job}/cancel", "/admin/jobs/{job}/retry", "/admin/jobs/{job}/delete", "/admin/jobs/retry",
        "/admin/jobs/delete", "/admin/schedules/trial/active", "/admin/schedules/trial/run")  # fmt: skip


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    with site.write() as conn:
        schedules = (Schedule("trial", "trial.quiet", say("Nightly"), "30 3 * * *"),)
        keep_schedules(conn, schedules, zone="Asia/Seoul")
    return an_app(site, catalog)


# -- rights --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_see_the_pages(enter: Enter, app: Flask, site: Store, path: str) -> None:
    here = path.format(job=a_job(site))
    assert enter("admin").get(here).status_code == 200
    assert enter("rep").get(here).status_code == 403
    stranger = app.test_client().get(here)
    assert stranger.status_code == 302
    assert stranger.location.startswith("/login?next=")


@pytest.mark.parametrize("path", ACTS)
def test_only_administrators_act(enter: Enter, app: Flask, site: Store, path: str) -> None:
    id = a_job(site, state="failed")
    here = path.format(job=id)
    assert enter("rep").send(here, kind="trial.quiet", active="").status_code == 403
    assert app.test_client().post(here, data={"kind": "trial.quiet"}).status_code == 400
    assert enter("admin").get(here).status_code == 405
    assert enter("admin").client.post(here, data={"kind": "trial.quiet"}).status_code == 400  # no token
    assert state_of(site, id) == "failed"
    with site.read() as conn:
        assert planned(conn)[0].active


def test_the_link_to_the_administration_is_for_administrators(enter: Enter) -> None:
    assert 'href="/admin"' in enter("admin").page("/")
    assert 'href="/admin"' not in enter("rep").page("/")


# -- the list ------------------------------------------------------------------------------------------------------
def test_tabs_show_the_jobs_of_their_state_with_how_many_there_are(admin: Browser, site: Store) -> None:
    a_job(site, title="Soon")
    a_job(site, title="Broken", state="failed")
    a_job(site, title="Broken, too", state="failed", kind="trial.third")
    assert titles(admin.page("/admin/jobs")) == ["Soon"]
    failed = admin.page("/admin/jobs?state=failed")
    assert titles(failed) == ["Broken, too", "Broken"]
    assert '<span class="count fig">2</span>' in failed.split('id="tab-failed"')[1].split("</a>")[0]
    assert titles(admin.page("/admin/jobs?state=failed&kind=trial.third")) == ["Broken, too"]


def test_what_waits_stands_in_the_order_in_which_it_is_due(admin: Browser, site: Store) -> None:
    a_job(site, title="Second", ago=10)
    a_job(site, title="Third", priority=9, ago=99)
    a_job(site, title="First", ago=60)
    assert titles(admin.page("/admin/jobs")) == ["First", "Second", "Third"]


@pytest.mark.parametrize("words", ["한빛", "tHe LoG of", "42-seven", "Remind", "  {id} ", '"quoted"'])
def test_a_search_finds_names_errors_payloads_kinds_and_numbers(admin: Browser, site: Store, words: str) -> None:
    a_job(site, title="Other", state="failed", error=None)
    id = a_job(site, "trial.third", title='한빛 "quoted"', state="failed", payload={"order": "42-seven"})
    asked = {"state": "failed", "q": words.format(id=id)}
    assert titles(admin.page("/admin/jobs", query_string=asked)) == ["한빛 &#34;quoted&#34;"]


def test_signs_of_patterns_are_plain_signs_of_a_search(admin: Browser, site: Store) -> None:
    a_job(site, title="100 percent")
    assert titles(admin.page("/admin/jobs?q=%25")) == []
    assert "No job matches" in admin.page("/admin/jobs?q=_")


def test_pages_of_a_long_list_show_each_job_once(admin: Browser, site: Store) -> None:
    made = {str(a_job(site, title=f"Job {at}", state="done", ago=at // 3)) for at in range(120)}
    here, seen = "/admin/jobs?state=done", []
    while here:
        page = admin.page(here)
        seen += [part.split('"')[0] for part in page.split('data-href="/admin/jobs/')[1:]]
        here = link(page, "next") if 'rel="next"' in page else ""
    assert len(seen) == 120
    assert set(seen) == made


def test_a_page_that_is_gone_leads_to_the_first(admin: Browser) -> None:
    answer = admin.get(f"/admin/jobs?state=done&after={new_id()}")
    assert answer.status_code == 302
    assert answer.location == "/admin/jobs?state=done"
    assert admin.get("/admin/jobs?after=nonsense").status_code == 200


@pytest.mark.parametrize("state", ["waiting", "running", "failed", "done", "cancelled", "nonsense"])
def test_an_empty_tab_says_what_it_is_for(admin: Browser, state: str) -> None:
    page = admin.page(f"/admin/jobs?state={state}")
    assert 'class="blank"' in page


def test_nobody_running_jobs_is_said_and_a_silent_worker_is_nobody(admin: Browser, site: Store) -> None:
    for path in ("/admin", "/admin/jobs", "/admin/workers", "/admin/schedules"):
        assert "hanok worker" in admin.page(path).split("<main")[1], path
    a_worker(site, ago=300)
    assert "Nobody runs the jobs." in admin.page("/admin")
    assert "silent" in admin.page("/admin/workers")
    a_worker(site, host="two.example")
    assert "Nobody runs the jobs." not in admin.page("/admin")
    page = admin.page("/admin/workers")
    assert page.index("two.example") < page.index("one.example")


def test_a_page_looks_again_only_while_something_lives(admin: Browser, site: Store) -> None:
    assert 'data-every="0"' in admin.page("/admin/jobs")
    assert 'data-every="0"' in admin.page("/admin")
    a_job(site, state="running")
    assert 'data-every="3"' in admin.page("/admin/jobs?state=done")
    part = admin.part("/admin")
    assert part.lstrip().startswith("<hk-live")
    assert "<html" not in part


def test_the_chart_counts_what_ended(admin: Browser, site: Store) -> None:
    for state, ago in (("done", 30), ("done", 30), ("failed", 30), ("done", 7200), ("done", 90000)):
        a_job(site, state=state, ago=ago)
    assert "2 jobs done, 1 failed" in admin.page("/admin")
    assert "3 jobs done, 1 failed" in admin.page("/admin?span=day")


# -- one job -------------------------------------------------------------------------------------------------------
def test_a_page_tells_everything_of_a_job_but_what_letters_say(admin: Browser, site: Store, catalog: Catalog) -> None:
    id = a_job(site, title="Big export", state="failed", actor_id=user(site, catalog, "rep"), tries=5,
               payload={"module": "company", "html": "for your eyes only"})  # fmt: skip
    page = admin.page(f"/admin/jobs/{id}")
    for shown in ("Big export", "rep", "The work failed unexpectedly", "&#34;company&#34;", "Cleaning"):
        assert shown in page
    assert "for your eyes only" not in page


def test_a_job_that_is_not_there_is_not_found(admin: Browser) -> None:
    assert admin.get(f"/admin/jobs/{new_id()}").status_code == 404
    assert admin.send(f"/admin/jobs/{new_id()}/cancel").status_code == 404
    assert admin.send(f"/admin/jobs/{new_id()}/delete").status_code == 404


def test_what_waits_is_cancelled_at_once_and_comes_back(admin: Browser, site: Store) -> None:
    id = a_job(site, title="Mistake")
    answer = admin.send(f"/admin/jobs/{id}/cancel", next="/admin/jobs")
    assert answer.location == "/admin/jobs"
    assert state_of(site, id) == "cancelled"
    assert "“Mistake” was cancelled." in admin.page("/admin/jobs")
    admin.send(f"/admin/jobs/{id}/retry")
    assert state_of(site, id) == "waiting"


def test_what_runs_is_asked_to_end(admin: Browser, site: Store) -> None:
    id = a_job(site, state="running")
    admin.send(f"/admin/jobs/{id}/cancel")
    assert values_of(site, id)["cancel_asked"]
    assert "Being cancelled" in admin.page(f"/admin/jobs/{id}")


@pytest.mark.parametrize(
    ("act", "state"), [("cancel", "done"), ("retry", "done"), ("retry", "running"), ("delete", "waiting")]
)
def test_what_cannot_be_done_is_refused_with_a_sentence(admin: Browser, site: Store, act: str, state: str) -> None:
    id = a_job(site, state=state)
    assert admin.send(f"/admin/jobs/{id}/{act}").status_code == 303
    assert state_of(site, id) == state
    assert 'data-kind="failed"' in admin.page("/admin/jobs")


def test_no_action_leads_to_another_site(admin: Browser, site: Store) -> None:
    for there in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        assert admin.send(f"/admin/jobs/{a_job(site)}/cancel", next=there).location == "/"


def test_a_job_that_ended_is_deleted(admin: Browser, site: Store) -> None:
    id = a_job(site, state="failed")
    assert admin.send(f"/admin/jobs/{id}/delete").location == "/admin/jobs?state=failed"
    assert state_of(site, id) == ""


# -- many ----------------------------------------------------------------------------------------------------------
def test_all_dead_letters_of_a_kind_get_another_try(admin: Browser, site: Store) -> None:
    dead = [a_job(site, state="failed", tries=5) for _ in range(3)]
    other = a_job(site, "trial.third", state="failed")
    admin.send("/admin/jobs/retry", kind="trial.quiet")
    assert [state_of(site, id) for id in (*dead, other)] == ["waiting"] * 3 + ["failed"]
    assert values_of(site, dead[0])["tries"] == 0


def test_of_dead_letters_that_exclude_each_other_one_goes(admin: Browser, site: Store) -> None:
    old, new = (a_job(site, state="failed", unique_key="same") for _ in range(2))
    third = a_job(site, state="failed", unique_key="taken")
    a_job(site, unique_key="taken")
    admin.send("/admin/jobs/retry", kind="trial.quiet")
    assert [state_of(site, id) for id in (old, new, third)] == ["failed", "waiting", "failed"]


def test_all_dead_letters_of_a_kind_are_deleted(admin: Browser, site: Store) -> None:
    dead, other = a_job(site, state="failed"), a_job(site, "trial.third", state="failed")
    done = a_job(site, state="done")
    assert "Delete 1 job" in admin.page("/admin/jobs?state=failed&kind=trial.quiet")
    admin.send("/admin/jobs/delete", kind="trial.quiet")
    assert [state_of(site, id) for id in (dead, other, done)] == ["", "failed", "done"]
    assert admin.send("/admin/jobs/delete").status_code == 404


# -- schedules -----------------------------------------------------------------------------------------------------
def test_a_schedule_says_its_times_in_words(admin: Browser) -> None:
    page = admin.page("/admin/schedules")
    assert "every day at 03:30" in page
    assert "30 3 * * *" in page
    assert "Asia/Seoul" in page


def test_a_schedule_rests_and_goes_on_without_making_up_for_it(admin: Browser, site: Store) -> None:
    admin.send("/admin/schedules/trial/active", active="")
    with site.read() as conn:
        assert not planned(conn)[0].active
    assert "rests" in admin.page("/admin/schedules")
    admin.send("/admin/schedules/trial/active", active="1")
    with site.read() as conn:
        (found,) = planned(conn)
    assert found.active
    assert admin.send("/admin/schedules/nothing/active", active="1").status_code == 404


def test_a_schedule_is_run_now(admin: Browser, site: Store) -> None:
    answer = admin.send("/admin/schedules/trial/run")
    id = UUID(answer.location.rpartition("/")[2])
    assert values_of(site, id)["kind"] == "trial.quiet"
    again = admin.send("/admin/schedules/trial/run")
    assert again.location == answer.location  # one at a time
    assert admin.send("/admin/schedules/nothing/run").status_code == 404


# -- hostile texts -------------------------------------------------------------------------------------------------
def test_no_text_of_a_job_becomes_markup(admin: Browser, site: Store) -> None:
    for harm in HARM:
        error = {"text": "{why}", "facts": {"why": harm}}
        payload, result = {harm: [harm]}, {"href": harm, "file": harm, "name": harm}
        for state in ("waiting", "running", "failed", "done"):
            id = a_job(site, title=harm, state=state, payload=payload, result=result, error=error, message=error,
                       checkpoint={"at": harm}, request=harm[:60])  # fmt: skip
            look(admin.get(f"/admin/jobs/{id}"))
    for path in PAGES:
        look(admin.get(path.format(job=id)))
        look(admin.get("/admin/jobs", query_string={"q": HARM[1], "state": "done", "kind": HARM[0]}))
