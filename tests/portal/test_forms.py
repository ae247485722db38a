"""The page of a web form, and what may be sent to it from where."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.portal import guarding
from tests.automation.triggering import runs_of

KOREAN = {"Accept-Language": "ko"}
LISTED, FOREIGN = "https://www.example.com", "https://elsewhere.example"


def names(store: Store, catalog: Catalog) -> list[str]:
    table = catalog.module("lead").table
    with store.read() as conn:
        return sorted(conn.scalars(sa.select(table.c.name)))


def hidden(page: str) -> dict[str, str]:
    """The values that the page sends along."""
    found = dict(re.findall(r'<input type="hidden" name="(csrf_token|_shown)" value="([^"]+)"', page))
    assert set(found) == {"csrf_token", "_shown"}
    return found


def form_of(app: Flask, stranger: FlaskClient, key: str = "contact", *, ago: int = 10) -> dict[str, str]:
    """The hidden values of a page that was opened so many seconds ago."""
    shown = hidden(stranger.get(f"/forms/{key}").text)
    with app.test_request_context():
        return {**shown, "_shown": guarding.stamp(key, at=time.time() - ago)}


GOOD = {"name": "김하나", "email": "hana@example.com", "topic": "visit", "notes": "안녕하세요", "agree": "1"}


# -- the page ---------------------------------------------------------------------------------------------------------
def test_a_form_speaks_the_visitor_s_language(stranger: FlaskClient) -> None:
    korean, english = (stranger.get("/forms/contact", headers=headers).text for headers in (KOREAN, {}))
    for said in ("문의하기", "하루 안에 답합니다.", "이름", "가격", "보내기"):
        assert said in korean
    for said in ("Contact us", "We answer within a day.", "Name", "Price", "Send"):
        assert said in english
    assert 'lang="ko"' in korean and 'name="viewport"' in korean


def test_what_is_off_or_no_form_is_not_there(stranger: FlaskClient) -> None:
    for key in ("off", "shop", "nothing"):
        assert stranger.get(f"/forms/{key}").status_code == 404
        assert stranger.post(f"/forms/{key}", json=GOOD).status_code == 404


# -- our own page -----------------------------------------------------------------------------------------------------
def test_what_is_sent_becomes_a_record_and_is_thanked_for(
    app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    answer = stranger.post("/forms/contact", data={**GOOD, **form_of(app, stranger)}, headers=KOREAN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/forms/contact?sent")
    assert "고맙습니다!" in stranger.get(answer.headers["Location"], headers=KOREAN).text
    (row,) = runs_of(store, "contact")
    assert names(store, catalog) == ["김하나"] and row["cause"]["values"]["topic"] == "visit"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    sent = {**GOOD, **form_of(app, stranger), "email": "nonsense", "name": "한옥"}
    answer = stranger.post("/forms/contact", data=sent, headers=KOREAN)
    assert answer.status_code == 422 and names(store, catalog) == []
    assert 'value="한옥"' in answer.text and 'value="nonsense"' in answer.text and "aria-invalid" in answer.text


def test_a_form_that_is_sent_at_once_or_was_never_shown_is_asked_for_again(
    app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    for shown in (form_of(app, stranger, ago=0), form_of(app, stranger, ago=25 * 3600),
                  {**form_of(app, stranger), "_shown": "x"}, {**form_of(app, stranger, "onward")}):  # fmt: skip
        answer = stranger.post("/forms/contact", data={**GOOD, **shown})
        assert answer.status_code == 422 and "once more" in answer.text
    assert names(store, catalog) == []


def test_a_machine_that_fills_in_everything_is_thanked_and_nothing_is_kept(
    app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    sent = {**GOOD, **form_of(app, stranger), "_homepage": "https://spam.example"}
    answer = stranger.post("/forms/contact", data=sent)
    assert answer.status_code == 303 and names(store, catalog) == []


def test_a_browser_with_our_cookies_sends_the_token_of_the_page(
    app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    shown = {**form_of(app, stranger), "csrf_token": "guess"}
    assert stranger.post("/forms/contact", data={**GOOD, **shown}).status_code == 400
    assert names(store, catalog) == []


@pytest.mark.parametrize("sent", [b"[" * 60_000, b'{"name":' * 5_000, b'{"name": "\\ud800", "email": "a@example.com"}'])
def test_json_that_nobody_means_is_refused(
    stranger: FlaskClient, store: Store, catalog: Catalog, sent: bytes
) -> None:
    answer = stranger.post("/forms/contact", data=sent, content_type="application/json")
    assert answer.status_code == 422 and names(store, catalog) == []


@pytest.mark.parametrize("origin", ["http://[::1", "null", "//www.example.com", "https://www.example.com.evil.example"])
def test_an_origin_that_is_none_of_the_listed_is_refused(
    stranger: FlaskClient, store: Store, catalog: Catalog, origin: str
) -> None:
    answer = stranger.post("/forms/contact", json=GOOD, headers={"Origin": origin})
    assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers
    assert names(store, catalog) == []


def test_files_are_not_taken(app: Flask, stranger: FlaskClient, store: Store, catalog: Catalog) -> None:
    from io import BytesIO

    sent: Mapping[str, Any] = {**GOOD, **form_of(app, stranger), "notes.file": (BytesIO(b"x"), "x.txt")}
    assert stranger.post("/forms/contact", data=sent).status_code == 422 and names(store, catalog) == []


def test_one_address_sends_so_many_an_hour(stranger: FlaskClient, store: Store, catalog: Catalog) -> None:
    answers = [stranger.post("/forms/contact", json={**GOOD, "name": str(number)}) for number in range(32)]
    assert [one.status_code for one in answers] == [201] * 30 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    elsewhere = stranger.post("/forms/contact", json=GOOD, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert elsewhere.status_code == 201 and len(names(store, catalog)) == 31


# -- other sites ------------------------------------------------------------------------------------------------------
def test_a_listed_site_sends_forms_and_json_and_reads_the_answer(
    stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    from_there = {"Origin": LISTED}
    form = stranger.post("/forms/contact", data=GOOD, headers=from_there)
    json = stranger.post("/forms/contact", json={**GOOD, "name": "둘"}, headers={**from_there, **KOREAN})
    assert (form.status_code, json.status_code, json.json) == (303, 201, {"thanks": "고맙습니다!"})
    assert json.headers["Access-Control-Allow-Origin"] == LISTED and json.headers["Vary"] == "Origin"
    wrong = stranger.post("/forms/contact", json={"name": "셋"}, headers=from_there)
    assert wrong.status_code == 422 and list(wrong.json["errors"]) == ["email"]
    assert names(store, catalog) == ["김하나", "둘"]


def test_a_browser_asks_first_and_only_listed_sites_are_let(stranger: FlaskClient) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    listed = stranger.options("/forms/contact", headers={"Origin": LISTED, **asked})
    assert listed.headers["Access-Control-Allow-Origin"] == LISTED
    assert listed.headers["Access-Control-Allow-Headers"] == "Content-Type"
    foreign = stranger.options("/forms/contact", headers={"Origin": FOREIGN, **asked})
    assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.parametrize("site", [FOREIGN, "null", "https://www.example.com.evil.example", "http://www.example.com"])
def test_other_sites_send_nothing(stranger: FlaskClient, store: Store, catalog: Catalog, site: str) -> None:
    for sent in ({"data": GOOD}, {"json": GOOD}):
        answer = stranger.post("/forms/contact", headers={"Origin": site}, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers
    assert names(store, catalog) == []


def test_a_form_leads_on_to_a_listed_site_and_the_browser_lets_it(app: Flask, stranger: FlaskClient) -> None:
    page = stranger.get("/forms/onward")
    assert "form-action 'self' https://www.example.com;" in page.headers["Content-Security-Policy"]
    answer = stranger.post("/forms/onward", data={**GOOD, **form_of(app, stranger, "onward")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.example.com/thanks")


def test_what_is_no_field_of_the_form_and_what_is_no_object_is_refused(
    stranger: FlaskClient, store: Store, catalog: Catalog
) -> None:
    beside = stranger.post("/forms/contact", json={**GOOD, "title": "x"})
    assert (beside.status_code, beside.json) == (422, {"errors": {"": ["There is no field title."]}})
    for body in (b"[]", b"{", b'"x"'):
        assert stranger.post("/forms/contact", data=body, content_type="application/json").status_code == 422
    assert stranger.post("/forms/contact", json={**GOOD, "notes": "x" * 70_000}).status_code == 413
    assert names(store, catalog) == []
