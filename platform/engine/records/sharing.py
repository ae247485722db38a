"""The security groups of records: those that they inherit when they are made or handed over, and those given by hand.

A record gets the groups of whoever makes it, of its owner, and of the record that it belongs to (a link that says
`inherit`); each group says which of these ways it takes. What somebody gave by hand stays until somebody takes it.
What belongs to a record whose groups changed is told of in the outbox, and follows in a job (`records.following`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor, predicate
from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.inheriting import inheriting
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.fields import Linked
from hanok.engine.records.deriving.settling import hold
from hanok.engine.records.query import Record
from hanok.engine.records.trail import GROUPS, leave
from hanok.engine.records.ways import CREATOR, GROUP, HAND, OWNER, PARENT, among, from_parents, parents, ways
from hanok.engine.store import new_id
from hanok.engine.store.tables import group_record, outbox

#: Ids that one statement names.
BATCH = 500
#: The event that tells of records whose groups changed and from which others inherit.
MOVED = "groups.moved"
#: The record, the group and the way.
KEY = (group_record.c.module, group_record.c.record, group_record.c.group_id, group_record.c.via)
#: A record and a group that it came to or left.
Move = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class InGroup:
    """A group that a record is in, and the ways by which it came there: hand, creator, owner or parent."""

    group: Linked
    vias: tuple[str, ...]


def inherit(conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID]) -> None:
    """Gives new records, whose rows are written, the groups that they inherit: by what the actor does not see, too.

    Lines have none: they are a part of their record.
    """
    catalog, module = catalog.whole, catalog.whole.every[module.key]
    for some in batches(ids) if module.parent is None else ():
        _insert(conn, module, ways(catalog, module, (CREATOR, OWNER), among(some)))
        _put(conn, module, sorted(from_parents(conn, catalog, module, some)))


def inherit_anew(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], changed: Collection[str]
) -> None:
    """After these fields changed: what followed from a former owner or parent goes, what follows from the new comes.

    What stays is told the time of the change (`tell_time`).
    """
    catalog, module = catalog.whole, catalog.whole.every[module.key]
    if module.parent is not None:
        return
    tell_time(conn, module, ids)
    vias = tuple(via for via, keys in ((OWNER, owners(module)), (PARENT, parents(module))) if set(keys) & set(changed))
    for some in batches(ids) if vias else ():
        tell_below(conn, catalog, module, settle(conn, catalog, module, some, vias))


def tell_time(conn: sa.Connection, module: Module, ids: Sequence[UUID]) -> None:
    """Tells the groups of these records, whose rows are written, when they were changed last.

    Whoever writes `updated_at` calls this, or `inherit_anew`: lists are read by what stands there (`records.strands`).
    """
    kept = module.table.info
    if "tell_time" not in kept:
        kept["tell_time"] = _telling(module.table)  # once: each save asks for it
    for some in batches(ids):
        conn.execute(kept["tell_time"], {"b_module": module.key, "b_ids": list(some)})


def _telling(table: sa.Table) -> sa.Update:
    of = group_record.c
    time = sa.select(table.c.updated_at).where(table.c.id == of.record).scalar_subquery()
    ids = sa.bindparam("b_ids", type_=of.record.type, expanding=True)
    mine = of.module == sa.bindparam("b_module"), of.record.in_(ids)
    return group_record.update().where(*mine).values(updated_at=time)


def settle(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], vias: Collection[str], *,
    groups: Collection[UUID] | None = None,
) -> frozenset[Move]:  # fmt: skip
    """Makes what these records (500 at most) inherit by these ways what they would inherit now; what came and went.

    `groups` looks at these groups only. Seven statements at most.
    """
    mine = [group_record.c.module == module.key, group_record.c.record.in_(ids), group_record.c.via.in_(vias)]
    if groups is not None:
        mine.append(group_record.c.group_id.in_(groups))
    columns = (group_record.c.record, group_record.c.group_id, group_record.c.via)
    present = {tuple(row) for row in conn.execute(sa.select(*columns).where(*mine))}
    found = ways(catalog, module, set(vias) - {PARENT}, among(ids), groups)
    wanted = {tuple(row)[1:] for row in conn.execute(sa.union(*found))} if found else set()
    if PARENT in vias:
        wanted |= from_parents(conn, catalog, module, ids, groups)
    gone, new = sorted(present - wanted), sorted(wanted - present)
    names = tuple(column.name for column in columns)
    if gone:
        exactly = (column == sa.bindparam(f"b_{column.name}") for column in columns)
        rows = [{f"b_{name}": value for name, value in zip(names, row, strict=True)} for row in gone]
        conn.execute(group_record.delete().where(group_record.c.module == module.key, *exactly), rows)
    _put(conn, module, new)
    return frozenset((record, group) for record, group, _ in (*gone, *new))


def tell_below(conn: sa.Connection, catalog: Catalog, module: Module, moves: Collection[Move]) -> None:
    """Tells of records that came to groups or left them, where others inherit from records of this module."""
    if not moves or not heirs(catalog, module.key):
        return
    payload = {
        "module": module.key, "records": sorted({str(record) for record, _ in moves}),
        "groups": sorted({str(group) for _, group in moves}),
    }  # fmt: skip
    row = {"id": new_id(), "at": datetime.now(UTC), "topic": MOVED, "module": "", "record": None, "payload": payload}
    conn.execute(outbox.insert().values(row))


def heirs(catalog: Catalog, module: str) -> tuple[tuple[Module, str], ...]:
    """The modules whose records inherit groups from records of this one, each with the link by which they do."""
    known = catalog.whole.modules.values()
    return tuple((each, key) for each in known for key, targets in inheriting(each) if module in targets)


def groups_of(conn: sa.Connection, module: Module, id: UUID) -> frozenset[UUID]:
    """The ids of the security groups that a record is in."""
    found = sa.select(group_record.c.group_id).where(group_record.c.module == module.key, group_record.c.record == id)
    return frozenset(conn.scalars(found))


def in_groups(conn: sa.Connection, catalog: Catalog, module: Module, id: UUID) -> tuple[InGroup, ...]:
    """The security groups that a record is in, by title; those that were deleted count for nothing."""
    group = catalog.every[GROUP].table
    rows = sa.select(group.c.id, group.c.title, group_record.c.via).where(
        group_record.c.module == module.key, group_record.c.record == id, group_record.c.group_id == group.c.id,
        group.c.deleted_at.is_(None),
    )  # fmt: skip
    found: dict[Linked, list[str]] = {}
    for row in conn.execute(rows.order_by(group.c["title$folded"], group.c.id, group_record.c.via)):
        found.setdefault(Linked(GROUP, row.id, row.title), []).append(row.via)
    return tuple(InGroup(group, tuple(vias)) for group, vias in found.items())


def share(conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, group: UUID) -> bool:
    """Puts a record into a group by hand; False when somebody did before. Raises NotFound or Denied."""
    module, there = _given(conn, catalog, actor, record, group)
    if _by_hand(conn, module, record.id, group):
        return False
    _put(conn, module, [(record.id, group, HAND)])
    tell_below(conn, catalog, module, [(record.id, group)])
    _leave(conn, catalog, actor, module, record, there, "linked")
    return True


def unshare(conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, group: UUID) -> bool:
    """Takes a record out of a group that somebody put it into by hand; what it inherits stays.

    False when nobody did. Raises NotFound or Denied.
    """
    module, there = _given(conn, catalog, actor, record, group)
    if not _by_hand(conn, module, record.id, group):
        return False
    mine = sa.and_(group_record.c.module == module.key, group_record.c.record == record.id)
    conn.execute(group_record.delete().where(mine, group_record.c.group_id == group, group_record.c.via == HAND))
    tell_below(conn, catalog, module, [(record.id, group)])
    _leave(conn, catalog, actor, module, record, there, "unlinked")
    return True


def put_by_hand(
    conn: sa.Connection, catalog: Catalog, module: Module, id: UUID, groups: Collection[UUID]
) -> None:
    """Puts a record into these groups as if somebody had done so, whoever may."""
    _put(conn, module, [(id, group, HAND) for group in groups])
    tell_below(conn, catalog, module, [(id, group) for group in groups])


def take_by_hand(
    conn: sa.Connection, catalog: Catalog, module: Module, id: UUID, groups: Collection[UUID]
) -> None:
    """Takes that back."""
    mine = (group_record.c.module == module.key, group_record.c.record == id, group_record.c.via == HAND)
    conn.execute(group_record.delete().where(*mine, group_record.c.group_id.in_(list(groups))))
    tell_below(conn, catalog, module, [(id, group) for group in groups])


def _given(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, group: UUID
) -> tuple[Module, Linked]:
    """The module and the group. Raises Denied unless the actor may give the record to others."""
    module = catalog.every[record.module]
    if module.parent is not None or not record.may_assign:
        raise Denied(say("You may not give this record to other groups."))
    found = known_groups(conn, catalog, actor, (group,))
    if not found:
        raise NotFound(say("There is no such record, or you may not see it."))
    return module, found[0]


def known_groups(
    conn: sa.Connection, catalog: Catalog, actor: Actor, ids: Collection[UUID] | None = None, *, most: int = 500
) -> tuple[Linked, ...]:
    """The groups that the actor is in or may view, by title; of these ids only, where some are given."""
    table = catalog.every[GROUP].table
    seen = sa.or_(table.c.id.in_(actor.groups), predicate(catalog, actor, catalog.every[GROUP], "view", table))
    wanted = (table.c.deleted_at.is_(None), seen, sa.true() if ids is None else table.c.id.in_(list(ids)))
    rows = sa.select(table.c.id, table.c.title).where(*wanted).order_by(table.c["title$folded"], table.c.id)
    return tuple(Linked(GROUP, row.id, row.title) for row in conn.execute(rows.limit(most)))


def _by_hand(conn: sa.Connection, module: Module, id: UUID, group: UUID) -> bool:
    mine = (group_record.c.module == module.key, group_record.c.record == id, group_record.c.via == HAND)
    found = sa.select(group_record.c.record).where(*mine, group_record.c.group_id == group)
    return conn.execute(found).first() is not None


def _leave(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, record: Record, group: Linked, action: str
) -> None:
    known = {"module": GROUP, "id": str(group.id), "title": group.title}
    pair = [None, known] if action == "linked" else [known, None]
    leave(conn, catalog, actor, module, record.id, action, {GROUPS: pair}, at=datetime.now(UTC), version=record.version)


def _insert(conn: sa.Connection, module: Module, found: Sequence[sa.Select[Any]]) -> None:
    if not found:
        return
    rows: Any = found[0] if len(found) == 1 else sa.union(*found)
    _add(conn, module, *rows.subquery().c)


def _put(conn: sa.Connection, module: Module, found: Sequence[tuple[UUID, UUID, str]]) -> None:
    """Whoever changes one of these records waits for this, or this for her: the time is that of the last change."""
    if not found:
        return
    hold(conn, module, {record for record, _, _ in found}, read=True)
    given = [sa.bindparam(f"b_{column.name}", type_=column.type) for column in KEY]
    names = [one.key for one in given]
    rows = [dict(zip(names, (module.key, *row), strict=True)) for row in found]
    _add(conn, module, *given, rows=rows)


def _add(conn: sa.Connection, module: Module, *key: sa.ColumnElement[Any], rows: Any = None) -> None:
    """Puts records into groups, with the times that their rows say; those that are there stay."""
    table = module.table
    found = sa.select(*key, table.c.created_at, table.c.updated_at).where(table.c.id == key[1])
    names = [*(column.name for column in KEY), "created_at", "updated_at"]
    conn.execute(_into(conn).from_select(names, found).on_conflict_do_nothing(), rows)


def _into(conn: sa.Connection) -> Any:
    return (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(group_record)


def batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """The ids, as many at a time as one statement names."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
