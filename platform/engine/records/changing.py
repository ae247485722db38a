"""Many records of one module that get other values: a few statements for a batch, each as its own save would be.

What may not be changed, or would not be sound, is told and left; the others are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, Invalid, Message, Refused, say
from hanok.engine.records.derived import hold_above
from hanok.engine.records.deriving.suggesting import suggest
from hanok.engine.records.drafts import Draft, changed_draft
from hanok.engine.records.many import Looked, write_many
from hanok.engine.records.query import Record
from hanok.engine.records.selection import Selection, every_key
from hanok.engine.records.values import Loading, Validators

TAKEN = say("Somebody else changed it at the same moment.")
FIXED = say("You may see this record but not change it.")
#: Raw values by field, as a form sends them.
Raw = Mapping[str, Any]


@dataclass(slots=True)
class Written:
    """What became of a batch: the version that each record has now, what changed in it (field → [before, after] in dump
    form; nothing where it was so already), and why others were not written."""

    versions: dict[UUID, int] = field(default_factory=dict)
    changes: dict[UUID, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    problems: dict[UUID, Message] = field(default_factory=dict)


def hold(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, ids: Sequence[UUID],
    narrowed: Callable[[Any], ColumnElement[bool]] | None = None,
) -> dict[UUID, Record]:  # fmt: skip
    """Those of these records that the actor may view, held until the transaction ends, in the order of ids."""
    hold_above(conn, catalog, module, ids)
    selection = Selection(catalog, actor, module, every_key(module))
    table = selection.table
    statement = selection.statement().where(
        table.c.id.in_(list(ids)), table.c.deleted_at.is_(None), predicate(catalog, actor, module, "view", table)
    )
    if narrowed is not None:
        statement = statement.where(narrowed(table))
    statement = statement.order_by(table.c.id)
    if conn.dialect.name == "postgresql":
        statement = statement.with_for_update(of=table)
    return {record.id: record for record in map(selection.record, conn.execute(statement))}


def why_fixed(record: Record) -> Message | None:
    """Why the actor may not change a record, None where she may."""
    return None if record.may_edit else FIXED


def change_many(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, wishes: Mapping[UUID, Raw],
    present: Mapping[UUID, Record], *, why_not: Callable[[Record], Message | None] = why_fixed,
    judge: Actor | None = None,
) -> Written:  # fmt: skip
    """Writes raw values into records that are held (`hold`). `judge` is whose rights the values are held against, where
    that is not the actor: what goes back to somebody is not asked whether it may be given to her today."""
    written = Written()
    sound = []
    for loading in _loaded(conn, catalog, judge or actor, module, wishes, present, written, why_not):
        draft = _draft(loading, actor, written)
        if draft is not None:
            sound.append(draft)
    _write(conn, catalog, actor, module, sound, written)
    return written


def _loaded(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, wishes: Mapping[UUID, Raw],
    present: Mapping[UUID, Record], written: Written, why_not: Callable[[Record], Message | None],
) -> Sequence[Loading]:  # fmt: skip
    validators, loadings = Validators(), list[Loading]()
    for id, raw in wishes.items():
        problem = why_not(present[id])
        if problem is not None:
            written.problems[id] = problem
            continue
        loading = Loading(catalog, actor, module, raw, present[id], validators)
        loading.load(conn)
        loadings.append(loading)
    suggest(conn, catalog, loadings)
    looked = Looked(conn, catalog, actor, module, loadings)
    for loading in loadings:
        loading.check(looked)
    return loadings


def _draft(loading: Loading, actor: Actor, written: Written) -> Draft | None:
    record = loading.current
    assert record is not None, "only records that are there are changed"
    if loading.errors:
        written.problems[record.id] = next(each for messages in loading.errors.values() for each in messages)
        return None
    try:
        draft = changed_draft(loading.catalog, actor, loading.module, record, loading.values)
    except Denied as denied:
        written.problems[record.id] = denied.message
        return None
    if draft is None:
        written.versions[record.id] = record.version
    return draft


def _write(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, drafts: Sequence[Draft], written: Written
) -> None:
    """All at once; where something stands against that, one by one, so that only what is concerned stays behind."""
    problem = _try(conn, catalog, actor, module, drafts)
    for draft in drafts:
        told = problem if problem is None or len(drafts) == 1 else _try(conn, catalog, actor, module, [draft])
        if told is None:
            written.versions[draft.id], written.changes[draft.id] = draft.version, draft.changes
        else:
            written.problems[draft.id] = told


def _try(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, drafts: Sequence[Draft]
) -> Message | None:
    if not drafts:
        return None
    try:
        with conn.begin_nested():
            write_many(conn, catalog.whole, actor, catalog.whole.every[module.key], drafts)
    except Invalid as wrong:
        return next((each for messages in wrong.errors.values() for each in messages), wrong.message)
    except (Denied, Refused) as no:
        return no.message
    except sa.exc.IntegrityError:
        return TAKEN
    return None
