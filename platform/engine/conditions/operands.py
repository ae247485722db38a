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


def check_operand(field: Field, operator: str, operand: Any, *, part: str = "") -> None:
    """Raises OperandError when the operand could never be read."""
    resolve(field, operator, operand, SOMEBODY, part=part)


def resolve(field: Field, operator: str, operand: Any, context: Context, *, part: str = "") -> tuple[str, Any]:
    """The operator and the comparable operand to run with (a relative day may turn `eq` into `between`).

    `part` is a part of the field that is asked by itself, "" for what the type compares.
    """
    takes = field.type.operator(operator).takes
    asked = _Asked(field, operator, context, part)
    if takes == "flag":
        if not isinstance(operand, bool):
            raise OperandError(say("“{operator}” takes true or false.", operator=operator))
        return operator, operand
    if takes == "many":
        if not isinstance(operand, list | tuple):
            raise OperandError(say("“{operator}” takes a list.", operator=operator))
        return operator, [asked.item(each) for each in operand]
    if takes == "two":
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            raise OperandError(say("“{operator}” takes a list of two.", operator=operator))
        return operator, asked.range(operand)
    return asked.one(operand)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an operand is read for."""

    field: Field
    operator: str
    context: Context
    part: str

    def item(self, operand: Any) -> Any:
        """One of a list. A relative word stands here only when it means one value."""
        span = self.relative(operand)
        if span is not None and span[0] != span[1]:
            raise OperandError(say("“{word}” is a range and cannot stand in a list.", word=operand))
        return self.one(operand)[1]

    def range(self, operand: Any) -> tuple[Any, Any]:
        low, high = (None if each in (None, "") else each for each in operand)
        ends = []
        for place, each in enumerate((low, high)):
            span = None if each is None else self.relative(each)
            ends.append(span[place] if span else None if each is None else self.load(each))
        return ends[0], ends[1]

    def one(self, operand: Any) -> tuple[str, Any]:
        span = self.relative(operand)
        if span is None:
            return self.operator, self.load(operand)
        low, high = span
        if low != high and self.operator in SPANNED:
            return SPANNED[self.operator], span
        return self.operator, high if self.operator in ("gt", "lte") else low

    def relative(self, operand: Any) -> tuple[Any, Any] | None:
        if self.part or not isinstance(operand, str):
            return None
        found = self.field.type
        span = found.relative(self.field, operand, now=self.context.now, zone=self.context.zone)
        return None if span is None else (found.comparable(self.field, span[0]), found.comparable(self.field, span[1]))

    def load(self, operand: Any) -> Any:
        if operand == ME and not self.part:
            if "user" not in self.field.targets:
                raise OperandError(say("{me} can stand beside a user only.", me=ME))
            return self.context.actor
        if isinstance(operand, str) and operand.startswith("$"):
            if not operand.startswith("$$"):
                raise OperandError(say("“{word}” is not known here; write $$ for a plain $.", word=operand))
            operand = operand[1:]
        if isinstance(operand, Mapping):
            raise OperandError(say("A map cannot stand here."))
        try:
            value = self.validator().deserialize(operand)
        except ma.ValidationError as error:
            raise OperandError(first_message(error.messages)) from error
        if value is None:
            raise OperandError(say("A value is missing here."))
        return value if self.part else self.field.type.comparable(self.field, value)

    def validator(self) -> ma.fields.Field[Any]:
        own = self.field.type.part_operand(self.field, self.part) if self.part else None
        return own or self.field.type.operand(self.field, self.operator)


def first_message(found: Any) -> Message:
    """The first message of what marshmallow collected."""
    while isinstance(found, list | tuple | dict):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    return found if isinstance(found, Message) else Message(str(found).replace("{", "{{").replace("}", "}}"))
