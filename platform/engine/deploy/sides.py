"""What a plan compares: the live catalog, the new one, and the database as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy.ddl import text_of
from hanok.engine.deploy.physical import Physical, Present, modules_of
from hanok.engine.deploy.plan import Step
from hanok.engine.errors import Message
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True)
class Sides:
    """The live catalog (None before the first deploy), the new one, and the database."""

    conn: sa.Connection
    old: Catalog | None
    new: Catalog
    physical: Physical
    present: Present

    @property
    def old_modules(self) -> Mapping[str, Module]:
        return modules_of(self.old) if self.old else {}

    def before(self, module: Module) -> Module | None:
        return self.old_modules.get(module.key)

    def is_new(self, table: str) -> bool:
        return table not in self.present.columns

    def rows(self, column: sa.Column[object]) -> int:
        """How many rows have a value there."""
        if not self.present.has(column):
            return 0
        counted = sa.select(sa.func.count()).select_from(column.table).where(column.is_not(None))
        return self.conn.scalar(counted) or 0

    def values(self, module: Module, field: Field) -> int:
        """How many records have a value in the field; 0 for one that has no column."""
        return self.rows(module.table.c[field.columns[""]]) if "" in field.columns else 0

    def step(
        self, phase: str, kind: str, key: str, sentence: Message, *statements: sa.schema.ExecutableDDLElement,
        loses: bool = False, rows: int = 0, **facts: object,
    ) -> Step:  # fmt: skip
        sql = tuple(text_of(statement, self.conn.dialect) for statement in statements)
        return Step(phase, kind, key, sentence, sql, loses, rows, facts, statements)


def place_of(field: Field) -> str:
    return f"{field.module}.{field.key}"
