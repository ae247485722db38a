"""Somebody whose role denies single fields, wholly or in part, finds them by none of the newer ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog
from tests.screens.conftest import Browser, Enter

Make = Callable[..., Record]
HTMX = {"HX-Request": "true"}
SHOP = """
label: {en: Shop, ko: 상점}
traits: [owned]
fields:
  name:   {type: text, required: true}
  code:   {type: text}
  tax_no: {type: text}
  state:  {type: choice, options: {new: {en: New}, won: {en: Won}}, default: new}
  above:  {type: link, to: shop, reverse: below}
  budget: {type: decimal}
  price:  {type: decimal}
  left:   {type: decimal, formula: above.budget - price}
  rows:   {type: lines, of: {what: {type: text}, cost: {type: decimal}, price: {type: decimal}}}
  total:  {type: decimal, rollup: {sum: rows.cost}}
duplicates:
  code: {match: [code]}
  tax:  {match: [tax_no]}
views:
  timeline: {open: {state: new}, card: [code, tax_no]}
"""
ROLE = """
label: {en: Clerk, ko: 사원}
default: {list: all, view: all, create: all, edit: all, delete: all}
fields:
  shop.code:   {view: none, edit: none}
  shop.tax_no: {view: owner, edit: owner}
  shop.budget: {view: none, edit: none}
  shop.total:  {view: none, edit: none}
  shop.rows.cost: {view: none, edit: none}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/shop.yaml": SHOP, "roles/clerk.yaml": ROLE})


@pytest.fixture
def clerk(site: Store, catalog: Catalog, hashed: str, enter: Enter) -> Browser:
    with site.write() as conn:
        create_user(conn, catalog, SYSTEM, {"username": "clerk", "last_name": "Clerk"}, password=hashed,
                    roles=("clerk",))  # fmt: skip
    return enter("clerk")


def test_denied_fields_stand_in_none_of_the_newer_pages(clerk: Browser, make: Make) -> None:
    rows = [{"what": "잉크", "cost": "77771", "price": "5"}]
    secret = {"code": "SECRET-1", "tax_no": "SECRET-2", "budget": "88881", "rows": rows}
    one = make("shop", name="A", **secret)
    other = make("shop", name="B", **{**secret, "code": "SECRET-3", "tax_no": "SECRET-4"})
    make("shop", name="C", above=str(one.id), budget="88881")
    there = f"/shop/{one.id}"
    paths = [there, f"{there}/_timeline", f"{there}/_merge", f"/shop/_merge?id={one.id}&id={other.id}", f"{there}/edit",
             f"{there}/_cell/name", f"{there}/history", "/shop?filter=all",
             f"{there}/_beside/next?sort=-tax_no"]
    for path in paths:
        answer = clerk.get(path, headers=HTMX, follow_redirects=True)
        told = [each for each in ("SECRET", "77771", "88881") if each in answer.text]
        assert (answer.status_code < 500, told) == (True, []), path
    for key in ("code", "tax_no", "budget", "total"):
        assert clerk.get(f"{there}/_cell/{key}", headers=HTMX).status_code in (403, 404), key
        sent = {"csrf_token": clerk.token(), "version": "1", key: "1"}
        assert clerk.client.post(f"{there}/_cell/{key}", data=sent, headers=HTMX).status_code in (403, 404), key
    for rule in ("code", "tax"):
        assert clerk.get(f"/shop/_duplicates?by={rule}").status_code == 404


def test_a_preview_answers_nothing_of_denied_fields(clerk: Browser, make: Make) -> None:
    one = make("shop", name="A", code="SECRET-1", tax_no="SECRET-2", budget="88881",
               rows=[{"what": "잉크", "cost": "77771", "price": "5"}])  # fmt: skip
    form = {"csrf_token": clerk.token(), "name": "X", "code": "x", "rows.0.what": "종이",
            "rows.0.cost": "9", "rows.0.id": ""}  # fmt: skip
    for path in ("/shop/_preview", f"/shop/{one.id}/_preview"):
        answer = clerk.client.post(path, data=form)
        assert answer.status_code == 200
        assert not {"code", "tax_no", "budget", "total", "rows.0.cost"} & answer.get_json().keys()
        assert not any(each in answer.text for each in ("SECRET", "77771", "88881"))


def test_a_merge_carries_no_denied_field(clerk: Browser, make: Make) -> None:
    one = make("shop", name="A", code="A")
    other = make("shop", name="B", code="SECRET-1", tax_no="SECRET-2", budget="1")
    versions = {f"version.{each.id}": "1" for each in (one, other)}
    ids = {"id": [str(one.id), str(other.id)], "stays": str(one.id), **versions}
    for key in ("code", "tax_no", "budget", "total", "created_by", "version", "title", "id"):
        sent = {"csrf_token": clerk.token(), **ids, f"take.{key}": str(other.id)}
        answer = clerk.client.post("/shop/_merge", data=sent)
        assert answer.status_code == 422 and "SECRET" not in answer.text, key
    assert clerk.client.post("/shop/_merge", data={"csrf_token": clerk.token(), **ids}).status_code == 303
    assert "SECRET" not in clerk.get(f"/shop/{one.id}", follow_redirects=True).text


def test_many_are_deleted_by_whom_a_field_is_hidden_from_that_others_follow_from(clerk: Browser, make: Make) -> None:
    rows = [{"what": "잉크", "cost": "7", "price": "5"}]
    ids = [str(make("shop", name=name, rows=rows).id) for name in "AB"]
    sent = {"csrf_token": clerk.token(), "action": "delete", "id": ids}
    assert clerk.client.post("/shop/_bulk", data=sent).status_code == 303
    assert clerk.get(f"/shop/{ids[0]}").status_code == 404
