"""What every change leaves behind: one audit row and one outbox row, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, Linked
from hanok.engine.store import new_id
from hanok.engine.store.tables import audit, outbox


def kept(found: Field, value: Any, *, openly: bool = False) -> Any:
    """A value as the trail keeps it: in dump form, a link with the title that it had, of a secret only that it is.

    `openly` tells secrets too: to somebody who has the record before her, never to the trail.
    """
    if isinstance(value, Linked):
        return {"module": value.module, "id": str(value.id), "title": value.title}
    return found.type.dump(found, value) if openly and found.type.secret else found.type.kept(found, value)


def differences(module: Module, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] for the fields of `after` that differ."""
    found = {}
    for key, value in after.items():
        field = module.field(key)
        pair = [kept(field, before.get(key)), kept(field, value)]
        if _same(pair[0]) != _same(pair[1]) or (field.type.secret and before.get(key) != value):
            found[key] = pair
    return found


def _same(value: Any) -> Any:
    """What is compared: a link by its id, whatever its title is by now; no choice at all is empty."""
    if isinstance(value, dict) and "title" in value:
        return value["id"]
    return None if value in ([], ()) else value


def leave(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, action: str,
    changes: Mapping[str, Any], *, at: datetime, version: int,
) -> None:  # fmt: skip
    """Writes both rows. `action` is created, changed, deleted or restored."""
    traces = trace(catalog, actor, module, id, action, changes, at=at, version=version)
    conn.execute(audit.insert().values(traces[0]))
    conn.execute(outbox.insert().values(traces[1]))


def trace(
    catalog: Catalog, actor: Actor, module: Module, id: UUID, action: str, changes: Mapping[str, Any], *, at: datetime,
    version: int,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """The audit row and the outbox row of one change."""
    told = {key: pair for key, pair in changes.items() if module.field(key).audit}
    kept_row = {
        "id": new_id(), "at": at, "actor_id": actor.id, "actor_name": str(actor), "module": module.key, "record": id,
        "action": action, "changes": told, "revision": catalog.revision,
    }  # fmt: skip
    payload = {"version": version, "changes": dict(changes), "actor": str(actor.id) if actor.id else None}
    event = {
        "id": new_id(), "at": at, "topic": f"record.{action}", "module": module.key, "record": id, "payload": payload,
    }  # fmt: skip
    return kept_row, event
