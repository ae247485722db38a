"""The list: one query, filters, sorting, paging, words, columns, empty states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.screens.address import Asked, Condition
from tests.builders import Statements
from tests.screens.conftest import Browser, Enter, link, titles

Make = Callable[..., Record]


@pytest.fixture
def some(make: Make) -> list[Record]:
    """Thirty companies, numbered, every third one won."""
    return [
        make("company", name=f"Company {number:02}", size=str(number), stage="won" if number % 3 == 0 else "open")
        for number in range(1, 31)
    ]


def test_a_list_costs_one_page_query(site: Store, admin: Browser, some: list[Record]) -> None:
    seen = Statements(site)
    admin.page("/company?filter=all&stage=open&sort=-size")
    assert len([text for text in seen.queries if "m_company" in text]) == 1
    assert len(seen.queries) <= 3


def test_a_filter_by_a_link_that_is_shown_costs_nothing_more(site: Store, admin: Browser, make: Make) -> None:
    parent = make("company", name="한빛전자")
    make("company", name="한빛부품", parent=str(parent.id))
    seen = Statements(site)
    page = admin.page(f"/company?parent={parent.id}")
    assert titles(page) == ["한빛부품"]
    assert "<b>한빛전자</b>" in page
    assert len([text for text in seen.queries if "m_company" in text]) == 1


def test_the_default_filter_holds_until_all_are_asked_for(admin: Browser, some: list[Record]) -> None:
    assert len(titles(admin.page("/company"))) == 20
    assert len(titles(admin.page("/company?filter=all&size=50"))) == 30


def test_conditions_of_the_address_narrow_the_list(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?filter=all&stage=won&f=size.gte.25")
    assert titles(page) == ["Company 27", "Company 30"]
    assert "Size ≥" in page


def test_the_editor_leads_to_an_address_with_the_condition(admin: Browser, some: list[Record]) -> None:
    answer = admin.get("/company/_filter?filter=all&of=size&by=between&value=3&value2=5")
    assert answer.status_code == 302
    assert answer.location == "/company?filter=all&f=size.between.3,5"
    assert len(titles(admin.page(answer.location))) == 3


def test_a_value_that_cannot_be_read_is_said_and_left_out(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?filter=all&size=50&f=size.gte.many")
    assert 'class="chip bad"' in page
    assert len(titles(page)) == 30


def test_heads_sort_and_say_so(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?filter=all&sort=-size")
    assert titles(page)[0] == "Company 30"
    assert page.count('aria-sort="descending"') == 1


def test_pages_go_forth_and_back(admin: Browser, some: list[Record]) -> None:
    first = admin.page("/company?filter=all")
    second = admin.page(link(first, "next"))
    assert titles(second) == [f"Company {number}" for number in range(26, 31)]
    assert "26–30" in second
    assert titles(admin.page(link(second, "prev"))) == titles(first)


def test_a_cursor_of_nobody_is_refused_kindly(admin: Browser, some: list[Record]) -> None:
    answer = admin.get("/company?filter=all&sort=-name&after=nonsense")
    assert answer.location == "/company?filter=all&sort=-name"
    assert "no longer there" in admin.get(answer.location).text


def test_records_are_counted_apart(admin: Browser, some: list[Record]) -> None:
    assert "30 records" not in admin.page("/company?filter=all")
    assert "30 records" in admin.part("/company/_count?filter=all")
    assert "30 records" in admin.page("/company?filter=all&count=1")


def test_a_list_is_searched_by_a_part_of_a_korean_word(admin: Browser, make: Make) -> None:
    make("company", name="한빛전자")
    make("company", name="새벽물류")
    assert titles(admin.page("/company?filter=all&q=빛전")) == ["한빛전자"]


def test_an_empty_module_says_what_it_is_for_and_offers_the_first_action(admin: Browser) -> None:
    page = admin.page("/person")
    assert "There are no people yet" in page or "There are no person yet" in page
    assert 'href="/person/new"' in page


def test_no_match_offers_to_show_all(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?q=nowhere")
    assert "Show all" in page
    assert "<table" not in page


def test_what_people_type_is_never_markup(admin: Browser, make: Make) -> None:
    made = make("company", name="<script>alert(1)</script>", story="<img src=x onerror=alert(2)>")
    for page in (
        admin.page("/company"), admin.page(f"/company/{made.id}"), admin.page(f"/company/{made.id}/edit"),
        admin.page("/company?q=<script>"), admin.page("/search?words=script"), admin.part("/search/quick?words=script"),
    ):  # fmt: skip
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_module_that_is_not_there_is_not_found(admin: Browser) -> None:
    assert admin.get("/nothing").status_code == 404


def test_both_languages_are_whole(enter: Enter, make: Make) -> None:
    made = make("company", name="한빛전자")
    record = f"/company/{made.id}"
    for path in ("/", "/company", "/company/new", record, f"{record}/edit", "/search?words=한빛"):
        assert "새로 만들기" in enter(language="ko").page(path)
        assert "Create" in enter(language="en").page(path)


def test_a_condition_that_cannot_be_read_says_in_words_that_it_is_left_out(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?f=size.gt.abc")
    assert "The condition on Size was left out:" in page
    assert len(titles(page)) == 25


def test_the_order_is_said_where_no_column_shows_it(admin: Browser, some: list[Record]) -> None:
    assert "Sorted by" in admin.page("/company?filter=all&columns=name,size&sort=-founded")
    assert "Sorted by" not in admin.page("/company?filter=all&columns=name,founded&sort=-founded")


def test_dates_are_asked_for_by_words(admin: Browser, some: list[Record]) -> None:
    page = admin.page("/company?filter=all&ask=founded&size=50")
    assert 'href="/company?filter=all&amp;founded=this_month&amp;size=50"' in page
    chip = admin.page("/company?filter=all&founded=this_month")
    assert "<b>this month</b>" in chip
    assert 'aria-current="true">this month' in admin.page("/company?filter=all&founded=this_month&ask=founded.eq.0")


@pytest.mark.parametrize("words", ["today,%2B3d", "%2B3d,", "last_week,2026-01-01"])
def test_a_range_may_be_said_in_words(admin: Browser, words: str) -> None:
    for field in ("founded", "created_at"):
        assert 'class="chip"' in admin.page(f"/company?f={field}.between.{words}")


def test_an_empty_module_offers_its_first_record_whatever_filter_is_on(admin: Browser) -> None:
    assert "Create the first company" in admin.page("/company")
    assert "Create the first company" in admin.page("/company?filter=mine")
    assert "Create the first company" not in admin.page("/company?filter=mine&stage=won")


def test_who_sees_only_her_own_is_not_told_that_there_are_none(enter: Enter, some: list[Record]) -> None:
    page = enter("rep").page("/company?filter=all")
    assert "that you may see" in page
    assert "Create the first" not in page


def test_addresses_say_the_same_however_they_are_written() -> None:
    asked = Asked("company", "mine", (Condition("stage", "eq", ("won",)), Condition("name", "contains", ("a b&c",))))
    again = replace(asked, sort=("-name",), columns=("name",), size=50)
    assert asked.url(sort=("-name",), columns=("name",), size=50) == again.url()
    assert asked.url(conditions=()) == replace(asked, conditions=()).url()
    conditions = "filter=mine&stage=won&f=name.contains.a%20b%26c"
    assert again.url("/_count", after="x").startswith(f"/company/_count?{conditions}&")
