"""The same condition asked of one record in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hanok.engine.conditions.operands import Context, resolve
from hanok.engine.conditions.tree import Every, Node, Not, Some, Test, Through
from hanok.engine.fields import Field
from hanok.engine.fields.parts import value_of

#: Gives the values of the record at the other end of a link, or None when there is none.
Follow = Callable[[Field, Any], Mapping[str, Any] | None]


def holds(node: Node, values: Mapping[str, Any], context: Context, *, follow: Follow | None = None) -> bool:
    """Whether the record with these values (Python values by field key) satisfies the condition."""
    if isinstance(node, Every):
        return all(holds(each, values, context, follow=follow) for each in node.nodes)
    if isinstance(node, Some):
        return any(holds(each, values, context, follow=follow) for each in node.nodes)
    if isinstance(node, Not):
        return not holds(node.node, values, context, follow=follow)
    if isinstance(node, Through):
        there = follow(node.field, values.get(node.field.key)) if follow else None
        return there is not None and holds(node.node, there, context, follow=follow)
    return _test(node, value_of(node.field, values), context)


def _test(test: Test, value: Any, context: Context) -> bool:
    operator, operand = resolve(test.field, test.operator, test.operand, context, part=test.part)
    if value is not None:
        part = test.part or test.field.type.compared(test.field)
        value = test.field.type.write(test.field, value)[part]
    return test.field.type.operator(operator).test(value, operand)
