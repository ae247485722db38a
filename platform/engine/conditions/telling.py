"""The same condition with what it saw: each test with the actual value, and whether it held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.conditions.operands import Context
from hanok.engine.conditions.python import NOTHING, Asker, Follow, Gather, Values, asker
from hanok.engine.conditions.tree import Against, Changed, Every, Members, New, Node, Not, Some, Test, Through, Under
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.parts import value_of

Told = Mapping[str, Any]


def tell(
    node: Node, values: Values, context: Context, *, follow: Follow | None = None, members: Gather | None = None
) -> Told:
    """What came of a condition, as plain JSON in the shape of its tree.

    `held`; of a group also `kind` (all, any, not) and `nodes`; of a test `field` and `module`, `operator` and `wanted`
    where it has them, and `actual`: what was there, as the trail keeps values. Of a `changed` that is [before, after],
    of an end how many. What lies behind a link stands in `nodes`.
    """
    return _tell(asker(values, context, follow=follow, members=members), node, values)


def _tell(asking: Asker, node: Node, values: Values) -> Told:
    match node:
        case Every(nodes):
            below = [_tell(asking, each, values) for each in nodes]
            return {"kind": "all", "held": all(each["held"] for each in below), "nodes": below}
        case Some(nodes):
            below = [_tell(asking, each, values) for each in nodes]
            return {"kind": "any", "held": any(each["held"] for each in below), "nodes": below}
        case Not(inner):
            told = _tell(asking, inner, values)
            return {"kind": "not", "held": not told["held"], "nodes": [told]}
        case Through():
            return _through(asking, node, values)
        case New(flag):
            return {"kind": "new", "held": asking.context.new is flag, "wanted": flag, "actual": asking.context.new}
        case Changed(field):
            before = asking.context.before or NOTHING
            pair = [shown(field, each.get(field.key)) for each in (before, values)]
            return {"kind": "changed", "held": asking.changed(node, values), **_of(field), "actual": pair}
        case Members():
            return _members(asking, node, values)
    return _test(asking, node, values)


def _test(asking: Asker, node: Test | Against | Under, values: Values) -> Told:
    field = node.field
    said: dict[str, Any] = {"kind": "test", "held": asking.holds(node, values), **_of(field)}
    match node:
        case Test(_, operator, operand):
            said |= {"operator": operator, "wanted": _plain(operand)}
        case Against(_, operator, other):
            said |= {"operator": operator, "wanted": f"$record.{other}"}
        case Under():
            said |= {"operator": "under", "wanted": _plain(node.operand)}
    return said | {"actual": shown(field, value_of(field, values))}


def _through(asking: Asker, node: Through, values: Values) -> Told:
    value = values.get(node.field.key)
    there = asking.follow(node.field, value)
    held = asking.through(node, values)
    below = [] if there is None else [_tell(asking, node.node, there)]
    return {"kind": "through", "held": held, **_of(node.field), "actual": shown(node.field, value), "nodes": below}


def _members(asking: Asker, node: Members, values: Values) -> Told:
    number = sum(asking.holds(inner, each) for end, inner in node.among() for each in asking.members(end, values))
    wanted = [[operator, _plain(operand)] for operator, operand in node.counts]
    held = asking.holds(node, values)
    return {"kind": "count", "held": held, "end": node.end.key, "wanted": wanted, "actual": number}


def _of(field: Field) -> dict[str, str]:
    return {"field": field.key, "module": field.module}


def shown(field: Field, value: Any) -> Any:
    """A value as the trail keeps it: of a secret only that it is."""
    if isinstance(value, Linked):
        return {"module": value.module, "id": str(value.id), "title": value.title}
    return None if value is None else _plain(field.type.kept(field, value))


def _plain(value: Any) -> Any:
    """Plain JSON of what is written in a condition."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
