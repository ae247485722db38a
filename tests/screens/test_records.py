"""A record: page, history, path, deleting and restoring, subpanels, search, picking."""

from __future__ import annotations

import re
from collections.abc import Callable

from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import Statements
from tests.screens.conftest import Browser, titles

Make = Callable[..., Record]


def test_a_step_of_the_path_changes_that_field_and_nothing_else(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="7")
    assert admin.send(f"/company/{made.id}/set", stage="open", version="1").location == f"/company/{made.id}"
    page = admin.page(f"/company/{made.id}")
    assert re.search(r'aria-current="step"[^>]*><span title="Open"', page)
    assert ">7<" in page


def test_a_step_on_an_old_version_is_refused_with_a_reason(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    admin.send(f"/company/{made.id}/set", stage="open", version="1")
    admin.send(f"/company/{made.id}/set", stage="won", version="1")
    page = admin.page(f"/company/{made.id}")
    assert "Somebody else changed this record meanwhile" in page
    assert re.search(r'aria-current="step"[^>]*><span title="Open"', page)


def test_the_history_says_who_changed_what_from_what(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="7")
    admin.send(f"/company/{made.id}/edit", name="한빛전자", size="1,200", version="1")
    page = admin.part(f"/company/{made.id}/_timeline")
    assert "관리자 changed this" in page
    assert re.search(r"<del><span[^>]*>7</span></del> → <span><span[^>]*>1,200</span>", page)


def test_deleting_offers_undo(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    assert admin.send(f"/company/{made.id}/delete", version="1").location == "/company"
    page = admin.page("/company?filter=all")
    assert f'action="/company/{made.id}/restore"' in page
    assert titles(page) == []
    assert admin.get(f"/company/{made.id}").status_code == 404
    admin.send(f"/company/{made.id}/restore")
    assert titles(admin.page("/company?filter=all")) == ["한빛전자"]


def test_a_subpanel_links_and_unlinks(admin: Browser, make: Make) -> None:
    company, person = make("company", name="한빛전자"), make("person", family="김", given="하늘")
    there = f"/company/{company.id}/_sub/people"
    assert titles(admin.part(there)) == []
    headers = {"HX-Request": "true"}
    form = {"csrf_token": admin.token(), "id": str(person.id)}
    assert titles(admin.client.post(f"{there}/link", data=form, headers=headers).text) == ["김"]
    assert titles(admin.client.post(f"{there}/unlink", data=form, headers=headers).text) == []


def test_a_subpanel_creates_with_the_link_filled_in_and_comes_back(admin: Browser, make: Make) -> None:
    company = make("company", name="한빛전자")
    page = admin.page(f"/person/new?company={company.id}&next=/company/{company.id}")
    assert f'<option value="{company.id}" selected>한빛전자</option>' in page
    answer = admin.send("/person/new", family="김", company=str(company.id), next=f"/company/{company.id}")
    assert answer.location == f"/company/{company.id}"
    assert titles(admin.part(f"/company/{company.id}/_sub/people")) == ["김"]


def test_a_subpanel_turns_its_pages(admin: Browser, make: Make) -> None:
    company = make("company", name="한빛전자")
    for number in range(7):
        make("person", family=f"Person {number}", company=str(company.id))
    first = admin.part(f"/company/{company.id}/_sub/people")
    assert len(titles(first)) == 5
    assert 'class="count">7<' in first
    following = re.findall(r'hx-get="([^"]+after=[^"]+)"', first)[0].replace("&amp;", "&")
    assert len(titles(admin.part(following))) == 2


def test_search_finds_a_part_of_a_korean_name_in_all_modules(admin: Browser, make: Make) -> None:
    make("company", name="한빛전자")
    make("person", family="한빛", given="나")
    page = admin.page("/search?words=한빛")
    assert page.count("<b><mark>한빛</mark>") == 2
    assert "한<mark>빛전</mark>자" in admin.part("/search/quick?words=빛전")


def test_a_link_picks_by_words_and_tells_namesakes_apart(admin: Browser, make: Make) -> None:
    parent = make("company", name="한빛그룹")
    make("company", name="한빛전자", parent=str(parent.id), size="12")
    found = admin.get("/company/_pick?words=빛전").json
    assert found is not None
    assert found["more"] is False
    assert [item["title"] for item in found["items"]] == ["한빛전자"]
    assert found["items"][0]["note"] == "한빛그룹"


def test_the_start_page_counts_and_offers_the_first_steps(admin: Browser, make: Make) -> None:
    make("company", name="한빛전자")
    page = admin.page("/")
    assert "The first five minutes" in page
    assert 'href="/person/new"' in page
    assert re.search(r'>1</b></a></li>', admin.part("/search/amounts"))
    admin.send("/started")
    assert "The first five minutes" not in admin.page("/")


def test_hits_stand_in_the_order_of_the_menu_and_show_why_they_were_found(admin: Browser, make: Make) -> None:
    make("person", family="한빛", given="나")
    make("company", name="윤슬", story="오래 거래한 곳이고 부산에 있는 한빛전자의 자회사입니다")
    found = admin.part("/search/quick?words=한빛")
    assert found.index("Compan") < found.index("Person")
    assert "<mark>한빛</mark>전자의 자회사" in found
    assert "오래 거래한" not in found


def test_a_record_page_reads_its_record_once(admin: Browser, make: Make, site: Store) -> None:
    record = make("company", name="한빛")
    statements = Statements(site)
    admin.page(f"/company/{record.id}")
    assert len(statements.queries) == 3  # who is here, the record, its star
