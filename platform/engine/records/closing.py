"""Rows that stand in a list for somebody who may not open them: they show what the list says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hanok.engine.access import Actor, grant_of
from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.conditions import Node, named
from hanok.engine.conditions.tree import ends_within
from hanok.engine.records.query import Query, Record

LIST, VIEW = "list", "view"


def closes(catalog: Catalog, actor: Actor, module: Module, action: str) -> bool:
    """Whether there may be rows in a list of the module that the actor may not open."""
    if action != LIST:
        return False
    opened = grant_of(catalog, actor, module.key, VIEW)
    return not opened.every and opened != grant_of(catalog, actor, module.key, LIST)


def told(module: Module) -> frozenset[str]:
    """The keys that a closed row shows: the columns of the list, whose it is, and what every record has."""
    return frozenset((*module.views.list.columns, *owners(module), "id", "title", "version", "parent", "position"))


def without_details(module: Module, record: Record, ties: Iterable[str] = ()) -> Record:
    """The record as a row that is closed; `ties` are keys of what its tie says."""
    known = told(module) | set(ties)
    return replace(record, values={key: value for key, value in record.values.items() if key in known})


def asks_beyond(module: Module, query: Query, node: Node | None) -> bool:
    """Whether the actor's own question would tell of closed rows what they do not show."""
    known = told(module)
    sorts = query.sort if query.sort != module.views.list.sort else ()
    if any(key.removeprefix("-") not in known for key in sorts):
        return True
    if node is None:
        return False
    return ends_within(node) > 0 or any(one.module == module.key and one.key not in known for one in named(node))
