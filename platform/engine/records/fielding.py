"""Which fields an actor may send: those that her roles let her change, in the record at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import Actor, Grant
from hanok.engine.access.levels import is_own, owners
from hanok.engine.access.rows import field_rule, own_keys
from hanok.engine.access.seeing import EDIT, VIEW, editable
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.records.query import Record

FIXED = say("You may not change this.")


def is_restricted(catalog: Catalog, actor: Actor) -> bool:
    """Whether a role of the actor says anything about single fields."""
    return not actor.admin and any(catalog.roles[key].fields for key in actor.roles if key in catalog.roles)


def refused(
    catalog: Catalog, actor: Actor, module: Module, raw: Mapping[str, Any], current: Record | None,
    conn: sa.Connection | None = None,
) -> dict[str, Message]:  # fmt: skip
    """What is said of each key that she may not send; nothing of values that she sees and that change nothing.

    Where groups or conditions decide and there is no `conn` to ask by, the answer is no. In a record that she makes
    every field is hers that she may change anywhere.
    """
    if not is_restricted(catalog, actor):
        return {}
    found: dict[str, Message] = {}
    for key in raw.keys() & module.fields.keys():
        grants = editable(catalog, actor, module.key, key)
        if not grants[0]:
            found[key] = say("There is no field “{key}”.", key=key)
        elif not _may(catalog, actor, module, grants, current.values if current else None, conn):
            field, known = module.fields[key], current.values if current else None
            same = known is not None and field.type.unchanged(field, raw[key], known.get(key))
            if not (same and _may(catalog, actor, module, grants[:1], known, conn)):  # nor does she guess it
                found[key] = FIXED
    return found


def fixed_keys(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, values: Mapping[str, Any] | None
) -> frozenset[str]:
    """The fields that she may not change in the record with these values (None: one that she makes)."""
    if not is_restricted(catalog, actor):
        return frozenset()
    said = {key for role in actor.roles if role in catalog.roles for where, key in catalog.roles[role].fields
            if where == module.key}  # fmt: skip
    return frozenset(
        key for key in said & module.fields.keys()
        if not _may(catalog, actor, module, editable(catalog, actor, module.key, key), values, conn)
    )  # fmt: skip


def _may(
    catalog: Catalog, actor: Actor, module: Module, grants: Iterable[Grant], values: Mapping[str, Any] | None,
    conn: sa.Connection | None,
) -> bool:  # fmt: skip
    """Whether all of these grants hold: the one to see a field, and the one to change it."""
    asked = [(action, grant) for action, grant in zip((VIEW, EDIT), grants, strict=False) if not grant.every]
    if values is None or not all(grant for _, grant in asked):
        return all(grant for _, grant in asked)
    hard = [(action, grant) for action, grant in asked if not (grant.owner and is_own(actor, module, values))]
    if not hard:
        return True
    if conn is None or any(grant.plain and _tells(module, action, values) for action, grant in hard):
        return False
    table = module.table.alias()
    rules = [field_rule(catalog, actor, module, grant, table, action) for action, grant in hard]
    return conn.execute(sa.select(table.c.id).where(table.c.id == values["id"], *rules)).first() is not None


def _tells(module: Module, action: str, values: Mapping[str, Any]) -> bool:
    """Whether these values name everybody who counts as an owner here."""
    wanted = owners(module) if action == VIEW else own_keys(module, action)
    return all(values.get(key) is not None for key in wanted)
