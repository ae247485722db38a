"""The same condition asked of one record in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.conditions.operands import Context, resolve
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
    Some,
    Test,
    Through,
    Under,
)  # fmt: skip
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.dates import day_of
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.fields.parts import value_of

Values = Mapping[str, Any]
#: Gives the values of the record at the other end of a link, or None when there is none.
Follow = Callable[[Field, Any], Values | None]
#: Gives the values of the records at an end of the record with these values (for ties with fields of their own, both).
Gather = Callable[[End, Values], Iterable[Values]]
#: No tree is climbed further: a chain that long is a cycle.
DEEPEST_TREE = 50
NOTHING: Values = {}


def holds(
    node: Node, values: Values, context: Context, *, follow: Follow | None = None, members: Gather | None = None
) -> bool:
    """Whether the record with these values (Python values by field key) satisfies the condition."""
    return asker(values, context, follow=follow, members=members).holds(node, values)


def asker(
    values: Values, context: Context, *, follow: Follow | None = None, members: Gather | None = None
) -> Asker:
    """Who asks conditions of this record, one node at a time."""
    return Asker(context, follow or _nobody, members or _none, values)


def _nobody(field: Field, value: Any) -> None:
    return None


def _none(end: End, values: Values) -> Iterable[Values]:
    return ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks conditions; `root` is the record that `$record` names, where that is the one that is asked about."""

    context: Context
    follow: Follow
    members: Gather
    root: Values

    def holds(self, node: Node, values: Values) -> bool:
        match node:
            case Every(nodes):
                return all(self.holds(each, values) for each in nodes)
            case Some(nodes):
                return any(self.holds(each, values) for each in nodes)
            case Not(inner):
                return not self.holds(inner, values)
            case Test():
                return self.test(node, values)
            case Against():
                return self.against(node, values)
            case Through():
                return self.through(node, values)
            case Under():
                return self.under(node, values)
            case Members():
                number = sum(
                    self.holds(inner, each) for end, inner in node.among() for each in self.members(end, values)
                )
                return all(OPERATORS[operator].test(number, operand) for operator, operand in node.counts)
            case New(flag):
                return self.context.new is flag
            case Changed():
                return self.changed(node, values)

    def test(self, node: Test, values: Values) -> bool:
        field = node.field
        operator, operand = resolve(field, node.operator, node.operand, self.context, part=node.part)
        row = field.type.operator(operator)
        if row.parts:
            value = value_of(field, values)
            written = field.type.write(field, value) if value is not None else {}
            return row.test(tuple(written.get(part) for part in row.parts), operand)
        return row.test(compared(field, value_of(field, values), node.part), operand)

    def against(self, node: Against, values: Values) -> bool:
        value = compared(node.field, value_of(node.field, values), node.part)
        other = self.referred(node.other)
        if value is None or other is None:
            return node.operator == "ne"
        if node.field.type.compares != node.other.last.type.compares:
            value, other = (self._day(each) for each in (value, other))
        return OPERATORS[node.operator].test(value, other)

    def _day(self, value: Any) -> Any:
        return day_of(value, self.context.zone) if hasattr(value, "tzinfo") else value

    def referred(self, reference: Reference) -> Any:
        """What `$record.x` stands for, in comparable form; None when it is empty."""
        here: Values | None = self.root if reference.own else at_hand(self.context)
        for field in reference.path[:-1]:
            here = None if here is None else self.follow(field, here.get(field.key))
        return None if here is None else compared(reference.last, value_of(reference.last, here))

    def through(self, node: Through, values: Values) -> bool:
        value = values.get(node.field.key)
        if node.module and getattr(value, "module", None) != node.module:
            return False
        there = self.follow(node.field, value)
        return there is not None and self.holds(node.node, there)

    def under(self, node: Under, values: Values) -> bool:
        if isinstance(node.operand, Reference):
            top = self.referred(node.operand)
        else:
            top = resolve(node.field, "eq", node.operand, self.context)[1]
        field, value = node.field, values.get(node.field.key)
        for _ in range(DEEPEST_TREE + 1):
            if value is None or top is None:
                return False
            if (value.id if isinstance(value, Linked) else value) == top:
                return True
            there = self.follow(field, value)
            field, value = node.tree, (there or NOTHING).get(node.tree.key)
        return False

    def changed(self, node: Changed, values: Values) -> bool:
        before, field = self.context.before or NOTHING, node.field
        old, new = (_written(field, each.get(field.key)) for each in (before, values))
        return old != new and self.holds(node.before, before) and self.holds(node.after, values)


def compared(field: Field, value: Any, part: str = "") -> Any:
    """The value as it is compared: that of the column which SQL looks at."""
    if value is None:
        return None
    return field.type.write(field, value)[part or field.type.compared(field)]


def at_hand(context: Context) -> Values:
    """The values of the record at hand. Raises ValueError where a caller gave none."""
    if context.record is None:
        raise ValueError("this condition asks for $record, and no record is at hand")
    return context.record


def _written(field: Field, value: Any) -> Any:
    return None if value is None else field.type.write(field, value)
