"""The law of conditions, for every type with every operator: SQL and Python choose the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import ConditionError, Context, Node, holds, parse, to_sql
from hanok.engine.fields import Field
from hanok.engine.store import Store
from tests.builders import with_tables
from tests.evidence import Evidence, sizes
from tests.sweeps.everything import ADMIN, EVERYTHING, Filler, everything, raw_values

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
ROWS = 70
WORDS = (
    "now", "today", "yesterday", "tomorrow", "+1d", "-3w", "+1M", "-1y", "+12h", "-30m", "this_week", "last_month",
    "next_quarter", "this_year", "2026-11-21", "2026-11-21T12:00",
)  # fmt: skip


@dataclass(repr=False)
class Rows:
    """Stored records by module and id, as they are read back."""

    store: Store
    catalog: Catalog
    values: Mapping[str, Mapping[UUID, Mapping[str, Any]]]
    context: Context

    def chosen_by_sql(self, node: Node) -> set[UUID]:
        table = self.catalog.modules[EVERYTHING].table.alias("r")
        with self.store.read() as conn:
            return set(conn.scalars(sa.select(table.c.id).where(to_sql(node, table, self.context))))

    def chosen_by_python(self, node: Node) -> set[UUID]:
        rows = self.values[EVERYTHING]
        return {id for id, values in rows.items() if holds(node, values, self.context, follow=self.follow)}

    def follow(self, field: Field, value: Any) -> Mapping[str, Any] | None:
        return None if value is None else self.values[value.module].get(value.id)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return everything()


@pytest.fixture
def rows(store: Store, catalog: Catalog, evidence: Evidence) -> Rows:
    filler = Filler(with_tables(store, catalog), catalog, evidence.random)
    filler.records(ROWS - 2)
    filler.records(1, empty=1)
    filler.records(1, empty=0)
    values = {}
    with store.read() as conn:
        for module in catalog.modules:
            found = records.page(conn, catalog, ADMIN, records.Query(module=module, size=1000)).rows
            values[module] = {record.id: record.values for record in found}
    return Rows(store, catalog, values, Context(UUID(filler.known["user"][0]), NOW, "Asia/Seoul"))


class Author:
    """Writes random conditions about a module, most of which can be read."""

    def __init__(self, drawn: Random, rows: Rows) -> None:
        self.drawn = drawn
        self.rows = rows
        self.pools: dict[tuple[str, str], list[Any]] = {}

    def condition(self, depth: int = 2) -> dict[str, Any]:
        how = self.drawn.random()
        if depth == 0 or how < 0.5:
            return self.test(EVERYTHING)
        if how < 0.65:
            return {"not": self.condition(depth - 1)}
        key = "any" if how < 0.85 else "all"
        return {key: [self.condition(depth - 1) for _ in range(self.drawn.randint(1, 3))]}

    def test(self, key: str, depth: int = 2) -> dict[str, Any]:
        """One field and its test; a link may be walked through, by a map or by a dot."""
        module = self.rows.catalog.modules[key]
        field = module.field(self.drawn.choice([*module.fields, *module.fields, *module.system]))
        if len(field.targets) == 1 and depth and self.drawn.random() < 0.6:
            ((inner, test),) = self.test(field.targets[0], depth - 1).items()
            return {f"{field.key}.{inner}": test} if self.drawn.random() < 0.3 else {field.key: {inner: test}}
        if any(choice.attributes for choice in field.choices) and self.drawn.random() < 0.5:
            return {field.key: {"closed": self.drawn.choice([True, False])}}
        return {self.named(field): self.operator(field)}

    def named(self, field: Field) -> str:
        """The field, seldom one of its parts."""
        parts = [part for part in field.columns if part]
        return f"{field.key}.{self.drawn.choice(parts)}" if parts and self.drawn.random() < 0.05 else field.key

    def operator(self, field: Field, operator: str = "") -> Any:
        operator = operator or self.drawn.choice(field.type.operators)
        takes = field.type.operator(operator).takes
        if takes == "flag":
            return {operator: self.drawn.choice([True, False])}
        if takes == "many":
            found: Any = [self.operand(field) for _ in range(self.drawn.randint(0, 3))]
            return found if operator == "in" and self.drawn.random() < 0.3 else {operator: found}
        if takes == "two":
            return {operator: [self.drawn.choice([None, self.operand(field), self.operand(field)]) for _ in range(2)]}
        operand = self.piece(field) if "with" in operator or "contains" in operator else self.operand(field)
        return operand if operator == "eq" and self.drawn.random() < 0.3 else {operator: operand}

    def operand(self, field: Field) -> Any:
        if "user" in field.targets and self.drawn.random() < 0.3:
            return "$me"
        if field.type.relative(field, "today", now=NOW, zone="UTC") and self.drawn.random() < 0.5:
            return self.drawn.choice(WORDS)
        return self.drawn.choice(self.pool(field))

    def pool(self, field: Field) -> list[Any]:
        """What is stored, as JSON, and what may be written."""
        place = (field.module, field.key)
        if place not in self.pools:
            stored = [values.get(field.key) for values in self.rows.values[field.module].values()]
            dumped = [field.type.dump(field, value) for value in stored if value is not None]
            single = [each for value in dumped for each in (value if isinstance(value, list) else [value])]
            self.pools[place] = [*single, *raw_values(field), *[choice.key for choice in field.choices]] or [""]
        return self.pools[place]

    def piece(self, field: Field) -> Any:
        whole = self.operand(field)
        if not isinstance(whole, str) or field.choices or len(whole) < 2:
            return whole
        start = self.drawn.randrange(len(whole))
        piece = whole[start : start + self.drawn.randint(1, 4)]
        return self.drawn.choice([piece, piece.upper(), piece.casefold(), whole])


@sizes(sample=60, full=3000)
def test_sql_and_python_choose_the_same_rows(rows: Rows, evidence: Evidence, size: int, dialect: str) -> None:
    author = Author(evidence.random, rows)
    scope = ModuleScope(rows.catalog.modules[EVERYTHING], rows.catalog.modules)
    used: Counter[str] = Counter()
    for _ in range(size):
        data = author.condition()
        try:
            node = parse(data, scope)
        except ConditionError:
            evidence.count(f"{dialect}: conditions refused")
            continue
        found, expected = rows.chosen_by_sql(node), rows.chosen_by_python(node)
        assert found == expected, f"{data}\nSQL only: {found - expected}\nPython only: {expected - found}"
        used["some" if 0 < len(found) < ROWS else "all or none"] += 1
    evidence.count(f"{dialect}: conditions on which SQL and Python agree", used.total())
    evidence.count(f"{dialect}: of them, choosing some of the rows and not all", used["some"])
    assert used["some"] > used.total() / 4


@sizes(sample=2, full=60)
def test_every_operator_of_every_field_is_among_them(rows: Rows, evidence: Evidence, size: int, dialect: str) -> None:
    """One operator at a time, so that none is left to chance."""
    author = Author(evidence.random, rows)
    module = rows.catalog.modules[EVERYTHING]
    scope = ModuleScope(module, rows.catalog.modules)
    each = [(field, operator) for field in module.fields.values() for operator in field.type.operators]
    for field, operator in each:
        read = 0
        while read < size:
            data = {field.key: author.operator(field, operator)}
            try:
                node = parse(data, scope)
            except ConditionError:
                continue
            assert rows.chosen_by_sql(node) == rows.chosen_by_python(node), data
            read += 1
    evidence.count(f"{dialect}: operators of fields", len(each))
    evidence.count(f"{dialect}: single tests on which SQL and Python agree", len(each) * size)
