"""Ties of records that go: each moves to the record that stays, unless that one is tied there already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.records.deriving.changes import Changes
from hanok.engine.records.merging.asked import Merge
from hanok.engine.records.merging.ways import BATCH, LEFT, MOVED, RIGHT, Way, moved, note
from hanok.engine.records.related import back_end
from hanok.engine.store.merge_tables import merge_row

#: Ties that fell together with one of the record that stays.
TWICE = "twice"


def twice(way: Way) -> str:
    """The place of the ties that fell together."""
    return f"{TWICE} {way.place}"


def move_ties(
    conn: sa.Connection, catalog: Catalog, plan: Merge, way: Way, changes: Changes
) -> tuple[int, dict[str, int]]:
    """Moves one side of the ties; how many, and how far back those of each record were put."""
    wish, tie = plan.wish, way.table
    _collapse(conn, catalog, plan, way, changes)
    offsets: dict[str, int] = {}
    total = 0
    for id in wish.goes:
        values: dict[Any, Any] = {way.column: wish.stays, tie.c.version: tie.c.version + 1}
        if way.kind == LEFT:
            last = conn.scalar(sa.select(sa.func.max(tie.c.position)).where(tie.c.left == wish.stays))
            offsets[str(id)] = 0 if last is None else int(last) + 1
            values[tie.c.position] = tie.c.position + offsets[str(id)]
        found = note(conn, plan.id, way, [way.at([id])])
        if found:
            conn.execute(sa.update(tie).where(way.at([id])).values(values))
        total += found
    for some in moved(conn, plan.id, way.place) if total else ():
        mark(conn, catalog, way, changes, list(some), (wish.stays,))
    return total, offsets


def mark(
    conn: sa.Connection, catalog: Catalog, way: Way, changes: Changes, ids: list[UUID], near: tuple[UUID, ...]
) -> None:
    """Notes whose ends changed with these ties: the records at the other side, and those `near`."""
    tie = way.table
    wanted = [way.other, *([tie.c.right_module] if way.several else [])]
    rows = conn.execute(sa.select(*wanted).where(tie.c.id.in_(ids))).all()
    for row in rows:
        target = way.target if way.kind == RIGHT else row[1] if way.several else way.field.members[0]
        mark_pair(catalog, way, changes, target, near, row[0])


def mark_pair(
    catalog: Catalog, way: Way, changes: Changes, target: str, near: tuple[UUID, ...], far: UUID
) -> None:
    """Both ends of one tie between records `near` of the module at hand and another one."""
    lefts, rights = (near, (far,)) if way.kind == LEFT else ((far,), near)
    ends = way.home.ends.values()
    here = next((e for e in ends if e.forwards and e.field == way.field.key and e.module == target), None)
    if here is not None:
        changes.tied(way.home.key, here.key, lefts)
    back = back_end(catalog, way.home, way.field, target)
    if back is not None:
        changes.tied(target, back.key, rights)


def _collapse(conn: sa.Connection, catalog: Catalog, plan: Merge, way: Way, changes: Changes) -> None:
    """Takes away ties that would be there twice, or lead from the record that stays to itself."""
    tie = way.table
    while rows := conn.execute(_doomed(plan, way).limit(BATCH)).mappings().all():
        conn.execute(merge_row.insert(), [
            {"merge": plan.id, "place": twice(way), "record": row["id"], "former": row[way.column.name],
             "state": MOVED, "before": dumped(way, row)}
            for row in rows
        ])  # fmt: skip
        conn.execute(sa.delete(tie).where(tie.c.id.in_([row["id"] for row in rows])))
        for row in rows:
            target = way.target if way.kind == RIGHT else row["right_module"] if way.several else way.field.members[0]
            mark_pair(catalog, way, changes, target, plan.wish.all, row[way.other.name])


def _doomed(plan: Merge, way: Way) -> sa.Select[Any]:
    """Of the ties of all these records those that fall together with another one; that of the record that stays, else
    the one made first, is kept."""
    tie, wish = way.table, plan.wish
    pair = [way.other, *([tie.c.right_module] if way.kind == LEFT and way.several else [])]
    first = (sa.case((way.column == wish.stays, 0), else_=1), tie.c.id)
    place = sa.func.row_number().over(partition_by=pair, order_by=first).label("place")
    ranked = sa.select(tie.c.id, place).where(way.at(wish.all)).subquery()
    again = tie.c.id.in_(sa.select(ranked.c.id).where(ranked.c.place > 1))
    itself: sa.ColumnElement[bool] = way.other.in_(wish.all) if _within(way) else sa.false()
    if way.several and way.kind == LEFT:
        itself = sa.and_(itself, tie.c.right_module == way.target)
    return sa.select(tie).where(way.at(wish.goes), sa.or_(again, itself)).order_by(tie.c.id)


def _within(way: Way) -> bool:
    """Whether the other side may be of the same module."""
    return way.home.key == way.target and way.target in way.field.members


# -- kept, and back ----------------------------------------------------------------------------------------------------
def dumped(way: Way, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A tie as plain data."""
    own = {key: found.type.dump(found, found.type.read(found, {p: row[name] for p, name in found.columns.items()}))
           for key, found in way.field.own.items()}  # fmt: skip
    by = row["tied_by"]
    return {
        "left": str(row["left"]), "right": str(row["right"]), "module": row.get("right_module"), "own": own,
        "position": row["position"], "version": row["version"], "at": row["tied_at"].isoformat(),
        "by": str(by) if by else None,
    }  # fmt: skip


def restored(way: Way, id: UUID, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The row of such a tie."""
    row: dict[str, Any] = {
        "id": id, "left": UUID(kept["left"]), "right": UUID(kept["right"]), "position": kept["position"],
        "version": kept["version"], "tied_at": datetime.fromisoformat(kept["at"]),
        "tied_by": UUID(kept["by"]) if kept["by"] else None,
    }  # fmt: skip
    if way.several:
        row["right_module"] = kept["module"]
    for key, value in kept["own"].items():
        found = way.field.own.get(key)
        if found is not None:
            loaded = None if value is None else found.type.former(found).deserialize(value)
            row |= {found.columns[part]: bound for part, bound in found.type.write(found, loaded).items()}
    return row
