"""Subpanels of several modules, of ties and of one record: rows, what can be made and linked, rights."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import OWNER_ONLY, a_catalog
from tests.screens.conftest import Browser, titles

DEAL = """
label: {en: Deal, ko: 거래}
fields:
  name: {type: text, required: true}
  firm: {type: link, to: firm, reverse: deals}
  people:
    type: links
    to: human
    reverse: deals
    fields: {role: {type: choice, default: uses, options: {pays: {en: Pays}, uses: {en: Uses}}}}
subpanels:
  upcoming:
    of: [calls, visits]
    columns: [$title, day, place]
    sort: [day]
    where: {done: false}
    create: {firm: $record.firm, name: "About {{ name }}"}
  people: {columns: [$title, role]}
"""
PART = {"HX-Request": "true"}
FIRM = """
label: {en: Firm}
fields:
  name: {type: text, required: true}
subpanels:
  parts: {of: deals.calls, columns: [$title, day]}
"""
CALL = """
label: {en: Call, ko: 통화}
icon: phone
fields:
  name: {type: text, required: true}
  day: {type: date}
  done: {type: boolean, default: false}
  deal: {type: link, to: deal, reverse: calls}
"""
VISIT = """
label: {en: Visit, ko: 방문}
icon: car
fields:
  name: {type: text, required: true}
  day: {type: date}
  place: {type: text}
  done: {type: boolean, default: false}
  firm: {type: link, to: firm}
  deal: {type: link, to: deal, reverse: visits}
"""
HUMAN = """
label: {en: Human}
fields:
  name: {type: text, required: true}
  desk: {type: link, to: desk, reverse: {key: human, one: true}}
"""
DESK = "label: {en: Desk}\nfields:\n  name: {type: text}\n"
FILES = {
    "modules/deal.yaml": DEAL, "modules/firm.yaml": FIRM, "modules/call.yaml": CALL, "modules/visit.yaml": VISIT,
    "modules/human.yaml": HUMAN, "modules/desk.yaml": DESK, "roles/owner_only.yaml": OWNER_ONLY,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


def a(site: Store, catalog: Catalog, module: str, **raw: Any) -> Record:
    with site.write() as conn:
        return records.create(conn, catalog, SYSTEM, module, raw)


@pytest.fixture
def deal(site: Store, catalog: Catalog) -> Record:
    firm = a(site, catalog, "firm", name="한빛")
    made = a(site, catalog, "deal", name="서버", firm=str(firm.id))
    for number in range(4):
        a(site, catalog, "call", name=f"통화 {number}", day=f"2026-01-0{2 * number + 1}", deal=str(made.id))
        day = f"2026-01-0{2 * number + 2}"
        a(site, catalog, "visit", name=f"방문 {number}", day=day, place="서울", deal=str(made.id))
    a(site, catalog, "call", name="끝남", day="2026-01-01", done=True, deal=str(made.id))
    return made


def test_rows_of_several_modules_are_sorted_together(admin: Browser, deal: Record) -> None:
    there = f"/deal/{deal.id}/_sub/upcoming"
    part = admin.part(there)
    assert titles(part) == ["통화 0", "방문 0", "통화 1", "방문 1", "통화 2"]
    assert "Call </span>" in part
    assert part.count("서울") == 2
    assert f"{there}?more=1" in part
    more = admin.part(f"{there}?more=1")
    assert len(titles(more)) == 8
    assert "more=1" not in more


def test_a_new_record_begins_with_values_of_the_one_above(admin: Browser, deal: Record) -> None:
    part = admin.part(f"/deal/{deal.id}/_sub/upcoming")
    firm = deal.values["firm"].id
    assert f'href="/visit/_quick?firm={firm}&amp;name=About+' in part
    assert 'href="/call/_quick?name=About+' in part
    assert f"deal={deal.id}" in part


def test_a_path_shows_records_of_records(admin: Browser, deal: Record) -> None:
    part = admin.part(f"/firm/{deal.values['firm'].id}/_sub/parts")
    assert "통화 0" in titles(part)
    assert "/link" not in part
    assert "/call/_quick" not in part


def test_a_tie_is_made_with_what_it_says(admin: Browser, deal: Record, site: Store, catalog: Catalog) -> None:
    human, there = a(site, catalog, "human", name="김"), f"/deal/{deal.id}/_sub/people"
    assert 'name="role"' in admin.part(there)
    admin.send(f"{there}/link", id=str(human.id), role="pays")
    assert "Pays" in admin.part(there).partition("<tbody>")[2]
    admin.send(f"{there}/unlink", id=f"human:{human.id}")
    assert titles(admin.part(there)) == []


def test_a_new_record_is_tied_to_the_one_that_it_is_made_for(admin: Browser, deal: Record) -> None:
    tie = f"deal:{deal.id}:people"
    assert f'name="tie" value="{tie}"' in admin.page(f"/human/new?tie={tie}")
    admin.send("/human/new", name="박", tie=tie)
    assert titles(admin.part(f"/deal/{deal.id}/_sub/people")) == ["박"]


def test_a_new_record_is_made_in_place_and_the_whole_form_knows_for_whom(admin: Browser, deal: Record) -> None:
    tie = f"deal:{deal.id}:people"
    asked = admin.part(f"/human/_quick?tie={tie}&next=/deal/{deal.id}")
    assert f'name="tie" value="{tie}"' in asked
    assert f'name="next" value="/deal/{deal.id}"' in asked
    form = {"csrf_token": admin.token(), "name": "최"}
    made = admin.client.post(f"/human/_quick?tie={tie}", data=form, headers=PART)
    assert "data-made" in made.text
    assert titles(admin.part(f"/deal/{deal.id}/_sub/people")) == ["최"]
    assert admin.get(f"/human/_quick?tie={tie}").location == f"/human/new?tie={quote(tie)}"


def test_a_subpanel_is_sorted_by_what_its_columns_are(admin: Browser, deal: Record) -> None:
    there = f"/deal/{deal.id}/_sub/people"
    for name in ("나", "가", "다"):
        admin.send("/human/new", name=name, tie=f"deal:{deal.id}:people")
    assert titles(admin.part(f"{there}?sort=title")) == ["가", "나", "다"]
    part = admin.part(f"{there}?sort=-title")
    assert titles(part) == ["다", "나", "가"]
    assert 'aria-sort="descending"' in part
    assert titles(admin.part(f"{there}?sort=role")) == titles(admin.part(there))


def test_where_one_is_enough_no_other_is_offered(admin: Browser, site: Store, catalog: Catalog) -> None:
    desk = a(site, catalog, "desk", name="창가")
    there = f"/desk/{desk.id}/_sub/human"
    assert "/human/_quick" in admin.part(there)
    a(site, catalog, "human", name="김", desk=str(desk.id))
    part = admin.part(there)
    assert titles(part) == ["김"]
    assert "/human/_quick" not in part
    assert "/link" not in part
