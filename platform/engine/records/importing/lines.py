"""Lines in files: a row says which record it stands in; it stands behind the others there, unless it says where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import predicate
from hanok.engine.catalog.ends import PARENT, POSITION
from hanok.engine.errors import say
from hanok.engine.fields import Linked
from hanok.engine.records.derived import hold_above
from hanok.engine.records.deriving.settling import hold
from hanok.engine.records.importing.item import Item
from hanok.engine.records.importing.job import Job
from hanok.engine.records.importing.keys import find_records
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.sheet import Row
from hanok.engine.records.lines import behind, touch_parents


def hold_above_lines(conn: sa.Connection, job: Job, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Holds the records of the lines that the rows mean before the lines themselves, as every save does."""
    if job.module.parent is not None and conn.dialect.name == "postgresql":
        items = [Item(row) for row in rows if not row.fault]
        find_records(conn, job, Ledger(ledger), items, lock=False)
        _hold(conn, job, [item.id for item in items if item.current], {id for item in items for id in _parents(item)})


def _hold(conn: sa.Connection, job: Job, lines: Sequence[UUID], parents: set[UUID]) -> None:
    """Holds these records, and first those above them."""
    assert job.module.parent is not None
    above = job.module.parent.module
    hold_above(conn, job.catalog, job.module, lines, *({PARENT: Linked(above, id, "")} for id in parents))
    hold(conn, job.catalog.every[above], parents)


class Lines:
    """Where the lines of a batch stand: whether the actor may change those records, and behind which lines.

    `lock` holds those records, in the order of their ids, so that two who add lines wait for each other.
    """

    def __init__(self, conn: sa.Connection, job: Job, items: Sequence[Item], *, lock: bool) -> None:
        self.conn = conn
        self.job = job
        self.last: dict[UUID, int] = {}
        self.mine = self._mine({id for item in items for id in _parents(item)}, lock) if job.module.parent else set()

    def _mine(self, wanted: set[UUID], lock: bool) -> set[UUID]:
        """Those of these records that the actor may change."""
        job = self.job
        assert job.module.parent is not None
        above = job.catalog.every[job.module.parent.module]
        if lock:
            _hold(self.conn, job, (), wanted)
        table = above.table
        rule = predicate(job.catalog, job.actor, above, "edit", table)
        found = sa.select(table.c.id).where(table.c.id.in_(wanted), table.c.deleted_at.is_(None), rule)
        return set(self.conn.scalars(found))

    def take(self, item: Item) -> None:
        """Gives a new line its place, or says why it has none."""
        if self.job.module.parent is None:
            return
        ids, heading = _parents(item), _heading(self.job)
        if not ids:
            item.wrong(heading, say("This is required."))
        elif not self.mine.issuperset(ids):
            item.wrong(heading, say("You may see this record but not change it."))
        elif item.current is None:
            self._place(item, ids[0])

    def _place(self, item: Item, parent: UUID) -> None:
        assert item.loading is not None
        if parent not in self.last:
            self.last[parent] = behind(self.conn, self.job.module, parent)
        said = item.loading.values.get(POSITION)
        place = self.last[parent] if said is None else int(said)
        item.loading.values[POSITION] = place
        self.last[parent] = max(self.last[parent], place + 1)


def _parents(item: Item) -> list[UUID]:
    """The record that the line will stand in, and the one that it stood in."""
    given = item.loading.values.get(PARENT) if item.loading else None
    stood = item.current.values.get(PARENT) if item.current else None
    ids = (each.id if isinstance(each, Linked) else each for each in (given, stood))
    return list(dict.fromkeys(id for id in ids if id is not None))


def _heading(job: Job) -> str:
    columns = [column for column in job.columns if column.field.key == PARENT]
    return columns[0].heading if columns else ""


def touch_above(conn: sa.Connection, job: Job, items: Iterable[Item]) -> None:
    """Counts the rows that were written as changes of the records that they stand in."""
    changed = {id for item in items if item.draft for id in _parents(item)}
    if job.module.parent is not None and changed:
        touch_parents(conn, job.catalog, job.actor, job.module, changed, at=datetime.now(UTC))
