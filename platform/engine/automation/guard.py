"""What keeps workflows from running in circles, and those that run once a record from running twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.conditions import Node, named
from hanok.engine.conditions.telling import shown
from hanok.engine.errors import say
from hanok.engine.records import Record
from hanok.engine.store.automation_tables import once, run
from hanok.engine.store.moments import here

REPEATS = say("Stopped: this workflow led to itself, with the same record in the same state.")
RAN_ALREADY = say("It runs once a record, and ran for this one already.")


def seen_by(catalog: Catalog, workflow: Workflow, record: Record | None) -> str | None:
    """What stands for the state of a record as far as the workflow looks at it; None without a record."""
    if record is None:
        return None
    module = catalog.module(workflow.module)
    fields = {field.key: field for node in _nodes(workflow) for field in named(node) if field.module == module.key}
    keys = sorted({*fields, *(key for key in workflow.trigger.fields if key in module.fields)})
    values = [[key, shown(module.field(key), record.values.get(key))] for key in keys if module.has(key)]
    return hashlib.sha256(orjson.dumps(values)).hexdigest()


def repeats(conn: sa.Connection, found: Run, seen: str | None) -> bool:
    """Whether one of the runs that led to this one was the same workflow with the same record in the same state."""
    above = found.parent
    while above is not None and seen is not None:
        row = conn.execute(
            sa.select(run.c.workflow, run.c.record, run.c.seen, run.c.parent).where(run.c.id == above)
        ).first()
        if row is None:
            return False
        if (row.workflow, row.record, row.seen) == (found.workflow, found.record, seen):
            return True
        above = row.parent
    return False


def may_run(conn: sa.Connection, found: Run, workflow: Workflow) -> bool:
    """Whether it may run for this record; of those that run once a record it is the first."""
    if workflow.run != "once" or found.record is None:
        return True
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(once)
    row = {"workflow": workflow.key, "record": found.record, "run": found.id, "at": here(conn)}
    return conn.execute(insert.values(row).on_conflict_do_nothing().returning(once.c.run)).first() is not None


def forget(conn: sa.Connection, workflow: str, record: UUID | None) -> None:
    """Lets a workflow that runs once a record run for this one again."""
    conn.execute(once.delete().where(once.c.workflow == workflow, once.c.record == record))


def _nodes(workflow: Workflow) -> Iterator[Node]:
    """Every condition on the record that it asks."""
    yield from (node for node in (workflow.when, workflow.trigger.node) if node is not None)
    yield from _of_steps(workflow.do)


def _of_steps(steps: tuple[Step, ...]) -> Iterator[Node]:
    for step in steps:
        if step.kind != "each":
            yield from step.nodes.values()
            for inner in step.steps.values():
                yield from _of_steps(inner)
