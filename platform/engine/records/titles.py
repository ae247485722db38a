"""Titles of links as they were kept in the trail, for an actor who may not view all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, level, predicate
from hanok.engine.catalog import Catalog


def hidden(conn: sa.Connection, catalog: Catalog, actor: Actor, kept: Iterable[Any]) -> set[str]:
    """The ids, as text, of those kept links (module, id, title) whose targets the actor may not view."""
    asked: dict[str, set[str]] = {}
    for link in kept:
        if is_link(link) and level(catalog, actor, link["module"], "view") != "all":
            asked.setdefault(link["module"], set()).add(link["id"])
    return {id for module, ids in asked.items() for id in ids - _visible(conn, catalog, actor, module, ids)}


def is_link(kept: Any) -> bool:
    """Whether this is a link in the form in which the trail keeps it."""
    return isinstance(kept, dict) and "title" in kept


def without_title(kept: Any, ids: set[str]) -> Any:
    """The kept value; a link to one of these without its title."""
    return {**kept, "title": ""} if is_link(kept) and kept["id"] in ids else kept


def _visible(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, ids: set[str]) -> set[str]:
    found = catalog.modules.get(module)
    if found is None:
        return set()
    wanted = [UUID(id) for id in ids]
    rule = predicate(catalog, actor, found, "view", found.table)
    return {str(id) for id in conn.scalars(sa.select(found.table.c.id).where(found.table.c.id.in_(wanted), rule))}
