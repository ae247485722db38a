"""Bound fields to test with, made from the samples of each type, and tables that hold them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from hanok.engine.fields import BUILT_IN, Choice, Field, FieldType
from hanok.engine.fields.keys import Keys

NUMBERS = itertools.count()
#: Made for the tests, and of no site.
KEYS = Keys(("bmV3ZXN0LWtleS1vZi10aGUtdGVzdHMtMDEyMzQ1Njc=", "b2xkZXIta2V5LW9mLXRoZS10ZXN0cy0wMTIzNDU2Nzg="))
TYPES: Mapping[str, FieldType] = {made.key: made.of_site(KEYS) for made in BUILT_IN}
APP = {"currency": "KRW", "country": "KR"}
OWN = ("label", "color", "icon", "retired")


def a_choice(key: str, written: Mapping[str, Any]) -> Choice:
    own = {name: written[name] for name in OWN if name in written}
    return Choice(key, **own, attributes={name: value for name, value in written.items() if name not in OWN})


def a_field(found: FieldType, **settings: Any) -> Field:
    """A field of this type, bound as the catalog binds it."""
    options = found.option_set(settings) or {}
    bare = Field(
        "thing",
        "it",
        found,
        {"en": "It", "ko": "그것"},
        settings,
        choices=tuple(a_choice(key, written) for key, written in options.items()),
        targets=found.targets(settings),
        members=found.members(settings) or (("thing.it",) if found.embedded(settings) else ()),
        own=_own(found.embedded(settings) or found.own(settings)),
        app=APP,
    )
    return replace(bare, columns={part.name: f"it${part.name}" if part.name else "it" for part in found.parts(bare)})


def _own(written: Mapping[str, Any]) -> dict[str, Field]:
    """The fields inside a field: of its lines, of its ties."""
    made = {}
    for key, settings in written.items():
        inner = a_field(TYPES[settings["type"]], **{name: each for name, each in settings.items() if name != "type"})
        made[key] = replace(inner, key=key, columns={part: f"${key}{name[2:]}" for part, name in inner.columns.items()})
    return made


def every_field(*, apart: bool = False) -> Iterator[Field]:
    """Each type with each of its settings; `apart` are those, too, whose values stand in other tables."""
    for found in TYPES.values():
        if apart or not found.apart:
            yield from (a_field(found, **settings) for settings in found.settings_samples())


def name_of(field: Field) -> str:
    return f"{field.type.key}({', '.join(field.settings)})"


def a_table(conn: sa.Connection, field: Field) -> sa.Table:
    columns = [sa.Column(field.columns[part.name], part.type) for part in field.type.parts(field)]
    table = sa.Table(f"t{next(NUMBERS)}", sa.MetaData(), sa.Column("row", sa.Integer(), primary_key=True), *columns)
    table.create(conn)
    return table


def loaded(field: Field) -> list[Any]:
    """The samples as values, each once, and the empty value."""
    values: list[Any] = []
    for raw in (*field.type.samples(field), None):
        value = field.type.value(field).deserialize(raw, zone="Asia/Seoul")
        if not any(value is other or (type(value) is type(other) and value == other) for other in values):
            values.append(value)
    return values


def stored(conn: sa.Connection, field: Field, values: list[Any]) -> sa.Table:
    """A table that holds the values, in rows 0, 1, 2 …"""
    table = a_table(conn, field)
    for row, value in enumerate(values):
        written = field.type.write(field, value)
        assert set(written) == set(field.columns)
        conn.execute(sa.insert(table).values(row=row, **{field.columns[name]: part for name, part in written.items()}))
    return table


def read(conn: sa.Connection, field: Field, table: sa.Table) -> list[Any]:
    found = conn.execute(sa.select(table).order_by(table.c.row)).mappings()
    return [
        field.type.read(field, {name: row[column] for name, column in field.columns.items()}) for row in found
    ]
