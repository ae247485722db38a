"""One field is edited where it is shown, in a row or on the record's page, by those who may, and nothing gets lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from werkzeug.test import TestResponse

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user, find_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter
from tests.screens.following import MODEL

Make = Callable[..., Record]
HTMX = {"HX-Request": "true"}
CLERK = """
label: {en: Clerk, ko: 사원}
default: {list: all, view: all, create: all, edit: owner, delete: none}
fields: {company.rate: {edit: none}, company.size: {view: none}}
"""
MARK = "{label: {en: Mark, ko: 표}, fields: {name: {type: text, required: true}}}"
CRATE = """
label: {en: Crate, ko: 상자}
fields:
  name: {type: text, required: true}
  marks: {type: links, to: mark, reverse: crates}
  notes: {type: links, to: mark, reverse: noted, fields: {why: {type: text}}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    more = {"roles/clerk.yaml": CLERK, "modules/mark.yaml": MARK, "modules/crate.yaml": CRATE}
    return a_catalog({**MODEL, **FILES, **more})


@pytest.fixture
def clerk(site: Store, catalog: Catalog, hashed: str, enter: Enter) -> Browser:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "Clerk"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
    return enter("clerk")


def box(who: Browser, made: Record, key: str) -> TestResponse:
    return who.get(f"/{made.module}/{made.id}/_cell/{key}", headers=HTMX)


def put(
    who: Browser, made: Record, key: str, value: str | list[str], *, version: int = 1, query: str = "", **more: str
) -> TestResponse:
    data = {"csrf_token": who.token(), "version": str(version), key: value, **more}
    return who.client.post(f"/{made.module}/{made.id}/_cell/{key}{query}", data=data, headers=HTMX)


def stored(site: Store, catalog: Catalog, made: Record) -> Record:
    with site.read() as conn:
        return records.get(conn, catalog, SYSTEM, made.module, made.id)


def test_a_list_and_a_page_say_what_can_be_edited(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=3)
    page = admin.page("/company?filter=all&columns=name,size,created_at")
    assert re.findall(r'data-edit="(\w+)"', page) == ["name", "size"]
    assert "data-edits" in page
    record = admin.page(f"/company/{made.id}")
    assert {"name", "size", "stage"} <= set(re.findall(r'data-edit="(\w+)"', record))
    assert 'data-edit="created_at"' not in record


def test_the_box_is_the_one_of_the_form(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=1200)
    answer = box(admin, made, "size")
    assert answer.status_code == 200
    assert re.search(r'id="f-size" name="size"[^>]*value="1,?200"', answer.text)
    assert f'name="version" value="{made.version}"' in answer.text
    assert "<html" not in answer.text


def test_a_save_in_a_list_answers_with_the_row_and_a_way_back(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="하나", size=3)
    answer = put(admin, made, "size", "1,500", place="list", query="?filter=all&columns=name,size")
    assert answer.status_code == 200
    assert answer.text.count("<td") == 2 and "1,500" in answer.text and "<html" not in answer.text
    assert stored(site, catalog, made).values["size"] == 1500
    undo = dict(re.findall(r'name="(was|version|next)" value="([^"]*)"', answer.text))
    assert json.loads(unescape(undo["was"])) == {"size": 3}
    form = {key: unescape(text) for key, text in undo.items()}
    assert admin.send(f"/company/{made.id}/_undo", **form).location == "/company?filter=all&columns=name,size"
    assert stored(site, catalog, made).values["size"] == 3


def test_a_save_on_the_page_answers_with_all_that_followed(admin: Browser, make: Make) -> None:
    made = make("person", family="김", given="하늘")
    answer = put(admin, made, "given", "바다")
    assert answer.status_code == 200
    assert re.search(r"<h1[^>]*>김바다</h1>", answer.text)
    assert "/_undo" in answer.text


def test_nothing_is_said_of_a_save_that_changes_nothing(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="하나", size=3)
    answer = put(admin, made, "size", "3", place="list")
    assert answer.status_code == 200
    assert "/_undo" not in answer.text
    assert stored(site, catalog, made).version == 1


def test_what_is_wrong_stands_in_the_box_with_what_was_typed(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="하나", size=3)
    answer = put(admin, made, "size", "many")
    assert answer.status_code == 422
    assert 'value="many"' in answer.text and 'id="f-size-error"' in answer.text
    assert stored(site, catalog, made).values["size"] == 3


def test_what_another_field_needs_leads_to_the_form_with_what_was_typed(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("deal", name="첫 거래")
    answer = put(admin, made, "stage", "lost")
    assert answer.status_code == 422
    assert "Reason: This is required when Stage is ‘Lost’." in answer.text
    assert f'formaction="/deal/{made.id}/edit"' in answer.text
    assert re.search(r'<option value="lost" selected', answer.text)
    form = admin.send(f"/deal/{made.id}/edit", stage="lost", version="1")
    assert form.status_code == 422
    assert re.search(r'<option value="lost" selected', form.text) and 'id="f-reason-error"' in form.text
    assert stored(site, catalog, made).values["stage"] == "talk"


def test_what_is_fixed_by_a_rule_says_so(admin: Browser, site: Store, catalog: Catalog, make: Make) -> None:
    made = make("deal", name="첫 거래", amount="1000")
    assert put(admin, made, "stage", "won").status_code == 200
    answer = box(admin, made, "amount")
    assert answer.status_code == 409
    assert "This cannot be changed while the record is as it is now." in answer.text
    assert 'data-edit="amount"' not in admin.page(f"/deal/{made.id}")
    assert put(admin, made, "amount", "5").status_code == 409
    assert stored(site, catalog, made).values["amount"].amount == 1000


def test_a_role_that_does_not_let_her_is_told_in_words(
    clerk: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    theirs = make("company", name="남의 회사", rate="1.5")
    clerk.send("/company/new", name="나의 회사")
    assert "data-edits" in clerk.page("/company?filter=mine")
    assert "data-edits" not in clerk.page("/company?filter=all&name=남의 회사")
    for key, status in (("founded", 403), ("size", 404), ("nothing", 404)):
        for answer in (box(clerk, theirs, key), put(clerk, theirs, key, "1")):
            assert answer.status_code == status
            assert "data-said" in answer.text and "<html" not in answer.text
    with site.read() as conn:
        me = find_user(conn, catalog, "clerk")
    assert me
    mine = make("company", name="셋째", owner=str(me))
    assert box(clerk, mine, "founded").status_code == 200
    assert box(clerk, mine, "rate").status_code == 403
    assert "You may not change this." in put(clerk, mine, "rate", "2").text


def test_what_somebody_else_saved_in_another_field_is_no_clash(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="하나", size=3)
    assert put(admin, made, "stage", "open").status_code == 200
    assert put(admin, made, "size", "4").status_code == 200
    kept = stored(site, catalog, made).values
    assert (kept["size"], kept["stage"]) == (4, "open")


def test_of_two_who_save_one_field_the_second_chooses(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="하나", size=3)
    assert put(admin, made, "size", "4").status_code == 200
    answer = put(admin, made, "size", "5", place="list")
    assert answer.status_code == 409
    assert re.search(r"<dt>Theirs</dt><dd>.*4.*</dd><dt>Mine</dt><dd>.*5", answer.text)
    assert 'value="5"' in answer.text and 'name="version" value="2"' in answer.text
    assert stored(site, catalog, made).values["size"] == 4
    assert put(admin, made, "size", "5", version=2).status_code == 200
    assert stored(site, catalog, made).values["size"] == 5


def test_records_like_it_are_asked_about(admin: Browser, site: Store, catalog: Catalog, make: Make) -> None:
    make("firm", name="한빛")
    made = make("firm", name="한별")
    answer = put(admin, made, "name", "한빛")
    assert answer.status_code == 422
    assert 'name="despite"' in answer.text
    assert stored(site, catalog, made).title == "한별"
    assert put(admin, made, "name", "한빛", despite="1").status_code == 200
    assert stored(site, catalog, made).title == "한빛"


def test_what_is_tied_is_edited_on_the_page_unless_the_ties_say_more(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    red, blue, made = make("mark", name="빨강"), make("mark", name="파랑"), make("crate", name="상자")
    assert 'name="marks"' in box(admin, made, "marks").text
    answer = put(admin, made, "marks", [str(red.id), str(blue.id)])
    assert answer.status_code == 200
    assert "was saved" in unescape(answer.text)
    with site.read() as conn:
        found = records.related(conn, catalog, SYSTEM, made, keys=("marks",))["marks"]
    assert [one.title for one in found] == ["빨강", "파랑"]
    assert box(admin, made, "notes").headers["HX-Redirect"] == f"/crate/{made.id}/edit#f-notes"


def test_what_has_no_box_of_its_own_and_browsers_without_scripts_get_the_form(admin: Browser, make: Make) -> None:
    made = make("deal", name="첫 거래")
    assert box(admin, made, "lines").headers["HX-Redirect"] == f"/deal/{made.id}/edit#f-lines"
    assert admin.get(f"/deal/{made.id}/_cell/name").location == f"/deal/{made.id}/edit#f-name"
    answer = admin.send(f"/deal/{made.id}/_cell/name", name="둘째", version="1")
    assert (answer.status_code, answer.location) == (303, f"/deal/{made.id}")


def test_the_row_shows_what_was_saved_whatever_the_filter_says(admin: Browser, make: Make) -> None:
    made = make("company", name="하나")
    answer = put(admin, made, "stage", "won", place="list", query="?filter=going")
    assert answer.status_code == 200
    assert answer.text.count("<tr") == 1 and "Won" in answer.text
