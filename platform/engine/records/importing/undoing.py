"""An import taken back, once: what it made goes into the bin, what it changed gets its former values.

What somebody changed since stays, and is listed with the reason. Rows go backwards, so what a row below linked to goes
after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import is_derived
from hanok.engine.errors import Conflict, Denied, Invalid, Message, NotFound, Refused, say, written
from hanok.engine.records.bulk import SINCE, raw_of
from hanok.engine.records.changing import change_many, hold
from hanok.engine.records.delete import NOT_DELETED, delete, delete_many, goes_alone
from hanok.engine.records.importing.keeping import BACK, CHANGED, FAILED, KEPT, NEW, SAME, WRITTEN, Import, kept
from hanok.engine.records.importing.keeping import Kept as Row
from hanok.engine.records.save import update
from hanok.engine.store.desk_tables import import_row

BATCH = 200
#: Why a record stays, by its row.
Reasons = dict[int, Message]


def _written(plan: Import) -> sa.ColumnElement[bool]:
    mine = import_row.c.import_id == plan.id
    return sa.and_(mine, import_row.c.state == WRITTEN, import_row.c.action.in_((NEW, CHANGED)))


def size_of(conn: sa.Connection, plan: Import) -> int:
    """How many rows are still to be taken back."""
    return conn.scalar(sa.select(sa.func.count()).select_from(import_row).where(_written(plan))) or 0


def to_take_back(conn: sa.Connection, plan: Import, *, above: int | None = None) -> Sequence[Row]:
    """The next ones of them, the last of the file first: those `above` this row of the file, so that none is walked
    over twice. What else became of rows is asked so that no index but that of their numbers serves."""
    nothing = import_row.c.action.not_in((SAME, FAILED))
    asked = sa.select(import_row).where(import_row.c.import_id == plan.id, import_row.c.state == WRITTEN, nothing)
    if above is not None:
        asked = asked.where(import_row.c.number < above)
    return tuple(map(kept, conn.execute(asked.order_by(import_row.c.number.desc()).limit(BATCH))))


def take_back(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Import, rows: Sequence[Row]) -> None:
    """Takes these rows back."""
    module = catalog.module(plan.module)
    stay: Reasons = {}
    made = [row for row in rows if row.action == NEW]
    if goes_alone(catalog.whole, catalog.whole.every[module.key]):
        _remove_many(conn, catalog, actor, module, made, stay)
    else:
        for row in made:
            _remove(conn, catalog, actor, module, row, stay)
    changed = [row for row in rows if row.action == CHANGED]
    _give_back(conn, catalog, actor, module, [row for row in changed if not row.tied], stay)
    for row in changed:
        if row.tied:
            _give_back_ties(conn, catalog, actor, module, row, stay)
    for row in rows:
        why = stay.get(row.number)
        values = {"state": KEPT if why else BACK, "problems": [["", written(why)]] if why else None}
        here = sa.and_(import_row.c.import_id == plan.id, import_row.c.number == row.number)
        conn.execute(import_row.update().where(here).values(**values))


def _remove_many(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, rows: Sequence[Row], stay: Reasons
) -> None:
    present = hold(conn, catalog, actor, module, [row.record for row in rows if row.record])
    for row in rows:
        record = present.get(row.record) if row.record else None
        if record is not None and not record.may_delete:
            stay[row.number] = NOT_DELETED
        elif record is None or record.version != row.version:
            stay[row.number] = SINCE
    versions = {row.record: row.version for row in rows if row.record and row.number not in stay}
    if versions:
        whole = catalog.whole
        delete_many(conn, whole, actor, whole.every[module.key], versions, datetime.now(UTC))


def _remove(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, row: Row, stay: Reasons
) -> None:
    assert row.record is not None
    try:
        with conn.begin_nested():
            delete(conn, catalog.whole, actor, module.key, row.record, version=row.version)
    except (Conflict, NotFound):
        stay[row.number] = SINCE
    except (Denied, Refused) as no:
        stay[row.number] = no.message


def _give_back(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, rows: Sequence[Row], stay: Reasons
) -> None:
    by_id = {row.record: row for row in rows if row.record}
    if not by_id:
        return
    present = hold(conn, catalog, actor, module, list(by_id))
    mine = {id: record for id, record in present.items() if record.version == by_id[id].version}
    done = change_many(conn, catalog, actor, module, {id: _former(module, by_id[id]) for id in mine}, mine)
    for id, row in by_id.items():
        why = SINCE if id not in mine else done.problems.get(id) or _secret(module, row)
        if why:
            stay[row.number] = why


def _give_back_ties(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, row: Row, stay: Reasons
) -> None:
    assert row.record is not None
    ties = {key: list(ids) for key, ids in row.tied.items() if module.has(key)}
    try:
        with conn.begin_nested():
            raw = {**_former(module, row), **ties}
            update(conn, catalog, actor, module.key, row.record, raw, version=row.version, despite_duplicates=True)
    except (Conflict, NotFound):
        stay[row.number] = SINCE
    except Invalid as wrong:
        stay[row.number] = next((each for told in wrong.errors.values() for each in told), wrong.message)
    except (Denied, Refused) as no:
        stay[row.number] = no.message


def _former(module: Module, row: Row) -> Mapping[str, Any]:
    """The values before, as a save takes them; those that are worked out follow by themselves."""
    known: dict[str, Any] = {}
    for key, pair in row.changes.items():
        found = module.fields.get(key)
        if found and not (is_derived(found) or found.type.generated or found.type.apart or found.type.secret):
            known[key] = raw_of(module, key, pair[0])
    return known


def _secret(module: Module, row: Row) -> Message | None:
    """Secrets are not kept, so they cannot be given back."""
    found = next((module.fields[key] for key in row.changes if key in module.fields and module.fields[key].type.secret),
                 None)  # fmt: skip
    return say("The former “{field}” is not known: secrets are not kept.", field=found.label) if found else None


def left(
    conn: sa.Connection, plan: Import, *, most: int = 100
) -> Sequence[tuple[UUID | None, str, Message]]:
    """The records that stayed when it was taken back, with the reason."""
    asked = sa.select(import_row).where(import_row.c.import_id == plan.id, import_row.c.state == KEPT)
    found = map(kept, conn.execute(asked.order_by(import_row.c.number).limit(most)))
    return [(row.record, row.title, row.problems[0][1] if row.problems else SINCE) for row in found]
