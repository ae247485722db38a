"""Levels as predicates over a module's table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access.actor import Actor
from hanok.engine.access.levels import NEEDS, SEEING, Grant, grant_of, owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.conditions import Context, Scope, to_sql
from hanok.engine.conditions.sql import RowRule
from hanok.engine.store.gathering import Gathered
from hanok.engine.store.tables import group_record


def predicate(
    catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, *, by_row: bool = False
) -> ColumnElement[bool]:
    """Which rows of `table` (the module's, or an alias of it) the actor may do this to.

    Those who are tied to a record as its owners (the invitees of a meeting) see it; only the one owner changes it.
    `by_row`: whether a record is of one of her groups is looked up for each row by itself; else the database may also
    gather the records of her groups first.
    """
    each = [_granted(catalog, actor, module, asked, table, by_row) for asked in (action, *NEEDS.get(action, ()))]
    return each[0] if len(each) == 1 else sa.and_(*each)


def apart(
    catalog: Catalog, actor: Actor, module: Module, action: str, table: Any
) -> tuple[tuple[ColumnElement[bool], ...], ...]:
    """The predicate of somebody whose rights are mixed (`is_mixed`) as several, any of which is enough.

    First those of her own records, then that of her groups, which finds them by their ids, then conditions.
    """
    grant = grant_of(catalog, actor, module.key, action)
    whole = catalog.whole.every[module.key]
    own = [_owns(actor, whole, key, table) for key in own_keys(whole, action)] if grant.owner else []
    groups = [Gathered(table.c.id, records_of_groups(actor, module))] if grant.group and actor.groups else []
    return tuple(own), tuple(groups), tuple(to_sql(node, table, context_of(actor, catalog)) for node in grant.nodes)


def is_mixed(catalog: Catalog, actor: Actor, module: Module, action: str) -> bool:
    """Whether the actor may do this in some rows, told by owners, groups or conditions of theirs alone."""
    if module.parent is not None or actor.id is None or action in NEEDS:
        return False
    grant = grant_of(catalog, actor, module.key, action)
    return bool(grant) and not grant.every


def own_records(catalog: Catalog, actor: Actor, module: Module, action: str) -> tuple[sa.Select[Any], ...]:
    """The ids of the records that name the actor as an owner and were not deleted, for each field that may."""
    whole = catalog.whole.every[module.key]
    table = whole.table.alias()
    return tuple(
        sa.select(table.c.id).where(_owns(actor, whole, key, table), table.c.deleted_at.is_(None))
        for key in own_keys(whole, action)
    )


def records_of_groups(actor: Actor, module: Module) -> sa.Select[Any]:
    """The ids of the module's records in the actor's groups: one for each way by which a record came there."""
    tie = group_record.alias()
    return sa.select(tie.c.record).where(tie.c.group_id.in_(actor.groups), tie.c.module == module.key)


def _granted(
    catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, by_row: bool = False
) -> ColumnElement[bool]:
    grant = grant_of(catalog, actor, module.key, action)
    if grant.every:
        return sa.true()
    if not grant or actor.id is None:
        return sa.false()
    if module.parent is not None:
        return _of_parent(catalog, actor, module, action, table)
    return sa.or_(sa.false(), *_ways(catalog, actor, module, action, table, grant, by_row))


def field_rule(
    catalog: Catalog, actor: Actor, module: Module, grant: Grant, table: Any, action: str = "view"
) -> ColumnElement[bool]:
    """In which rows a field is meant that the actor has this grant for: whoever is tied to a record only looks."""
    return granted(catalog, actor, module, action, grant, table)


def granted(
    catalog: Catalog, actor: Actor, module: Module, action: str, grant: Grant, table: Any
) -> ColumnElement[bool]:
    """Which rows of a module that stands by itself the actor may do this to by this grant alone."""
    if grant.every:
        return sa.true()
    if not grant or actor.id is None:
        return sa.false()
    return sa.or_(sa.false(), *_ways(catalog, actor, module, action, table, grant))


def _ways(
    catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, grant: Grant, by_row: bool = False
) -> Iterator[ColumnElement[bool]]:
    """The ways in which a row may be meant, the cheapest first; also by fields that the actor does not see."""
    module = catalog.whole.every[module.key]
    if grant.owner:
        yield from (_owns(actor, module, key, table) for key in own_keys(module, action))
    if grant.group and actor.groups:
        yield _shared(actor, module, table, by_row)
    for node in grant.nodes:
        yield to_sql(node, table, context_of(actor, catalog))


def own_keys(module: Module, action: str) -> list[str]:
    """The fields that say who may do this as an owner: those that are tied to it only look."""
    return [key for key in owners(module) if "" in module.field(key).columns or action in SEEING]


def _owns(actor: Actor, module: Module, key: str, table: Any) -> ColumnElement[bool]:
    """Whether the field names the actor: the one user, or one of those that are tied."""
    columns = module.field(key).columns
    if "" in columns:
        mine: ColumnElement[bool] = table.c[columns[""]] == actor.id
        return mine
    through = _through(module, key)
    if through is None:
        return sa.false()
    tie = through.alias()
    return sa.exists(sa.select(sa.literal(1)).where(tie.c.left == table.c.id, tie.c.right == actor.id))


def tied(actor: Actor, module: Module, key: str) -> sa.Select[Any]:
    """The ids of the records in which this field of several names the actor."""
    through = _through(module, key)
    if through is None:
        return sa.select(module.table.c.id).where(sa.false())
    tie = through.alias()
    return sa.select(tie.c.left).where(tie.c.right == actor.id)


def _through(module: Module, key: str) -> Any:
    return next((end.through for end in module.ends.values() if end.forwards and end.field == key), None)


def _shared(actor: Actor, module: Module, table: Any, by_row: bool = False) -> ColumnElement[bool]:
    """Whether the record is of one of the actor's security groups.

    With an offset PostgreSQL does not gather the records of these groups before it looks at the first row.
    """
    tie = group_record.alias()
    found = sa.select(sa.literal(1)).where(
        tie.c.module == module.key, tie.c.record == table.c.id, tie.c.group_id.in_(actor.groups)
    )
    return sa.exists(found.offset(0) if by_row else found)


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


def context_of(actor: Actor, catalog: Catalog) -> Context:
    """What `$me` and relative dates stand for, for this actor, now."""
    zone = actor.zone or catalog.app.zone
    return Context(actor.id, datetime.now(UTC), zone, teams=actor.teams, groups=actor.groups)
