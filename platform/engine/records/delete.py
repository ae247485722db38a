"""Soft delete and restore, with the delete rule of every link that points here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.errors import Conflict, Denied, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.records import index
from hanok.engine.records.derived import hold_above, settle_gone
from hanok.engine.records.guarding import keep_administrators
from hanok.engine.records.lines import check_parent, touch_parent
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.ties import end_of
from hanok.engine.records.trail import leave, trace
from hanok.engine.store import search
from hanok.engine.store.tables import audit, outbox

DEEPEST = 20
NOT_DELETED = say("You may see this record but not delete it.")


def delete(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, *, version: int | None = None,
    judge: Actor | None = None,
) -> None:  # fmt: skip
    """Puts a record into the bin, and what its links' rules take along.

    Links with the rule `unlink` keep their value, which reads as empty while the target is deleted: a restore brings
    them back. `judge` is whose rights it is held against, where these are not the actor's. Raises NotFound, Denied,
    Refused (a `restrict` link), and Conflict when `version` is not the stored one.
    """
    current = get(conn, catalog, judge or actor, module, id)
    if not current.may_delete:
        raise Denied(NOT_DELETED)
    if version is not None and version != current.version:
        raise Conflict(current.version)
    hold_above(conn, catalog, catalog.module(module), [current.id])
    at = datetime.now(UTC)
    _of_record(conn, catalog, actor, current, at)
    _delete(conn, catalog, actor, current, at, 0)


def delete_many(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, versions: Mapping[UUID, int], at: datetime
) -> None:
    """Puts records into the bin that are held, that the actor may delete and that nothing goes along with
    (`goes_alone`), by a few statements for all of them. Raises Conflict when one was changed since."""
    table, ids = module.table, list(versions)
    gone = {"deleted_at": at, "deleted_by": actor.id, "version": table.c.version + 1}
    if conn.execute(sa.update(table).where(table.c.id.in_(ids)).values(**gone)).rowcount != len(ids):
        raise Conflict(0)
    traces = [trace(catalog, actor, module, id, "deleted", {}, at=at, version=versions[id] + 1) for id in ids]
    conn.execute(audit.insert(), [kept for kept, _ in traces])
    conn.execute(outbox.insert(), [event for _, event in traces])
    search.drop_many(conn, module=module.key, records=ids)
    settle_gone(conn, catalog, actor, module, ids)


def goes_alone(catalog: Catalog, module: Module) -> bool:
    """Whether a record of the module is deleted without asking what points at it, or what it stands in."""
    asks = any(link.settings.get("on_delete", "unlink") != "unlink" for _, link in _pointing(catalog, module))
    return not (asks or module.parent is not None or module.key == USER)


def _delete(conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, at: datetime, depth: int) -> None:
    module = catalog.every[record.module]
    _set(conn, module, record, {"deleted_at": at, "deleted_by": actor.id})
    keep_administrators(conn, catalog, module, [record.id])
    for other, link in _pointing(catalog, module):
        rule = link.settings.get("on_delete", "unlink")
        if rule == "restrict":
            _refuse_if_any(conn, module, other, link, record)
        if rule == "cascade" and depth < DEEPEST:
            for child in _children(conn, other, link, record, other.table.c.deleted_at.is_(None)):
                _delete(conn, catalog, actor, child, at, depth + 1)
    leave(conn, catalog, actor, module, record.id, "deleted", {}, at=at, version=record.version + 1)
    index.drop(conn, module, record.id)
    settle_gone(conn, catalog, actor, module, [record.id])


def restore(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str) -> Record:
    """Takes a record out of the bin, with what was deleted along with it. Raises NotFound or Denied."""
    current = get(conn, catalog, actor, module, id, deleted=True)
    if not current.may_delete:
        raise Denied(say("You may not restore this record."))
    hold_above(conn, catalog, catalog.module(module), [current.id])
    _of_record(conn, catalog, actor, current, datetime.now(UTC))
    _restore(conn, catalog, actor, current, 0)
    return get(conn, catalog, actor, module, id)


def _of_record(conn: sa.Connection, catalog: Catalog, actor: Actor, line: Record, at: datetime) -> None:
    """A line goes and comes back for whoever may change the record that it stands in, which is told of it.

    Raises NotFound where that was deleted itself.
    """
    module = catalog.every[line.module]
    if module.parent is not None:
        if line[PARENT] is None:
            raise NotFound(say("There is no such record, or you may not see it."))
        check_parent(conn, catalog, actor, module, line[PARENT].id)
        touch_parent(conn, catalog, actor, module, line[PARENT].id, at=at)


def _restore(conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, depth: int) -> None:
    module = catalog.every[record.module]
    at = record.values.get("deleted_at")
    if at is None:
        at = conn.scalar(sa.select(module.table.c.deleted_at).where(module.table.c.id == record.id))
    _set(conn, module, record, {"deleted_at": None, "deleted_by": None})
    leave(conn, catalog, actor, module, record.id, "restored", {}, at=datetime.now(UTC), version=record.version + 1)
    settle_gone(conn, catalog, actor, module, [record.id])
    from_bin = get(conn, catalog, _anybody(actor), module.key, record.id)
    if module.parent is None:
        index.put(conn, module, record.id, from_bin.title, from_bin.values)
    for other, link in _pointing(catalog, module):
        if link.settings.get("on_delete", "unlink") == "cascade" and depth < DEEPEST:
            for child in _children(conn, other, link, record, other.table.c.deleted_at == at):
                _restore(conn, catalog, actor, child, depth + 1)


def _anybody(actor: Actor) -> Actor:
    """The same person without limits: what a cascade took along comes back whole, whoever may see it."""
    return replace(actor, admin=True, roles=(), teams=(), groups=(), scopes=None)


def _set(conn: sa.Connection, module: Module, record: Record, values: dict[str, Any]) -> None:
    table = module.table
    statement = sa.update(table).where(table.c.id == record.id, table.c.version == record.version)
    try:
        done = conn.execute(statement.values(version=record.version + 1, **values)).rowcount
    except sa.exc.IntegrityError as error:
        taken = say("“{title}” cannot come back: another record has a value of it that only one may have.",
                    title=record.title)  # fmt: skip
        raise Refused(taken) from error
    if done != 1:
        raise Conflict(record.version)


def _pointing(catalog: Catalog, module: Module) -> list[tuple[Module, Field]]:
    """Every link of any module that may point at a record of this one, to one or to many."""
    return [
        (other, link)
        for other in catalog.every.values()
        for link in other.fields.values()
        if module.key in link.targets or (module.key in link.members and not link.type.embedded(link.settings))
    ]


def _tied(other: Module, link: Field, target: str, id: UUID) -> sa.ColumnElement[bool]:
    """Which records of `other` point at this one of `target` by this link."""
    table = other.table
    if link.targets:
        here = table.c[link.columns[""]] == id
        return sa.and_(here, table.c[link.columns["module"]] == target) if "module" in link.columns else here
    through = end_of(other, link).through
    assert through is not None, "an n-n link has a table"
    tied = sa.select(through.c.left).where(through.c.right == id)
    if len(link.members) > 1:
        tied = tied.where(through.c.right_module == target)
    return table.c.id.in_(tied)


def _refuse_if_any(conn: sa.Connection, module: Module, other: Module, link: Field, record: Record) -> None:
    table = other.table
    found = conn.scalar(
        sa.select(sa.func.count()).where(_tied(other, link, record.module, record.id), table.c.deleted_at.is_(None))
    )
    if found:
        raise Refused(say("{count} records of “{module}” still point here; move or delete them first.",
                          count=found, module=other.label))  # fmt: skip


def _children(conn: sa.Connection, other: Module, link: Field, record: Record, rule: Any) -> list[Record]:
    table = other.table
    rows = conn.execute(
        sa.select(table.c.id, table.c.version, table.c.title, table.c.deleted_at).where(
            _tied(other, link, record.module, record.id), rule
        )
    )
    return [Record(other.key, row.id, row.version, row.title, {"deleted_at": row.deleted_at}) for row in rows]
