"""Who waits for whom while a plan runs on large tables: said before, with the number of rows, never with a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import FINISH, Step
from hanok.engine.deploy.sides import Sides
from hanok.engine.errors import Message, say
from hanok.engine.store.statistics import about

#: Of smaller tables nobody notices it.
LARGE = 10_000


def with_waits(sides: Sides, steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, each with what others wait for meanwhile."""
    sizes: dict[str, int] = {}
    for step in steps:
        table = _table_of(sides, step)
        if table in sides.present.columns and table not in sizes:
            sizes[table] = about(sides.conn, table)
        rows = sizes.get(table, 0)
        yield replace(step, waits=tuple(_waits(sides, step, table, rows))) if rows >= LARGE else step


def _table_of(sides: Sides, step: Step) -> str:
    """The table that this step works on, "" for one that works on none."""
    if "table" in step.facts:
        return str(step.facts["table"])
    modules = modules_of(sides.new)
    key = step.key if step.key in modules else step.key.rpartition(".")[0]
    return modules[key].table.name if key in modules and step.kind != "document" else ""


def _waits(sides: Sides, step: Step, table: str, rows: int) -> Iterator[Message]:
    facts = {"table": table, "rows": rows}
    alone = sides.physical.dialect == "sqlite"
    if step.kind in ("index", "unique") and alone:
        yield say("Locks all writes while it reads table {table} (about {rows} rows).", **facts)
    elif step.kind in ("index", "unique") and any("CONCURRENTLY" in line for line in step.sql):
        yield say("Reads table {table} twice (about {rows} rows); nobody waits.", **facts)
    elif step.kind in ("index", "unique"):
        yield say("Locks writes of table {table} while it reads it (about {rows} rows).", **facts)
    elif step.sql and not alone and step.phase != FINISH:
        yield say("Locks table {table} (about {rows} rows) for a moment, once its open readers are done.", **facts)
    if step.kind in ("convert", "derive", "refresh") and alone:
        yield say("Goes through table {table} (about {rows} rows) in batches; writers wait for one at a time.", **facts)
    elif step.kind in ("convert", "derive", "refresh"):
        yield say("Goes through table {table} (about {rows} rows) in batches; each locks its own rows.", **facts)
