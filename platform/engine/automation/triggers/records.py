"""Which records a trigger is about: the rows of a module that a condition chooses, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, context_of
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.conditions import to_sql

Wheres = Sequence[sa.ColumnElement[bool]]


def of_trigger(catalog: Catalog, workflow: Workflow, table: Any, *, made_by: datetime) -> list[sa.ColumnElement[bool]]:
    """The records of the workflow's module that are there and that its trigger chooses; by a schedule those that were
    made by then: what its own runs make is the next tick's."""
    found = [table.c.deleted_at.is_(None)]
    if workflow.trigger.kind == "schedule":
        found.append(table.c.created_at <= made_by)
    if workflow.trigger.kind == "schedule" and workflow.trigger.node is not None:
        found.append(to_sql(workflow.trigger.node, table, context_of(SYSTEM, catalog)))
    return found


def after(table: Any, wheres: Wheres, last: UUID | None, *more: Any, most: int) -> sa.Select[Any]:
    """The next rows behind a record: id, title, and what else is wanted."""
    behind = [table.c.id > last] if last is not None else []
    columns = (table.c.id, table.c.title, *more)
    return sa.select(*columns).where(*wheres, *behind).order_by(table.c.id).limit(most)
