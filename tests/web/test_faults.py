"""What goes wrong gets a page that says what to do."""

import re

import pytest
from flask.testing import FlaskClient

JSON = {"Accept": "application/json"}


def test_what_is_not_there_is_said_in_the_frame(admin: FlaskClient) -> None:
    admin.set_cookie("hanok_language", "ko")
    page = admin.get("/nothing")
    assert page.status_code == 404
    assert "찾을 수 없습니다" in page.text
    assert 'class="topbar"' in page.text


def test_a_failure_has_a_number_that_stands_in_the_log(
    admin: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = admin.get("/company/broken")
    number = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)
    assert page.status_code == 500
    assert number
    assert number.group() in caplog.text
    assert "the secret inside" in caplog.text
    assert "the secret inside" not in page.text


def test_programs_get_failures_as_json(admin: FlaskClient) -> None:
    found = admin.get("/nothing", headers=JSON)
    assert found.status_code == 404
    assert found.json
    assert found.json["error"]


def test_a_fragment_that_failed_is_a_fragment(admin: FlaskClient) -> None:
    found = admin.get("/company/broken", headers={"HX-Request": "true"})
    assert found.status_code == 500
    assert "<html" not in found.text
    assert 'role="alert"' in found.text


def test_a_wrong_method_says_which_ones_there_are(admin: FlaskClient) -> None:
    assert "GET" in admin.put("/company/broken", headers={"X-CSRFToken": "none"}).headers.get("Allow", "GET")


def test_what_happened_is_said_once_on_the_next_page(admin: FlaskClient) -> None:
    page = admin.get("/company").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    admin.post("/company", data={"csrf_token": token})
    assert admin.get("/company").text.count("<hk-notice") == 1
    assert admin.get("/company").text.count("<hk-notice") == 0
