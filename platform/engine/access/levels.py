"""Levels: what an actor's roles say about an action on a module."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hanok.engine.access.actor import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.conditions import Node
from hanok.engine.fields import Linked

#: What only looks: of lines the right to see their record, and what the tied owners of a record may do.
SEEING = ("list", "view", "export")
#: What an action needs beside its own right: whoever exports a record sees it in a list, and all that is in it.
NEEDS: Mapping[str, tuple[str, ...]] = {"export": ("list", "view"), "massupdate": ("edit",)}
#: Modules of administrators alone, whatever roles and tokens say: who may change them could become anybody, by a
#: provider of her own, or a mail server that reads the letters with links to set a password.
CLOSED = frozenset({"inbound_account", "login_provider", "outbound_account"})


@dataclass(frozen=True, slots=True)
class Grant:
    """Which records an actor may do something to: every one, her own, those of her groups, those that fit a condition.

    `group` includes her own. What several roles say is all of it together.
    """

    every: bool = False
    owner: bool = False
    group: bool = False
    nodes: tuple[Node, ...] = ()

    def __bool__(self) -> bool:
        return self.every or self.owner or self.group or bool(self.nodes)

    @property
    def plain(self) -> bool:
        """The record alone tells whether it is meant, without a look at others."""
        return self.every or not (self.group or self.nodes)


EVERY, NOTHING = Grant(every=True), Grant()


def grant_of(catalog: Catalog, actor: Actor, module: str, action: str) -> Grant:
    """What the actor's roles give for an action, most permissive first; `deny` in any of them gives nothing.

    Lines are a part of the record that they stand in: who may see it sees them, who may edit it may write them.
    """
    if actor.scopes is not None and not in_scope(actor.scopes, module, action):
        return NOTHING
    if module in CLOSED and not actor.governs:
        return NOTHING
    if actor.admin:
        return EVERY
    parent = catalog.every[module].parent if "." in module and module in catalog.every else None
    if parent is not None:
        return grant_of(catalog, actor, parent.module, action if action in SEEING else "edit")
    return combined([catalog.roles[key].level(module, action) for key in actor.roles if key in catalog.roles])


def in_scope(scopes: Collection[str], module: str, action: str) -> bool:
    """Whether a token with these scopes carries the right: `read` and `write` mean every module, `contact:read` one.

    `write` includes `read`; lines are a part of their record.
    """
    wanted = ("read", "write") if action in SEEING else ("write",)
    return any(each in scopes or f"{module.partition('.')[0]}:{each}" in scopes for each in wanted)


def combined(said: Sequence[str | Node]) -> Grant:
    """What levels and conditions of several roles give together."""
    if "deny" in said:
        return NOTHING
    if "all" in said:
        return EVERY
    nodes = tuple(each for each in said if not isinstance(each, str))
    return Grant(owner="owner" in said or "group" in said, group="group" in said, nodes=nodes)


def level(catalog: Catalog, actor: Actor, module: str, action: str) -> str:
    """`all`, `owner`, `some` (groups and conditions decide) or `none`."""
    grants = [grant_of(catalog, actor, module, each) for each in (action, *NEEDS.get(action, ()))]
    if not all(grants):
        return "none"
    if all(grant.every for grant in grants):
        return "all"
    return "owner" if all(grant.plain for grant in grants) else "some"


def may(catalog: Catalog, actor: Actor, module: str, action: str) -> bool:
    """Whether some record could be allowed: what decides about menus and buttons."""
    return level(catalog, actor, module, action) != "none"


def tells(catalog: Catalog, actor: Actor, module: Module, action: str) -> bool:
    """Whether the values of a record that this actor sees alone tell what she may do to it (`allows`)."""
    grants = [grant_of(catalog, actor, module.key, each) for each in (action, *NEEDS.get(action, ()))]
    return all(grant.every or (grant.plain and (not grant.owner or _shows_owners(catalog, module))) for grant in grants)


def _shows_owners(catalog: Catalog, module: Module) -> bool:
    """False where some owner is a field that the actor does not see, or not in every record."""
    return all(module.has(key) and (module.key, key) not in catalog.masks for key in owners(module))


def allows(catalog: Catalog, actor: Actor, module: Module, action: str, values: Mapping[str, Any]) -> bool:
    """Whether the action is allowed on the record with these values (Python values by field key), by them alone.

    Of lines only the level is known here; `records.lines` asks for the record that they stand in. Where groups,
    conditions or hidden owners decide (`tells` is false), False says no more than that these values do not: ask
    `predicate`.
    """
    grant = grant_of(catalog, actor, module.key, action)
    if module.parent is not None:
        return bool(grant)
    return grant.every or (grant.owner and is_own(actor, module, values))


def is_own(actor: Actor, module: Module, values: Mapping[str, Any]) -> bool:
    """Whether these values name the actor as an owner."""
    return actor.id is not None and any(_id(values.get(key)) == actor.id for key in owners(module))


def in_groups(actor: Actor, groups: Collection[UUID]) -> bool:
    """Whether a record of these groups is one of the actor's groups."""
    return any(group in groups for group in actor.groups)


def owners(module: Module) -> tuple[str, ...]:
    """The fields that say who owns a record; where a module names none, whoever made it."""
    return module.owners or ("created_by",)


def _id(value: Any) -> Any:
    return value.id if isinstance(value, Linked) else value
