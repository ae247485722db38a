"""`some`, `none` and `count`: what is asked of the several records at an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.tree import End, Every, Members, Node, Scope
from hanok.engine.errors import say
from hanok.engine.fields.operators import NUMERIC, OPERATORS
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

SOME, NONE, COUNT, EMPTY, WHERE = "some", "none", "count", "empty", "where"
WORDS_OF_ENDS = (SOME, NONE, COUNT)
COUNTED = tuple(key for key in NUMERIC if key != EMPTY)
Counts = tuple[tuple[str, Any], ...]
#: What joins conditions, beside the names of fields.
JOINING = ("any", "all", "not")
AT_LEAST_ONE, NOT_ONE = (("gte", 1),), (("eq", 0),)


def members(parser: Parser, end: End, rest: str, test: Any, path: Path) -> Node:
    """The test of an end. A bare value or a list asks for records by their ids: `groups: $me.groups`."""
    if rest and end.single:
        return _members(parser, end, {rest: test}, path, AT_LEAST_ONE)
    if rest:
        return parser.wrong(path, say("“{end}” has several records: write {example}.", end=end.key,
                                      example=f"{end.key}: {{some: {{{rest}: …}}}}"))  # fmt: skip
    if not isinstance(test, Mapping):
        return _among(parser, end.each(), lambda each: parser.entry("id", test, each.scope, path), AT_LEAST_ONE)
    if end.single and not {*WORDS_OF_ENDS, EMPTY} & set(test):
        return _members(parser, end, test, path, AT_LEAST_ONE)
    return Every(tuple(_word(parser, end, str(key), said, (*path, key)) for key, said in test.items()))


def _members(parser: Parser, end: End, said: Any, path: Path, counts: Counts) -> Node:
    """The records at an end that satisfy a condition; of a union those of its ends that know what it names."""
    every = end.each()
    known = [each for each in every if _knows(each.scope, said)] or every[:1]
    return _among(parser, known, lambda each: parser.every(said, each.scope, path), counts)


def _among(parser: Parser, ends: Sequence[End], read: Callable[[End], Node], counts: Counts) -> Node:
    """The condition as it reads at each of the ends; what is wrong is said once."""
    among: list[tuple[End, Node]] = []
    before = len(parser.faults)
    for each in ends:
        if len(parser.faults) == before:
            among.append((each, read(each)))
    return Members(*among[0], counts, tuple(among[1:]))


def _knows(scope: Scope, said: Any) -> bool:
    """Whether the module knows every name of a condition."""
    if isinstance(said, list):
        return all(_knows(scope, each) for each in said)
    if not isinstance(said, Mapping):
        return True
    return all(_knows(scope, test) if key in JOINING else _known(scope, str(key)) for key, test in said.items())


def _known(scope: Scope, key: str) -> bool:
    head = "title" if key == "$title" else key.partition(".")[0]
    return scope.find(head) is not None or scope.end(head) is not None


def _word(parser: Parser, end: End, word: str, said: Any, path: Path) -> Node:
    if word in (SOME, NONE):
        return _members(parser, end, said, path, AT_LEAST_ONE if word == SOME else NOT_ONE)
    if word == COUNT:
        return _count(parser, end, said, path)
    if word == EMPTY and isinstance(said, bool):
        return _members(parser, end, {}, path, NOT_ONE if said else AT_LEAST_ONE)
    if any(_known(each.scope, word) for each in end.each()):
        return parser.wrong(path, say("“{end}” has several records: write {example}.", end=end.key,
                                      example=f"{end.key}: {{some: {{{word}: …}}}}"))  # fmt: skip
    return parser.wrong(path, unknown(word, (*WORDS_OF_ENDS, EMPTY), noun=say("operator")))


def _count(parser: Parser, end: End, said: Any, path: Path) -> Node:
    tests = dict(said) if isinstance(said, Mapping) else {"eq": said}
    where = tests.pop(WHERE, {})
    if not tests:
        return parser.wrong(path, say("“count” takes a number, or operators such as {{gte: 2}}."))
    for operator, number in tests.items():
        if operator not in COUNTED:
            parser.wrong((*path, operator), unknown(str(operator), (*COUNTED, WHERE), noun=say("operator")))
        elif not _counts(str(operator), number):
            parser.wrong((*path, operator) if isinstance(said, Mapping) else path, say("This must be a whole number."))
    return _members(parser, end, where, (*path, WHERE), tuple(tests.items()))


def _counts(operator: str, number: Any) -> bool:
    takes = OPERATORS[operator].takes
    if takes == "one":
        return _whole(number)
    if not isinstance(number, list) or (takes == "two" and len(number) != 2):
        return False
    return all(_whole(each) or (each is None and takes == "two") for each in number)


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
