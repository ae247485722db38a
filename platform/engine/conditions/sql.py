"""The SQL of a condition, always with bound values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.conditions.operands import Context, resolve
from hanok.engine.conditions.tree import Every, Node, Not, Scope, Some, Test, Through

#: Given a scope and the alias of its table, what an actor may see of it.
RowRule = Callable[[Scope, Any], ColumnElement[bool]]


def everything(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The row rule of metadata: its own conditions may look at every record."""
    return sa.true()


def to_sql(node: Node, table: Any, context: Context, *, rule: RowRule = everything) -> ColumnElement[bool]:
    """The predicate over `table` (the module's table or an alias of it).

    `rule` is added at each step through a link, so that a condition of an actor's own cannot ask about records that
    she may not see.
    """
    if isinstance(node, Every):
        return sa.and_(sa.true(), *(to_sql(each, table, context, rule=rule) for each in node.nodes))
    if isinstance(node, Some):
        return sa.or_(sa.false(), *(to_sql(each, table, context, rule=rule) for each in node.nodes))
    if isinstance(node, Not):
        return sa.not_(sa.func.coalesce(to_sql(node.node, table, context, rule=rule), sa.false()))
    if isinstance(node, Through):
        return _through(node, table, context, rule)
    return _test(node, table, context)


def _test(test: Test, table: Any, context: Context) -> ColumnElement[bool]:
    part = test.part or test.field.type.compared(test.field)
    operator, operand = resolve(test.field, test.operator, test.operand, context, part=test.part)
    return test.field.type.operator(operator).sql(table.c[test.field.columns[part]], operand)


def _through(node: Through, table: Any, context: Context, rule: RowRule) -> ColumnElement[bool]:
    there = node.scope.table.alias()
    inner = to_sql(node.node, there, context, rule=rule)
    found = sa.select(sa.literal(1)).select_from(there).where(
        there.c.id == table.c[node.field.columns[""]], there.c.deleted_at.is_(None), inner, rule(node.scope, there)
    )  # fmt: skip
    return sa.exists(found)
