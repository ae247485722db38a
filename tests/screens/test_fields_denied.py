"""Screens of somebody whose role denies fields: they are not there, or not hers to change, and the rest works."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter

Make = Callable[..., Record]
CLERK = """
label: {en: Clerk, ko: 사무}
default: all
fields:
  company.size:    {view: none}
  company.rate:    {edit: none}
  company.founded: {view: owner, edit: owner}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


@pytest.fixture
def clerk(site: Store, catalog: Catalog, hashed: str, enter: Enter) -> Browser:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "clerk", "email": "clerk@example.com"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
    return enter("clerk")


def test_a_denied_field_is_on_no_page(clerk: Browser, make: Make) -> None:
    made = make("company", name="한빛", size=98765)
    for path in ("/company?filter=all", f"/company/{made.id}", f"/company/{made.id}/edit", "/company/new"):
        page = clerk.page(path)
        assert "한빛" in page or path.endswith("/new")
        assert "98765" not in page and "98,765" not in page and 'name="size"' not in page
    assert clerk.get("/company?filter=all&columns=name,size").status_code == 200
    assert "98,765" not in clerk.page("/company?filter=all&columns=name,size")


def test_nobody_asks_by_it(clerk: Browser, make: Make) -> None:
    make("company", name="큰 회사", size=98765)
    make("company", name="작은 회사", size=1)
    for asked in ("f=size.gt.100", "size=1", "sort=size"):
        page = clerk.page(f"/company?filter=all&{asked}")
        assert "큰 회사" in page and "작은 회사" in page  # a name that is not there narrows nothing
    assert clerk.get("/company?filter=all&sort=founded").status_code == 422


def test_what_she_may_not_change_is_text_in_the_form(clerk: Browser, make: Make) -> None:
    made = make("company", name="한빛", rate="1.5", founded="2020-02-03", size=7)
    form = clerk.page(f"/company/{made.id}/edit")
    assert 'name="rate"' not in form and 'name="founded"' not in form
    assert "2020" not in form.replace(str(made.id), "")  # an id begins with the moment
    answer = clerk.send(f"/company/{made.id}/edit", name="한빛상사", version="1")
    assert answer.status_code == 303
    assert "한빛상사" in clerk.page(f"/company/{made.id}")


def test_what_is_hers_in_her_own_records_is_a_box_there(
    clerk: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    clerk.send("/company/new", name="나의 회사", founded="2021-05-06")
    page = clerk.page("/company?filter=mine")
    assert "나의 회사" in page and "2021" in page


def test_a_forged_form_changes_nothing(clerk: Browser, enter: Enter, make: Make) -> None:
    made = make("company", name="한빛", size=7)
    answer = clerk.send(f"/company/{made.id}/edit", name="한빛", size="8", rate="2", version="1")
    assert answer.status_code in (303, 422)
    admin = enter("admin")
    assert ">7<" in admin.page(f"/company/{made.id}").replace(" ", "").replace("\n", "")
