"""Levels: what an actor's roles say about an action on a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.access.actor import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Linked

#: From the least to the most.
ORDER = ("none", "owner", "all")
#: What only looks: of lines the right to see their record, and what the tied owners of a record may do.
SEEING = ("list", "view", "export")


def level(catalog: Catalog, actor: Actor, module: str, action: str) -> str:
    """`all`, `owner` or `none`: the most permissive of the actor's roles; `deny` in any of them is `none`.

    Lines are a part of the record that they stand in: who may see it sees them, who may edit it may write them.
    """
    if actor.admin:
        return "all"
    parent = catalog.every[module].parent if "." in module and module in catalog.every else None
    if parent is not None:
        return level(catalog, actor, parent.module, action if action in SEEING else "edit")
    said = [catalog.roles[key].level(module, action) for key in actor.roles if key in catalog.roles]
    if not said or "deny" in said:
        return "none"
    return max(said, key=ORDER.index)


def may(catalog: Catalog, actor: Actor, module: str, action: str) -> bool:
    """Whether some record could be allowed: what decides about menus and buttons."""
    return level(catalog, actor, module, action) != "none"


def allows(catalog: Catalog, actor: Actor, module: Module, action: str, values: Mapping[str, Any]) -> bool:
    """Whether the action is allowed on the record with these values (Python values by field key).

    Of lines only the level is known here; `records.lines` asks for the record that they stand in.
    """
    found = level(catalog, actor, module.key, action)
    if module.parent is not None:
        return found != "none"
    if found != "owner":
        return found == "all"
    return actor.id is not None and any(_id(values.get(key)) == actor.id for key in owners(module))


def owners(module: Module) -> tuple[str, ...]:
    """The fields that say who owns a record; where a module names none, whoever made it."""
    return module.owners or ("created_by",)


def _id(value: Any) -> Any:
    return value.id if isinstance(value, Linked) else value
