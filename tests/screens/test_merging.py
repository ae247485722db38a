"""Duplicates are found, looked at side by side, merged with what is linked to them, and taken apart again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape

import pytest
from werkzeug.test import TestResponse

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import COMPANY, a_catalog, an_administrator
from tests.screens.conftest import FILES, FILTERS, Browser, Enter

Make = Callable[..., Record]
LOOSE = COMPANY.replace("unique: true, ", "")
RULES = "duplicates: {same: {match: [name]}, birth: {match: [name, founded]}}\n"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "modules/company.yaml": LOOSE + FILTERS + RULES})


@pytest.fixture
def make(site: Store, catalog: Catalog) -> Make:
    """Stores a record whatever it is like."""

    def made(module: str, **raw: object) -> Record:
        with site.write() as conn:
            return records.create(conn, catalog, an_administrator(), module, raw, despite_duplicates=True)

    return made


@pytest.fixture
def pair(make: Make) -> tuple[Record, Record]:
    """Two companies of one name; somebody works at the second."""
    first = make("company", name="한빛전자", size=10, founded="2001-02-03")
    second = make("company", name="한빛전자", size=30, story="두 번째")
    make("person", family="김", given="민수", company=str(second.id))
    return first, second


def address(pair: Sequence[Record], **more: str) -> str:
    sent = "".join(f"&{key}={text}" for key, text in more.items())
    return "/company/_merge?" + "&".join(f"id={one.id}" for one in pair) + sent


def form(pair: Sequence[Record], take: Mapping[str, Record] | None = None) -> dict[str, object]:
    stays = pair[0]
    return {
        "id": [str(one.id) for one in pair], "stays": str(stays.id),
        **{f"version.{one.id}": str(one.version) for one in pair},
        **{f"take.{key}": str(one.id) for key, one in (take or {}).items()},
    }  # fmt: skip


def merge(who: Browser, pair: Sequence[Record], **take: Record) -> TestResponse:
    return who.send("/company/_merge", **form(pair, take))


def of(site: Store, catalog: Catalog, record: Record) -> Record:
    with site.read() as conn:
        return records.get(conn, catalog, an_administrator(), record.module, record.id)


def test_the_page_shows_what_differs_side_by_side_and_what_moves(
    admin: Browser, pair: tuple[Record, Record]
) -> None:
    page = admin.page(address(pair, stays=str(pair[0].id)))
    assert set(re.findall(r'name="take\.(\w+)"', page)) == {"size", "founded", "story"}
    assert re.search(rf'name="take\.size" value="{pair[1].id}"[^>]* checked', page), "the newest is the guess"
    assert re.search(rf'name="take\.founded" value="{pair[0].id}"[^>]* checked', page), "an empty value is none"
    assert re.search(r"<span>People</span> <b class=\"fig\">1</b>|<span>Person</span> <b class=\"fig\">1</b>", page)


def test_records_are_merged_and_the_old_address_leads_to_the_one_that_stays(
    admin: Browser, site: Store, catalog: Catalog, pair: tuple[Record, Record]
) -> None:
    answer = merge(admin, pair, size=pair[1])
    assert (answer.status_code, answer.location) == (303, f"/company/{pair[0].id}")
    page = admin.page(answer.location)
    assert "“한빛전자” was merged into “한빛전자”." in unescape(page)
    assert of(site, catalog, pair[0])["size"] == 30
    moved = admin.get(f"/company/{pair[1].id}")
    assert (moved.status_code, moved.location) == (302, f"/company/{pair[0].id}")
    assert "was merged into this one" in admin.page(moved.location)
    assert f'href="/company/{pair[1].id}/history"' in admin.page(f"/company/{pair[0].id}/history")
    assert "Created by the system" in admin.page(f"/company/{pair[1].id}/history")
    undo = re.search(r'action="(/company/_merge/[^"]+/undo)"', page)
    assert undo
    assert admin.send(undo[1]).status_code == 303
    assert admin.get(f"/company/{pair[1].id}").status_code == 200
    assert of(site, catalog, pair[0])["size"] == 10


def test_a_record_that_somebody_changed_meanwhile_is_told_and_nothing_is_done(
    admin: Browser, site: Store, catalog: Catalog, pair: tuple[Record, Record]
) -> None:
    with site.write() as conn:
        records.update(conn, catalog, an_administrator(), "company", pair[1].id, {"size": "31"}, version=1)
    answer = merge(admin, pair, size=pair[1])
    assert answer.status_code == 422
    assert "Somebody changed “한빛전자” meanwhile" in unescape(answer.text)
    assert of(site, catalog, pair[1])["size"] == 31


def test_the_warning_of_a_form_leads_to_the_merge(admin: Browser, make: Make, pair: tuple[Record, Record]) -> None:
    third = make("company", name="한빛")
    answer = admin.send(f"/company/{third.id}/edit", version="1", name="한빛전자")
    assert answer.status_code == 422
    assert f"/company/_merge?id={third.id}&id={pair[0].id}" in unescape(answer.text)


def test_the_menu_of_a_record_asks_with_which_and_offers_what_is_like_it(
    admin: Browser, pair: tuple[Record, Record]
) -> None:
    assert f'href="/company/{pair[0].id}/_merge' in admin.page(f"/company/{pair[0].id}")
    dialog = admin.part(f"/company/{pair[0].id}/_merge")
    assert "<dialog" in dialog
    assert f"/company/_merge?id={pair[0].id}&id={pair[1].id}" in unescape(dialog)
    assert '<dialog class="ask"' not in admin.page(f"/company/{pair[0].id}/_merge")


def test_duplicates_stand_in_groups_by_each_rule(admin: Browser, make: Make, pair: tuple[Record, Record]) -> None:
    make("company", name="다름")
    page = admin.page("/company/_duplicates")
    assert page.count('<section class="panel">') == 1
    assert f"/company/_merge?id={pair[1].id}&id={pair[0].id}" in unescape(page)
    assert "No duplicates" in admin.page("/company/_duplicates?by=birth")
    assert admin.get("/company/_duplicates?by=nothing").status_code == 404
    assert admin.get("/person/_duplicates").status_code == 404
    assert "/company/_duplicates" in admin.page("/company")


def test_whoever_may_not_delete_is_offered_no_merge(enter: Enter, pair: tuple[Record, Record]) -> None:
    rep = enter("rep")
    assert rep.get(address(pair)).status_code == 404
    assert "No duplicates" in rep.page("/company/_duplicates")


def test_one_record_alone_or_six_are_not_merged(admin: Browser, make: Make, pair: tuple[Record, Record]) -> None:
    assert admin.get(f"/company/_merge?id={pair[0].id}").location == f"/company/{pair[0].id}"
    many = [make("company", name=f"c{at}") for at in range(6)]
    assert admin.get(address(many)).status_code == 404
    assert admin.send("/company/_merge", **form(many)).status_code in (404, 422)
