"""`conditions.yaml` as cases: a bound field, a test, a value and what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.conditions import ConditionError, Context, Node, parse
from hanok.engine.fields import Field, FieldType
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text
from tests.contract.javascript import sent
from tests.fields.fields import TYPES, a_field

FILE = Path(__file__).with_name("conditions.yaml")
#: Settings of a type that its rows need; for every other type the first of its samples.
SETTINGS: Mapping[str, Mapping[str, Any]] = {"auto_number": {"prefix": "Q-{{ today.year }}-", "digits": 4}}


def table() -> Any:
    reading = read_text(FILE.read_text(encoding="utf-8"), Source("contract", FILE.name))
    assert reading.root is not None and not reading.problems, reading.problems
    return reading.root.plain()


TABLE = table()
CONTEXT = Context(UUID(TABLE["me"]), datetime.fromisoformat(TABLE["now"]), TABLE["zone"])


@dataclass(frozen=True, slots=True)
class OneField:
    """A scope of one field."""

    it: Field
    table: Any = None

    def find(self, key: str) -> Field | None:
        return self.it if key == self.it.key else None

    def end(self, key: str) -> None:
        return None

    def follow(self, field: Field, module: str = "") -> None:
        return None

    def names(self) -> list[str]:
        return [self.it.key]


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table asked of one type. `values` are raw, loaded and expected."""

    it: Field
    written: Any
    node: Node
    values: list[tuple[Any, Any, bool]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.it.type.key}: {self.written}"


def bound(found: FieldType) -> Field:
    settings = SETTINGS.get(found.key) or next(iter(found.settings_samples()), {})
    return a_field(found, **settings)


def cases(found: FieldType) -> list[Case]:
    """What the table asks of a type: the rows of its kind and its own."""
    rows = [*TABLE["kinds"].get(found.compares, ()), *own_rows(found.key)]
    built = (_case(bound(found), row) for row in rows)
    return [case for case in built if case is not None and case.values]


def own_rows(key: str) -> list[Any]:
    return [row for keys, rows in TABLE["types"].items() if key in keys.split() for row in rows]


def asked(found: FieldType) -> set[str]:
    """The operators of a type that some row of the table asks."""
    return {operator for case in cases(found) for operator in operators_in(case.written)}


def operators_in(written: Any) -> Iterator[str]:
    if isinstance(written, Mapping):
        yield from written
    else:
        yield "in" if isinstance(written, list) else "eq"


def _case(it: Field, row: Mapping[str, Any]) -> Case | None:
    if not set(operators_in(row["test"])) <= set(it.type.operators):
        return None
    try:
        node = parse({it.key: row["test"]}, OneField(it))
    except ConditionError:
        assert row not in own_rows(it.type.key), (it.type.key, row)
        return None
    values = []
    for expected in ("holds", "fails"):
        for raw in row.get(expected, ()):
            try:
                values.append((raw, it.type.value(it).deserialize(raw, zone=CONTEXT.zone), expected == "holds"))
            except ma.ValidationError:
                assert row not in own_rows(it.type.key), (it.type.key, raw)
    return Case(it, row["test"], node, values)


def of_the_samples(found: FieldType) -> list[Case]:
    """What goes without saying for every value: it equals itself, is in the list of itself, and is not empty."""
    it = bound(found)
    loaded = [(raw, it.type.value(it).deserialize(raw, zone=CONTEXT.zone)) for raw in it.type.samples(it)]
    built = []
    for raw, value in [(raw, value) for raw, value in loaded if value is not None]:
        others = [(each, other) for each, other in loaded if _differ(it, value, other)][:2]
        for written, expected in _plain(it, value):
            operator = next(operators_in(written))
            if operator not in it.type.operators:
                continue
            try:
                node = parse({it.key: written}, OneField(it))
            except ConditionError:
                continue
            said = [(raw, value, expected), *((each, other, not expected) for each, other in others)]
            built.append(Case(it, written, node, said[:1] if operator == "empty" else said))
    return built


def _plain(it: Field, value: Any) -> Iterator[tuple[Any, bool]]:
    """Of values of several parts only that they are there: what equals them is written into the table."""
    yield from (({"empty": True}, False), ({"empty": False}, True))
    dumped, found = it.type.dump(it, value), sent(it.type.dump(it, value))
    if isinstance(dumped, dict) and found not in (dumped.get("amount"), f"{dumped.get('module')}:{dumped.get('id')}"):
        return
    yield from (({"eq": found}, True), ({"ne": found}, False))
    if not isinstance(found, list):
        yield from (({"in": [found]}, True), ({"not_in": [found]}, False))


def _differ(it: Field, one: Any, other: Any) -> bool:
    part = it.type.compared(it)
    written = [None if each is None else it.type.write(it, each)[part] for each in (one, other)]
    return bool(written[0] != written[1])


def every_type() -> list[FieldType]:
    return [found for found in TYPES.values() if found.operators]


def stored(conn: sa.Connection, it: Field, values: list[Any]) -> sa.Table:
    """A table with these values, in rows 0, 1, 2 …"""
    columns = [sa.Column(it.columns[part.name], part.type) for part in it.type.parts(it)]
    made = sa.Table(f"c_{it.type.key}", sa.MetaData(), sa.Column("row", sa.Integer(), primary_key=True), *columns)
    made.create(conn)
    rows = [{it.columns[name]: part for name, part in it.type.write(it, value).items()} for value in values]
    conn.execute(sa.insert(made), [{"row": number, **row} for number, row in enumerate(rows)])
    return made
