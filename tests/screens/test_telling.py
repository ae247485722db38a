"""The bell, its page, followers and people in texts, as they come to a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hanok.engine.accounts import find_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.records.telling.mentions import mark
from hanok.engine.store import Store, new_id
from hanok.web import cells
from hanok.web.formats import Formats
from tests.screens.conftest import Browser, Enter

Make = Callable[..., Record]
PAGE = "/mine/notices"


@pytest.fixture
def rep(enter: Enter) -> Browser:
    return enter("rep")


def id_of(site: Store, catalog: Catalog, name: str) -> Any:
    with site.read() as conn:
        return find_user(conn, catalog, name)


def given(admin: Browser, site: Store, catalog: Catalog, **values: str) -> str:
    """The address of a company that the administrator made for rep."""
    sent = {"name": "한빛전자", "owner": str(id_of(site, catalog, "rep")), "token": "", **values}
    answer = admin.send("/company/new", **sent)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def count(browser: Browser) -> int:
    return int(browser.get(f"{PAGE}/count").json["count"])  # type: ignore[index]


def test_whoever_is_given_a_record_sees_that_in_the_bell_and_opens_it(
    admin: Browser, rep: Browser, site: Store, catalog: Catalog
) -> None:
    there = given(admin, site, catalog)
    assert (count(rep), count(admin)) == (1, 0)
    part = rep.part(PAGE)
    assert "<b>관리자</b> gave you <b>한빛전자</b>." in part
    assert "<html" not in part
    opening = re.search(rf'action="({PAGE}/[0-9a-f-]+/open)"', part)
    assert opening
    assert rep.send(opening[1]).location == there
    assert count(rep) == 0
    assert "Nothing is unread" in rep.page(f"{PAGE}?unread=1")
    assert admin.send(opening[1]).status_code == 404


def test_a_notice_says_who_and_what_in_the_language_of_its_reader(
    admin: Browser, enter: Enter, site: Store, catalog: Catalog
) -> None:
    there = given(admin, site, catalog)
    admin.send(f"{there}/edit", size="7", stage="open", name="한빛전자", version="1")
    page = enter("rep", "ko").page(PAGE)
    assert "<b>관리자</b>님이 <b>한빛전자</b> 담당을 맡겼습니다." in page
    assert re.search(r"<b>관리자</b>님이 <b>한빛전자</b>의 Size, Stage를 바꿨습니다", page) or "을 바꿨습니다" in page


def test_all_are_read_at_once_and_nothing_told_is_said_so(
    admin: Browser, rep: Browser, site: Store, catalog: Catalog
) -> None:
    assert "Nobody has told you anything yet" in rep.page(PAGE)
    for name in ("가", "나"):
        given(admin, site, catalog, name=name)
    assert count(rep) == 2
    assert rep.send(f"{PAGE}/read").status_code == 303
    assert count(rep) == 0


def test_a_record_is_followed_with_one_button(rep: Browser, admin: Browser, site: Store, catalog: Catalog) -> None:
    there = given(admin, site, catalog)
    assert "관리자" in rep.part(f"{there}/_followers")
    assert 'aria-pressed="true"' in rep.part(f"{there}/_followers")
    headers = {"HX-Request": "true"}
    answer = rep.client.post(f"{there}/follow", data={"csrf_token": rep.token(), "on": "0"}, headers=headers)
    assert 'aria-pressed="false"' in answer.text
    assert "rep" not in re.findall(r'<span class="clip">([^<]*)</span>', answer.text)
    assert rep.send(f"{there}/follow", on="1").location == there
    assert "<html" in rep.page(f"{there}/_followers")


def test_a_text_names_people_by_the_name_of_today_and_safely(
    admin: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    text = f"<b>{mark('옛 이름', id_of(site, catalog, 'rep'))}</b>"
    made = make("company", name="한빛전자", story=text)
    page = admin.page(f"/company/{made.id}")
    assert '&lt;b&gt;<span class="person">@rep</span>&lt;/b&gt;' in page
    form = admin.page(f"/company/{made.id}/edit")
    assert 'data-mentions="/company/_people"' in form
    assert "@[옛 이름](user:" in form


def test_a_row_of_a_list_says_names_without_their_marks(catalog: Catalog) -> None:
    story, look = catalog.module("company").field("story"), cells.Look(Formats("ko"))
    shown = cells.show(cells.registry(), f"{mark('김하늘', new_id())} 님께", story, look)
    assert shown == "@김하늘 님께"


def test_the_writer_is_told_who_may_not_see_what_names_them(
    admin: Browser, site: Store, catalog: Catalog
) -> None:
    guest = mark("guest", id_of(site, catalog, "guest"))
    there = given(admin, site, catalog, story=f"{guest} 봐 주세요")
    assert "guest may not view this record and was told nothing." in admin.page(there)
    assert "was told nothing" not in admin.page(there)


def test_people_are_offered_who_may_view_records_of_the_module(admin: Browser, rep: Browser) -> None:
    found = admin.get("/company/_people?words=re").json
    assert [one["name"] for one in found] == ["rep"]  # type: ignore[union-attr]
    assert found[0]["mark"].startswith("@[rep](user:")  # type: ignore[index]
    assert rep.get("/nothing/_people?words=a").status_code == 404


def test_home_is_where_somebody_wants_to_start(admin: Browser) -> None:
    assert admin.get("/").status_code == 200
    for start, there in (("company", "/company"), ("company:mine", "/company?filter=mine"), ("gone", None)):
        admin.send("/me/look", start=start)
        answer = admin.get("/")
        assert answer.location == there if there else answer.status_code == 200, start
        assert admin.get("/?home=1").status_code == 200


def test_rows_are_as_high_as_she_likes_in_every_list(admin: Browser) -> None:
    assert "data-compact" not in admin.page("/company?filter=all")
    admin.send("/me/look", density="compact")
    assert "data-compact" in admin.page("/company?filter=all")
    admin.send("/company/_columns", show="name", density="normal")
    assert "data-compact" not in admin.page("/company?filter=all")
    assert "data-compact" in admin.page("/person")
