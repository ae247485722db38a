"""A role whose list shows more than it may open: rows without a link, a page that says why, nothing beyond."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record
from hanok.engine.records.exporting import Wish, export
from hanok.engine.store import Store
from tests.builders import COMPANY, a_catalog, a_user
from tests.screens.conftest import FILES, FILTERS, Browser, Enter, titles

Make = Callable[..., Record]
LOOKER = """
label: {en: Looker, ko: 열람}
default: {list: all, view: owner, create: all, edit: all, export: all, assign: all}
modules: {user: {list: all, view: all}}
"""


VIEWS = "  kanban: {by: stage, sum: rate, card: [$title, size, rate, story], sort: [name]}\n"
BOARDED = {"modules/company.yaml": COMPANY + FILTERS + VIEWS}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, **BOARDED, "roles/looker.yaml": LOOKER})


@pytest.fixture
def looker(site: Store, catalog: Catalog, hashed: str) -> Actor:
    with site.write() as conn:
        raw = {"username": "looker", "last_name": "looker", "email": "looker@example.com"}
        made = create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("looker",))
    return Actor(id=made, username="looker", title="looker", roles=("looker",))


@pytest.fixture
def browser(looker: Actor, enter: Enter) -> Browser:
    return enter("looker")


def test_a_row_that_she_may_not_open_is_no_link(browser: Browser, looker: Actor, make: Make) -> None:
    other, mine = make("company", name="남의 회사"), make("company", name="내 회사", owner=str(looker.id))
    page = browser.page("/company?filter=all")
    assert titles(page) == ["내 회사"]
    assert "남의 회사" in page and f"/company/{other.id}" not in page and f'data-href="/company/{mine.id}"' in page
    assert page.count("Only the owner opens it") == 2  # what the mouse sees, and what is read aloud


def test_its_card_shows_what_its_row_shows_and_moves_nowhere(browser: Browser, looker: Actor, make: Make) -> None:
    make("company", name="남의 회사", size=77, rate="98.5", story="남의 이야기")
    make("company", name="내 회사", size=78, rate="1.5", owner=str(looker.id))
    page = browser.page("/company?filter=all&view=kanban")
    closed = next(part for part in page.split("<li ") if "남의 회사" in part).split("</li>")[0]
    assert "77" in closed and "98.5" not in closed and "이야기" not in closed
    assert "Only the owner opens it" in closed and "#i-lock" in closed
    assert "href" not in closed.replace("icons.svg", "").split("#i-lock")[1] and "data-move" not in closed
    mine = next(part for part in page.split("<li ") if "내 회사" in part)
    assert 'class="title" href="/company/' in mine and "data-move" in mine
    assert "1.5" in page and "100" not in page.split('data-lane="new"')[1].split("<ol")[0]  # the sum


def test_its_page_says_so_and_tells_no_more(
    browser: Browser, enter: Enter, make: Make, site: Store, catalog: Catalog
) -> None:
    kim = a_user(site, catalog, "kim")
    other = make("company", name="남의 회사", size=98765, owner=str(kim.id))
    answer = browser.get(f"/company/{other.id}")
    assert answer.status_code == 403
    assert "남의 회사" in answer.text and "You may see this in lists, not open it." in answer.text
    assert "Owner: kim" in answer.text and "98,765" not in answer.text and "98765" not in answer.text
    assert "목록에서만 볼 수 있고" in enter("looker", "ko").get(f"/company/{other.id}").text
    for tail in ("/edit", "/history", "/_sub/people", "/_actions"):
        assert browser.get(f"/company/{other.id}{tail}").status_code in (403, 404), tail
        assert "98765" not in browser.get(f"/company/{other.id}{tail}").text


def test_what_nobody_lists_is_not_there(enter: Enter, make: Make) -> None:
    other = make("company", name="남의 회사")
    assert enter("rep").get(f"/company/{other.id}").status_code == 404


def test_pickers_and_search_offer_what_she_may_open(browser: Browser, looker: Actor, make: Make) -> None:
    make("company", name="남의 회사")
    make("company", name="내 회사", owner=str(looker.id))
    found = [item["title"] for item in browser.get("/company/_pick?words=회사").json["items"]]  # type: ignore[index]
    assert found == ["내 회사"]
    assert "남의" not in browser.page("/search?words=회사").replace('value="회사"', "")


def test_a_subpanel_shows_closed_rows_as_the_list_does(browser: Browser, looker: Actor, make: Make) -> None:
    mine = make("company", name="내 회사", owner=str(looker.id))
    other = make("company", name="자회사", parent=str(mine.id))
    keys = re.findall(r"/_sub/([a-z_]+)", browser.page(f"/company/{mine.id}"))
    pages = [browser.page(f"/company/{mine.id}/_sub/{key}") for key in dict.fromkeys(keys)]
    shown = [page for page in pages if "자회사" in page]
    assert shown and all(f"/company/{other.id}" not in page for page in shown)


def test_the_list_tells_of_it_what_its_columns_tell(looker: Actor, site: Store, catalog: Catalog, make: Make) -> None:
    make("company", name="남의 회사", rate="7.5")
    with site.read() as conn:
        def asked(**more: object) -> list[Record]:
            query = Query(module="company", columns=("name", "rate", "size"), **more)  # type: ignore[arg-type]
            return list(records.page(conn, catalog, looker, query).rows)

        (row,) = asked()
        assert not row.may_view and row["name"] == "남의 회사" and "rate" not in row.values
        assert [one.title for one in asked(asked={"name": {"contains": "남의"}})] == ["남의 회사"]
        assert asked(asked={"rate": {"gt": 1}}) == asked(sort=("rate",)) == []
        assert records.count(conn, catalog, looker, Query(module="company", asked={"rate": {"gt": 1}})) == 0


def test_words_find_it_by_its_title_alone(looker: Actor, site: Store, catalog: Catalog, make: Make) -> None:
    make("company", name="남의 회사")
    with site.read() as conn:
        found = records.page(conn, catalog, looker, Query(module="company", words="남의")).rows
    assert [row.title for row in found] == ["남의 회사"]


def test_an_export_has_what_she_may_open(looker: Actor, site: Store, catalog: Catalog, make: Make) -> None:
    make("company", name="남의 회사")
    make("company", name="내 회사", owner=str(looker.id))
    with site.read() as conn:
        wish = Wish(actor=looker, module="company", language="en", columns=("name",))
        assert [row[0] for row in export(conn, catalog, wish).rows()] == ["내 회사"]
