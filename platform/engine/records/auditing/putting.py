"""Putting an old value back: what is there now, what it would become, and the save that does it.

It is a save like any other, by the reader's own rights and through the one validator, and leaves its own entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.auditing.pages import GONE, one
from hanok.engine.records.auditing.telling import Told
from hanok.engine.records.history import Change
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.save import update
from hanok.engine.records.trail import kept

OTHER_TYPE = say("This field is of another kind by now; its old value does not fit any more.")
FIXED = say("Nobody writes this field by hand, so its old value cannot be put back.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What putting back would do: the field's value `now`, what was there `before` the change; `raw` is that as sent.

    `same` says that it is there already.
    """

    told: Told
    record: Record
    field: Field
    now: Any
    before: Any
    raw: Any
    same: bool


def puttable(told: Told, change: Change) -> Field | None:
    """The field whose former value may be put back: of a change of a record that is there, by whoever may edit it."""
    module, about = told.module, told.about
    if module is None or about is None or about.deleted or not about.may_edit or told.entry.action != "changed":
        return None
    found = module.fields.get(change.field)
    return None if found is None or _fault(found) else found


def _fault(found: Field) -> bool:
    return bool(found.readonly or found.type.secret or found.type.apart)


def proposal(conn: sa.Connection, catalog: Catalog, actor: Actor, entry: UUID, field: str) -> Proposal:
    """What putting back the former value of a field would do. Raises NotFound, and Refused where it cannot be."""
    told = one(conn, catalog, actor, entry)
    change = next((each for each in told.entry.changes if each.field == field), None)
    if change is None or told.module is None or told.entry.action != "changed":
        raise NotFound(GONE)
    found = told.module.fields.get(field)
    if found is None or _fault(found):
        raise Refused(FIXED)
    if told.about is None or told.about.deleted:
        raise Refused(say("This record is in the bin; restore it first."))
    record = get(conn, catalog, actor, told.key, told.record)
    raw = _raw(found, change.before)
    now = record.values.get(field)
    return Proposal(told, record, found, now, change.before, raw, _dumped(found, now) == _dumped(found, change.before))


def put_back(
    conn: sa.Connection, catalog: Catalog, actor: Actor, entry: UUID, field: str, *, version: int
) -> Record:
    """Puts it back and returns the record. Raises as `proposal` and `records.update` do."""
    found = proposal(conn, catalog, actor, entry, field)
    return update(conn, catalog, actor, found.record.module, found.record.id, {field: found.raw}, version=version,
                  despite_duplicates=True)  # fmt: skip


def _raw(found: Field, before: Any) -> Any:
    """A former value as a save takes it. Raises Refused where it is none of this type."""
    if before is None:
        return None
    if isinstance(before, Linked):
        if before.module not in found.targets:
            raise Refused(OTHER_TYPE)
        return str(before.id) if len(found.targets) == 1 else f"{before.module}:{before.id}"
    if found.targets:
        raise Refused(OTHER_TYPE)
    try:
        dumped = found.type.dump(found, before)
        again = found.type.former(found).deserialize(dumped)
    except (ma.ValidationError, TypeError, ValueError, AttributeError):  # what the type no longer understands
        raise Refused(OTHER_TYPE) from None
    if found.type.dump(found, again) != dumped:
        raise Refused(OTHER_TYPE)
    return dumped


def _dumped(found: Field, value: Any) -> Any:
    if isinstance(value, Linked):
        return str(value.id)
    return None if value in (None, "", (), []) else kept(found, value)
