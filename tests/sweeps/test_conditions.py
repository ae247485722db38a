"""The law of conditions, for every type with every operator: SQL, Python and JavaScript choose the same rows."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog, End, ModuleScope
from hanok.engine.conditions import ConditionError, Context, Node, holds, parse, to_browser, to_sql
from hanok.engine.fields import Field, Tie
from hanok.engine.store import Store
from tests.builders import with_tables
from tests.contract import javascript
from tests.evidence import Evidence, sizes
from tests.sweeps.everything import ADMIN, EVERYTHING, Filler, everything, raw_values

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
ROWS = 70
WORDS = (
    "now", "today", "yesterday", "tomorrow", "+1d", "-3w", "+1M", "-1y", "+12h", "-30m", "this_week", "last_month",
    "next_quarter", "this_year", "2026-11-21", "2026-11-21T12:00",
)  # fmt: skip
OF_PIECES = ("contains", "not_contains", "starts_with", "ends_with", "matches")
PLACES = ((37.5, 127.0), (0, 0), (-33.9, 151.2))
PERIODS = ("today", "this_month", "last_quarter", "next_year", "-30d", "+2w", "-1y..", "..today", "-1M..+1M")


@dataclass(repr=False)
class Rows:
    """Stored records by module and id, as they are read back."""

    store: Store
    catalog: Catalog
    values: Mapping[str, Mapping[UUID, Mapping[str, Any]]]
    context: Context
    ties: Mapping[tuple[str, str], list[tuple[UUID, Tie]]]

    def chosen_by_sql(self, node: Node) -> set[UUID]:
        table = self.catalog.modules[EVERYTHING].table.alias("r")
        with self.store.read() as conn:
            return set(conn.scalars(sa.select(table.c.id).where(to_sql(node, table, self.context))))

    def chosen_by_python(self, node: Node) -> set[UUID]:
        rows = self.values[EVERYTHING]
        say = {"follow": self.follow, "members": self.members}
        return {id for id, values in rows.items() if holds(node, values, self.context, **say)}

    def members(self, end: Any, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The records of a link that points here, the lines of this one, and those that are tied to it."""
        found = end.end
        if found.kind != "links":
            for row in self.values[found.module].values():
                link = row.get(found.field)
                if link is not None and link.id == values["id"]:
                    yield row
            return
        for left, tie in self.ties[found.home, found.field]:
            near, far = (left, tie.id) if found.forwards else (tie.id, left)
            to = end.home.module.key if not found.forwards else found.module
            if near == values["id"] and tie.module in ("", to):
                yield {**self.values[found.module][far], **tie.own}

    def chosen_by_pages(self, nodes: list[Node]) -> Iterator[tuple[set[UUID], set[UUID]]]:
        """Of each condition the rows that a page says yes to, and those that it cannot know."""
        rows = self.values[EVERYTHING]
        pages = {id: self.page(values) for id, values in rows.items()}
        trees = [json.loads(json.dumps(to_browser(node, self.context))) for node in nodes]
        for said in javascript.asked_of_all(trees, list(pages.values())):
            answers = dict(zip(pages, said, strict=True))
            yield {id for id, each in answers.items() if each}, {id for id, each in answers.items() if each is None}

    def page(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The raw values of a form of this record; what stands in no input is not there."""
        fields = self.catalog.modules[EVERYTHING].fields
        found = {key: field for key, field in fields.items() if not field.type.apart and not field.type.secret}
        return {key: self.raw(field, values.get(key)) for key, field in found.items()}

    @staticmethod
    def raw(field: Field, value: Any) -> Any:
        """As a form sends it; of what a browser cannot read, whether there is something."""
        dumped = None if value is None else field.type.dump(field, value)
        if field.type.compares or value is None:
            return javascript.sent(dumped)
        return str(dumped) if field.type.write(field, value)[field.type.compared(field)] is not None else None

    def follow(self, field: Field, value: Any) -> Mapping[str, Any] | None:
        return None if value is None else self.values[value.module].get(value.id)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return everything()


@pytest.fixture
def rows(store: Store, catalog: Catalog, evidence: Evidence) -> Rows:
    filler = Filler(with_tables(store, catalog), catalog, evidence.random)
    filler.known[EVERYTHING] = [str(record.id) for record in filler.records(10)]
    filler.records(ROWS - 12, apart=True)
    filler.records(1, empty=1)
    filler.records(1, empty=0, apart=True)
    values = {}
    with store.read() as conn:
        for module in catalog.every:
            found = records.page(conn, catalog, ADMIN, records.Query(module=module, size=1000)).rows
            values[module] = {record.id: record.values for record in found}
            if module == EVERYTHING:
                ties = tied(conn, catalog, found)
    return Rows(store, catalog, values, Context(UUID(filler.known["user"][0]), NOW, "Asia/Seoul"), ties)


def tied(
    conn: sa.Connection, catalog: Catalog, found: Iterable[records.Record]
) -> Mapping[tuple[str, str], list[tuple[UUID, Tie]]]:
    """Who is tied to whom, by module and field, as the records themselves say it."""
    ties: dict[tuple[str, str], list[tuple[UUID, Tie]]] = defaultdict(list)
    for record in found:
        for key, values in records.related(conn, catalog, ADMIN, record).items():
            ties[record.module, key] += [(record.id, tie) for tie in values if isinstance(tie, Tie)]
    return ties


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
        module = self.rows.catalog.every[key]
        ends = [end for end in module.ends.values() if end.module]  # not unions of several modules
        if ends and depth and self.drawn.random() < 0.4:
            return self.end(self.drawn.choice(ends), depth)
        known = [module.field(each) for each in (*module.fields, *module.fields, *module.system)]
        field = self.drawn.choice([each for each in known if each.type.operators])
        if len(field.targets) == 1 and depth and self.drawn.random() < 0.6:
            ((inner, test),) = self.test(field.targets[0], depth - 1).items()
            return {f"{field.key}.{inner}": test} if self.drawn.random() < 0.3 else {field.key: {inner: test}}
        comparable = [key for key, each in module.fields.items() if each.type.compares == field.type.compares != ""]
        if comparable and self.drawn.random() < 0.1 and key == EVERYTHING and depth == 2:
            operator = self.drawn.choice(("eq", "ne", "gt", "gte", "lt", "lte"))
            return {field.key: {operator: f"$record.{self.drawn.choice(comparable)}"}}
        if any(choice.attributes for choice in field.choices) and self.drawn.random() < 0.5:
            return {field.key: {"closed": self.drawn.choice([True, False])}}
        return {self.named(field): self.operator(field)}

    def end(self, end: End, depth: int) -> dict[str, Any]:
        """One question about the records at an end: about themselves, about their ties, or how many they are."""
        own = list(end.own.values())
        if own and self.drawn.random() < 0.4:
            field = self.drawn.choice(own)
            inner = {self.named(field): self.operator(field)}
        else:
            inner = self.test(end.module, depth - 1)
        word = self.drawn.choice(("some", "some", "none", "count", "count", "empty"))
        if word == "empty":
            return {end.key: {word: self.drawn.choice([True, False])}}
        if word != "count":
            return {end.key: {word: inner}}
        number = {self.drawn.choice(("gte", "eq", "lt", "ne")): self.drawn.choice((0, 1, 2, 3, 12))}
        return {end.key: {word: number | ({"where": inner} if self.drawn.random() < 0.5 else {})}}

    def named(self, field: Field) -> str:
        """The field, seldom one of its parts."""
        parts = [part for part in field.columns if part]
        return f"{field.key}.{self.drawn.choice(parts)}" if parts and self.drawn.random() < 0.05 else field.key

    def operator(self, field: Field, operator: str = "") -> Any:
        operator = operator or self.drawn.choice(field.type.operators)
        takes = field.type.operator(operator).takes
        if takes == "own":
            return {operator: [*self.drawn.choice(PLACES), self.drawn.choice((1, 50, 900))]}
        if takes == "period":
            return {operator: self.drawn.choice(PERIODS)}
        if takes == "flag":
            return {operator: self.drawn.choice([True, False])}
        if takes == "many":
            found: Any = [self.operand(field, operator) for _ in range(self.drawn.randint(0, 3))]
            return found if operator == "in" and self.drawn.random() < 0.3 else {operator: found}
        if takes == "two":
            return {operator: [self.drawn.choice([None, *(self.operand(field, operator) for _ in "ab")]) for _ in "ab"]}
        operand = self.piece(field, operator) if operator in OF_PIECES else self.operand(field, operator)
        return operand if operator == "eq" and self.drawn.random() < 0.3 else {operator: operand}

    def operand(self, field: Field, operator: str) -> Any:
        if "user" in field.targets and self.drawn.random() < 0.3:
            return "$me"
        if field.type.relative(field, "today", now=NOW, zone="UTC") and self.drawn.random() < 0.5:
            return self.drawn.choice(WORDS)
        own = field.type.operand_samples(field, operator)
        return self.drawn.choice(own if own and self.drawn.random() < 0.5 else self.pool(field))

    def pool(self, field: Field) -> list[Any]:
        """What is stored, as JSON, and what may be written."""
        place = (field.module, field.key)
        if place not in self.pools:
            stored = [values.get(field.key) for values in self.rows.values.get(field.module, {}).values()]
            dumped = [field.type.dump(field, value) for value in stored if value is not None]
            single = [each for value in dumped for each in (value if isinstance(value, list) else [value])]
            self.pools[place] = [*single, *raw_values(field), *[choice.key for choice in field.choices]] or [""]
        return self.pools[place]

    def piece(self, field: Field, operator: str) -> Any:
        whole = self.operand(field, operator)
        if not isinstance(whole, str) or field.choices or len(whole) < 2:
            return whole
        start = self.drawn.randrange(len(whole))
        piece = whole[start : start + self.drawn.randint(1, 4)]
        return self.drawn.choice([piece, piece.upper(), piece.casefold(), whole])


@sizes(sample=60, full=3000)
def test_sql_python_and_javascript_choose_the_same_rows(
    rows: Rows, evidence: Evidence, size: int, dialect: str
) -> None:
    author = Author(evidence.random, rows)
    scope = ModuleScope(rows.catalog.modules[EVERYTHING], rows.catalog.every)
    used: Counter[str] = Counter()
    asked: list[tuple[Any, Node, set[UUID]]] = []
    for _ in range(size):
        data = author.condition()
        try:
            node = parse(data, scope)
        except ConditionError:
            evidence.count(f"{dialect}: conditions refused")
            continue
        found, expected = rows.chosen_by_sql(node), rows.chosen_by_python(node)
        assert found == expected, f"{data}\nSQL only: {found - expected}\nPython only: {expected - found}"
        asked.append((data, node, expected))
        used["some" if 0 < len(found) < ROWS else "all or none"] += 1
    evidence.count(f"{dialect}: conditions on which SQL and Python agree", used.total())
    known = 0
    said = rows.chosen_by_pages([node for _, node, _ in asked])
    for (data, _, expected), (yes, unknown) in zip(asked, said, strict=True):
        assert yes == expected - unknown, f"{data}\nJavaScript only: {yes - expected}\nnot: {expected - unknown - yes}"
        known += not unknown
    evidence.count(f"{dialect}: of them, known to a page for every row, which says the same", known)
    assert known > used.total() / 10  # about a third of many; a sample of 50 strays far from it
    evidence.count(f"{dialect}: of them, choosing some of the rows and not all", used["some"])
    assert used["some"] > used.total() / 4


@sizes(sample=2, full=60)
def test_every_operator_of_every_field_is_among_them(rows: Rows, evidence: Evidence, size: int, dialect: str) -> None:
    """One operator at a time, so that none is left to chance."""
    author = Author(evidence.random, rows)
    module = rows.catalog.modules[EVERYTHING]
    scope = ModuleScope(module, rows.catalog.every)
    each = [(field, operator) for field in module.fields.values() for operator in field.type.operators]
    for field, operator in each:
        read, tries = 0, 0
        while read < size:
            tries += 1
            assert tries < 200 * size, f"no condition can be read: {field.key} {operator}"
            data = {field.key: author.operator(field, operator)}
            try:
                node = parse(data, scope)
            except ConditionError:
                continue
            assert rows.chosen_by_sql(node) == rows.chosen_by_python(node), data
            read += 1
    evidence.count(f"{dialect}: operators of fields", len(each))
    evidence.count(f"{dialect}: single tests on which SQL and Python agree", len(each) * size)
