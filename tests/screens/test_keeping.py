"""Somebody keeps a list as she likes it: her columns in her order, high or low rows, the filter that it opens with."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user, find_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record, preferences
from hanok.engine.store import Store
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter, titles

Make = Callable[..., Record]
LIST = "/company?filter=all"
CLERK = """
label: {en: Clerk, ko: 사원}
default: all
fields: {company.size: {view: none}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


@pytest.fixture
def some(make: Make) -> list[Record]:
    return [make("company", name=name, stage=stage, rate="2.5") for name, stage in (("가", "new"), ("나", "won"))]


def heads(page: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*data-edit="(\w+)"', page)


def arranged(who: Browser, *columns: str, query: str = "?filter=all", **more: str) -> str:
    answer = who.send(f"/company/_columns{query}", show=list(columns), **more)
    assert answer.status_code == 303
    return str(answer.location)


def test_columns_are_kept_in_the_order_in_which_they_were_put(admin: Browser, enter: Enter, some: list[Record]) -> None:
    assert arranged(admin, "rate", "size", "stage") == LIST
    for who in (admin, enter()):  # another browser of the same person
        assert heads(who.page("/company")) == ["name", "rate", "size", "stage"]
    assert heads(enter("rep").page("/company")) != ["name", "rate", "size", "stage"]
    picker = admin.page("/company")
    assert re.findall(r'name="show" value="(\w+)" checked', picker) == ["name", "rate", "size", "stage"]


def test_the_address_wins_and_is_kept_by_nobody(admin: Browser, some: list[Record]) -> None:
    arranged(admin, "rate")
    assert heads(admin.page(f"{LIST}&columns=name,size")) == ["name", "size"]
    assert heads(admin.page(LIST)) == ["name", "rate"]
    standard = admin.page(f"{LIST}&columns=")
    assert heads(standard)[:3] == ["name", "stage", "size"]


def test_all_is_as_it_was_made_again(admin: Browser, some: list[Record], site: Store, catalog: Catalog) -> None:
    before = heads(admin.page(LIST))
    arranged(admin, "rate", density="compact")
    assert "data-compact" in admin.page(LIST)
    arranged(admin, reset="1")
    page = admin.page(LIST)
    assert heads(page) == before and "data-compact" not in page
    with site.read() as conn:
        assert preferences.of(conn, find_user(conn, catalog, "admin"), "list.company") == {}


def test_a_column_that_is_gone_or_denied_is_left_out(
    site: Store, catalog: Catalog, hashed: str, enter: Enter, some: list[Record]
) -> None:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "Clerk"}
        me = create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
        kept = {"columns": ["nothing", "size", "rate"], "filter": "gone"}
        preferences.put(conn, me, "list.company", kept)
    page = enter("clerk").page("/company")
    assert heads(page) == ["name", "rate"]


def test_a_list_opens_with_the_filter_that_was_chosen(admin: Browser, some: list[Record]) -> None:
    assert titles(admin.page("/company")) == ["가"]  # the module's own: those that still go
    assert admin.send("/company/_opening?filter=all").location == LIST
    answer = admin.get("/company")
    assert (answer.status_code, answer.location) == (302, LIST)
    assert titles(admin.page(LIST)) == ["가", "나"]
    assert titles(admin.page("/company?filter=going")) == ["가"]
    assert admin.get("/company?stage=won").status_code == 200  # who asks for something gets that
    assert 'title="Opens with this list"' in admin.page(LIST)
    admin.send("/company/_opening?filter=all", usual="1")
    assert titles(admin.page("/company")) == ["가"]


def test_a_filter_of_ones_own_opens_the_list_until_it_is_deleted(admin: Browser, some: list[Record]) -> None:
    there = admin.send("/company/_filters?filter=all&stage=won", name="Won ones").location
    id = there.partition("filter=")[2]
    assert "Always open this list so" in admin.part(f"/company/_filters?filter={id}")
    admin.send(f"/company/_opening?filter={id}")
    assert admin.get("/company").location == f"/company?filter={id}"
    assert titles(admin.page(f"/company?filter={id}")) == ["나"]
    assert "Open this list as usual" in admin.part(f"/company/_filters?filter={id}")
    admin.send(f"/company/_filters/{id}", do="delete")
    assert titles(admin.page("/company")) == ["가"]
