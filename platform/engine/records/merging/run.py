"""One merge, done: in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.records.changing import hold
from hanok.engine.records.delete import delete
from hanok.engine.records.derived import settle_noted
from hanok.engine.records.merging.asked import DONE, Merge, mark, point
from hanok.engine.records.merging.beside import join_groups, move_desks, move_files
from hanok.engine.records.merging.choosing import check_each, own_lines
from hanok.engine.records.merging.moving import Moving
from hanok.engine.records.merging.values import files_in, taken
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.save import update
from hanok.engine.records.sharing import inherit_anew
from hanok.engine.records.trail import MERGED, differences, leave


def merge(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Merge) -> Merge:
    """Does what was asked for. Raises NotFound, Denied, Invalid, and Refused: also where somebody changed one since."""
    wish, module, at = plan.wish, catalog.module(plan.wish.module), datetime.now(UTC)
    whole = catalog.whole  # what follows from values follows from all of them, seen or not
    records = hold(conn, catalog, actor, module, wish.all)
    _check(wish.all, wish.versions, records)
    check_each(list(records.values()), wish.stays)
    raw = taken(catalog, module, wish, records)
    titles = {id: record.title for id, record in records.items()}
    keeps = own_lines(conn, catalog, actor, module, records[wish.stays])
    moving = Moving(conn, whole, actor, plan, whole.module(module.key), at, titles, keeps)
    moving.run()
    move_files(conn, plan, files_in(module, wish, records, raw))
    move_desks(conn, plan)
    if records[wish.stays].may_assign:
        join_groups(conn, catalog, plan, module)
    for id in wish.goes:
        delete(conn, whole, actor, module.key, id, judge=SYSTEM)  # whoever was tied to it is not any more
    changes = _save(conn, whole, actor, whole.module(module.key), plan, raw, at)
    settle_noted(conn, whole, actor, moving.changes)
    point(conn, plan)
    facts = {
        "titles": {str(id): title for id, title in titles.items()}, "counts": moving.counts,
        "offsets": moving.offsets, "changes": changes,
    }  # fmt: skip
    mark(conn, plan, facts, state=DONE, ended=datetime.now(UTC))
    return replace(plan, state=DONE, facts=facts)


def _check(ids: tuple[UUID, ...], versions: Mapping[UUID, int], records: Mapping[UUID, Record]) -> None:
    for id in ids:
        if id not in records:
            raise NotFound(say("One of these records is not there any more, or you may not see it."))
        if versions.get(id) != records[id].version:
            raise Refused(say("Somebody changed “{title}” meanwhile. Look at the records again.",
                              title=records[id].title))  # fmt: skip


def _save(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, plan: Merge, raw: Mapping[str, Any],
    at: datetime,
) -> Mapping[str, Any]:  # fmt: skip
    """Writes what the record that stays takes over, and that it was merged; what changed in it."""
    id, table = plan.wish.stays, module.table
    counted = len(plan.wish.goes)  # as many as there are words of it in the trail
    told = {"version": table.c.version + counted, "updated_at": at, "updated_by": actor.id}
    conn.execute(sa.update(table).where(table.c.id == id).values(told))
    inherit_anew(conn, catalog, module, [id], ())
    before = get(conn, catalog, actor, module.key, id)
    leave_word(conn, catalog, actor, module, plan, "merged", at=at, version=before.version)
    after = update(conn, catalog, actor, module.key, id, raw, version=before.version, despite_duplicates=True)
    return differences(module, before.values, {key: after.values.get(key) for key in raw})


def leave_word(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, plan: Merge, action: str, *, at: datetime,
    version: int,
) -> None:  # fmt: skip
    """Tells the record that stays what went into it, or came out again."""
    table = module.table
    asked = sa.select(table.c.id, table.c.title).where(table.c.id.in_(plan.wish.goes)).order_by(table.c.id)
    for row in conn.execute(asked).all():
        known = {"module": module.key, "id": str(row.id), "title": row.title}
        pair = [None, known] if action == "merged" else [known, None]
        leave(conn, catalog, actor, module, plan.wish.stays, action, {MERGED: pair}, at=at, version=version)
