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
    """The live catalog (None before the first deploy), the new one, and the database.

    With `rehearse` every value that would be converted is tried, so that the plan can say how many are refused.
    """

    conn: sa.Connection
    old: Catalog | None
    new: Catalog
    physical: Physical
    present: Present
    rehearse: bool = True

    @property
    def old_modules(self) -> Mapping[str, Module]:
        return modules_of(self.old) if self.old else {}

    def before(self, module: Module) -> Module | None:
        """The module as it is live, under whatever key."""
        return self.old_modules.get(self.new.names.before(module.key))

    def field_before(self, field: Field) -> Field | None:
        """The field as it is live, under whatever keys."""
        home, _, key = self.new.names.before(place_of(field)).rpartition(".")
        module = self.old_modules.get(home)
        return module.fields.get(key) if module else None

    def field_now(self, field: Field) -> Field | None:
        """What a field that is live becomes, under whatever keys; None where it goes."""
        place = place_of(field)
        home, _, key = self.after.get(place, place).rpartition(".")
        module = modules_of(self.new).get(home)
        found = module.fields.get(key) if module else None
        return found if found is not None and self.new.names.before(place_of(found)) == place else None

    @property
    def after(self) -> Mapping[str, str]:
        """What places that are live are called in the new catalog, where that is something else."""
        return {old: new for new, old in self.new.names.moved.items()}

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
