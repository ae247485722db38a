"""A condition as a small tree of JSON, which `static/js/conditions.js` asks of the values of a form.

Relative words, $me and attributes of options are resolved here; operands are sent as they are compared. What a page
cannot know is null, the unknown of a logic with three values:

    true | false | null                                     known, or unknown
    ["every", [tree…]]  ["some", [tree…]]  ["not", tree]
    ["test", field, operator, kind, operand, facts]         kind: how the field's type `compares`,
                                                            "id" or "module"
    ["against", field, operator, kind, facts, other, kind, facts, "own" or "record"]
    ["through", field, module, tree]                        fields of the tree are found as "field.key"
    ["under", field, id]

`facts` say how the raw text of a form is read (`FieldType.reading`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from hanok.engine.conditions.operands import Context, resolve
from hanok.engine.conditions.tree import (
    Against,
    Every,
    New,
    Node,
    Not,
    Reference,
    Some,
    Test,
    Through,
    Under,
)
from hanok.engine.fields import Field
from hanok.engine.fields.columns import RecordId
from hanok.engine.fields.operators import words_of

Tree = Any
UNKNOWN: Tree = None
#: Kinds of a page beside those of field types: ids, and the module that a link says before the id.
EXACT, ID, MODULE = "exact", "id", "module"


def to_browser(node: Node, context: Context) -> Tree:
    """The condition as JSON-able data, for the reader of this context."""
    match node:
        case Every(nodes) | Some(nodes):
            return ["every" if isinstance(node, Every) else "some", [to_browser(each, context) for each in nodes]]
        case Not(inner):
            return ["not", to_browser(inner, context)]
        case New(flag):
            return context.new is flag
        case Through(field, _, inner, module):
            return ["through", field.key, module, to_browser(inner, context)]
        case Test():
            return _test(node, context)
        case Against():
            return _against(node, context)
        case Under():
            return _under(node, context)
        case _:
            return UNKNOWN


def _test(node: Test, context: Context) -> Tree:
    field = node.field
    operator, operand = resolve(field, node.operator, node.operand, context, part=node.part)
    if "." in field.key:
        return UNKNOWN
    if operator == "empty":
        return ["test", field.key, operator, field.type.compares, operand, {}]
    kind = _kind(field, node.part)
    if not kind or field.type.operator(operator).parts:
        return UNKNOWN
    if operator == "matches":
        operand = words_of(operand)
    return ["test", field.key, operator, kind, sent(kind, operand), _facts(field, context)]


def _kind(field: Field, part: str) -> str:
    """How it compares in a browser, "" where it cannot. Of all parts a page knows only the module of a link."""
    if "." in field.key:
        return ""
    if part:
        return MODULE if part == MODULE and len(field.targets) > 1 else ""
    if field.type.compares == EXACT and isinstance(_column(field), RecordId):
        return ID
    return field.type.compares


def _column(field: Field) -> Any:
    part = field.type.compared(field)
    return next((each.type for each in field.type.parts(field) if each.name == part), None)


def _against(node: Against, context: Context) -> Tree:
    last = node.other.last
    kinds = [_kind(node.field, node.part), _kind(last, "")]
    if not all(kinds):
        return UNKNOWN
    source = "own" if node.other.own else "record"
    return [
        "against", node.field.key, node.operator, kinds[0], _facts(node.field, context),
        str(node.other), kinds[1], _facts(last, context), source,
    ]  # fmt: skip


def _under(node: Under, context: Context) -> Tree:
    if isinstance(node.operand, Reference):
        return UNKNOWN
    return ["under", node.field.key, sent(ID, resolve(node.field, "eq", node.operand, context)[1])]


def _facts(field: Field, context: Context) -> Mapping[str, Any]:
    facts = dict(field.type.reading(field))
    return facts | {"zone": context.zone} if field.type.compares == "moment" else facts


def sent(kind: str, operand: Any) -> Any:
    """The operand as the browser compares it: decimals and moments as text."""
    if operand is None:
        return None
    if isinstance(operand, list | tuple):
        return [sent(kind, each) for each in operand]
    return SENT[kind](operand)


def _moment(value: Any) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")) + "Z"


SENT: Mapping[str, Callable[[Any], Any]] = {
    "text": str, EXACT: str, ID: str, MODULE: str, "flag": bool, "moment": _moment, "keys": json.loads,
    "number": lambda value: f"{Decimal(str(value)):f}", "day": lambda value: value.isoformat(),
    "time": lambda value: value.isoformat(timespec="microseconds"),
}  # fmt: skip
