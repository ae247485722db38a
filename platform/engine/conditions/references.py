"""`$record`: the record at hand, a field of it, or of what it links to, on the right of an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.tree import Against, Every, Node, Not, Reference, Scope, Some
from hanok.engine.errors import say
from hanok.engine.fields import Field
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

RECORD = "$record"
#: Operators that can compare a field with another one.
COMPARING = ("eq", "ne", "gt", "gte", "lt", "lte")
#: A moment and a day are compared by the moment's day.
TIMES = {"day", "moment"}
ID = "id"


def refers(operand: Any) -> bool:
    """Whether `$record` stands in an operand, or in its list."""
    if isinstance(operand, list):
        return any(refers(each) for each in operand)
    return isinstance(operand, str) and (operand == RECORD or operand.startswith(RECORD + "."))


def against(parser: Parser, field: Field, operator: str, operand: Any, path: Path, *, part: str) -> Node:
    """A comparison with `$record`; a list or a range that has one is taken apart."""
    if isinstance(operand, list):
        return _apart(parser, field, operator, operand, path, part)
    if operator not in COMPARING:
        return parser.wrong(path, say("“{operator}” cannot compare with a field.", operator=operator))
    other = reference(parser, operand, path)
    if other is None:
        return Every(())
    if not comparable(field, part, other.last):
        return parser.wrong(path, say("“{field}” and “{other}” cannot be compared.", field=field.key, other=str(other)))
    return Against(field, operator, other, part)


def _apart(parser: Parser, field: Field, operator: str, operand: list[Any], path: Path, part: str) -> Node:
    takes = OPERATORS[operator].takes
    if takes == "many":
        found: Node = Some(tuple(parser.operators(field, {"eq": each}, path[:-1], part=part) for each in operand))
    elif takes == "two" and len(operand) == 2:
        ends = [{key: each} for key, each in zip(("gte", "lte"), operand, strict=True) if each is not None]
        found = Every(tuple(parser.operators(field, each, path[:-1], part=part) for each in ends))
    else:
        return parser.wrong(path, say("“{operator}” cannot compare with a field.", operator=operator))
    return Not(found) if operator in ("not_in", "outside") else found


def reference(parser: Parser, word: str, path: Path) -> Reference | None:
    """What `$record.account.owner` names; None when it names nothing, which is reported."""
    scope: Scope = parser.record or parser.root
    keys = word.split(".")[1:] or [ID]
    fields: list[Field] = []
    scopes: list[Scope] = []
    for place, key in enumerate(keys):
        field = scope.find(key)
        if field is None:
            parser.wrong(path, unknown(key, scope.names(), noun=say("field")))
            return None
        part = field.type.part_field(field, keys[-1]) if place == len(keys) - 2 else None
        if part is not None:
            return Reference((*fields, part), tuple(scopes), own=parser.record is None)
        fields.append(field)
        if place < len(keys) - 1:
            there = scope.follow(field)
            if there is None:
                parser.wrong(path, say("“{field}” has no “{part}”.", field=key, part=keys[place + 1]))
                return None
            scopes.append(there)
            scope = there
    return Reference(tuple(fields), tuple(scopes), own=parser.record is None)


def comparable(field: Field, part: str, other: Field) -> bool:
    """Whether values of the field (or of a part of it) can be compared with those of the other one."""
    if part:
        return False
    kind, kinds = field.type.compares, {field.type.compares, other.type.compares}
    if kinds == TIMES:
        return True
    if len(kinds) > 1 or kind in ("", "keys"):
        return False
    here, there = _points_at(field), _points_at(other)
    if here or there:
        return bool(here & there)
    types = [_column(each) for each in (field, other)]
    if kind == "number":
        return issubclass(types[0], sa.Float) == issubclass(types[1], sa.Float)
    return types[0] is types[1]


def _points_at(field: Field) -> set[str]:
    """The modules that its values are ids of."""
    return {field.module} if field.system and field.key == ID else set(field.targets)


def _column(field: Field) -> type:
    """The class of the compared part's column."""
    part = field.type.compared(field)
    return type(next(each.type for each in field.type.parts(field) if each.name == part))
