"""Indexes: every list that a module offers is read in its order, without sorting."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.deploy.indexes import wanted
from hanok.engine.records import Query
from hanok.engine.store import new_id
from tests.builders import a_catalog, an_actor, an_administrator
from tests.deploy.conftest import House

VIEWS = """
views: {list: {columns: [name, owner, stage], sort: [-created_at]}}
index: [[stage, founded]]
saved_filters:
  open: {label: {en: Open}, where: {stage: open}, sort: [name]}
  both: {label: {en: Both}, where: {stage: [open, new]}}
"""
LISTS = {
    "list": Query(module="company"),
    "list backwards": Query(module="company", sort=("created_at",)),
    "saved filter": Query(module="company", where={"stage": "open"}, sort=("name",)),
    "written index": Query(module="company", where={"stage": "open"}, sort=("-founded",)),
    "by title": Query(module="company", sort=("title",)),
    "by the first column": Query(module="company", sort=("-name",)),
}


def explained(house: House, query: Query, *, owner: bool = False) -> str:
    """How the database reads the first page of a list, when it would rather read an index than sort."""
    live = house.live()
    actor = an_actor(new_id(), "owner_only") if owner else an_administrator()
    caught: list[tuple[str, Any]] = []

    def catch(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        caught.append((statement, parameters))

    reading = house.store.engines[0]
    sa.event.listen(reading, "before_cursor_execute", catch)
    with live.read() as (conn, catalog):
        records.page(conn, catalog, actor, query)
    sa.event.remove(reading, "before_cursor_execute", catch)
    statement, parameters = caught[-1]
    with house.store.read() as conn:
        if conn.dialect.name == "postgresql":
            for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
                conn.execute(sa.select(sa.func.set_config(setting, "off", True)))
        explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
        return "\n".join(str(row[-1]) for row in conn.exec_driver_sql(explain + statement, parameters))


@pytest.fixture
def viewed(house: House) -> House:
    house.files["modules/company.yaml"] += VIEWS
    house.deploy()
    return house


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("owner", [False, True], ids=["all", "own"])
def test_a_list_is_read_in_its_order(viewed: House, name: str, owner: bool) -> None:
    if owner and not name.startswith("list"):
        pytest.skip("own records come with the sort of the list")
    plan = explained(viewed, LISTS[name], owner=owner)
    assert "i_m_company_" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_an_index_that_another_one_begins_with_is_left_out() -> None:
    specs = [spec.columns for spec in wanted(a_catalog()) if spec.table == "m_company"]
    assert ("owner",) not in specs
    assert len(specs) == len(set(specs))


def test_lists_that_sort_by_a_long_text_have_no_index() -> None:
    """PostgreSQL refuses rows whose index key is too long."""
    text = "label: {en: Note}\nfields: {body: {type: text, length: 9000}}\nviews: {list: {sort: [body]}}\n"
    catalog = a_catalog({"modules/note.yaml": text})
    assert not [spec for spec in wanted(catalog) if spec.table == "m_note" and "body$folded" in spec.columns]


def test_an_index_that_orders_by_one_field_stays_beside_a_longer_one(house: House) -> None:
    """By (stage, name, id) the records of one stage are not in the order of their ids."""
    house.change("{type: date}", "{type: date, index: true}")
    house.files["modules/company.yaml"] += "index: [[founded, name]]\n"
    house.deploy()
    found = [spec.columns for spec in wanted(house.live().catalog) if spec.table == "m_company"]
    assert {("founded", "id"), ("founded", "name$folded", "id")} <= set(found)
    plan = explained(house, Query(module="company", sort=("founded",)))
    assert "i_m_company_founded_id" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_the_filter_of_a_list_stands_before_its_order(house: House) -> None:
    house.files["modules/company.yaml"] += "views: {list: {where: {stage: open}, sort: [name]}}\n"
    house.deploy()
    found = [spec.columns for spec in wanted(house.live().catalog) if spec.table == "m_company"]
    assert ("stage", "name$folded", "id") in found
