"""Dotted paths: what a link leads to and the parts of values, shown and sorted like own fields."""

from collections.abc import Sequence
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Page, Query
from hanok.engine.store import Store
from tests.builders import OWNER_ONLY, Statements, a_catalog, a_record, a_user, an_administrator, with_tables

GROUP = """
label: {en: Group, ko: 그룹}
fields:
  name: {type: text, required: true}
  city: {type: text, label: {en: City, ko: 도시}}
"""
FIRM = """
label: {en: Firm, ko: 회사}
traits: [owned]
fields:
  name: {type: text, required: true, label: {en: Name, ko: 이름}}
  kind: {type: choice, options: {small: {en: Small}, large: {en: Large}}}
  worth: {type: money}
  group: {type: link, to: group, label: {en: Group, ko: 그룹}}
"""
DEAL = """
label: {en: Deal, ko: 거래}
fields:
  name: {type: text}
  firm: {type: link, to: firm, label: {en: Firm, ko: 회사}}
  amount: {type: money}
views:
  list: {columns: [name, firm.kind, firm.group.city, firm.owner, amount.base], sort: [-firm.group.city, name]}
  form: {rows: [[name, firm], [amount, firm.group.city]]}
"""
ALL_DEALS = """
label: {en: Deals, ko: 거래}
default: {list: none, view: none}
modules:
  deal: {list: all, view: all}
  firm: {list: owner, view: owner, create: all}
  group: {list: all, view: all}
"""
MODEL = {
    "modules/group.yaml": GROUP, "modules/firm.yaml": FIRM, "modules/deal.yaml": DEAL,
    "roles/deals.yaml": ALL_DEALS, "roles/owner_only.yaml": OWNER_ONLY,
}  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Catalog:
    return a_catalog(MODEL)


@pytest.fixture
def full(store: Store, model: Catalog) -> Store:
    return with_tables(store, model)


def fill(store: Store, catalog: Catalog, count: int = 6) -> None:
    """Deals with two firms in two cities, and one deal without a firm."""
    firms: list[str] = []
    for number, city in enumerate(("서울", "부산")):
        group = a_record(store, catalog, "group", name=f"그룹 {number}", city=city)
        kind = ("small", "large")[number]
        firm = a_record(store, catalog, "firm", name=f"회사 {number}", group=str(group.id), kind=kind, worth=100)
        firms.append(str(firm.id))
    for number in range(count):
        a_record(store, catalog, "deal", name=f"거래 {number}", firm=firms[number % 2], amount=number)
    a_record(store, catalog, "deal", name="홀로")


def listed(store: Store, catalog: Catalog, actor: Actor | None = None, **asked: Any) -> Page:
    with store.read() as conn:
        return records.page(conn, catalog, actor or an_administrator(), Query(module="deal", **asked))


def names(page: Page) -> list[str]:
    return [row.title for row in page.rows]


def test_what_a_link_leads_to_is_listed_by_one_statement(full: Store, model: Catalog) -> None:
    fill(full, model)
    seen = Statements(full)
    page = listed(full, model, columns=model.modules["deal"].views.list.columns, sort=("name",))
    assert len(seen.queries) == 1
    first, last = page.rows[0], page.rows[-1]
    assert (first["firm.kind"], first["firm.group.city"]) == ("small", "서울")
    assert str(first["amount.base"].amount) == "0"
    assert (last.title, last["firm.kind"], last["firm.group.city"], last["firm.owner"]) == ("홀로", None, None, None)


def test_a_list_is_sorted_along_a_path_and_paged_both_ways(full: Store, model: Catalog) -> None:
    fill(full, model)
    sort: Sequence[str] = ("-firm.group.city", "name")
    whole = names(listed(full, model, sort=sort))
    assert whole == ["거래 0", "거래 2", "거래 4", "거래 1", "거래 3", "거래 5", "홀로"]
    page, walked = listed(full, model, sort=sort, size=2), []
    while True:
        walked += names(page)
        if page.next is None:
            break
        page = listed(full, model, sort=sort, size=2, after=page.next)
    assert walked == whole
    back = listed(full, model, sort=sort, size=2, before=page.previous)
    assert names(back) == whole[4:6]


def test_a_path_that_no_view_names_is_read_too(full: Store, model: Catalog) -> None:
    fill(full, model, 1)
    page = listed(full, model, columns=("name", "firm.group.name"), sort=("firm.kind",))
    assert [row["firm.group.name"] for row in page.rows] == [None, "그룹 0"]


def test_what_the_actor_may_not_see_is_empty_along_the_way(full: Store, model: Catalog) -> None:
    fill(full, model, 2)
    nobody = a_user(full, model, "nobody", "deals")
    page = listed(full, model, nobody, columns=("name", "firm", "firm.kind", "firm.group", "firm.group.city"))
    seen = next(row for row in page.rows if row.title == "거래 0")
    assert seen["firm"].title == ""
    assert (seen["firm.kind"], seen["firm.group"], seen["firm.group.city"]) == (None, None, None)
    by_city = listed(full, model, nobody, sort=("-firm.group.city", "name"))
    assert names(by_city) == ["거래 0", "거래 1", "홀로"]


def test_own_records_are_seen_along_the_way(full: Store, model: Catalog) -> None:
    owner = a_user(full, model, "owner", "deals")
    group = a_record(full, model, "group", name="그룹", city="서울")
    firm = a_record(full, model, "firm", name="회사", group=str(group.id), owner=str(owner.id))
    a_record(full, model, "deal", name="거래", firm=str(firm.id))
    (row,) = listed(full, model, owner, columns=("firm.group.city", "firm.owner", "firm.group")).rows
    assert (row["firm.group.city"], row["firm.group"].title) == ("서울", "그룹")


def test_a_path_that_leads_nowhere_cannot_be_sorted_by(full: Store, model: Catalog) -> None:
    with pytest.raises(Invalid, match="cannot be sorted by"):
        listed(full, model, sort=("firm.colour",))


def test_a_form_shows_what_a_path_leads_to_and_nobody_writes_it(full: Store, model: Catalog) -> None:
    fill(full, model, 1)
    deal = next(row for row in listed(full, model).rows if row.title == "거래 0")
    with full.write() as conn:
        assert records.get(conn, model, an_administrator(), "deal", deal.id)["firm.group.city"] == "서울"
        raw = {"firm.group.city": "부산"}
        with pytest.raises(Invalid, match="There is no field"):
            records.update(conn, model, an_administrator(), "deal", deal.id, raw, version=deal.version)


def test_a_path_says_the_way_in_its_label(model: Catalog) -> None:
    deal = model.modules["deal"]
    assert dict(deal.field("firm.group.city").label) == {"en": "Firm › Group › City", "ko": "회사 › 그룹 › 도시"}
    assert deal.field("firm.kind").readonly
    assert deal.views.list.columns == ("name", "firm.kind", "firm.group.city", "firm.owner", "amount.base")
