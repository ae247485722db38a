"""What stands on the right of an operator: read by the type, with $me and relative dates resolved when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

ME = "$me"
#: What an operator turns into when its operand is a range of days.
SPANNED = {"eq": "between", "ne": "outside"}


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, and when: what `$me` and relative dates stand for."""

    actor: UUID | None
    now: datetime
    zone: str = "UTC"


class OperandError(ValueError):
    """The operand does not suit the field; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


SOMEBODY = Context(UUID(int=0), datetime(2000, 1, 1, tzinfo=UTC))


def check_operand(field: Field, operator: str, operand: Any) -> None:
    """Raises OperandError when the operand could never be read."""
    resolve(field, operator, operand, SOMEBODY)


def resolve(field: Field, operator: str, operand: Any, context: Context) -> tuple[str, Any]:
    """The operator and the comparable operand to run with (a relative day may turn `eq` into `between`)."""
    takes = field.type.operator(operator).takes
    if takes == "flag":
        if not isinstance(operand, bool):
            raise OperandError(say("“{operator}” takes true or false.", operator=operator))
        return operator, operand
    if takes == "many":
        if not isinstance(operand, list | tuple):
            raise OperandError(say("“{operator}” takes a list.", operator=operator))
        return operator, [value for each in operand for value in _item(field, operator, each, context)]
    if takes == "two":
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            raise OperandError(say("“{operator}” takes a list of two.", operator=operator))
        return operator, _range(field, operator, operand, context)
    return _one(field, operator, operand, context)


def _item(field: Field, operator: str, operand: Any, context: Context) -> list[Any]:
    """One of a list. A relative word stands here only when it means one value."""
    span = _relative(field, operand, context)
    if span is not None and span[0] != span[1]:
        raise OperandError(say("“{word}” is a range and cannot stand in a list.", word=operand))
    return [_one(field, operator, operand, context)[1]]


def _range(field: Field, operator: str, operand: Any, context: Context) -> tuple[Any, Any]:
    low, high = (None if each in (None, "") else each for each in operand)
    ends = []
    for place, each in enumerate((low, high)):
        span = None if each is None else _relative(field, each, context)
        ends.append(span[place] if span else None if each is None else _load(field, operator, each, context))
    return ends[0], ends[1]


def _one(field: Field, operator: str, operand: Any, context: Context) -> tuple[str, Any]:
    span = _relative(field, operand, context)
    if span is None:
        return operator, _load(field, operator, operand, context)
    low, high = span
    if low != high and operator in SPANNED:
        return SPANNED[operator], span
    return operator, high if operator in ("gt", "lte") else low


def _relative(field: Field, operand: Any, context: Context) -> tuple[Any, Any] | None:
    if not isinstance(operand, str):
        return None
    span = field.type.relative(field, operand, now=context.now, zone=context.zone)
    return None if span is None else (field.type.comparable(field, span[0]), field.type.comparable(field, span[1]))


def _load(field: Field, operator: str, operand: Any, context: Context) -> Any:
    if operand == ME:
        if "user" not in field.targets:
            raise OperandError(say("{me} can stand beside a user only.", me=ME))
        return context.actor
    if isinstance(operand, str) and operand.startswith("$"):
        if not operand.startswith("$$"):
            raise OperandError(say("“{word}” is not known here; write $$ for a plain $.", word=operand))
        operand = operand[1:]
    if isinstance(operand, Mapping):
        raise OperandError(say("A map cannot stand here."))
    try:
        value = field.type.operand(field, operator).deserialize(operand)
    except ma.ValidationError as error:
        raise OperandError(first_message(error.messages)) from error
    if value is None:
        raise OperandError(say("A value is missing here."))
    return field.type.comparable(field, value)


def first_message(found: Any) -> Message:
    """The first message of what marshmallow collected."""
    while isinstance(found, list | tuple | dict):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    return found if isinstance(found, Message) else Message(str(found).replace("{", "{{").replace("}", "}}"))
