"""The records that the rows of a batch mean, by the key that was chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import predicate
from hanok.engine.catalog import Module
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Message, say
from hanok.engine.fields import Linked
from hanok.engine.records.importing.item import Item
from hanok.engine.records.importing.job import Job
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.links import Links
from hanok.engine.records.importing.mapping import ID, Column
from hanok.engine.records.importing.sheet import is_blank
from hanok.engine.records.many import among
from hanok.engine.records.query import Record
from hanok.engine.records.selection import Selection, every_key
from hanok.engine.records.values import Bound

Key = tuple[Any, ...]


def find_records(conn: sa.Connection, job: Job, ledger: Ledger, items: Sequence[Item], *, lock: bool) -> None:
    """Puts the present record into each item whose key names one; `lock` holds them until the transaction ends.

    Wrong are keys that are empty, that a row above used, or that name several records.
    """
    if not job.key:
        return
    keys: dict[int, Key] = {}
    links = Links(conn, job.catalog, job.actor, job.module, ledger)
    columns = [_column(job, key) for key in job.key]
    for column in columns:
        if column.field.targets:
            links.prepare(column, {item.text(column) for item in items})
    for item in items:
        key = _key(item, columns, links)
        if key is not None and _is_first(item, key, ledger):
            keys[item.row.number] = key
    stored = _stored(conn, job, set(keys.values()), lock=lock)
    for item in items:
        if item.row.number in keys:
            _match(item, stored.get(keys[item.row.number], []))
    if job.key == (ID,):
        _check_new_ids(conn, job, [item for item in items if item.row.number in keys and item.current is None], keys)


def _column(job: Job, key: str) -> Column:
    """The key's column; of a link's two the one with the id."""
    found = [column for column in job.columns if column.field.key == key]
    return next((column for column in found if column.by == ID), found[0])


def _key(item: Item, columns: Sequence[Column], links: Links) -> Key | None:
    """The key of a row as it is compared. None: an empty id (a new record), or something is wrong."""
    key = []
    for column in columns:
        if is_blank(item.cell(column)):
            if column.field.key != ID:
                item.wrong(column.heading, say("This is the key and may not be empty."))
            return None
        value = _value(item, column, links)
        if isinstance(value, Message):
            item.wrong(column.heading, value)
            return None
        key.append(value)
    return tuple(key)


def _value(item: Item, column: Column, links: Links) -> Any:
    found = column.field
    raw = links.find(column, item.text(column)) if found.targets else found.type.from_text(found, item.cell(column))
    if isinstance(raw, Message):
        return raw
    try:
        value = raw if isinstance(raw, Linked) else found.type.former(found).deserialize(raw)
    except ma.ValidationError as error:
        return first_message(error.messages)
    return found.type.comparable(found, value)


def _is_first(item: Item, key: Key, ledger: Ledger) -> bool:
    other = ledger.row_of(key)
    if other is not None:
        item.wrong("", say("Row {row} has the same key.", row=other))
        return False
    ledger.keys[key] = item.row.number
    return True


def _stored(conn: sa.Connection, job: Job, keys: set[Key], *, lock: bool) -> Mapping[Key, list[Record]]:
    if not keys:
        return {}
    module = job.module
    selection = Selection(job.catalog, job.actor, module, every_key(module))
    table = selection.table
    fields = [module.field(key) for key in job.key]
    columns = [table.c[found.columns[found.type.compared(found)]] for found in fields]
    places = [selection.add(column) for column in columns]
    rule = predicate(job.catalog, job.actor, module, "view", table)
    statement = selection.statement().where(among(columns, keys), table.c.deleted_at.is_(None), rule)
    if lock and conn.dialect.name == "postgresql":
        statement = statement.order_by(table.c.id).with_for_update(of=table)
    found: dict[Bound, list[Record]] = defaultdict(list)
    for row in conn.execute(statement):
        found[tuple(row[place] for place in places)].append(selection.record(row))
    return found


def _match(item: Item, stored: Sequence[Record]) -> None:
    if len(stored) > 1:
        item.wrong("", say("{count} records have this key.", count=len(stored)))
    elif stored:
        item.current = stored[0]
        item.id = stored[0].id


def _check_new_ids(conn: sa.Connection, job: Job, items: Sequence[Item], keys: Mapping[int, Key]) -> None:
    """A record with an id that nobody has keeps it (so its links hold), if an administrator imports it."""
    if not items:
        return
    taken = _taken(conn, job.module, [keys[item.row.number][0] for item in items])
    for item in items:
        item.id = keys[item.row.number][0]
        if item.id in taken or not job.actor.admin:
            item.wrong("", say("There is no such record, or it is deleted, or you may not see it."))


def _taken(conn: sa.Connection, module: Module, ids: Sequence[UUID]) -> set[UUID]:
    return set(conn.scalars(sa.select(module.table.c.id).where(module.table.c.id.in_(ids))))
