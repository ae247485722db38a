"""The steps from one catalog to another, on the database as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy.conversion import covered, stem
from hanok.engine.deploy.ddl import AddColumn, CreateTable, create_index, drop_index, text_of
from hanok.engine.deploy.physical import Physical, Present
from hanok.engine.deploy.plan import FINISH, PREPARE, SWITCH, Step
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: the live catalog (None before the first deploy), the new one, and the database."""

    conn: sa.Connection
    old: Catalog | None
    new: Catalog
    physical: Physical
    present: Present

    def before(self, module: Module) -> Module | None:
        return self.old.modules.get(module.key) if self.old else None

    def is_new(self, table: str) -> bool:
        return table not in self.present.columns

    def step(
        self, phase: str, kind: str, key: str, sentence: Message, *statements: sa.schema.ExecutableDDLElement,
        loses: bool = False, rows: int = 0, **facts: object,
    ) -> Step:  # fmt: skip
        sql = tuple(text_of(statement, self.conn.dialect) for statement in statements)
        return Step(phase, kind, key, sentence, sql, loses, rows, facts, statements)


def steps(sides: Sides) -> Iterator[Step]:
    """All that changes in tables, columns, indexes and what is derived from records."""
    for module in sides.new.modules.values():
        table = sides.physical.tables[module.table.name]
        if sides.is_new(table.name):
            yield _new_module(sides, module, table)
        else:
            yield from _known_module(sides, module, table)
    yield from _retired(sides)
    yield from _dropped_indexes(sides)


def _new_module(sides: Sides, module: Module, table: sa.Table) -> Step:
    indexes = [create_index(sides.physical.index(name)) for name in sides.physical.indexes_of(table.name)]
    sentence = say("New module “{module}”, fields: {count}.", module=module.key, count=len(module.fields))
    return sides.step(SWITCH, "create_table", module.key, sentence, CreateTable(table), *indexes)


def _known_module(sides: Sides, module: Module, table: sa.Table) -> Iterator[Step]:
    before = sides.before(module)
    if before is None:
        rows = _rows(sides, table.c.id)
        sentence = say("The module “{module}” comes back, records: {rows}.", module=module.key, rows=rows)
        yield sides.step(SWITCH, "restore_module", module.key, sentence, rows=rows)
    converted = set()
    left = [column for column in table.columns if not sides.present.has(column)]
    for field in module.fields.values():
        columns = [table.c[name] for name in field.columns.values()]
        missing = [column for column in columns if column in left]
        left = [column for column in left if column not in missing]
        was = before.fields.get(field.key) if before else None
        if was is not None and before is not None and stem(was) != stem(field):
            step = _changed_type(sides, before, was, field, missing)
            converted |= set(field.columns.values()) if step.kind == "convert" else set()
            yield step
        elif missing:
            yield _new_field(sides, field, missing)
        elif before is not None and was is None:
            sentence = say("The field “{field}” comes back with its values.", field=_place(field))
            yield sides.step(SWITCH, "restore_field", _place(field), sentence)
    for column in left:
        sentence = say("New column “{column}” in “{module}”.", column=column.name, module=module.key)
        yield sides.step(SWITCH, "add_column", f"{module.key}.{column.name}", sentence, AddColumn(column))
    yield from _new_indexes(sides, module, table, converted)
    yield from _refreshed(sides, module, before)


def _new_field(sides: Sides, field: Field, missing: list[sa.Column[object]]) -> Step:
    sentence = say("New field “{field}” ({type}).", field=_place(field), type=field.type.key)
    return sides.step(SWITCH, "add_column", _place(field), sentence, *map(AddColumn, missing))


def _changed_type(
    sides: Sides, before: Module, was: Field, field: Field, missing: list[sa.Column[object]]
) -> Step:
    """Another type is another column: the values are carried over where the new type takes them, else they stay."""
    rows = _rows(sides, before.table.c[was.columns[""]])
    facts = {"field": _place(field), "old": was.type.key, "new": field.type.key, "rows": rows}
    adds = map(AddColumn, missing)
    if covered(was, field):
        sentence = say("“{field}” changes from {old} to {new}; values carried over: {rows}.", **facts)
        return sides.step(PREPARE, "convert", _place(field), sentence, *adds, rows=rows)
    sentence = say("“{field}” changes from {old} to {new}; values not carried over: {rows}.", **facts)
    return sides.step(SWITCH, "replace", _place(field), sentence, *adds, rows=rows, loses=rows > 0)


def _new_indexes(sides: Sides, module: Module, table: sa.Table, converted: set[str]) -> Iterator[Step]:
    for name in sides.physical.indexes_of(table.name):
        if name in sides.present.indexes:
            continue
        spec = sides.physical.indexes[name]
        there = all(sides.present.has(table.c[key]) or key in converted for key in spec.columns)
        phase = (PREPARE if there else SWITCH) if spec.unique else FINISH
        beside = sides.physical.dialect == "postgresql" and phase != SWITCH
        facts = {"module": module.key, "columns": ", ".join(spec.columns)}
        sentence = say("An index of “{module}” over {columns}.", **facts)
        if spec.unique:
            sentence = say("Unique in “{module}”: {columns}.", **facts)
        statement = create_index(sides.physical.index(name), beside_traffic=beside)
        kind = "unique" if spec.unique else "index"
        yield sides.step(phase, kind, name, sentence, statement, name=name, module=module.key)


def _dropped_indexes(sides: Sides) -> Iterator[Step]:
    for name, table in {**sides.present.indexes, **sides.present.broken}.items():
        if table not in sides.physical.tables or name in sides.physical.indexes:
            continue
        unique = name.startswith("u_")
        beside = sides.physical.dialect == "postgresql" and not unique
        sentence = say("The index {index} is no longer needed.", index=name)
        statement = drop_index(name, table, beside_traffic=beside)
        yield sides.step(SWITCH if unique else FINISH, "drop_index", name, sentence, statement, name=name, table=table)


def _retired(sides: Sides) -> Iterator[Step]:
    """What went away: nothing is dropped, so all of it can come back."""
    for before in sides.old.modules.values() if sides.old else ():
        if before.key not in sides.new.modules:
            rows = _rows(sides, before.table.c.id)
            sentence = say("The module “{module}” goes; records kept: {rows}.", module=before.key, rows=rows)
            yield sides.step(SWITCH, "retire_module", before.key, sentence, rows=rows)
            continue
        for field in before.fields.values():
            if field.key not in sides.new.modules[before.key].fields:
                rows = _rows(sides, before.table.c[field.columns[""]])
                sentence = say("The field “{field}” goes; values kept: {rows}.", field=_place(field), rows=rows)
                yield sides.step(SWITCH, "retire_field", _place(field), sentence, rows=rows)


def _refreshed(sides: Sides, module: Module, before: Module | None) -> Iterator[Step]:
    """Titles and search entries are stored: what they are made of may have changed."""
    if before is None or _derived(before) != _derived(module):
        sentence = say("Titles and search of “{module}” are brought up to date.", module=module.key)
        yield sides.step(FINISH, "refresh", module.key, sentence, module=module.key)


def _derived(module: Module) -> tuple[object, ...]:
    shown = [module.fields[name] for name in sorted(module.title.names) if name in module.fields]
    return (module.title.source, *((field.key, field.type.key, stem(field), field.choices) for field in shown),
            *((field.key, stem(field), field.choices) for field in module.searched))  # fmt: skip


def _rows(sides: Sides, column: sa.Column[object]) -> int:
    """How many rows have a value there."""
    counted = sa.select(sa.func.count()).select_from(column.table).where(column.is_not(None))
    return sides.conn.scalar(counted) or 0


def _place(field: Field) -> str:
    return f"{field.module}.{field.key}"
