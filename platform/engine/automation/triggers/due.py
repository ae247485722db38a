"""Which records came due within a window: by the days and moments that their module keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from hanok.engine.automation.triggers.moments import Coming, coming
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.fields import Field

Window = tuple[datetime, datetime]
ANNIVERSARY = "anniversary"


def column_of(catalog: Catalog, workflow: Workflow) -> Any:
    """The column with the day or the moment."""
    return catalog.module(workflow.module).table.c[_field(catalog, workflow).columns[""]]


def about(catalog: Catalog, workflow: Workflow, window: Window) -> sa.ColumnElement[bool]:
    """The rows that come due in a window; of moments some more around them, which `moment_of` leaves out."""
    column, clock = column_of(catalog, workflow), _clock(catalog, workflow)
    if workflow.trigger.kind == ANNIVERSARY:
        return sa.or_(sa.false(), *(_returns(column, *each) for each in clock.anniversaries(*window)))
    if _is_day(catalog, workflow):
        return sa.and_(column.in_(clock.days(*window)))
    low, high = clock.reach(*window)
    return sa.and_(column > low, column <= high)


def moment_of(catalog: Catalog, workflow: Workflow, value: date | datetime, window: Window) -> datetime | None:
    """When a record with this value comes due, None where that is outside of the window."""
    clock = _clock(catalog, workflow)
    if workflow.trigger.kind == ANNIVERSARY:
        days = [day for day, (month, number) in clock.anniversaries(*window) if (month, number) == _of_year(value)]
        return clock.moment(days[0]) if days else None
    return clock.moment(value) if clock.within(value, *window) else None


def _returns(column: Any, day: date, returns: tuple[int, int]) -> sa.ColumnElement[bool]:
    month, number = returns
    return sa.and_(
        sa.extract("month", column) == month, sa.extract("day", column) == number, column < date(day.year, 1, 1)
    )  # fmt: skip


def _of_year(value: date) -> tuple[int, int]:
    return value.month, value.day


def _clock(catalog: Catalog, workflow: Workflow) -> Coming:
    said = workflow.trigger.settings
    return coming(catalog.app.zone, str(said.get("offset", "")), str(said.get("at", "")))


def _is_day(catalog: Catalog, workflow: Workflow) -> bool:
    return _field(catalog, workflow).type.key == "date"


def _field(catalog: Catalog, workflow: Workflow) -> Field:
    return catalog.module(workflow.module).field(workflow.trigger.fields[0])
