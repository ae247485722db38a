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
from hanok.engine.fields.dates import OFFSET
from hanok.engine.fields.operators import words_of

ME = "$me"
#: The words for several ids, and the module that they are ids of.
GROUPS: Mapping[str, str] = {"$me.team": "team", "$me.groups": "security_group"}
#: What an operator turns into when its operand is a range of days, and when it is several ids.
SPANNED = {"eq": "between", "ne": "outside"}
SEVERAL = {"eq": "in", "ne": "not_in"}
#: Nobody's id: what $me is where nobody asks.
NOBODY = UUID(int=0)
RANGE = ".."


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, when, and about what.

    `record` are the values of the record at hand ($record), where it is another one than the one that is asked about.
    `before` are the values before the change; `new` says that the record is being made.
    """

    actor: UUID | None
    now: datetime
    zone: str = "UTC"
    teams: tuple[UUID, ...] = ()
    groups: tuple[UUID, ...] = ()
    record: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    new: bool = False

    def ids(self, word: str) -> tuple[UUID, ...]:
        """What a word of `GROUPS` stands for."""
        return self.teams if word == "$me.team" else self.groups


class OperandError(ValueError):
    """The operand does not suit the field; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


SOMEBODY = Context(NOBODY, datetime(2000, 1, 1, tzinfo=UTC))


def check_operand(field: Field, operator: str, operand: Any, *, part: str = "") -> None:
    """Raises OperandError when the operand could never be read."""
    _, found = resolve(field, operator, operand, SOMEBODY, part=part)
    if operator == "matches" and not words_of(found):
        raise OperandError(say("“{operator}” takes words.", operator=operator))


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
        return operator, [found for each in operand for found in asked.items(each)]
    if takes == "two":
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            raise OperandError(say("“{operator}” takes a list of two.", operator=operator))
        return operator, asked.range(operand)
    if takes == "period":
        return operator, asked.period(operand)
    if takes == "own":
        return operator, asked.deserialized(operand)
    return asked.one(operand)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an operand is read for."""

    field: Field
    operator: str
    context: Context
    part: str

    def items(self, operand: Any) -> tuple[Any, ...]:
        """One of a list. A relative word stands here only when it means one value."""
        if self.is_group(operand):
            return self.context.ids(operand)
        span = self.relative(operand)
        if span is not None and span[0] != span[1]:
            raise OperandError(say("“{word}” is a range and cannot stand in a list.", word=operand))
        return (self.one(operand)[1],)

    def range(self, operand: Any) -> tuple[Any, Any]:
        low, high = (None if each in (None, "") else each for each in operand)
        ends = []
        for place, each in enumerate((low, high)):
            span = None if each is None else self.relative(each)
            ends.append(span[place] if span else None if each is None else self.load(each))
        return ends[0], ends[1]

    def period(self, operand: Any) -> tuple[Any, Any]:
        """A word of time is all of it, an offset what lies between it and now, and `a..b` from a to b."""
        if isinstance(operand, str) and RANGE in operand:
            low, high = (end.strip() for end in operand.split(RANGE, 1))
            if not low and not high:
                raise OperandError(say("A value is missing here."))
            return self.range((low, high))
        offset = OFFSET.fullmatch(operand) if isinstance(operand, str) else None
        if offset is None:
            return self.range((operand, operand))
        here = "now" if offset[2] in "hm" else "today"
        return self.range((operand, here) if operand.startswith("-") else (here, operand))

    def one(self, operand: Any) -> tuple[str, Any]:
        if self.is_group(operand) and self.operator in SEVERAL:
            return SEVERAL[self.operator], list(self.context.ids(operand))
        span = self.relative(operand)
        if span is None:
            return self.operator, self.load(operand)
        low, high = span
        if low != high and self.operator in SPANNED:
            return SPANNED[self.operator], span
        return self.operator, high if self.operator in ("gt", "lte") else low

    def is_group(self, operand: Any) -> bool:
        """Whether it is $me.team or $me.groups, beside a link to such or the id of one."""
        if self.part or not isinstance(operand, str) or operand not in GROUPS:
            return False
        if not points_at(self.field, GROUPS[operand]):
            raise OperandError(say("{word} can stand beside a {module} only.", word=operand, module=GROUPS[operand]))
        return True

    def relative(self, operand: Any) -> tuple[Any, Any] | None:
        if self.part or not isinstance(operand, str):
            return None
        found = self.field.type
        span = found.relative(self.field, operand, now=self.context.now, zone=self.context.zone)
        return None if span is None else (found.comparable(self.field, span[0]), found.comparable(self.field, span[1]))

    def load(self, operand: Any) -> Any:
        if operand == ME and not self.part:
            if not points_at(self.field, "user"):
                raise OperandError(say("{me} can stand beside a user only.", me=ME))
            return self.context.actor or NOBODY
        if isinstance(operand, str) and operand.startswith("$"):
            if not operand.startswith("$$"):
                raise OperandError(say("“{word}” is not known here; write $$ for a plain $.", word=operand))
            operand = operand[1:]
        if isinstance(operand, Mapping):
            raise OperandError(say("A map cannot stand here."))
        value = self.deserialized(operand)
        return value if self.part else self.field.type.comparable(self.field, value)

    def deserialized(self, operand: Any) -> Any:
        try:
            value = self.validator().deserialize(operand)
        except ma.ValidationError as error:
            raise OperandError(first_message(error.messages)) from error
        if value is None:
            raise OperandError(say("A value is missing here."))
        return value

    def validator(self) -> ma.fields.Field[Any]:
        own = self.field.type.part_operand(self.field, self.part) if self.part else None
        return own or self.field.type.operand(self.field, self.operator)


def points_at(field: Field, module: str) -> bool:
    """Whether its values are ids of records of the module: a link there, or the module's own id."""
    return module in field.targets or (field.system and field.key == "id" and field.module == module)


def first_message(found: Any) -> Message:
    """The first message of what marshmallow collected."""
    while isinstance(found, list | tuple | dict):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    return found if isinstance(found, Message) else Message(str(found).replace("{", "{{").replace("}", "}}"))
