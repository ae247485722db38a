"""Odd requests to timelines, single fields, notices, previews and merges: refused in words, never a fault."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Record
from hanok.web.formats import Formats
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter
from tests.talking import TALKING

Make = Callable[..., Record]
HTMX = {"HX-Request": "true"}
ODD = ("", "x", "\x00", "../..", "😀" * 80, "9" * 300, "<script>", "null", "//evil.example", "http://[", "a\r\nb: c",
       "0" * 8 + "-0000-0000-0000-" + "0" * 12)  # fmt: skip
LINED = """
label: {en: Bid, ko: 입찰}
fields:
  name:  {type: text, required: true}
  rate:  {type: percent}
  lines: {type: lines, of: {what: {type: text}, price: {type: decimal}, net: {type: decimal, formula: price * 2}}}
  total: {type: decimal, rollup: {sum: lines.net}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**TALKING, **FILES, "modules/bid.yaml": LINED})


@pytest.fixture
def company(make: Make) -> Record:
    return make("company", name="한빛전자")


def cursor(**sources: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(sources).encode()).decode().rstrip("=")


def calm(who: Browser, method: str, path: str, **rest: object) -> int:
    status = who.client.open(path, method=method, **rest).status_code
    assert status < 500, f"{method} {path[:200]}: {status}"
    return status


def test_odd_questions_to_a_timeline(admin: Browser, company: Record, make: Make) -> None:
    make("todo", name="일", company=str(company.id), due="9999-12-31")
    make("todo", name="이", company=str(company.id), due="1000-01-01", state="won", done_at="9999-12-30T23:59Z")
    there = f"/company/{company.id}/_timeline"
    inner = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in
             ([], [None], ["9999-12-31T23:59:59.999999+00:00", str(company.id)], ["x" * 50, "y"], [1, 2])]  # fmt: skip
    cursors = [cursor(memos=one, todos=one, changes=one) for one in (*ODD, *inner, "-")]
    assert calm(admin, "GET", there) == 200
    for query in ({"after": one} for one in (*cursors, *ODD)):
        calm(admin, "GET", f"{there}/past", query_string=query, headers=HTMX)
    for one in ODD:
        calm(admin, "GET", there, query_string={"kind": one, "next": one, "day": one})
        calm(admin, "POST", f"{there}/finish",
             data={"csrf_token": admin.token(), "of": one, "id": one, "version": one}, headers=HTMX)


def test_odd_single_fields(admin: Browser, company: Record) -> None:
    there = f"/company/{company.id}/_cell"
    for key in ("id", "title", "created_at", "version", "owner", "parent.name", "nothing", "%00", "people", "story"):
        calm(admin, "GET", f"{there}/{key}", headers=HTMX)
        for one in ODD:
            data = {"csrf_token": admin.token(), key: one, "version": one, "place": one}
            calm(admin, "POST", f"{there}/{key}", data=data, headers=HTMX)


def test_odd_preferences_and_notices(admin: Browser, company: Record) -> None:
    for one in ODD:
        form = {"csrf_token": admin.token()}
        calm(admin, "POST", "/company/_columns", data={**form, "show": [one] * 300, "density": one})
        calm(admin, "POST", "/company/_opening", data=form, query_string={"filter": one})
        calm(admin, "POST", "/me/look", data={**form, "start": one})
        calm(admin, "POST", "/me/look", data={**form, "start": f"company:{one}"})
        answer = admin.get("/")
        assert answer.status_code < 500 and not (answer.location or "").startswith(("//", "http"))
        calm(admin, "POST", "/me/look", data={**form, "date": one, "theme": one, "number": one})
        calm(admin, "POST", "/me/told", data={**form, "kind": one, "follow": one})
        calm(admin, "POST", "/mine/notices/read", data={**form, "id": one})
        calm(admin, "GET", "/mine/notices", query_string={"after": one, "unread": one})
        calm(admin, "GET", "/company/_people", query_string={"words": one})
        calm(admin, "POST", f"/company/{company.id}/follow", data={**form, "on": one})


def test_odd_merges(admin: Browser, company: Record, make: Make) -> None:
    other = make("company", name="다른")
    for one in ODD:
        form = {"csrf_token": admin.token(), "id": [str(company.id), str(other.id)], "stays": str(company.id)}
        calm(admin, "GET", "/company/_duplicates", query_string={"by": one, "page": one})
        calm(admin, "GET", "/company/_merge", query_string={"id": [one, str(company.id)], "stays": one})
        calm(admin, "POST", "/company/_merge", data={**form, "stays": one})
        calm(admin, "POST", "/company/_merge", data={**form, f"take.{one}": str(other.id)})
        calm(admin, "POST", "/company/_merge", data={**form, "take.name": one, f"lines.{one}": "all"})
    assert calm(admin, "POST", "/company/_merge", data={**form, "id": [str(company.id)] * 5000}) < 500


def test_odd_previews(admin: Browser, make: Make) -> None:
    made = make("bid", name="입찰", lines=[{"what": "a", "price": "3"}])
    for one in (*ODD, "1e999999", "-1e-99999", "Infinity", "NaN", "9" * 5000):
        form = {"csrf_token": admin.token(), "name": one, "rate": one, "lines.0.price": one, "lines.0.id": one,
                "lines.99999999.price": one, f"lines.{one}.price": "1", "lines": one}  # fmt: skip
        calm(admin, "POST", "/bid/_preview", data=form)
        calm(admin, "POST", f"/bid/{made.id}/_preview", data=form)


def test_odd_addresses_of_where_somebody_is(admin: Browser, company: Record, enter: Enter) -> None:
    for number, one in enumerate(("http://[", "//[", "http://localhost/company", "javascript:1", "\\\\evil", "http://localhost//evil.example/")):
        token = admin.part("/company/_quick").split('name="token" value="')[1].split('"')[0]
        form = {"csrf_token": admin.token(), "token": token, "name": f"새 {number}"}
        answer = admin.client.post("/company/_quick", data=form, headers={**HTMX, "HX-Current-URL": one})
        assert answer.status_code < 500 and "evil" not in answer.headers.get("HX-Redirect", "")
        assert 'href="//' not in admin.get("/nothing/here", headers={"Referer": one}).text
        calm(admin, "POST", "/nothing/here", data=form, headers={"Referer": one})
        for path in ("/login", "/me/prove"):
            calm(admin, "GET", path, query_string={"next": one})
        calm(admin, "POST", f"/company/{company.id}/_undo", data={**form, "was": "{}", "next": one})
        calm(admin, "POST", "/company/new", data={**form, "next": one})


def test_a_moment_at_the_end_of_the_calendar_breaks_no_page(make: Make) -> None:
    with pytest.raises(Invalid):
        make("todo", name="일", state="won", done_at="9999-12-31T23:59:59Z")
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)  # stored before that was refused
    assert Formats("ko", "Asia/Seoul").datetime(end) == "9999-12-31 23:59"


def test_nothing_is_changed_without_the_token_of_a_form(admin: Browser, company: Record) -> None:
    here, id = f"/company/{company.id}", str(company.id)
    for path in (
        "/company/_merge", f"/company/_merge/{id}/undo", f"{here}/_timeline/new/memos", f"{here}/_timeline/finish",
        f"{here}/follow", f"{here}/_cell/name", f"{here}/_preview", "/company/_preview", "/company/_quick",
        "/company/_columns", "/company/_opening", "/mine/notices/read", f"/mine/notices/{id}/open", "/me/look",
        "/me/told", "/me/theme",
    ):  # fmt: skip
        answer = admin.client.post(path, data={"name": "x", "version": "1"}, headers=HTMX)
        assert answer.status_code == 400, f"{path}: {answer.status_code}"


def test_texts_of_people_stay_texts_wherever_they_are_told(admin: Browser, make: Make) -> None:
    bad = '"><img src=x onerror=alert(1)>{by}'
    one, other = make("company", name=bad), make("company", name=f"{bad}2")
    make("memo", text=f"{bad} @[{bad.replace('[', '')}](user:{one.id})", company=str(one.id))
    make("todo", name=bad, text=bad, company=str(one.id))
    token = admin.part("/company/_quick").split('name="token" value="')[1].split('"')[0]
    made = admin.client.post("/company/_quick", data={"csrf_token": admin.token(), "token": token, "name": f"{bad}3"},
                             headers=HTMX)  # fmt: skip
    pages = [made.text] + [admin.page(path, headers=HTMX) for path in (
        f"/company/{one.id}/_timeline", f"/company/_merge?id={one.id}&id={other.id}", f"/company/{one.id}/_merge",
        "/mine/notices", f"/company/{one.id}/_followers", f"/company/_quick?_words={bad}", "/company?filter=all",
        f"/company/{one.id}/_cell/name",
    )]  # fmt: skip
    ids = {"id": [str(one.id), str(other.id)], "stays": str(one.id)}
    versions = {f"version.{each.id}": "1" for each in (one, other)}
    merged = admin.client.post("/company/_merge", data={"csrf_token": admin.token(), **ids, **versions})
    assert merged.status_code == 303
    pages += [admin.page(merged.location), admin.page(f"/company/{one.id}/history")]
    assert [page for page in pages if "<img" in page] == []
    assert sum("&lt;img" in page or "\\u003cimg" in page for page in pages) >= 7
