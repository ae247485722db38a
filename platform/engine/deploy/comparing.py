"""The steps from one catalog to another, on the database as it is."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from hanok.engine.catalog import Module
from hanok.engine.deploy.conversion import stem
from hanok.engine.deploy.ddl import AddColumn, CreateTable, create_index
from hanok.engine.deploy.derived import derived_steps
from hanok.engine.deploy.indexing import dropped_indexes, new_indexes
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import SWITCH, Step
from hanok.engine.deploy.renames import rename_steps
from hanok.engine.deploy.retyping import retyped
from hanok.engine.deploy.sides import Sides, place_of
from hanok.engine.deploy.ties import tie_steps
from hanok.engine.errors import say
from hanok.engine.fields import Field


def steps(sides: Sides) -> Iterator[Step]:
    """All that changes in tables, columns, indexes and what is derived from records."""
    for module in modules_of(sides.new).values():
        table = sides.physical.tables[module.table.name]
        if sides.is_new(table.name):
            yield _new_module(sides, module, table)
        else:
            yield from _known_module(sides, module, table)
    yield from rename_steps(sides)
    yield from tie_steps(sides)
    yield from _retired(sides)
    yield from dropped_indexes(sides)
    yield from derived_steps(sides)


def _new_module(sides: Sides, module: Module, table: sa.Table) -> Step:
    indexes = [create_index(sides.physical.index(name)) for name in sides.physical.indexes_of(table.name)]
    sentence = say("New module “{module}”, fields: {count}.", module=module.key, count=len(module.fields))
    return sides.step(SWITCH, "create_table", module.key, sentence, CreateTable(table), *indexes)


def _known_module(sides: Sides, module: Module, table: sa.Table) -> Iterator[Step]:
    before = sides.before(module)
    if before is None:
        rows = sides.rows(table.c.id)
        sentence = say("The module “{module}” comes back, records: {rows}.", module=module.key, rows=rows)
        yield sides.step(SWITCH, "restore_module", module.key, sentence, rows=rows)
    converted = set()
    left = [column for column in table.columns if not sides.present.has(column)]
    for field in module.fields.values():
        columns = [table.c[name] for name in field.columns.values()]
        missing = [column for column in columns if column in left]
        left = [column for column in left if column not in missing]
        was = sides.field_before(field) if before else None
        if was is not None and before is not None and was.columns and columns and stem(was) != stem(field):
            step = retyped(sides, before, was, module, field, missing)
            converted |= set(field.columns.values()) if step.kind == "convert" else set()
            yield step
        elif missing:
            yield _new_field(sides, field, missing)
        elif columns and before is not None and (was is None or not was.columns):
            sentence = say("The field “{field}” comes back with its values.", field=place_of(field))
            yield sides.step(SWITCH, "restore_field", place_of(field), sentence)
    for column in left:
        sentence = say("New column “{column}” in “{module}”.", column=column.name, module=module.key)
        yield sides.step(SWITCH, "add_column", f"{module.key}.{column.name}", sentence, AddColumn(column))
    yield from new_indexes(sides, table, module.key, converted)


def _new_field(sides: Sides, field: Field, missing: list[sa.Column[object]]) -> Step:
    sentence = say("New field “{field}” ({type}).", field=place_of(field), type=field.type.key)
    return sides.step(SWITCH, "add_column", place_of(field), sentence, *map(AddColumn, missing))


def _retired(sides: Sides) -> Iterator[Step]:
    """What went away: nothing is dropped, so all of it can come back."""
    present = {sides.new.names.before(key) for key in modules_of(sides.new)}
    for before in sides.old_modules.values():
        if before.key not in present:
            rows = sides.rows(before.table.c.id)
            sentence = say("The module “{module}” goes; records kept: {rows}.", module=before.key, rows=rows)
            yield sides.step(SWITCH, "retire_module", before.key, sentence, rows=rows)
            continue
        for field in before.fields.values():
            now = sides.field_now(field)
            if field.columns and (now is None or not now.columns):
                rows = sides.values(before, field)
                sentence = say("The field “{field}” goes; values kept: {rows}.", field=place_of(field), rows=rows)
                yield sides.step(SWITCH, "retire_field", place_of(field), sentence, rows=rows)
