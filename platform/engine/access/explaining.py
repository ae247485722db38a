"""Why somebody may do something: what each of her roles says of it, where that is written, and when it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access.actor import Actor
from hanok.engine.access.levels import NEEDS, combined
from hanok.engine.access.rows import granted
from hanok.engine.access.seeing import speaking
from hanok.engine.catalog import Catalog, Module
from hanok.engine.conditions import Node
from hanok.engine.errors import Place


@dataclass(frozen=True, slots=True)
class Saying:
    """What one role says of one action: a level, or a condition (`written` as in its document), and where."""

    role: str
    action: str
    level: str
    node: Node | None
    written: Any
    place: Place | None
    is_default: bool


def asked(action: str) -> tuple[str, ...]:
    """The rights that an action takes: its own, and those that it needs beside."""
    return (action, *NEEDS.get(action, ()))


def sayings(catalog: Catalog, actor: Actor, module: str, action: str) -> tuple[Saying, ...]:
    """What each of the actor's roles says, role by role."""
    return tuple(saying(catalog, key, module, action) for key in actor.roles if key in catalog.roles)


def saying(catalog: Catalog, role: str, module: str, action: str) -> Saying:
    """What this role says of an action on a module."""
    found = catalog.roles[role]
    said, at = found.level(module, action), found.said_at(module, action)
    level, node = (said, None) if isinstance(said, str) else ("condition", said)
    return Saying(role, action, level, node, found.written.get(at), found.places.get(at), not at[0])


def field_sayings(catalog: Catalog, actor: Actor, module: str, field: str, action: str) -> tuple[Saying, ...]:
    """What each of the actor's roles says of a field (`view` or `edit`); one that says nothing leaves it open.

    Only roles whose word counts are told: those by which she has records of the module, and those that deny the field.
    """
    found = []
    for role in speaking(catalog, actor, module, field, action):
        said, at = role.fields.get((module, field), {}), (f"{module}.{field}", action)
        each = said.get(action, "all")
        level, node = (each, None) if isinstance(each, str) else ("condition", each)
        written, place = role.written.get(at), role.places.get(at)
        found.append(Saying(role.key, action, level, node, written, place, action not in said))
    return tuple(found)


def ground(catalog: Catalog, actor: Actor, module: Module, said: Saying, table: Any) -> ColumnElement[bool]:
    """Whether what this role alone says holds for a row of `table`."""
    grant = combined([said.node if said.node is not None else said.level])
    return granted(catalog, actor, module, said.action, grant, table)


def decided(found: Iterable[tuple[Saying, bool]]) -> bool:
    """The verdict of several roles, each with whether what it says holds: one that holds is enough, but for `deny`."""
    known = list(found)
    return any(holds for _, holds in known) and all(said.level != "deny" for said, _ in known)


def in_yaml(written: Any) -> str:
    """A condition as it would be written on one line, without the outermost braces."""
    text = _flowing(written)
    return text[1:-1] if text.startswith("{") else text


def _flowing(written: Any) -> str:
    if isinstance(written, Mapping):
        return "{" + ", ".join(f"{key}: {_flowing(value)}" for key, value in written.items()) + "}"
    if isinstance(written, list | tuple):
        return "[" + ", ".join(map(_flowing, written)) + "]"
    return str(written).lower() if isinstance(written, bool) else str(written)
