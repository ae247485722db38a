"""The tables of n-n links: made, given columns, retired and brought back as those of modules are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.deploy.ddl import AddColumn, CreateTable, create_index
from hanok.engine.deploy.indexing import new_indexes
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import SWITCH, Step
from hanok.engine.deploy.sides import Sides
from hanok.engine.errors import say
from hanok.engine.fields import Field


def tie_steps(sides: Sides) -> Iterator[Step]:
    """All that changes in tables that belong to no module."""
    known = ties_of(sides.old) if sides.old else {}
    for name, place in ties_of(sides.new).items():
        table = sides.physical.tables[name]
        if sides.is_new(name):
            yield _new(sides, place, table)
        else:
            yield from _known(sides, place, table, retired=name not in known)
    yield from _retired(sides, known)


def ties_of(catalog: Catalog) -> Mapping[str, str]:
    """The tables of this catalog that belong to no module, each with the place of its field ("company.people")."""
    modules = {module.table.name for module in modules_of(catalog).values()}
    places = {found[0].stem: place for place, found in catalog.names.links.items()}
    return {name: places.get(name, name) for name in catalog.metadata.tables if name not in modules}


def _new(sides: Sides, place: str, table: sa.Table) -> Step:
    indexes = [create_index(sides.physical.index(name)) for name in sides.physical.indexes_of(table.name)]
    sentence = say("New links “{field}”.", field=place)
    return sides.step(SWITCH, "create_table", table.name, sentence, CreateTable(table), *indexes)


def _known(sides: Sides, place: str, table: sa.Table, *, retired: bool) -> Iterator[Step]:
    if retired:
        rows = sides.rows(table.c.id)
        sentence = say("The links “{field}” come back: {rows}.", field=place, rows=rows)
        yield sides.step(SWITCH, "restore_table", table.name, sentence, rows=rows)
    before = sides.old.metadata.tables.get(table.name) if sides.old else None
    for column in table.columns:
        if not sides.present.has(column):
            sentence = say("New column “{column}” in “{module}”.", column=column.name, module=place)
            yield sides.step(SWITCH, "add_column", f"{place}.{column.name}", sentence, AddColumn(column))
    retyped = dict(_retyped(sides, place))
    for column in before.columns if before is not None else ():
        rows = sides.rows(column) if column.name not in table.c else 0
        if column.name in retyped:
            key = f"{place}.{retyped[column.name]}"
            sentence = say("“{field}” changes its type; values not carried over: {rows}.", field=key, rows=rows)
            yield sides.step(SWITCH, "replace_own", key, sentence, rows=rows, loses=rows > 0)
        elif column.name not in table.c:
            sentence = say("The field “{field}” goes; values kept: {rows}.", field=f"{place}.{column.name}", rows=rows)
            yield sides.step(SWITCH, "retire_field", f"{place}.{column.name}", sentence, rows=rows)
    yield from new_indexes(sides, table, place)


def _retyped(sides: Sides, place: str) -> Iterator[tuple[str, str]]:
    """The columns of own fields that get another one for another type, with the keys of the fields."""
    now, was = (_own(catalog, place) for catalog in (sides.new, sides.old))
    for key in now.keys() & was.keys():
        if now[key].columns != was[key].columns:
            yield from ((name, key) for part, name in was[key].columns.items() if not part)


def _own(catalog: Catalog | None, place: str) -> Mapping[str, Field]:
    """The fields that each tie of this field has itself."""
    home, _, key = place.rpartition(".")
    module = modules_of(catalog).get(home) if catalog else None
    field = module.fields.get(key) if module else None
    return field.own if field else {}


def _retired(sides: Sides, known: Mapping[str, str]) -> Iterator[Step]:
    for name, place in known.items():
        if name not in sides.new.metadata.tables and sides.old is not None:
            rows = sides.rows(sides.old.metadata.tables[name].c.id)
            sentence = say("The links “{field}” go; links kept: {rows}.", field=place, rows=rows)
            yield sides.step(SWITCH, "retire_table", name, sentence, rows=rows)
