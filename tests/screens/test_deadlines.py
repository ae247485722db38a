"""Which dates are late: what the metadata calls passed, of records that are still open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields.period import Period
from hanok.engine.records import Record
from hanok.screens import cells, deadlines
from hanok.web.formats import Formats
from tests.builders import COMPANY, SMALL, a_catalog

LATE = """
saved_filters:
  late: {label: {en: Late}, where: {stage: {closed: false}, founded: {lt: today}}}
"""
FORMATS = Formats("en", "Asia/Seoul")


@pytest.fixture(scope="module")
def company() -> Module:
    return catalog(LATE).module("company")


def catalog(more: str) -> Catalog:
    return a_catalog({**SMALL, "modules/company.yaml": COMPANY + more})


def a_record(stage: str | None, days: int | None, *, without: str = "") -> Record:
    founded = None if days is None else FORMATS.today() + timedelta(days)
    values = {"name": "한빛", "stage": stage, "founded": founded}
    return Record("company", uuid4(), 1, "한빛", {key: value for key, value in values.items() if key != without})


def drawn(company: Module, *found: Record) -> Iterator[bool]:
    for row in cells.table(company, ("name", "founded"), found, FORMATS).rows:
        yield row.late


def test_an_open_record_is_late_the_day_after(company: Module) -> None:
    assert list(drawn(company, a_record("new", -1), a_record("new", 0), a_record("new", 1))) == [True, False, False]


def test_what_is_done_or_has_no_date_is_never_late(company: Module) -> None:
    assert not any(drawn(company, a_record("won", -1), a_record("new", None), a_record(None, -1)))


def test_nothing_is_late_while_the_state_is_not_known(company: Module) -> None:
    assert not any(drawn(company, a_record("new", -1, without="stage")))
    assert deadlines.columns_to_ask(company, ("name", "founded")) == ("name", "founded", "stage")
    assert deadlines.columns_to_ask(company, ("name", "size")) == ("name", "size")


def test_without_such_a_filter_no_date_is_a_deadline() -> None:
    assert deadlines.deadline(catalog("").module("company")) is None
    other = "\nsaved_filters: {early: {label: {en: Early}, where: {stage: {closed: false}, founded: {gt: today}}}}\n"
    assert deadlines.deadline(catalog(other).module("company")) is None


def test_a_late_date_says_so_in_words_too(company: Module) -> None:
    table = cells.table(company, ("name", "founded"), [a_record("new", -1), a_record("new", 1)], FORMATS)
    draw = cells.drawer(table, lambda field: str, "overdue")
    late, due = map(draw, table.rows)
    assert 'class="late"' in late and "overdue" in late
    assert "late" not in due and "overdue" not in due


def test_a_period_is_over_when_its_first_day_is() -> None:
    model = catalog("  at: {type: period}\n" + LATE.replace("founded", "at")).module("company")
    moving, due = deadlines.path_field(model), deadlines.deadline(model)
    assert moving and due
    for days, whole in ((-1, True), (0, True), (-1, False), (1, False)):
        start = datetime.combine(FORMATS.today() + timedelta(days), time(3), UTC)
        start = start.replace(hour=0) if whole else start
        found = Period(start, start + timedelta(days=1), all_day=whole)
        record = Record("company", uuid4(), 1, "한빛", {"stage": "open", "at": found})
        assert deadlines.is_late(record, moving, due, FORMATS) is (days < 0)
