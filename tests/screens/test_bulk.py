"""Rows of a list are chosen, changed, assigned and deleted together, by those who may, and come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user, find_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter, titles

Make = Callable[..., Record]
CLERK = """
label: {en: Clerk, ko: 사원}
default: {list: all, view: all, create: all, edit: owner, delete: none, massupdate: owner, assign: none}
"""
LIST = "/company?filter=all"
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


@pytest.fixture
def clerk(site: Store, catalog: Catalog, hashed: str, enter: Enter) -> Browser:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "Clerk"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
    return enter("clerk")


def sizes(site: Store, catalog: Catalog) -> list[int | None]:
    table = catalog.module("company").table
    with site.read() as conn:
        present = sa.select(table.c.size).where(table.c.deleted_at.is_(None)).order_by(table.c.title)
        return list(conn.scalars(present))


def asked(who: Browser, action: str, *made: Record, **more: str) -> TestResponse:
    ids = [str(one.id) for one in made]
    data = {"csrf_token": who.token(), "action": action, "id": ids, **more}
    return who.client.post("/company/_bulk/ask?filter=all", data=data, headers=HTMX)


def run(who: Browser, action: str, *made: Record, query: str = "", **more: object) -> TestResponse:
    return who.send(f"/company/_bulk?filter=all{query}", action=action, id=[str(one.id) for one in made], **more)


def undo_on(page: str) -> str:
    found = re.search(r'action="(/company/_bulk/[^"]+/undo)"', page)
    assert found, "no way back is offered"
    return found[1]


def test_rows_have_boxes_for_those_who_may_do_something_with_them(
    admin: Browser, clerk: Browser, enter: Enter, make: Make
) -> None:
    make("company", name="하나")
    assert "data-pick" in admin.page(LIST)
    assert [*re.findall(r'data-act="(\w+)"', admin.page(LIST))] == ["set", "assign", "delete"]
    assert [*re.findall(r'data-act="(\w+)"', clerk.page(LIST))] == ["set"]
    reader = enter("rep")
    assert "data-act=\"set\"" not in reader.page(LIST)


def test_chosen_records_get_a_value_and_it_is_taken_back(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = [make("company", name=name, size="1") for name in ("가", "나", "다")]
    dialog = asked(admin, "set", *made[:2])
    assert dialog.status_code == 200
    assert "2 records" in dialog.text
    assert '<option value="size">' in dialog.text
    assert '<option value="name">' not in dialog.text  # unique: no two records may have it
    fragment = admin.part("/company/_bulk/field?key=size")
    assert 'name="field" value="size"' in fragment
    assert run(admin, "set", *made[:2], field="size", size="7").status_code == 303
    assert sizes(site, catalog) == [7, 7, 1]
    page = admin.page(LIST)
    assert "2 records were changed." in page
    admin.send(undo_on(page))
    assert sizes(site, catalog) == [1, 1, 1]
    assert "2 records are as they were before." in admin.page(LIST)


def test_what_is_wrong_is_said_before_anything_changes(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    made = make("company", name="가", size="1")
    answer = run(admin, "set", made, field="size", size="-4")
    assert answer.status_code == 422
    assert 'value="-4"' in answer.text
    assert "Choose what the records shall have." in unescape(run(admin, "set", made).text)
    assert run(admin, "assign", made, owner="").status_code == 422
    assert sizes(site, catalog) == [1]


def test_all_that_match_the_list_are_meant_but_some(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    small = [make("company", name=name, size="1") for name in ("가", "나", "다")]
    make("company", name="라", size="2")
    query = "&f=size.eq.1"
    answer = admin.send(f"/company/_bulk?filter=all{query}", action="set", all="1", but=[str(small[0].id)],
                        field="size", size="9")  # fmt: skip
    assert answer.status_code == 303
    assert sizes(site, catalog) == [1, 9, 9, 2]


def test_where_a_condition_cannot_be_read_not_all_records_are_meant_instead(
    admin: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    make("company", name="가", size="1")
    answer = admin.send("/company/_bulk?filter=all&f=size.eq.many", action="delete", all="1")
    assert answer.status_code == 409
    assert sizes(site, catalog) == [1]


def test_records_are_assigned_and_deleted(admin: Browser, site: Store, catalog: Catalog, make: Make) -> None:
    made = [make("company", name=name) for name in ("가", "나")]
    with site.read() as conn:
        rep = find_user(conn, catalog, "rep")
    run(admin, "assign", *made, owner=str(rep))
    assert "2 records were assigned." in admin.page(LIST)
    run(admin, "delete", *made)
    page = admin.page(LIST)
    assert titles(page) == []
    admin.send(undo_on(page))
    assert titles(admin.page(LIST)) == ["가", "나"]


def test_those_that_may_not_be_changed_are_listed_with_the_reason(
    clerk: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    with site.read() as conn:
        mine = find_user(conn, catalog, "clerk")
    own, other = make("company", name="내 것", size="1", owner=str(mine)), make("company", name="남의 것", size="1")
    answer = run(clerk, "set", own, other, field="size", size="3")
    assert answer.status_code == 303
    page = clerk.page(answer.location)
    assert "남의 것" in page
    assert "You may see this record but not change it." in page
    assert sizes(site, catalog) == [1, 3]


def test_nobody_does_what_she_may_not(clerk: Browser, enter: Enter, site: Store, catalog: Catalog, make: Make) -> None:
    made = make("company", name="가", size="1")
    for who, action in ((clerk, "delete"), (clerk, "assign"), (enter("rep"), "set"), (clerk, "nothing")):
        assert run(who, action, made, field="size", size="5").status_code in (403, 404)
    assert enter("guest").client.get("/company/_bulk/field?key=size").status_code == 403
    assert sizes(site, catalog) == [1]


def test_nothing_is_done_without_the_token_of_the_page(admin: Browser, make: Make) -> None:
    made = make("company", name="가")
    answer = admin.client.post("/company/_bulk", data={"action": "delete", "id": str(made.id)})
    assert answer.status_code == 400
    assert titles(admin.page(LIST)) == ["가"]


def test_many_are_changed_in_the_background(
    admin: Browser, site: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanok.engine.jobs.bulk.AT_ONCE", 1)
    made = [make("company", name=name, size="1") for name in ("가", "나")]
    run(admin, "set", *made, field="size", size="7")
    assert "in the background" in admin.page(LIST)
    with site.read() as conn:
        assert conn.scalars(sa.select(job.c.kind)).all() == ["records.bulk"]


def test_nobody_else_sees_what_became_of_it(admin: Browser, clerk: Browser, make: Make) -> None:
    run(admin, "set", make("company", name="가"), field="size", size="7")
    back = undo_on(admin.page(LIST))
    assert clerk.get(back.removesuffix("/undo")).status_code == 404
    assert clerk.send(back).status_code == 404
    assert admin.page(back.removesuffix("/undo"))


def test_the_export_of_chosen_rows_is_that_of_the_list_narrowed_down(admin: Browser, make: Make) -> None:
    made = [make("company", name=name) for name in ("가", "나", "다")]
    assert 'data-export="/company/_export?filter=all"' in admin.page(LIST)
    dialog = admin.part(f"/company/_export?filter=all&f=id.in.{made[0].id},{made[2].id}")
    assert "2 records" in dialog
