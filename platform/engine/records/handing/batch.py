"""One batch of records of a module that get other owners: a few statements for all of them.

Every record goes through what each single save goes through (`records.many`), with the rights that the actor has now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import SYSTEM, Actor, predicate
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, Refused, say
from hanok.engine.records.derived import hold_above
from hanok.engine.records.deriving.suggesting import suggest
from hanok.engine.records.drafts import Draft, changed_draft
from hanok.engine.records.handing.holdings import Holding
from hanok.engine.records.handing.looking import FIXED, why_not
from hanok.engine.records.many import Looked, write_many
from hanok.engine.records.query import Record
from hanok.engine.records.selection import Selection, every_key
from hanok.engine.records.values import Loading, Validators

TAKEN = say("Somebody else changed it at the same moment.")
#: The owners that a record shall have, by field.
Wish = Mapping[str, UUID]


@dataclass(slots=True)
class Owned:
    """A stored record, who stands in each of its owner fields, and whether the actor may open it."""

    record: Record
    owners: Mapping[str, UUID | None]
    may_view: bool


@dataclass(slots=True)
class Written:
    """What became of a batch: the version that each written record has, and why others were not."""

    versions: dict[UUID, int] = field(default_factory=dict)
    problems: dict[UUID, Message] = field(default_factory=dict)


def held(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, ids: Sequence[UUID],
    narrowed: ColumnElement[bool] | None = None,
) -> dict[UUID, Owned]:  # fmt: skip
    """Those of these records that the actor sees in lists, held until the transaction ends, in the order of ids."""
    module = holding.module
    hold_above(conn, catalog, module, ids)
    selection = Selection(catalog, actor, module, every_key(module))
    table = selection.table
    places = {key: selection.add(column) for key, column in holding.columns(table).items()}
    view = selection.add(predicate(catalog, actor, module, "view", table))
    statement = selection.statement().where(
        table.c.id.in_(list(ids)), table.c.deleted_at.is_(None), predicate(catalog, actor, module, "list", table)
    )
    if narrowed is not None:
        statement = statement.where(narrowed)
    statement = statement.order_by(table.c.id)
    if conn.dialect.name == "postgresql":
        statement = statement.with_for_update(of=table)
    found = {}
    for row in conn.execute(statement):
        record = selection.record(row)
        found[record.id] = Owned(record, {key: row[place] for key, place in places.items()}, bool(row[view]))
    return found


def give(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, wishes: Mapping[UUID, Wish],
    present: Mapping[UUID, Owned], *, back: bool = False,
) -> Written:  # fmt: skip
    """Writes the owners into the records that are held; what may not be, or is not sound, is told and left.

    Going `back`, the former owners are not held against what owners have to be today: they were it.
    """
    written = Written()
    sound = []
    for loading in _loaded(conn, catalog, actor, holding, wishes, present, written, back=back):
        draft = _draft(loading, actor, written)
        if draft is not None:
            sound.append(draft)
    _write(conn, catalog, actor, holding, sound, written)
    return written


def _loaded(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, wishes: Mapping[UUID, Wish],
    present: Mapping[UUID, Owned], written: Written, *, back: bool,
) -> Sequence[Loading]:  # fmt: skip
    validators, loadings = Validators(), list[Loading]()
    judge = SYSTEM if back else actor
    for id, wish in wishes.items():
        record = present[id].record
        problem = why_not(record) if present[id].may_view else FIXED
        if problem is not None:
            written.problems[id] = problem
            continue
        raw = {key: str(to) for key, to in wish.items()}
        loading = Loading(catalog, judge, holding.module, raw, record, validators)
        loading.load(conn)
        loadings.append(loading)
    suggest(conn, catalog, loadings)
    looked = Looked(conn, catalog, judge, holding.module, loadings)
    for loading in loadings:
        loading.check(looked)
    return loadings


def _draft(loading: Loading, actor: Actor, written: Written) -> Draft | None:
    record = loading.current
    assert record is not None
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
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, drafts: Sequence[Draft], written: Written
) -> None:
    """All at once; where something stands against that, one by one, so that only what is concerned stays behind."""
    problem = _try(conn, catalog, actor, holding, drafts)
    if problem is None:
        written.versions |= {draft.id: draft.version for draft in drafts}
        return
    for draft in drafts:
        told = problem if len(drafts) == 1 else _try(conn, catalog, actor, holding, [draft])
        if told is None:
            written.versions[draft.id] = draft.version
        else:
            written.problems[draft.id] = told


def _try(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, drafts: Sequence[Draft]
) -> Message | None:
    if not drafts:
        return None
    try:
        with conn.begin_nested():
            write_many(conn, catalog, actor, holding.module, drafts)
    except Invalid as wrong:
        return next((each for messages in wrong.errors.values() for each in messages), wrong.message)
    except (Denied, Refused) as no:
        return no.message
    except sa.exc.IntegrityError:
        return TAKEN
    return None
