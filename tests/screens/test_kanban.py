"""The board of a module: lanes as the list has the records, moves by those who may, said and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.web.formats import Formats
from tests.builders import COMPANY, Statements, a_catalog
from tests.screens.conftest import FILES, FILTERS, Browser, Enter, titles

Make = Callable[..., Record]
HTMX = {"HX-Request": "true"}
BOARD = "/company?filter=all&view=kanban"
WHY = "  why: {type: text, required: {stage: open, size: {empty: true}}}\n"
RULES = """
rules:
  large: {check: {size: {gte: 10}}, when: {stage: {closed: true}}, message: {en: Too small to be won}}
"""
VIEWS = "  kanban: {by: stage, sum: size, card: [$title, size, founded], sort: [name]}\n"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    company = COMPANY.replace("  story:", WHY + "  story:")
    return a_catalog({**FILES, "modules/company.yaml": company + FILTERS + VIEWS + RULES})


def lanes(page: str) -> dict[str, tuple[int, list[str]]]:
    """Count and cards by lane."""
    found = {}
    for part in page.split("<section")[1:]:
        key = re.search(r'data-lane="([^"]+)"', part)
        count = re.search(r'data-count="(\d+)"', part)
        assert key and count
        found[key[1]] = int(count[1]), re.findall(r'<a class="title"[^>]*>([^<]*)</a>', part)
    return found


def moved(who: Browser, record: Record, to: str, version: int = 0, query: str = "?filter=all") -> tuple[int, str]:
    data = {"csrf_token": who.token(), "to": to, "version": str(version or record.version)}
    answer = who.client.post(f"/company/{record.id}/_move{query}", data=data, headers=HTMX)
    return answer.status_code, unescape(answer.text)


def test_a_board_has_the_records_of_the_list_in_lanes_with_counts_and_sums(admin: Browser, make: Make) -> None:
    for number in range(23):
        make("company", name=f"가{number:02d}", size=1000)
    make("company", name="나", stage="open", size=5)
    page = admin.page(BOARD)
    found = lanes(page)
    assert list(found) == ["new", "open", "won"]
    assert found["new"] == (23, [f"가{number:02d}" for number in range(20)])
    assert found["open"] == (1, ["나"])
    assert 'title="Size: 23,000"' in page
    assert "</span>23K</span>" in page
    assert 'class="lane shut" id="lane-won"' in page
    more = re.search(r'data-more="([^"]+)"', page)
    assert more
    further = admin.part(unescape(more[1]))
    assert re.findall(r'<a class="title"[^>]*>([^<]*)</a>', further) == ["가20", "가21", "가22"]


def test_filters_and_words_narrow_a_board_as_the_list(admin: Browser, make: Make) -> None:
    make("company", name="하나 상사", size=1)
    make("company", name="둘 상사", size=2, stage="open")
    make("company", name="셋", size=20, stage="won")
    assert lanes(admin.page(BOARD + "&f=size.gte.2"))["new"] == (0, [])
    assert {key: one[0] for key, one in lanes(admin.page(BOARD + "&q=상사")).items()} == {"new": 1, "open": 1, "won": 0}
    assert "data-board" not in admin.page(BOARD + "&q=아무것도")
    assert 'name="view" value="kanban"' in admin.page(BOARD)


def test_the_view_that_was_chosen_is_remembered(admin: Browser, make: Make) -> None:
    make("company", name="하나")
    assert "data-board" not in admin.page("/company?filter=all")
    admin.page(BOARD)
    assert "data-board" in admin.page("/company?filter=all")
    assert titles(admin.page("/company?filter=all&view=list")) == ["하나"]
    assert "data-board" not in admin.page("/company?filter=all")


def test_a_move_is_done_told_and_taken_back(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=7)
    status, told = moved(admin, made, "won", query="?filter=all")
    assert status == 422  # the rule: too small
    assert "“하나” stays where it was. Size: Too small to be won" in told
    make("company", name="둘", size=70)
    big = make("company", name="셋", size=50)
    status, told = moved(admin, big, "won")
    assert status == 200
    assert '<ol data-to="won">' in told
    assert 'data-head="won" data-count="1"' in told
    assert 'data-head="new" data-count="2"' in told
    assert "“셋” was moved to Won." in told
    back = re.search(r'name="version" value="(\d+)"', told)
    assert back
    status, told = moved(admin, big, "new", version=int(back[1]))
    assert status == 200
    assert 'data-head="won" data-count="0"' in told


def test_what_a_move_leaves_out_of_the_filter_is_gone_from_the_board(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=50)
    status, told = moved(admin, made, "won", query="?filter=going")
    assert status == 200
    assert "data-to" not in told


def test_where_more_is_asked_for_the_notice_leads_to_the_form(admin: Browser, make: Make) -> None:
    made = make("company", name="하나")
    status, told = moved(admin, made, "open")
    assert status == 422
    assert f'action="/company/{made.id}/set"' in told
    assert '<input type="hidden" name="stage" value="open">' in told
    form = admin.send(f"/company/{made.id}/set", stage="open", version=str(made.version))
    assert form.status_code == 422
    assert 'name="why"' in form.text


def test_a_card_that_somebody_changed_meanwhile_goes_back(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=50)
    assert moved(admin, made, "won")[0] == 200
    status, told = moved(admin, made, "open")
    assert status == 409
    assert "Somebody else changed this record meanwhile." in told
    assert '<ol data-to="won">' in told


def test_who_may_not_change_a_record_cannot_move_it(enter: Enter, admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=50)
    rep = enter("rep")
    status, _ = moved(rep, made, "won")
    assert status == 404
    assert lanes(admin.page(BOARD))["new"][0] == 1
    assert "data-card" not in rep.page(BOARD)


def test_a_board_works_without_scripts(admin: Browser, make: Make) -> None:
    made = make("company", name="하나", size=50)
    page = admin.page(f"/company/{made.id}/_move?filter=all")
    assert '<button class="btn" name="to" value="won">' in page
    answer = admin.send(f"/company/{made.id}/_move?filter=all", to="won", version=str(made.version))
    assert answer.status_code == 303
    assert "view=kanban" in answer.headers["Location"]
    assert "was moved to Won." in admin.page(answer.headers["Location"])


def test_a_board_takes_as_many_statements_however_many_lanes_and_cards(
    admin: Browser, site: Store, make: Make
) -> None:
    def counted() -> int:
        seen = Statements(site)
        admin.page(BOARD)
        return len(seen.queries)

    make("company", name="하나")
    admin.page(BOARD)
    few = counted()
    for number in range(15):
        make("company", name=f"가{number}", stage=("new", "won")[number % 2], size=50)
    assert counted() == few


def test_sums_are_short_in_each_language() -> None:
    assert Formats("ko").compact(129_450_000) == "1.3억"
    assert Formats("en").compact(129_450_000) == "129.4M"
