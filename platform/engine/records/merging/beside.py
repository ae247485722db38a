"""What stands beside records and moves along: files, stars, what was opened lately, who follows, security groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.records import sharing
from hanok.engine.records.attachments import KEPT as HELD
from hanok.engine.records.merging.asked import Merge
from hanok.engine.records.merging.ways import MOVED, noted
from hanok.engine.store.desk_tables import favourite, follow, recent
from hanok.engine.store.merge_tables import merge_row
from hanok.engine.store.tables import file

#: What people keep of records on their desks.
DESK = {"favourite": favourite, "recent": recent, "follow": follow}
FILE, GROUP = "file", "group"


# -- files -------------------------------------------------------------------------------------------------------------
def move_files(conn: sa.Connection, plan: Merge, ids: Iterable[UUID]) -> None:
    """Gives these files of records that go to the one that stays, before it names them."""
    mine = (file.c.id.in_(list(ids)), file.c.module == plan.wish.module, file.c.record.in_(plan.wish.goes))
    rows = conn.execute(sa.select(file.c.id, file.c.record).where(*mine)).all()
    if rows:
        conn.execute(merge_row.insert(), [_row(plan, FILE, row.id, row.record) for row in rows])
        conn.execute(sa.update(file).where(*mine).values(record=plan.wish.stays))


def files_back(conn: sa.Connection, plan: Merge) -> None:
    asked = sa.select(merge_row.c.record, merge_row.c.former).where(noted(plan.id, FILE))
    for row in conn.execute(asked).all():
        here = sa.and_(file.c.id == row.record, file.c.module == plan.wish.module, file.c.record == plan.wish.stays)
        conn.execute(sa.update(file).where(here).values(record=row.former, state=HELD, until=None))


# -- desks -------------------------------------------------------------------------------------------------------------
def move_desks(conn: sa.Connection, plan: Merge) -> None:
    """Whoever had one of these records on her desk has the one that stays there."""
    for name, table, at, id in _desks(plan):
        here = (table.c.module == plan.wish.module, table.c.record == id)
        there = (table.c.module == plan.wish.module, table.c.record == plan.wish.stays)
        having = set(conn.scalars(sa.select(table.c.user_id).where(*there)))
        rows = conn.execute(sa.select(table.c.user_id, table.c.at).where(*here)).all()
        for row in rows:
            added = row.user_id not in having
            if added:
                values = {"user_id": row.user_id, "module": plan.wish.module, "record": plan.wish.stays, "at": row.at}
                conn.execute(table.insert().values(values))
            before = {"at": row.at.isoformat(), "added": added}
            conn.execute(merge_row.insert().values(_row(plan, f"{name} {at}", row.user_id, id, before)))
        conn.execute(table.delete().where(*here))


def desks_back(conn: sa.Connection, plan: Merge, goes: Sequence[UUID]) -> None:
    for name, table, number, id in _desks(plan):
        if id not in goes:
            continue
        asked = sa.select(merge_row.c.record, merge_row.c.before).where(noted(plan.id, f"{name} {number}"))
        for row in conn.execute(asked).all():
            at = datetime.fromisoformat(row.before["at"])
            mine = (table.c.module == plan.wish.module, table.c.user_id == row.record)
            if row.before["added"]:
                conn.execute(table.delete().where(*mine, table.c.record == plan.wish.stays, table.c.at == at))
            there = conn.execute(sa.select(table.c.at).where(*mine, table.c.record == id)).first()
            if there is None:
                values = {"user_id": row.record, "module": plan.wish.module, "record": id, "at": at}
                conn.execute(table.insert().values(values))


def _desks(plan: Merge) -> Iterator[tuple[str, sa.Table, int, UUID]]:
    for name, table in DESK.items():
        for at, id in enumerate(plan.wish.goes):
            yield name, table, at, id


# -- security groups ---------------------------------------------------------------------------------------------------
def join_groups(conn: sa.Connection, catalog: Catalog, plan: Merge, module: Module) -> None:
    """Puts the record that stays into the groups of those that go, by hand: whoever saw one of them sees it."""
    mine = sharing.groups_of(conn, module, plan.wish.stays)
    for id in plan.wish.goes:
        new = sorted(sharing.groups_of(conn, module, id) - mine)
        if new:
            sharing.put_by_hand(conn, catalog, module, plan.wish.stays, new)
            conn.execute(merge_row.insert(), [_row(plan, GROUP, group, id) for group in new])
            mine |= set(new)


def leave_groups(conn: sa.Connection, catalog: Catalog, plan: Merge, module: Module) -> None:
    groups = list(conn.scalars(sa.select(merge_row.c.record).where(noted(plan.id, GROUP))))
    if groups:
        sharing.take_by_hand(conn, catalog, module, plan.wish.stays, groups)


def _row(plan: Merge, place: str, record: UUID, former: UUID, before: Any = None) -> dict[str, Any]:
    return {
        "merge": plan.id, "place": place, "record": record, "former": former, "state": MOVED, "before": before
    }
