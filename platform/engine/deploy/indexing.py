"""The steps that bring the indexes of the tables to what the new catalog wants."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from hanok.engine.deploy.ddl import create_index, drop_index
from hanok.engine.deploy.plan import FINISH, PREPARE, SWITCH, Step
from hanok.engine.deploy.sides import Sides
from hanok.engine.errors import say


def new_indexes(sides: Sides, table: sa.Table, shown: str, converted: Collection[str] = ()) -> Iterator[Step]:
    """Those that a table that is there has not yet; `shown` is what users call the table.

    Unique ones come before the switch where their columns are there (or `converted` before it), the others after it.
    """
    for name in sides.physical.indexes_of(table.name):
        if name in sides.present.indexes:
            continue
        spec = sides.physical.indexes[name]
        there = all(sides.present.has(table.c[key]) or key in converted for key in spec.columns)
        phase = (PREPARE if there else SWITCH) if spec.unique else FINISH
        beside = sides.physical.dialect == "postgresql" and phase != SWITCH
        facts = {"module": shown, "columns": ", ".join(spec.columns)}
        sentence = say("An index of “{module}” over {columns}.", **facts)
        if spec.unique:
            sentence = say("Unique in “{module}”: {columns}.", **facts)
        statement = create_index(sides.physical.index(name), beside_traffic=beside)
        kind = "unique" if spec.unique else "index"
        yield sides.step(phase, kind, name, sentence, statement, name=name, table=table.name)


def dropped_indexes(sides: Sides) -> Iterator[Step]:
    """Those that nobody wants any longer. A unique one goes with the switch: it would refuse what is allowed now."""
    for name, table in {**sides.present.indexes, **sides.present.broken}.items():
        if table not in sides.physical.tables or name in sides.physical.indexes:
            continue
        unique = name.startswith("u_")
        beside = sides.physical.dialect == "postgresql" and not unique
        sentence = say("The index {index} is no longer needed.", index=name)
        statement = drop_index(name, table, beside_traffic=beside)
        yield sides.step(SWITCH if unique else FINISH, "drop_index", name, sentence, statement, name=name, table=table)
