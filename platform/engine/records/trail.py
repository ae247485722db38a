"""What every change leaves behind: one audit row and one outbox row, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, Linked
from hanok.engine.store import new_id
from hanok.engine.store.tables import audit, outbox

#: What is kept of a record though it is no field of it: the roles that it holds, the security groups that it is in,
#: the records that were merged into it.
BESIDE = ROLES, GROUPS, MERGED = "$roles", "$groups", "$merged"


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
    """Writes both rows. `action` is created, changed, deleted, restored, linked, unlinked, merged or unmerged."""
    traces = trace(catalog, actor, module, id, action, changes, at=at, version=version)
    conn.execute(audit.insert().values(traces[0]))
    conn.execute(outbox.insert().values(traces[1]))


def tell_end(
    conn: sa.Connection, catalog: Catalog, actor: Actor, here: Linked, key: str, there: Linked, action: str, *,
    at: datetime,
) -> None:  # fmt: skip
    """Tells a record that another was linked to it, or unlinked, at its end `key`."""
    traces = trace_end(catalog, actor, here, key, there, action, at=at)
    conn.execute(audit.insert().values(traces[0]))
    conn.execute(outbox.insert().values(traces[1]))


def trace_end(
    catalog: Catalog, actor: Actor, here: Linked, key: str, there: Linked, action: str, *, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The audit row and the outbox row of that."""
    known = {"module": there.module, "id": str(there.id), "title": there.title}
    pair = [None, known] if action == "linked" else [known, None]
    return trace(catalog, actor, catalog.every[here.module], here.id, action, {key: pair}, at=at, version=0)


def both_ends(catalog: Catalog, module: Module, key: str, pair: Sequence[Any]) -> Iterator[tuple[Linked, str, str]]:
    """Whom a change of a to-one link concerns: the record there, what it calls the link, and linked or unlinked."""
    for known, action in zip(pair, ("unlinked", "linked"), strict=True):
        if not isinstance(known, dict) or "title" not in known or known["module"] not in catalog.every:
            continue
        ends = catalog.every[known["module"]].ends.values()
        end = next((end for end in ends if end.comes_from(module.key, key)), None)
        if end is not None:
            yield Linked(known["module"], UUID(known["id"]), known["title"]), end.key, action


def trace(
    catalog: Catalog, actor: Actor, module: Module, id: UUID, action: str, changes: Mapping[str, Any], *, at: datetime,
    version: int,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """The audit row and the outbox row of one change."""
    told = {key: pair for key, pair in changes.items() if not module.has(key) or module.field(key).audit}
    kept_row = {
        "id": new_id(at), "at": at, "actor_id": actor.id, "actor_name": str(actor), "module": module.key, "record": id,
        "action": action, "changes": told, "revision": catalog.revision, **behind(actor),
        "run": actor.cause.run if actor.cause else None,
        **_handed(catalog, module, action, changes),
    }  # fmt: skip
    payload = {
        "version": version, "changes": dict(changes), "actor": str(actor.id) if actor.id else None, **_because(actor),
    }  # fmt: skip
    event = {
        "id": new_id(), "at": at, "topic": f"record.{action}", "module": module.key, "record": id, "payload": payload,
    }  # fmt: skip
    return kept_row, event


def _because(actor: Actor) -> dict[str, Any]:
    """What automation asks of an event: the run that did it, by whom else, whether it was an import."""
    cause = {"run": str(actor.cause.run), "depth": actor.cause.depth} if actor.cause else None
    known = {"by": str(actor) if actor.id else None, "cause": cause, "imported": actor.imports}
    return {key: value for key, value in known.items() if value}


def behind(actor: Actor) -> dict[str, Any]:
    """The columns of whoever is logged in as the actor."""
    return {"by_id": actor.by.id if actor.by else None, "by_name": actor.by.name if actor.by else None}


def _handed(catalog: Catalog, module: Module, action: str, changes: Mapping[str, Any]) -> dict[str, UUID | None]:
    """Who had the record and who has it now, where a change gave it to somebody else; of several owners the first."""
    known = catalog.whole.every[module.key]
    keys = [key for key in known.owners if key in changes and "" in known.field(key).columns]
    if action != "changed" or not keys:
        return {"owner_from": None, "owner_to": None}
    before, after = (UUID(end["id"]) if isinstance(end, dict) else None for end in changes[keys[0]])
    return {"owner_from": before, "owner_to": after}
