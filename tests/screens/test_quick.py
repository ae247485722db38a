"""A new record from anywhere: a dialog of few fields, and the record that is picked where none was found."""

from __future__ import annotations

import re
from html import unescape

from tests.screens.conftest import Browser, Enter, titles

PART = {"HX-Request": "true"}


def token_of(part: str) -> str:
    return part.split('name="token" value="')[1].split('"')[0]


def test_the_dialog_asks_what_the_quick_form_asks_and_says_what_is_wrong(admin: Browser) -> None:
    part = admin.part("/company/_quick")
    assert '<dialog class="ask quick"' in part and 'name="name"' in part and "<html" not in part
    form = {"csrf_token": admin.token(), "token": token_of(part), "name": ""}
    answer = admin.client.post("/company/_quick", data=form, headers=PART)
    assert answer.status_code == 422 and "bad" in answer.text and '<dialog class="ask quick"' in answer.text


def test_it_is_saved_once_and_the_page_stays(admin: Browser) -> None:
    form = {"csrf_token": admin.token(), "token": token_of(admin.part("/company/_quick")), "name": "새나래 & 상사"}
    here = {**PART, "HX-Current-URL": "http://localhost/task"}
    answers = [admin.client.post("/company/_quick", data=form, headers=here) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    made = {re.search(r'data-made="([^"]+)" data-module="company" data-title="([^"]+)"', one.text) for one in answers}
    ids = {found[1] for found in made if found}
    assert len(ids) == 1 and {unescape(found[2]) for found in made if found} == {"새나래 & 상사"}
    assert titles(admin.page("/company?filter=all")) == ["새나래 &amp; 상사"]


def test_on_its_own_list_the_list_is_shown_again(admin: Browser) -> None:
    form = {"csrf_token": admin.token(), "token": token_of(admin.part("/company/_quick")), "name": "새나래"}
    here = {**PART, "HX-Current-URL": "http://localhost/company?filter=all&sort=-name"}
    answer = admin.client.post("/company/_quick", data=form, headers=here)
    assert answer.headers["HX-Redirect"] == "/company?filter=all&sort=-name"
    assert "새나래” was saved" in admin.page("/company?filter=all")


def test_words_that_found_nothing_name_it(admin: Browser) -> None:
    offered = admin.client.get("/company/_pick?words=%EC%83%88%EB%82%98%EB%9E%98").get_json()["make"]
    assert offered["text"] == "New company “새나래”"
    assert re.search(r'<input[^>]* name="name"[^>]* value="새나래"', admin.part(offered["url"]))


def test_without_scripts_the_whole_form_is_there_with_the_same_values(admin: Browser) -> None:
    answer = admin.get("/company/_quick?_words=abc&stage=new")
    assert (answer.status_code, answer.location) == (302, "/company/new?name=abc&stage=new")
    sent = admin.send("/company/_quick", name="abc")
    assert sent.status_code == 303 and sent.location.startswith("/company/")


def test_nothing_is_offered_to_whoever_may_make_none(enter: Enter) -> None:
    guest = enter("guest")
    assert guest.get("/company/_quick").status_code == 403
    assert guest.client.post("/company/_quick", data={"csrf_token": guest.token(), "name": "x"}).status_code == 403
    assert guest.client.get("/user/_pick?words=a").get_json()["make"] is None
