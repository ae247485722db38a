"""The SQL of a condition, always with bound values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.conditions.operands import Context, resolve
from hanok.engine.conditions.python import DEEPEST_TREE, at_hand, compared
from hanok.engine.conditions.tree import (
    Against,
    Changed,
    End,
    Every,
    Members,
    New,
    Node,
    Not,
    Reference,
    Scope,
    Some,
    Test,
    Through,
    Under,
)  # fmt: skip
from hanok.engine.fields import Field
from hanok.engine.fields.columns import DayOf, Scaled, places_of
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.fields.parts import value_of

#: Given a scope and the alias of its table, what an actor may see of it.
RowRule = Callable[[Scope, Any], ColumnElement[bool]]
AT_LEAST_ONE, NOT_ONE = (("gte", 1),), (("eq", 0),)


def everything(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The row rule of metadata: its own conditions may look at every record."""
    return sa.true()


def to_sql(node: Node, table: Any, context: Context, *, rule: RowRule = everything) -> ColumnElement[bool]:
    """The predicate over `table` (the module's table or an alias of it).

    `rule` is added at each step through a link, so that a condition of an actor's own cannot ask about records that
    she may not see. Raises ValueError for what no row can answer: `changed`, and `$record` without a record at hand.
    """
    return _Builder(context, rule, table, (table,)).sql(node, table)


@dataclass(frozen=True, slots=True)
class _Builder:
    """`outer` are the tables that a statement within the predicate may name: those around it."""

    context: Context
    rule: RowRule
    root: Any
    outer: tuple[Any, ...]

    def sql(self, node: Node, table: Any) -> ColumnElement[bool]:
        match node:
            case Every(nodes):
                return sa.and_(sa.true(), *(self.sql(each, table) for each in nodes))
            case Some(nodes):
                return sa.or_(sa.false(), *(self.sql(each, table) for each in nodes))
            case Not(inner):
                return sa.not_(sa.func.coalesce(self.sql(inner, table), sa.false()))
            case Test():
                return self.test(node, table)
            case Against():
                return self.against(node, table)
            case Through():
                return self.through(node, table)
            case Under():
                return self.under(node, table)
            case Members():
                return self.members(node, table)
            case New(flag):
                return sa.false() if flag else sa.true()
            case Changed(field):
                raise ValueError(f"no row says whether {field.key} changed")

    def test(self, node: Test, table: Any) -> ColumnElement[bool]:
        field = node.field
        operator, operand = resolve(field, node.operator, node.operand, self.context, part=node.part)
        row = field.type.operator(operator)
        if row.parts:
            return row.sql(tuple(table.c[field.columns[part]] for part in row.parts), operand)
        return row.sql(_column(field, table, node.part), operand)

    def through(self, node: Through, table: Any) -> ColumnElement[bool]:
        there = node.scope.table.alias()
        inside = self.within(there)
        tied = [there.c.id == table.c[node.field.columns[""]], there.c.deleted_at.is_(None)]
        if node.module:
            tied.append(table.c[node.field.columns["module"]] == node.module)
        found = sa.select(sa.literal(1)).select_from(there).where(
            *tied, inside.sql(node.node, there), self.rule(node.scope, there)
        )  # fmt: skip
        return sa.exists(found.correlate(*self.outer))

    def members(self, node: Members, table: Any) -> ColumnElement[bool]:
        if node.counts in (AT_LEAST_ONE, NOT_ONE):
            some = sa.or_(*(sa.exists(self.found(sa.literal(1), *one, table)) for one in node.among()))
            return some if node.counts == AT_LEAST_ONE else sa.not_(some)
        numbers = [self.found(sa.func.count(), *one, table).scalar_subquery() for one in node.among()]
        counted = reduce(add, numbers)
        return sa.and_(*(OPERATORS[operator].sql(counted, operand) for operator, operand in node.counts))

    def found(self, what: Any, end: End, node: Node, table: Any) -> sa.Select[Any]:
        """The records at an end that satisfy the condition and may be seen."""
        rows = end.rows(table)
        inner = self.within(rows.columns, rows.table).sql(node, rows.columns)
        wheres = (rows.where, inner, self.rule(end.scope, rows.table))
        return sa.select(what).select_from(rows.source).where(*wheres).correlate(*self.outer)

    def under(self, node: Under, table: Any) -> ColumnElement[bool]:
        """The ids of the tree below the operand, by a recursion that ends at a depth: a cycle stays finite."""
        if isinstance(node.operand, Reference):
            top = self.referred(node.operand)
        else:
            top = sa.literal(resolve(node.field, "eq", node.operand, self.context)[1], node.scope.table.c.id.type)
        if top is None:
            return sa.false()
        below = sa.select(top.label("id"), sa.literal(0).label("depth")).cte(recursive=True)
        there = node.scope.table.alias()
        tree = there.c[node.tree.columns[""]]
        step = sa.select(there.c.id, below.c.depth + 1).join(below, tree == below.c.id)
        step = step.where(below.c.depth < DEEPEST_TREE, there.c.deleted_at.is_(None), self.rule(node.scope, there))
        below = below.union(step)
        link: ColumnElement[Any] = table.c[node.field.columns[""]]
        return link.in_(sa.select(below.c.id))

    def against(self, node: Against, table: Any) -> ColumnElement[bool]:
        other = self.referred(node.other)
        if other is None:
            return sa.true() if node.operator == "ne" else sa.false()
        here, there = self.alike(_column(node.field, table, node.part), other)
        found = OPERATORS[node.operator].sql(here, there)
        return sa.or_(found, there.is_(None)) if node.operator == "ne" else found

    def alike(self, here: Any, there: Any) -> tuple[Any, Any]:
        """Both sides as they can be compared: a moment beside a day is its day, numbers have the same places."""
        days = [isinstance(each.type, sa.Date) for each in (here, there)]
        if any(days) and not all(days):
            here, there = (
                each if day else DayOf(each, self.context.zone) for each, day in zip((here, there), days, strict=True)
            )
            return here, there
        places = [places_of(each.type) for each in (here, there)]
        most = max(places)
        here, there = (
            each if each_places == most else Scaled(each, sa.literal(10 ** (most - each_places), sa.BigInteger()))
            for each, each_places in zip((here, there), places, strict=True)
        )
        return here, there

    def referred(self, reference: Reference) -> Any:
        """What `$record.x` stands for, as an expression; None when the record at hand has nothing there."""
        first = reference.path[0]
        if reference.own:
            found = _column(first, self.root)
        else:
            value = compared(first, value_of(first, at_hand(self.context)))
            if value is None:
                return None
            found = sa.literal(value, _type(first))
        for scope, field in zip(reference.scopes, reference.path[1:], strict=True):
            there = scope.table.alias()
            step = sa.select(_column(field, there)).where(there.c.id == found, there.c.deleted_at.is_(None))
            found = step.where(self.rule(scope, there)).correlate(*self.outer).scalar_subquery()
        return found

    def within(self, columns: Any, *tables: Any) -> _Builder:
        """The builder of what stands inside a statement over these tables."""
        return replace(self, outer=(*self.outer, *(tables or (columns,))))


def _column(field: Field, table: Any, part: str = "") -> ColumnElement[Any]:
    found: ColumnElement[Any] = table.c[field.columns[part or field.type.compared(field)]]
    return found


def _type(field: Field) -> Any:
    part = field.type.compared(field)
    return next(each.type for each in field.type.parts(field) if each.name == part)
