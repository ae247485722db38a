"""`some`, `none` and `count`: what is asked of the several records at an end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.tree import End, Every, Members, Node
from hanok.engine.errors import say
from hanok.engine.fields.operators import NUMERIC, OPERATORS
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

SOME, NONE, COUNT, EMPTY, WHERE = "some", "none", "count", "empty", "where"
WORDS_OF_ENDS = (SOME, NONE, COUNT)
COUNTED = tuple(key for key in NUMERIC if key != EMPTY)
AT_LEAST_ONE, NOT_ONE = (("gte", 1),), (("eq", 0),)


def members(parser: Parser, end: End, rest: str, test: Any, path: Path) -> Node:
    """The test of an end. A bare value or a list asks for records by their ids: `groups: $me.groups`."""
    if rest:
        return parser.wrong(path, say("“{end}” has several records: write {example}.", end=end.key,
                                      example=f"{end.key}: {{some: {{{rest}: …}}}}"))  # fmt: skip
    if not isinstance(test, Mapping):
        return Members(end, parser.entry("id", test, end.scope, path), AT_LEAST_ONE)
    return Every(tuple(_word(parser, end, str(key), said, (*path, key)) for key, said in test.items()))


def _word(parser: Parser, end: End, word: str, said: Any, path: Path) -> Node:
    if word in (SOME, NONE):
        counts = AT_LEAST_ONE if word == SOME else NOT_ONE
        return Members(end, parser.every(said, end.scope, path), counts)
    if word == COUNT:
        return _count(parser, end, said, path)
    if word == EMPTY and isinstance(said, bool):
        return Members(end, Every(()), NOT_ONE if said else AT_LEAST_ONE)
    if end.scope.find(word) is not None or end.scope.end(word) is not None:
        return parser.wrong(path, say("“{end}” has several records: write {example}.", end=end.key,
                                      example=f"{end.key}: {{some: {{{word}: …}}}}"))  # fmt: skip
    return parser.wrong(path, unknown(word, (*WORDS_OF_ENDS, EMPTY), noun=say("operator")))


def _count(parser: Parser, end: End, said: Any, path: Path) -> Node:
    tests = dict(said) if isinstance(said, Mapping) else {"eq": said}
    node = parser.every(tests.pop(WHERE), end.scope, (*path, WHERE)) if WHERE in tests else Every(())
    if not tests:
        return parser.wrong(path, say("“count” takes a number, or operators such as {{gte: 2}}."))
    for operator, number in tests.items():
        if operator not in COUNTED:
            parser.wrong((*path, operator), unknown(str(operator), (*COUNTED, WHERE), noun=say("operator")))
        elif not _counts(str(operator), number):
            parser.wrong((*path, operator) if isinstance(said, Mapping) else path, say("This must be a whole number."))
    return Members(end, node, tuple(tests.items()))


def _counts(operator: str, number: Any) -> bool:
    takes = OPERATORS[operator].takes
    if takes == "one":
        return _whole(number)
    if not isinstance(number, list) or (takes == "two" and len(number) != 2):
        return False
    return all(_whole(each) or (each is None and takes == "two") for each in number)


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
