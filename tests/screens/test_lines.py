"""Lines and links to many, on forms, records and subpanels."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import TYPES, a_catalog, a_record
from tests.screens.conftest import FILES, Browser

ITEM = """
label: {en: Item, ko: 품목}
extends: line
fields:
  maker: {type: link, to: company, reverse: made, label: {en: Maker, ko: 제조사}}
  net:   {type: money, formula: price * quantity, label: {en: Net, ko: 금액}}
views: {list: {columns: [maker, name, quantity, price, net]}}
"""
BID = """
label: {en: Bid, ko: 입찰}
plural: {en: Bids, ko: 입찰}
traits: [owned]
fields:
  name:   {type: text, required: true}
  people: {type: links, to: person, reverse: bids, label: {en: People, ko: 사람들},
           fields: {role: {type: choice, label: {en: Role, ko: 역할}, default: user,
                           options: {user: {en: User, ko: 사용자}, boss: {en: Boss, ko: 결정권자}}}}}
  lines:  {type: lines, of: item, groups: true, label: {en: Items, ko: 품목}}
  total:  {type: money, rollup: {sum: lines.net}, label: {en: Total, ko: 합계}}
  taxed:  {type: money, formula: total * 1.1, label: {en: With tax, ko: 세금 포함}}
views: {form: {rows: [[name, total], [people], [lines]]}}
subpanels: {people: {columns: [$title, role]}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "modules/item.yaml": ITEM, "modules/bid.yaml": BID})


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint())
    return made


@pytest.fixture
def bid(site: Store, catalog: Catalog) -> Record:
    kim = a_record(site, catalog, "person", family="김", given="하늘")
    lines = [{"name": "나사", "price": "10", "quantity": "3"}, {"name": "판", "price": "500", "group": "금속"}]
    people = [{"id": str(kim.id), "role": "boss"}]
    return a_record(site, catalog, "bid", name="첫 입찰", lines=lines, people=people)


def lines_of(site: Store, catalog: Catalog, found: Record) -> tuple[Record, ...]:
    with site.read() as conn:
        record = records.get(conn, catalog, SYSTEM, "bid", found.id)
        kept: tuple[Record, ...] = records.related(conn, catalog, SYSTEM, record)["lines"]
        return kept


def test_a_new_record_is_saved_with_its_lines(admin: Browser) -> None:
    answer = admin.send(
        "/bid/new",
        **{
            "name": "둘째", "lines": "", "lines.0.id": "", "lines.0.group": "1부", "lines.0.name": "나사",
            "lines.0.price": "1,200", "lines.0.quantity": "2", "lines.4.id": "", "lines.4.group": "",
            "lines.4.name": "", "lines.4.price": "",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    page = admin.page(urlsplit(answer.location).path)
    assert page.count("2,400") >= 2  # the line's net, and the total
    assert "1부" in page


def test_an_error_in_a_line_stands_beside_its_box_and_what_was_typed_is_kept(admin: Browser, bid: Record) -> None:
    answer = admin.send(
        f"/bid/{bid.id}/edit",
        **{
            "version": str(bid.version), "name": "첫 입찰", "lines": "", "lines.7.id": "", "lines.7.group": "",
            "lines.7.name": "<b>판</b>", "lines.7.price": "cheap",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'value="cheap"' in answer.text
    assert "&lt;b&gt;판&lt;/b&gt;" in answer.text
    assert re.search(r'id="f-lines-7-price"[^>]*aria-invalid="true"', answer.text)
    assert 'href="#f-lines"' in answer.text


def test_a_line_that_the_form_does_not_send_again_goes(
    admin: Browser, bid: Record, site: Store, catalog: Catalog
) -> None:
    first, second = lines_of(site, catalog, bid)
    page = admin.page(f"/bid/{bid.id}/edit")
    assert page.index("나사") < page.index("금속") < page.index("판")
    sent = {"version": str(bid.version), "name": "첫 입찰", "lines": "", "lines.1.id": str(second.id)}
    sent |= {"lines.1.name": "판", "lines.1.price": "500"}
    assert admin.send(f"/bid/{bid.id}/edit", **sent).status_code == 303
    kept = lines_of(site, catalog, bid)
    assert [line.id for line in kept] == [second.id]
    assert first.id not in {line.id for line in kept}


def test_what_is_ticked_stays_tied(admin: Browser, bid: Record, site: Store, catalog: Catalog) -> None:
    lee = a_record(site, catalog, "person", family="이", given="서연")
    page = admin.page(f"/bid/{bid.id}/edit")
    assert re.search(r'name="people" value="[0-9a-f-]{36}" checked', page)
    sent = {"version": str(bid.version), "name": "첫 입찰", "people": ["", str(lee.id)]}
    assert admin.send(f"/bid/{bid.id}/edit", **sent).status_code == 303
    with site.read() as conn:
        found = records.get(conn, catalog, SYSTEM, "bid", bid.id)
        assert [tie.title for tie in records.related(conn, catalog, SYSTEM, found)["people"]] == ["이서연"]


def test_a_subpanel_shows_ties_with_their_own_fields_and_takes_them_away(admin: Browser, bid: Record) -> None:
    there = f"/bid/{bid.id}/_sub/people"
    page = admin.page(there)
    assert "김하늘" in page
    assert "결정권자" in page or "Boss" in page
    person = re.search(r'href="/person/([0-9a-f-]{36})"', page)
    assert person
    assert admin.send(f"{there}/unlink", id=person[1]).status_code in (200, 303)
    assert "김하늘" not in admin.page(there)
    assert admin.send(f"{there}/link", id=person[1]).status_code in (200, 303)
    assert "김하늘" in admin.page(there)


def test_a_record_lists_the_lines_that_name_it_by_the_records_they_stand_in(
    admin: Browser, bid: Record, site: Store, catalog: Catalog
) -> None:
    maker = a_record(site, catalog, "company", name="한빛")
    with site.write() as conn:
        raw = {"parent": str(bid.id), "name": "너트", "maker": str(maker.id)}
        records.create(conn, catalog, SYSTEM, "bid.lines", raw)
    page = admin.page(f"/company/{maker.id}/_sub/made")
    assert f'href="/bid/{bid.id}"' in page


def test_lines_have_no_pages_of_their_own(admin: Browser, bid: Record, site: Store, catalog: Catalog) -> None:
    line = lines_of(site, catalog, bid)[0]
    assert admin.get("/bid.lines").status_code == 404
    assert admin.get(f"/bid.lines/{line.id}").status_code == 404
    assert admin.get("/item").status_code == 404


def test_a_form_shows_what_its_lines_come_to_before_it_is_saved(admin: Browser, bid: Record) -> None:
    new = admin.page("/bid/new")
    assert re.findall(r'<dd[^>]*data-worked="(\w+)"', new) == ["total", "taxed"]
    assert 'data-preview="/bid/_preview"' in new and "data-preview-first" in new
    lines = {"lines": "", "lines.0.id": "", "lines.0.name": "나사", "lines.0.price": "1,200", "lines.0.quantity": "2",
             "lines.7.name": "", "lines.7.price": "", "lines.9.name": "판", "lines.9.price": "100",
             "lines.9.quantity": "1"}  # fmt: skip
    found = admin.send("/bid/_preview", name="셋째", **lines).json
    assert found and set(found) == {"total", "taxed", "lines.0.net", "lines.9.net"}
    assert "2,400" in found["lines.0.net"] and "2,500" in found["total"] and "2,750" in found["taxed"]
    page = admin.page(f"/bid/{bid.id}/edit")
    assert re.findall(r'<dd[^>]*data-worked="(\w+)"', page) == ["taxed"]  # the total stands on the form already
    assert re.search(r'data-worked="lines.0.net">[^<]*<[^>]*>[^<]*30', page)
    changed = admin.send(f"/bid/{bid.id}/_preview", name="첫 입찰", **lines).json
    assert changed and "2,500" in changed["total"]
    assert "2,500" not in admin.page(f"/bid/{bid.id}")
