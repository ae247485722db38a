"""From plain data (a map of field → test) to a checked tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.conditions.operands import OperandError, check_operand
from hanok.engine.conditions.tree import Every, Node, Not, Scope, Some, Test, Through
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.language import unknown

DEEPEST = 12
#: Tests in one condition, and values in one list: databases bound the size of a statement.
LARGEST, LONGEST = 500, 10_000
FIELD, OPERATOR = say("field"), say("operator")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the keys that lead to it within the condition."""

    path: Path
    message: Message


class ConditionError(ValueError):
    """The condition cannot be read. `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(str(fault.message) for fault in faults))
        self.faults = tuple(faults)


def parse(data: Any, scope: Scope) -> Node:
    """The tree of a condition about `scope`. Raises ConditionError with all faults."""
    parser = _Parser()
    node = parser.every(data, scope, ())
    if parser.faults:
        raise ConditionError(parser.faults)
    return node


class _Parser:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.tests = 0

    def wrong(self, path: Path, message: Message) -> Node:
        self.faults.append(Fault(path, message))
        return Every(())

    def every(self, data: Any, scope: Scope, path: Path) -> Node:
        if not isinstance(data, Mapping):
            return self.wrong(path, say("A condition is a map of fields and tests."))
        self.tests += len(data)
        if self.tests > LARGEST:
            return self.wrong(path, say("A condition has at most {most} tests.", most=LARGEST))
        if len(path) > DEEPEST:
            return self.wrong(path, say("This condition is nested too deeply."))
        return Every(tuple(self._entry(str(key), test, scope, (*path, key)) for key, test in data.items()))

    def _entry(self, key: str, test: Any, scope: Scope, path: Path) -> Node:
        if key in ("any", "all"):
            if not isinstance(test, list) or not test:
                return self.wrong(path, say("“{key}” takes a list of conditions.", key=key))
            nodes = tuple(self.every(each, scope, (*path, number)) for number, each in enumerate(test))
            return Some(nodes) if key == "any" else Every(nodes)
        if key == "not":
            return Not(self.every(test, scope, path))
        head, _, rest = key.partition(".")
        field = scope.find("title" if head == "$title" else head)
        if field is None:
            return self.wrong(path, unknown(head, scope.names(), noun=FIELD))
        return self._dotted(field, rest, test, scope, path) if rest else self._test(field, test, scope, path)

    def _dotted(self, field: Field, rest: str, test: Any, scope: Scope, path: Path) -> Node:
        if rest == field.type.compared(field):
            return self._operators(field, test, path)
        if (part := field.type.part_field(field, rest)) is not None:
            return self._test(part, test, scope, path)
        if rest in field.columns and field.type.part_operand(field, rest) is not None:
            return self._operators(field, test, path, part=rest)
        if any(rest in choice.attributes for choice in field.choices):
            return self._attributes(field, {rest: test}, path)
        there = scope.follow(field)
        if there is None:
            return self.wrong(path, say("“{field}” has no “{part}”.", field=field.key, part=rest))
        return Through(field, there, self._entry(rest, test, there, path))

    def _test(self, field: Field, test: Any, scope: Scope, path: Path) -> Node:
        if isinstance(test, Mapping) and not set(test) <= set(OPERATORS):
            there = scope.follow(field)
            if there is not None:
                return Through(field, there, self.every(test, there, path))
            if field.choices:
                return self._attributes(field, test, path)
        return self._operators(field, test, path)

    def _attributes(self, field: Field, test: Mapping[str, Any], path: Path) -> Node:
        """`stage: {closed: false}` is a test on the options that carry the attribute so."""
        known = {name for choice in field.choices for name in choice.attributes}
        for name in test:
            if name not in known:
                return self.wrong(
                    (*path, name), unknown(str(name), sorted({*known, *field.type.operators}), noun=OPERATOR)
                )
        wanted = [
            choice.key
            for choice in field.choices
            if all(_carries(choice.attributes.get(name), wish) for name, wish in test.items())
        ]
        return Test(field, "in", wanted)

    def _operators(self, field: Field, test: Any, path: Path, *, part: str = "") -> Node:
        if isinstance(test, Mapping):
            nodes = tuple(self._one(field, str(key), value, (*path, key), part) for key, value in test.items())
            return Every(nodes)
        return self._one(field, "in" if isinstance(test, list) else "eq", test, path, part)

    def _one(self, field: Field, operator: str, operand: Any, path: Path, part: str) -> Node:
        if isinstance(operand, list) and len(operand) > LONGEST:
            return self.wrong(path, say("A list has at most {most} values.", most=LONGEST))
        if operator not in field.type.operators:
            if operator == "in" and isinstance(operand, list) and "eq" in field.type.operators:
                return Some(tuple(self._one(field, "eq", each, path, part) for each in operand))
            return self.wrong(path, unknown(operator, field.type.operators, noun=OPERATOR))
        if operand is None:
            return self.wrong(path, say("“null” is no value; test with {{empty: true}}."))
        try:
            check_operand(field, operator, operand, part=part)
        except OperandError as error:
            return self.wrong(path, error.message)
        return Test(field, operator, operand, part)


def _carries(value: Any, wish: Any) -> bool:
    """Whether an option's attribute is as wished: a value, a list, or operators. A missing boolean is false."""
    if isinstance(wish, Mapping):
        return all(key in OPERATORS and OPERATORS[key].test(value, operand) for key, operand in wish.items())
    if isinstance(wish, list):
        return value in wish
    return bool((value if value is not None or not isinstance(wish, bool) else False) == wish)
