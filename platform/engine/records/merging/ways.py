"""The ways by which records point at those of a module, and the rows that a merge moved along each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.fields import Field
from hanok.engine.records.ties import end_of
from hanok.engine.store.merge_tables import merge_row

#: Rows that one statement names.
BATCH = 500
LINK, LINES, LEFT, RIGHT = "link", "lines", "left", "right"
MOVED, BACK, KEPT = "moved", "back", "kept"


@dataclass(frozen=True, slots=True)
class Way:
    """One field of `home` that leads to records of `target`: a link, lines that stand in them, or a side of ties."""

    kind: str
    home: Module
    field: Field
    target: str

    @property
    def place(self) -> str:
        return f"{self.kind} {self.home.key} {self.field.key}"

    @property
    def table(self) -> sa.Table:
        """The table whose rows move."""
        if self.kind in (LINK, LINES):
            return self.home.table
        through = end_of(self.home, self.field).through
        assert through is not None, "an n-n link has a table"
        return through

    @property
    def column(self) -> sa.Column[Any]:
        """Where they point."""
        return self.table.c[self.field.columns[""] if self.kind in (LINK, LINES) else self.kind]

    @property
    def other(self) -> sa.Column[Any]:
        """The other side of a tie."""
        return self.table.c[RIGHT if self.kind == LEFT else LEFT]

    @property
    def several(self) -> bool:
        """Whether what stands at the right of a tie may be of several modules."""
        return len(self.field.members) > 1

    def at(self, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
        """The rows that point at these records."""
        here: sa.ColumnElement[bool] = self.column.in_(list(ids))
        if self.kind in (LINK, LINES) and "module" in self.field.columns:
            return sa.and_(here, self.table.c[self.field.columns["module"]] == self.target)
        if self.kind == RIGHT and self.several:
            return sa.and_(here, self.table.c.right_module == self.target)
        return here


def ways_to(catalog: Catalog, module: Module) -> tuple[Way, ...]:
    """Every way that leads to records of a module, from any module, in one order."""
    return tuple(_ways(catalog.whole, module))


def _ways(catalog: Catalog, module: Module) -> Iterator[Way]:
    for home in catalog.every.values():
        for found in home.fields.values():
            if module.key in found.targets and found.columns:
                inside = found.key == PARENT and home.parent is not None
                yield Way(LINES if inside else LINK, home, found, module.key)
            if found.members and found.type.embedded(found.settings) is None:
                if home.key == module.key:
                    yield Way(LEFT, home, found, module.key)
                if module.key in found.members:
                    yield Way(RIGHT, home, found, module.key)


# -- what moved --------------------------------------------------------------------------------------------------------
def note(conn: sa.Connection, merge: UUID, way: Way, wanted: Sequence[sa.ColumnElement[bool]]) -> int:
    """Writes down which rows are about to move, by one statement; how many (a driver does not always tell)."""
    number = conn.scalar(sa.select(sa.func.count()).select_from(way.table).where(*wanted)) or 0
    if not number:
        return 0
    rows = sa.select(
        sa.literal(merge, merge_row.c.merge.type), sa.literal(way.place), way.table.c.id, way.column, sa.literal(MOVED)
    ).where(*wanted)
    names = ["merge", "place", "record", "former", "state"]
    conn.execute(merge_row.insert().from_select(names, rows))
    return number


def noted(merge: UUID, place: str, state: str = MOVED) -> sa.ColumnElement[bool]:
    return sa.and_(merge_row.c.merge == merge, merge_row.c.place == place, merge_row.c.state == state)


def moved(conn: sa.Connection, merge: UUID, place: str, state: str = MOVED) -> Iterator[dict[UUID, UUID]]:
    """What moved, with what each row pointed at before: so many at a time, by id."""
    after: UUID | None = None
    while True:
        asked = sa.select(merge_row.c.record, merge_row.c.former).where(noted(merge, place, state))
        if after is not None:
            asked = asked.where(merge_row.c.record > after)
        found = {row.record: row.former for row in conn.execute(asked.order_by(merge_row.c.record).limit(BATCH))}
        if found:
            yield found
        if len(found) < BATCH:
            return
        after = max(found)
