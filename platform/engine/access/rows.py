"""Levels as predicates over a module's table."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access.actor import Actor
from hanok.engine.access.levels import SEEING, level, owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.conditions import Scope
from hanok.engine.conditions.sql import RowRule


def predicate(catalog: Catalog, actor: Actor, module: Module, action: str, table: Any) -> ColumnElement[bool]:
    """Which rows of `table` (the module's, or an alias of it) the actor may do this to.

    Those who are tied to a record as its owners (the invitees of a meeting) see it; only the one owner changes it.
    """
    found = level(catalog, actor, module.key, action)
    if found == "all":
        return sa.true()
    if found == "none" or actor.id is None:
        return sa.false()
    if module.parent is not None:
        return _of_parent(catalog, actor, module, action, table)
    one = [key for key in owners(module) if "" in module.field(key).columns or action in SEEING]
    return sa.or_(sa.false(), *(_owns(actor, module, key, table) for key in one))


def _owns(actor: Actor, module: Module, key: str, table: Any) -> ColumnElement[bool]:
    """Whether the field names the actor: the one user, or one of those that are tied."""
    columns = module.field(key).columns
    if "" in columns:
        mine: ColumnElement[bool] = table.c[columns[""]] == actor.id
        return mine
    through = next((end.through for end in module.ends.values() if end.forwards and end.field == key), None)
    if through is None:
        return sa.false()
    tie = through.alias()
    return sa.exists(sa.select(sa.literal(1)).where(tie.c.left == table.c.id, tie.c.right == actor.id))


def _of_parent(catalog: Catalog, actor: Actor, module: Module, action: str, table: Any) -> ColumnElement[bool]:
    """Lines are their record's: whoever may do this to the record."""
    assert module.parent is not None, "only lines stand in a record"
    parent = catalog.every[module.parent.module]
    there = parent.table.alias()
    asked = action if action in SEEING else "edit"
    rule = predicate(catalog, actor, parent, asked, there)
    return sa.exists(
        sa.select(sa.literal(1)).where(there.c.id == table.c[module.field(PARENT).columns[""]], rule)
    )


def row_rule(catalog: Catalog, actor: Actor) -> RowRule:
    """The predicate for the steps of a condition through links: what the actor may view of the target."""

    def rule(scope: Scope, table: Any) -> ColumnElement[bool]:
        module = next(found for found in catalog.every.values() if found.table is scope.table)
        return predicate(catalog, actor, module, "view", table)

    return rule
