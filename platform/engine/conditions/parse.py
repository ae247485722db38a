"""From plain data (a map of field → test) to a checked tree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from hanok.engine.conditions.attributes import options_that
from hanok.engine.conditions.changes import changed, new
from hanok.engine.conditions.ends import WORDS_OF_ENDS, members
from hanok.engine.conditions.faults import LARGEST, LONGEST, ConditionError, Fault, Path
from hanok.engine.conditions.links import WORDS_OF_LINKS, linked
from hanok.engine.conditions.operands import OperandError, check_operand
from hanok.engine.conditions.references import against, refers
from hanok.engine.conditions.tree import Every, Node, Not, Scope, Some, Test, Through
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.language import unknown

DEEPEST = 16
FIELD, OPERATOR = say("field"), say("operator")
__all__ = ["ConditionError", "Fault", "parse"]


def parse(data: Any, scope: Scope, *, record: Scope | None = None, allows: Collection[str] = ()) -> Node:
    """The tree of a condition about `scope`. Raises ConditionError with all faults.

    `record` is the scope of `$record` where that is another record than the one that is asked about: its values are
    then in the `Context`. `allows={"changed"}` is said where a change is known.
    """
    parser = Parser(scope, record, frozenset(allows))
    node = parser.every(data, scope, ())
    if parser.faults:
        raise ConditionError(parser.faults)
    return node


class Parser:
    """Reads one condition; what it meets in `attributes`, `changes`, `ends`, `links` and `references` is read there."""

    def __init__(self, root: Scope, record: Scope | None, allows: frozenset[str]) -> None:
        self.root = root
        self.record = record
        self.allows = allows
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
        return Every(tuple(self.entry(str(key), test, scope, (*path, key)) for key, test in data.items()))

    def entry(self, key: str, test: Any, scope: Scope, path: Path) -> Node:
        word = _ENTRIES.get(key)
        if word is not None:
            return word(self, key, test, scope, path)
        head, _, rest = key.partition(".")
        end = scope.end(head)
        if end is not None:
            return members(self, end, rest, test, path)
        field = scope.find("title" if head == "$title" else head)
        if field is None:
            return self.wrong(path, unknown(head, scope.names(), noun=FIELD))
        return self._dotted(field, rest, test, scope, path) if rest else self.test(field, test, scope, path)

    def several(self, key: str, test: Any, scope: Scope, path: Path) -> Node:
        if not isinstance(test, list) or not test:
            return self.wrong(path, say("“{key}” takes a list of conditions.", key=key))
        nodes = tuple(self.every(each, scope, (*path, number)) for number, each in enumerate(test))
        return Some(nodes) if key == "any" else Every(nodes)

    def opposite(self, key: str, test: Any, scope: Scope, path: Path) -> Node:
        return Not(self.every(test, scope, path))

    def _dotted(self, field: Field, rest: str, test: Any, scope: Scope, path: Path) -> Node:
        if rest == field.type.compared(field):
            return self.operators(field, test, path)
        if (part := field.type.part_field(field, rest)) is not None:
            return self.test(part, test, scope, path)
        if rest in field.columns and field.type.part_operand(field, rest) is not None:
            return self.operators(field, test, path, part=rest)
        if any(rest in choice.attributes for choice in field.choices):
            return options_that(self, field, {rest: test}, path)
        there = scope.follow(field)
        if there is not None:
            return Through(field, there, self.entry(rest, test, there, path))
        if len(field.targets) > 1:
            return self.wrong(path, say("“{field}” links to several modules; say which with is_a.", field=field.key))
        return self.wrong(path, say("“{field}” has no “{part}”.", field=field.key, part=rest))

    def test(self, field: Field, test: Any, scope: Scope, path: Path) -> Node:
        """A test of one field: operators, and beside them what a link or an option has of its own."""
        if not isinstance(test, Mapping):
            return self.operators(field, test, path)
        said = {str(key): value for key, value in test.items()}
        own = {key: value for key, value in said.items() if key in OPERATORS}
        rest = {key: value for key, value in said.items() if key not in OPERATORS}
        nodes = [self.operators(field, own, path)] if own or not rest else []
        if not rest:
            return nodes[0]
        if field.targets:
            nodes.append(linked(self, field, rest, scope, path))
        elif field.choices:
            nodes.append(options_that(self, field, rest, path))
        else:
            nodes.append(self._not_of_it(field, rest, scope, path))
        return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))

    def _not_of_it(self, field: Field, rest: Mapping[str, Any], scope: Scope, path: Path) -> Node:
        """What stands beside a field that has no such thing: a part, a word of links or ends, or nonsense."""
        nodes = []
        for key, value in rest.items():
            if (part := field.type.part_field(field, key)) is not None:
                nodes.append(self.test(part, value, scope, (*path, key)))
            elif key in field.columns and field.type.part_operand(field, key) is not None:
                nodes.append(self.operators(field, value, (*path, key), part=key))
            elif key in WORDS_OF_ENDS:
                self.wrong((*path, key), say("“{field}” has not several records: “{word}” asks for some of several.",
                                             field=field.key, word=key))  # fmt: skip
            elif key in WORDS_OF_LINKS:
                self.wrong((*path, key), say("“{field}” is no link: “{word}” asks for one.", field=field.key, word=key))
            else:
                self.wrong((*path, key), unknown(key, field.type.operators, noun=OPERATOR))
        return Every(tuple(nodes))

    def operators(self, field: Field, test: Any, path: Path, *, part: str = "") -> Node:
        if isinstance(test, Mapping):
            nodes = tuple(self._one(field, str(key), value, (*path, key), part) for key, value in test.items())
            return Every(nodes)
        return self._one(field, "in" if isinstance(test, list) else "eq", test, path, part)

    def _one(self, field: Field, operator: str, operand: Any, path: Path, part: str) -> Node:
        if isinstance(operand, list) and len(operand) > LONGEST:
            return self.wrong(path, say("A list has at most {most} values.", most=LONGEST))
        if field.live:
            return self.wrong(path, say("“{field}” is worked out when it is read: nothing chooses by it.",
                                        field=field.key))  # fmt: skip
        if operator not in field.type.operators:
            if operator == "in" and isinstance(operand, list) and "eq" in field.type.operators:
                return Some(tuple(self._one(field, "eq", each, path, part) for each in operand))
            return self.wrong(path, unknown(operator, field.type.operators, noun=OPERATOR))
        if operand is None:
            return self.wrong(path, say("“null” is no value; test with {{empty: true}}."))
        if refers(operand):
            return against(self, field, operator, operand, path, part=part)
        try:
            check_operand(field, operator, operand, part=part)
        except OperandError as error:
            return self.wrong(path, error.message)
        return Test(field, operator, operand, part)


_ENTRIES: Mapping[str, Callable[[Parser, str, Any, Scope, Path], Node]] = {
    "any": Parser.several,
    "all": Parser.several,
    "not": Parser.opposite,
    "new": new,
    "changed": changed,
}
