"""Formulas, rollups and titles stay true, whatever is written, and by whichever way."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Invalid
from hanok.engine.records.derived import refill
from hanok.engine.store import Store
from hanok.engine.store.tables import audit
from tests.builders import Statements, a_catalog, a_record, an_administrator, with_tables

FIRM = """
label: {en: Firm, ko: 회사}
fields:
  name:    {type: text, required: true, search: true}
  kind:    {type: choice, options: {buyer: {label: {en: Buyer, ko: 구매처}}, friend: {label: {en: Friend}}}}
  worth:   {type: money, rollup: {sum: bills.total}, audit: true}
  bills_open: {type: integer, rollup: {count: bills, where: {open: true}}}
  latest:  {type: date, rollup: {max: bills.day}}
  usual:   {type: money, rollup: {avg: bills.total}}
  rank:    {type: text, formula: "'A' if worth > 1000 else 'B'"}
title: "{{ name }} ({{ rank }})"
"""
BILL = """
label: {en: Bill, ko: 계산서}
fields:
  name:   {type: text, search: true}
  firm:   {type: link, to: firm, reverse: bills}
  open:   {type: boolean, default: true}
  day:    {type: date}
  share:  {type: percent, default: 10}
  lines:  {type: lines, of: bill_line}
  tags:   {type: links, to: tag, reverse: bills, fields: {weight: {type: integer}}}
  net:    {type: money, rollup: {sum: lines.net}}
  lines_count: {type: integer, formula: lines | count}
  weight: {type: integer, rollup: {sum: tags.weight}}
  tax:    {type: money, formula: net * share / 100}
  total:  {type: money, formula: net + tax}
  whose:  {type: text, formula: "firm ~ ' / ' ~ firm.kind"}
  due:    {type: date, formula: day + days(14)}
"""
BILL_LINE = """
label: {en: Line, ko: 품목}
extends: line
fields:
  name:     {type: text, required: false}
  price:    {type: money}
  quantity: {type: decimal, default: 1}
  net:      {type: money, formula: price * quantity}
"""
TAG = """
label: {en: Tag, ko: 꼬리표}
fields: {name: {type: text}, used: {type: integer, rollup: {count: bills}}}
"""
MODEL: Mapping[str, str] = {
    "modules/firm.yaml": FIRM, "modules/bill.yaml": BILL, "modules/bill_line.yaml": BILL_LINE, "modules/tag.yaml": TAG,
}  # fmt: skip
LINES = [{"name": "A", "price": 100, "quantity": 2}, {"name": "B", "price": 50}]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(MODEL)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def stored(store: Store, catalog: Catalog, record: records.Record) -> records.Record:
    with store.read() as conn:
        return records.get(conn, catalog, an_administrator(), record.module, record.id)


def saved(store: Store, catalog: Catalog, record: records.Record, **raw: Any) -> records.Record:
    with store.write() as conn:
        present = records.get(conn, catalog, an_administrator(), record.module, record.id)
        return records.update(conn, catalog, an_administrator(), record.module, record.id, raw, version=present.version)


def amounts(record: records.Record, *keys: str) -> list[Any]:
    return [None if record[key] is None else record[key].amount for key in keys]


def test_a_new_record_comes_back_with_all_that_follows(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛", kind="buyer")
    bill = a_record(filled, catalog, "bill", name="1", firm=firm.id, lines=LINES, day="2026-11-17")
    assert amounts(bill, "net", "tax", "total") == [250, 25, 275]
    assert (bill["lines_count"], bill["due"].isoformat()) == (2, "2026-12-01")
    assert bill["whose"] == "한빛 (B) / Buyer"
    found = stored(filled, catalog, bill)
    worked = [key for key, field in catalog.module("bill").fields.items() if field.made]
    assert {key: found[key] for key in worked} == {key: bill[key] for key in worked}
    assert found.title == bill.title


def test_a_formula_of_its_own_record_costs_no_statement(filled: Store, catalog: Catalog) -> None:
    seen = Statements(filled)
    with filled.write() as conn:
        records.create(conn, catalog, an_administrator(), "tag", {"name": "x"})
    plain = len(seen.texts)
    assert plain < 13


def test_lines_total_their_record_and_that_one_the_next(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    bill = a_record(filled, catalog, "bill", firm=firm.id, lines=LINES)
    a_record(filled, catalog, "bill", firm=firm.id, lines=[{"price": 1000}], open=False, day="2026-02-01")
    found = stored(filled, catalog, firm)
    assert amounts(found, "worth", "usual") == [1375, 688]
    assert (found["bills_open"], found["rank"], found.title) == (1, "A", "한빛 (A)")
    saved(filled, catalog, bill, lines=[{"price": 1}], day="2026-03-01")
    found = stored(filled, catalog, firm)
    assert amounts(found, "worth") == [1101]
    assert found["latest"].isoformat() == "2026-03-01"


def test_a_line_alone_changes_the_total(filled: Store, catalog: Catalog) -> None:
    bill = a_record(filled, catalog, "bill", lines=LINES)
    line = a_record(filled, catalog, "bill.lines", parent=bill.id, price=1000)
    assert amounts(stored(filled, catalog, bill), "total") == [1375]
    saved(filled, catalog, line, quantity=2)
    assert amounts(stored(filled, catalog, bill), "total") == [2475]
    with filled.write() as conn:
        records.delete(conn, catalog, an_administrator(), "bill.lines", line.id)
    assert amounts(stored(filled, catalog, bill), "total") == [275]


def test_a_moved_child_changes_the_old_and_the_new_parent(filled: Store, catalog: Catalog) -> None:
    one, other = (a_record(filled, catalog, "firm", name=name) for name in "가나")
    bill = a_record(filled, catalog, "bill", firm=one.id, lines=LINES)
    saved(filled, catalog, bill, firm=other.id)
    assert amounts(stored(filled, catalog, one), "worth") == [0]
    assert amounts(stored(filled, catalog, other), "worth") == [275]
    saved(filled, catalog, bill, firm=None)
    assert amounts(stored(filled, catalog, other), "worth", "usual") == [0, None]
    assert stored(filled, catalog, bill)["whose"] == "/"


def test_deleting_and_restoring_changes_what_was_counted(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    bill = a_record(filled, catalog, "bill", firm=firm.id, lines=LINES)
    with filled.write() as conn:
        records.delete(conn, catalog, an_administrator(), "bill", bill.id)
    assert (stored(filled, catalog, firm)["bills_open"], *amounts(stored(filled, catalog, firm), "worth")) == (0, 0)
    with filled.write() as conn:
        back = records.restore(conn, catalog, an_administrator(), "bill", bill.id)
    assert amounts(back, "net", "total") == [250, 275]
    assert (stored(filled, catalog, firm)["bills_open"], *amounts(stored(filled, catalog, firm), "worth")) == (1, 275)


def test_what_a_link_leads_to_is_followed(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛", kind="buyer")
    bill = a_record(filled, catalog, "bill", firm=firm.id)
    saved(filled, catalog, firm, name="두빛", kind="friend")
    found = stored(filled, catalog, bill)
    assert (found["whose"], found.version) == ("두빛 (B) / Friend", bill.version)
    with filled.write() as conn:
        records.delete(conn, catalog, an_administrator(), "firm", firm.id)
    assert stored(filled, catalog, bill)["whose"] == "/"


def test_ties_are_counted_at_both_sides(filled: Store, catalog: Catalog) -> None:
    tag = a_record(filled, catalog, "tag", name="x")
    bill = a_record(filled, catalog, "bill", tags=[{"id": str(tag.id), "weight": 3}])
    assert (stored(filled, catalog, tag)["used"], stored(filled, catalog, bill)["weight"]) == (1, 3)
    saved(filled, catalog, bill, tags=[{"id": str(tag.id), "weight": 5}])
    assert stored(filled, catalog, bill)["weight"] == 5
    saved(filled, catalog, bill, tags=[])
    assert (stored(filled, catalog, tag)["used"], stored(filled, catalog, bill)["weight"]) == (0, 0)


def test_nobody_writes_what_is_worked_out(filled: Store, catalog: Catalog) -> None:
    with pytest.raises(Invalid) as refused:
        a_record(filled, catalog, "bill", total=5)
    assert "worked out" in str(refused.value)
    bill = a_record(filled, catalog, "bill", lines=LINES)
    unchanged = saved(filled, catalog, bill, total="275", name="x")
    assert unchanged["name"] == "x"


def test_a_value_that_follows_makes_no_conflict_and_no_history(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    a_record(filled, catalog, "bill", firm=firm.id, lines=LINES)
    found = stored(filled, catalog, firm)
    assert (found.version, found["updated_at"]) == (firm.version, firm["updated_at"])
    with filled.read() as conn:
        kept = conn.scalars(sa.select(audit.c.changes).where(audit.c.record == firm.id, audit.c.action == "changed"))
        told = [changes for changes in kept if changes]
    assert [list(changes) for changes in told] == [["worth"]]


def test_the_search_knows_a_title_that_followed(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    a_record(filled, catalog, "bill", firm=firm.id, lines=[{"price": 5000}])
    with filled.read() as conn:
        hits = records.search(conn, catalog, an_administrator(), "한빛")
    assert [hit.title for hit in hits if hit.module == "firm"] == ["한빛 (A)"]


def test_lists_sort_and_choose_by_what_is_worked_out(filled: Store, catalog: Catalog) -> None:
    for price in (30, 10, 20):
        a_record(filled, catalog, "bill", name=str(price), lines=[{"price": price}])
    query = records.Query(module="bill", where={"total": {"gt": 15}}, sort=("-total",))
    with filled.read() as conn:
        page = records.page(conn, catalog, an_administrator(), query)
    assert [row["name"] for row in page.rows] == ["30", "20"]


def test_two_who_add_lines_at_once_make_one_right_total(filled: Store, catalog: Catalog) -> None:
    """Each thread adds lines in transactions of its own; no addition is lost."""
    firm = a_record(filled, catalog, "firm", name="한빛")
    bill = a_record(filled, catalog, "bill", firm=firm.id)
    together, failures = threading.Barrier(4), list[BaseException]()

    def add() -> None:
        try:
            together.wait()
            for _ in range(8):
                a_record(filled, catalog, "bill.lines", parent=bill.id, price=10)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert amounts(stored(filled, catalog, bill), "net", "total") == [320, 352]
    assert amounts(stored(filled, catalog, firm), "worth") == [352]


def test_saves_of_a_record_and_of_its_lines_never_wait_in_a_circle(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    bill = a_record(filled, catalog, "bill", firm=firm.id, lines=LINES)
    with filled.read() as conn:
        line = records.related(conn, catalog, an_administrator(), bill)["lines"][0]
    together, failures = threading.Barrier(3), list[BaseException]()

    def save(record: records.Record, key: str, start: int) -> None:
        together.wait()
        for number in range(8):
            try:
                saved(filled, catalog, record, **{key: str(start + number)})
            except Conflict:
                continue
            except BaseException as error:
                failures.append(error)
                raise

    jobs = [(line, "quantity", 2), (bill, "share", 20), (firm, "name", 100)]
    threads = [threading.Thread(target=save, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    found = stored(filled, catalog, bill)
    assert found["total"].amount == found["net"].amount + found["tax"].amount
    assert stored(filled, catalog, firm)["worth"] == found["total"]
    assert found["whose"].startswith(stored(filled, catalog, firm).title)


def test_refilling_makes_old_rows_true_in_any_order(filled: Store, catalog: Catalog) -> None:
    firm = a_record(filled, catalog, "firm", name="한빛")
    bill = a_record(filled, catalog, "bill", firm=firm.id, lines=LINES)
    with filled.write() as conn:
        for module in ("firm", "bill", "bill.lines"):
            table = catalog.every[module].table
            made = [found for found in catalog.every[module].fields.values() if found.made and found.columns]
            columns = {table.c[name]: None for found in made for name in found.columns.values()}
            conn.execute(sa.update(table).values({**columns, table.c.title: "?"}))
    with filled.write() as conn:
        for module in ("firm", "bill", "bill.lines"):
            assert refill(conn, catalog, module) is None
    assert amounts(stored(filled, catalog, bill), "net", "total") == [250, 275]
    assert stored(filled, catalog, firm).title == "한빛 (B)"
    assert amounts(stored(filled, catalog, firm), "worth") == [275]
