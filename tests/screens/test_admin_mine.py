"""One's own long work: in the header, on a page without scripts, and nobody else's."""

from __future__ import annotations

import pytest
from flask import Flask

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store, new_id
from tests.builders import Statements
from tests.screens.conftest import Browser, Enter, logged_in
from tests.screens.test_markup import HARM, look
from tests.screens.working import a_job, an_app, state_of, user, values_of

PART = {"HX-Request": "true"}


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    return an_app(site, catalog)


@pytest.fixture
def rep(enter: Enter) -> Browser:
    return enter("rep")


@pytest.fixture
def hers(site: Store, catalog: Catalog) -> dict[str, object]:
    """What makes a job the rep's own."""
    return {"kind": "trial.own", "actor_id": user(site, catalog, "rep")}


def test_a_stranger_is_asked_to_log_in(app: Flask) -> None:
    assert app.test_client().get("/mine/jobs").location == "/login?next=%2Fmine%2Fjobs"
    assert app.test_client().get("/mine/jobs", headers=PART).status_code == 401


def test_one_sees_ones_own_work_alone(rep: Browser, admin: Browser, site: Store, hers: dict[str, object]) -> None:
    a_job(site, title="Hers", state="running", **hers)
    a_job(site, title="Quiet", state="running", **{**hers, "kind": "trial.quiet"})
    for page in (rep.part("/mine/jobs"), rep.page("/mine/jobs")):
        assert "Hers" in page
        assert "Quiet" not in page
    assert "Hers" not in admin.page("/mine/jobs")


@pytest.mark.parametrize("act", ["cancel", "dismiss"])
def test_nobody_touches_the_work_of_others(
    rep: Browser, admin: Browser, enter: Enter, site: Store, hers: dict[str, object], act: str
) -> None:
    id = a_job(site, state="running", **hers)
    quiet = a_job(site, state="running", **{**hers, "kind": "trial.quiet"})
    assert admin.send(f"/mine/jobs/{id}/{act}").status_code == 404
    assert enter("guest").send(f"/mine/jobs/{id}/{act}").status_code == 404
    assert rep.send(f"/mine/jobs/{quiet}/{act}").status_code == 404
    assert rep.send(f"/mine/jobs/{new_id()}/{act}").status_code == 404
    assert rep.client.post(f"/mine/jobs/{id}/{act}").status_code == 400  # no token
    assert not values_of(site, id)["cancel_asked"]


def test_one_cancels_ones_own_work(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    waiting, running = a_job(site, title="Mine", **hers), a_job(site, state="running", **hers)
    answer = rep.send(f"/mine/jobs/{waiting}/cancel", next="https://elsewhere.example")
    assert (answer.status_code, answer.location) == (303, "/")
    assert state_of(site, waiting) == "cancelled"
    assert "“Mine” was cancelled." in rep.page("/")
    token = {"csrf_token": rep.token()}
    assert rep.client.post(f"/mine/jobs/{running}/cancel", data=token, headers=PART).status_code == 204
    assert values_of(site, running)["cancel_asked"]
    assert "Being cancelled" in rep.part("/mine/jobs")


def test_work_that_is_done_leads_to_its_file(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    id = a_job(site, state="done", result={"file": str(new_id()), "name": "회사.xlsx"}, **hers)
    a_job(site, state="done", result={"rows": 3}, **hers)
    page = rep.part("/mine/jobs")
    assert page.count(" download>") == 1
    assert f'href="/mine/jobs/{id}/file"' in page


def test_progress_is_told_with_its_numbers(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    a_job(site, state="running", done=1500, total=6000, **hers)
    page = rep.part("/mine/jobs")
    assert 'value="25"' in page
    assert "1,500 of 6,000" in page
    assert "1 piece of your work runs" in page


def test_what_ended_is_put_away_and_stays_on_the_page(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    id = a_job(site, title="Old news", state="failed", **hers)
    a_job(site, title="More", state="done", **hers)
    assert rep.part("/mine/jobs").count("<li ") == 2
    token = {"csrf_token": rep.token()}
    assert rep.client.post(f"/mine/jobs/{id}/dismiss", data=token, headers=PART).status_code == 204
    assert "Old news" not in rep.part("/mine/jobs")
    assert "Old news" in rep.page("/mine/jobs")


def test_news_of_yesterday_is_no_news(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    a_job(site, title="Yesterday", state="done", ago=86400, **hers)
    a_job(site, title="Last month", state="done", ago=30 * 86400, **hers)
    assert "Yesterday" not in rep.part("/mine/jobs")
    page = rep.page("/mine/jobs")
    assert "Yesterday" in page
    assert "Last month" not in page


def test_the_header_asks_once_after_logging_in_and_then_only_while_there_is_work(
    app: Flask, site: Store, hers: dict[str, object]
) -> None:
    rep = logged_in(app, "rep")
    assert 'hx-get="/mine/jobs"' in rep.page("/")
    assert rep.part("/mine/jobs").strip() == ""
    assert 'hx-get="/mine/jobs"' not in rep.page("/")
    a_job(site, state="running", **hers)
    assert 'hx-get="/mine/jobs"' not in rep.page("/")  # nobody told this browser
    assert "<hk-work" in rep.part("/mine/jobs")
    assert 'hx-get="/mine/jobs"' in rep.page("/")


def test_no_page_asks_the_database_for_work(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    statements = Statements(site)
    a_job(site, state="running", **hers)
    for _ in range(2):
        statements.texts.clear()
        rep.page("/company")
        assert not [text for text in statements.texts if "hanok_job" in text]
        rep.part("/mine/jobs")
    statements.texts.clear()
    rep.part("/mine/jobs")
    assert len([text for text in statements.queries if "hanok_job" in text]) == 1


def test_a_page_without_work_says_what_it_is_for(rep: Browser) -> None:
    assert "Nothing of yours runs" in rep.page("/mine/jobs")


def test_a_mark_that_somebody_wrote_himself_harms_nothing(rep: Browser) -> None:
    for text in ("1.nonsense", "." * 500, "1." + "g" * 32, "1." + ".".join("a" * 32 for _ in range(40))):
        rep.client.set_cookie("hanok_work", text)
        assert rep.get("/mine/jobs", headers=PART).status_code == 200


def test_no_text_of_ones_own_work_becomes_markup(rep: Browser, site: Store, hers: dict[str, object]) -> None:
    for harm in HARM:
        said = {"text": "{why}", "facts": {"why": harm}}
        for state in ("running", "failed", "done"):
            a_job(site, title=harm, state=state, message=said, error=said, result={"file": harm, "name": harm}, **hers)
    look(rep.get("/mine/jobs"))
    look(rep.get("/mine/jobs", headers=PART))
