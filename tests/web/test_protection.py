"""Pages allow nothing but our own files, and nothing is changed without the token of the page."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from hanok.web.assets import FOLDER
from tests.house.sources import PLATFORM
from tests.web.conftest import Token, Trial

TEMPLATES = sorted(PLATFORM.rglob("*.html"))
#: A data block of JSON is no script: the policy lets it stand, and nothing runs it.
SCRIPT = r"""<script(?![^>]*\s(?:src=|type="application/json"))"""
INLINE = re.compile(rf"""<style|\sstyle\s*=|{SCRIPT}|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)


@pytest.mark.parametrize("path", ["/login", "/company", "/nothing", "/company/broken", "/static/js/keys.js", "/health"])
def test_every_answer_carries_the_policy(admin: FlaskClient, path: str) -> None:
    headers = admin.get(path, buffered=True).headers
    assert "script-src 'self'; style-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PLATFORM)))
def test_no_template_needs_more_than_the_policy_allows(path: Path) -> None:
    assert not INLINE.findall(path.read_text())


def test_pages_are_not_kept_and_versioned_files_are_kept_for_ever(admin: FlaskClient) -> None:
    page = admin.get("/company")
    assert page.headers["Cache-Control"] == "no-store"
    addresses = re.findall(r"/static/[^\"#]+", page.text)
    assert len(addresses) > 6
    for address in addresses:
        assert "immutable" in admin.get(address, buffered=True).headers["Cache-Control"], address
    assert admin.get("/static/css/theme.css", buffered=True).headers["Cache-Control"] == "no-cache"


def test_a_file_gets_another_address_when_it_changes(tmp_path: Path) -> None:
    from hanok.web.assets import Assets

    (tmp_path / "a.css").write_text("a {}")
    asset = Assets(tmp_path, trusted=0)
    before = asset("a.css")
    (tmp_path / "a.css").write_text("b {}")
    assert asset("a.css") != before
    assert asset("missing.css") == "/static/missing.css"


def test_static_text_is_packed_for_those_who_take_it(admin: FlaskClient) -> None:
    address = "/static/vendor/tabler.min.css"
    plain = admin.get(address, buffered=True)
    for _ in range(2):
        packed = admin.get(address, headers={"Accept-Encoding": "gzip, deflate"}, buffered=True)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 5
    brotli_packed = admin.get(address, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert brotli_packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(brotli_packed.data) == plain.data
    asked = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    again = admin.get(address, headers=asked, buffered=True)
    assert again.status_code == 304
    assert "Accept-Encoding" in plain.headers["Vary"] and "Content-Encoding" not in plain.headers
    refused = admin.get(address, headers={"Accept-Encoding": "gzip;q=0"}, buffered=True)
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(("asker", "way"), [("none", "gzip"), ("same-origin", "gzip"), ("cross-site", ""), ("", "")])
def test_a_page_is_packed_only_where_no_other_site_asked_for_it(admin: FlaskClient, asker: str, way: str) -> None:
    headers = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": asker} if asker else {})
    answer = admin.get("/company", headers=headers)
    assert answer.headers.get("Content-Encoding", "") == way
    text = gzip.decompress(answer.data).decode() if way else answer.text
    assert text.lstrip().startswith("<!doctype html>")
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.headers["Vary"].split(", "))


def test_every_file_that_pages_name_is_there(admin: FlaskClient) -> None:
    page = admin.get("/company").text
    named = set(re.findall(r'(?:href|src)="/static/([^"?]+)', page))
    joined = [name.removeprefix("joined/") for name in named if name.startswith("joined/")]
    parts = {f"{name.partition('/')[0]}/{one}.{name.rpartition('.')[2]}"
             for name in joined for one in name.partition("/")[2].rpartition(".")[0].split(",")}  # fmt: skip
    assert len(parts) > 15
    alone = {name for name in named if not name.startswith(("vendor/", "joined/"))}
    assert not [name for name in alone | parts if not (FOLDER / name).is_file()]


def test_nothing_is_changed_without_the_token(admin: FlaskClient, token: Token, trial: Trial) -> None:
    assert admin.post("/company", data={"name": "한빛"}).status_code == 400
    assert admin.post("/company", data={"name": "한빛", "csrf_token": "made up"}).status_code == 400
    assert trial.taken == []
    assert admin.post("/company", data={"name": "한빛", "csrf_token": token(admin, "/company")}).text == "taken"
    good = {"X-CSRFToken": token(admin, "/company")}
    assert admin.post("/company", data={"name": "한빛"}, headers=good).text == "taken"


def test_what_was_typed_can_be_sent_again_when_the_page_was_too_old(admin: FlaskClient, trial: Trial) -> None:
    typed = {"name": "한빛 <b>", "parent": "7", "parent$title": "모회사"}
    late = admin.post("/company", data={**typed, "csrf_token": "old"})
    assert late.status_code == 400
    assert '<input type="hidden" name="name" value="한빛 &lt;b&gt;">' in late.text
    assert "<dd>모회사</dd>" in late.text
    fresh = late.text.split('name="csrf_token" value="')[-1].split('"')[0]
    assert admin.post("/company", data={"name": "한빛", "csrf_token": fresh}).text == "taken"
    assert trial.taken[0]["name"] == "한빛"


def test_what_was_typed_outlives_the_end_of_the_session(admin: FlaskClient, token: Token, trial: Trial) -> None:
    form = {"name": "한빛", "csrf_token": token(admin, "/company")}
    admin.delete_cookie("hanok_session")
    page = admin.post("/company", data=form)
    assert page.status_code == 400
    assert 'name="name" value="한빛"' in page.text
    assert trial.taken == []


def test_what_another_site_sends_is_never_offered_again(admin: FlaskClient, trial: Trial) -> None:
    sent = admin.post("/company", data={"name": "Evil"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 400
    assert "Evil" not in sent.text
    assert trial.taken == []


def test_a_password_is_never_sent_back(stranger: FlaskClient) -> None:
    page = stranger.post("/login", data={"username": "admin", "password": "my secret", "csrf_token": "old"}).text
    assert 'name="username" value="admin"' in page
    assert "my secret" not in page
