"""Forms: errors keep what was typed, a form saves once, two people's changes meet."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from flask import Flask

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.screens.conftest import Browser

Make = Callable[..., Record]


@pytest.fixture
def stored(site: Store, catalog: Catalog) -> Callable[[Record], Record]:
    """The record as it stands in the database now."""

    def now(record: Record) -> Record:
        with site.read() as conn:
            return records.get(conn, catalog, SYSTEM, record.module, record.id)

    return now


def test_a_new_record_is_saved_and_shown(admin: Browser) -> None:
    answer = admin.send("/company/new", name="한빛전자", size="1,200", founded="1999-12-31")
    assert answer.status_code == 303
    page = admin.page(urlsplit(answer.location).path)
    assert "한빛전자" in page
    assert "1,200" in page


def test_errors_stand_beside_their_fields_and_everything_typed_is_kept(admin: Browser) -> None:
    answer = admin.send("/company/new", name="", size="many", story="<b>오래된</b> 이야기")
    assert answer.status_code == 422
    assert 'href="#f-name"' in answer.text
    assert 'href="#f-size"' in answer.text
    assert 'value="many"' in answer.text
    assert "&lt;b&gt;오래된&lt;/b&gt; 이야기" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


def test_one_form_makes_one_record(admin: Browser, site: Store, catalog: Catalog) -> None:
    form = {"name": "한빛전자", "token": admin.page("/company/new").split('name="token" value="')[1].split('"')[0]}
    first, second = admin.send("/company/new", **form), admin.send("/company/new", **form)
    assert first.location == second.location
    with site.read() as conn:
        assert records.count(conn, catalog, SYSTEM, Query(module="company")) == 1


def test_what_only_one_of_two_changed_is_merged(
    admin: Browser, make: Make, stored: Callable[[Record], Record]
) -> None:
    made = make("company", name="한빛전자", size="1", rate="1")
    admin.send(f"/company/{made.id}/edit", name="한빛전자", size="2", rate="1", version="1")
    answer = admin.send(f"/company/{made.id}/edit", name="한빛전자", size="1", rate="9", version="1")
    assert answer.status_code == 303
    assert (stored(made)["size"], stored(made)["rate"]) == (2, 9)


def test_what_both_changed_is_for_the_second_to_choose(
    admin: Browser, make: Make, stored: Callable[[Record], Record]
) -> None:
    made = make("company", name="한빛전자", size="1")
    admin.send(f"/company/{made.id}/edit", name="한빛전자", size="2", version="1")
    mine = {"name": "한빛", "size": "3", "version": "1"}
    answer = admin.send(f"/company/{made.id}/edit", **mine)
    assert answer.status_code == 409
    assert 'name="keep.size" value="theirs"' in answer.text
    assert 'name="keep.name"' not in answer.text
    assert stored(made)["size"] == 2
    settled = admin.send(f"/company/{made.id}/edit", **mine, settling="2", **{"keep.size": "theirs"})
    assert settled.status_code == 303
    assert (stored(made)["name"], stored(made)["size"]) == ("한빛", 2)


def test_a_choice_on_an_old_conflict_is_asked_again(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="1")
    for number in ("2", "3"):
        admin.send(f"/company/{made.id}/set", size=number, version=str(int(number) - 1))
    answer = admin.send(f"/company/{made.id}/edit", size="9", version="1", settling="2", **{"keep.size": "mine"})
    assert answer.status_code == 409


def test_an_untouched_link_is_no_conflict(admin: Browser, make: Make, stored: Callable[[Record], Record]) -> None:
    first, second = make("company", name="첫째"), make("company", name="둘째")
    made = make("company", name="한빛전자", parent=str(first.id))
    admin.send(f"/company/{made.id}/set", parent=str(second.id), version="1")
    answer = admin.send(f"/company/{made.id}/edit", name="한빛", parent=str(first.id), version="1")
    assert answer.status_code == 303
    assert (stored(made)["name"], stored(made)["parent"].title) == ("한빛", "둘째")


def test_a_form_leads_back_only_within_the_site(admin: Browser) -> None:
    answer = admin.send("/company/new", name="한빛전자", next="https://elsewhere.example/")
    assert urlsplit(answer.location).netloc == ""


@pytest.mark.parametrize("path", ["/company/new", "/company/{id}/edit", "/company/{id}/set", "/company/{id}/delete"])
def test_nothing_is_changed_without_the_token(admin: Browser, make: Make, path: str) -> None:
    made = make("company", name="한빛전자")
    answer = admin.client.post(path.format(id=made.id), data={"name": "X", "stage": "won", "version": "1"})
    assert answer.status_code == 400
    assert admin.get(f"/company/{made.id}").status_code == 200


def test_two_clicks_at_once_make_one_record(admin: Browser, app: Flask, site: Store, catalog: Catalog) -> None:
    def send(form: dict[str, str]) -> int:
        client = app.test_client()
        for name in ("hanok_session", "hanok_form"):
            cookie = admin.client.get_cookie(name)
            client.set_cookie(name, cookie.value if cookie else "")
        return client.post("/company/new", data=form).status_code

    form = {"story": "once", "name": "한빛전자", "token": "clicked-twice", "csrf_token": admin.token()}
    with ThreadPoolExecutor(4) as clicks:
        assert set(clicks.map(send, [form] * 4)) == {303}
    with site.read() as conn:
        assert records.count(conn, catalog, SYSTEM, Query(module="company")) == 1


def test_without_scripts_links_are_lists(admin: Browser, make: Make) -> None:
    make("company", name="한빛그룹")
    assert "한빛그룹" not in admin.page("/company/new")
    page = admin.page("/company/new?size=3")
    there = re.findall(r'<noscript><p[^>]*><a class="link" href="([^"]+)"', page)[0].replace("&amp;", "&")
    assert there == "/company/new?size=3&lists=1"
    listed = admin.page(there)
    assert ">한빛그룹</option>" in listed and "<noscript>" not in listed
    again = admin.send("/company/new", lists="1", name="", size="3")
    assert again.status_code == 422
    assert ">한빛그룹</option>" in again.text
