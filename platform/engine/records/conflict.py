"""Two people saved one record: what each of them wanted, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Difference
from hanok.engine.fields import Field, Linked
from hanok.engine.records.former import called, today
from hanok.engine.records.query import Record
from hanok.engine.records.titles import hidden, is_link, without_title
from hanok.engine.records.trail import kept
from hanok.engine.store.tables import audit

#: What makes a new version of a record; being linked by another does not.
COUNTED = ("created", "changed", "deleted", "restored", "merged")


def conflict(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, current: Record, raw: Mapping[str, Any],
    version: int,
) -> Conflict:  # fmt: skip
    """The fields on which the stored record and the wanted one differ; `before` is what the actor's form began with.

    `before`, `theirs` and `mine` are in dump form (links with module, id and title).
    """
    began = _since(conn, catalog, module, current, version)
    secret = hidden(conn, catalog, actor, began.values())
    began = {key: without_title(value, secret) for key, value in began.items()}
    found = []
    for key, wanted in raw.items():
        if not module.has(key) or module.field(key).readonly:
            continue
        field = module.field(key)
        theirs = kept(field, current.values.get(key), openly=True)
        mine = _mine(field, wanted, actor.zone or catalog.app.zone)
        if _id(mine) != _id(theirs):
            found.append(Difference(key, began.get(key, theirs), theirs, mine))
    return Conflict(current.version, found)


def _since(
    conn: sa.Connection, catalog: Catalog, module: Module, current: Record, version: int
) -> dict[str, Any]:
    """What the fields held at that version, for those that changed since."""
    steps = max(0, current.version - version)
    newest = (
        sa.select(audit.c.changes)
        .where(audit.c.module.in_(called(catalog, module.key)), audit.c.record == current.id)
        .where(audit.c.action.in_(COUNTED))
        .order_by(audit.c.id.desc())
        .limit(steps)
    )
    began: dict[str, Any] = {}
    for changes in conn.scalars(newest):
        began |= {key: pair[0] for key, pair in today(catalog, module, changes).items()}
    return began


def _mine(field: Field, raw: Any, zone: str) -> Any:
    try:
        loaded = field.type.value(field).deserialize(raw, zone=zone)
    except ma.ValidationError:
        return raw
    if loaded is not None and field.targets and not isinstance(loaded, Linked):
        return {"module": field.targets[0], "id": str(loaded), "title": ""}
    return kept(field, loaded, openly=True)


def _id(value: Any) -> Any:
    return value["id"] if is_link(value) else value
