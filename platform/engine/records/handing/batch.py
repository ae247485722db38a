"""One batch of records of a module that get other owners: a few statements for all of them.

Every record goes through what each single save goes through (`records.many`), with the rights that the actor has now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import SYSTEM, Actor, predicate
from hanok.engine.catalog import Catalog
from hanok.engine.records.changing import Written, change_many
from hanok.engine.records.derived import hold_above
from hanok.engine.records.handing.holdings import Holding
from hanok.engine.records.handing.looking import FIXED, why_not
from hanok.engine.records.query import Record
from hanok.engine.records.selection import Selection, every_key

#: The owners that a record shall have, by field.
Wish = Mapping[str, UUID]


@dataclass(slots=True)
class Owned:
    """A stored record, who stands in each of its owner fields, and whether the actor may open it."""

    record: Record
    owners: Mapping[str, UUID | None]
    may_view: bool


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
    raw = {id: {key: str(to) for key, to in wish.items()} for id, wish in wishes.items()}
    mine = {id: present[id].record for id in wishes}
    return change_many(
        conn, catalog, actor, holding.module, raw, mine, judge=SYSTEM if back else None,
        why_not=lambda record: why_not(record) if present[record.id].may_view else FIXED,
    )  # fmt: skip
