"""`new` and `changed`: what a condition asks of a save rather than of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.tree import Changed, Every, New, Node, Scope, Some
from hanok.engine.errors import say
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

FROM, TO = "from", "to"


def new(parser: Parser, key: str, test: Any, scope: Scope, path: Path) -> Node:
    """`new: false`"""
    if scope is not parser.root:
        return parser.wrong(path, say("“{key}” can be asked of the record itself only.", key=key))
    if not isinstance(test, bool):
        return parser.wrong(path, say("“{operator}” takes true or false.", operator=key))
    return New(test)


def changed(parser: Parser, key: str, test: Any, scope: Scope, path: Path) -> Node:
    """`changed: stage`, `changed: [stage, amount]` (one of them), `changed: {stage: {from: new, to: won}}`"""
    if key not in parser.allows:
        return parser.wrong(path, say("“{key}” can be asked only where a change is known, as in workflows.", key=key))
    if scope is not parser.root:
        return parser.wrong(path, say("“{key}” can be asked of the record itself only.", key=key))
    if isinstance(test, Mapping):
        return Every(tuple(_one(parser, str(each), said, scope, (*path, each)) for each, said in test.items()))
    if isinstance(test, list) and test:
        return Some(tuple(_one(parser, str(each), {}, scope, (*path, at)) for at, each in enumerate(test)))
    if isinstance(test, str):
        return _one(parser, test, {}, scope, path)
    return parser.wrong(path, say("“{key}” takes a field, a list of fields, or a map of them.", key=key))


def _one(parser: Parser, key: str, said: Any, scope: Scope, path: Path) -> Node:
    field = scope.find(key)
    if field is None:
        return parser.wrong(path, unknown(key, scope.names(), noun=say("field")))
    if said is True:
        said = {}
    if not isinstance(said, Mapping):
        return parser.wrong(path, say("Say what it changed from and to: {{from: …, to: …}}."))
    for word in said:
        if word not in (FROM, TO):
            parser.wrong((*path, word), unknown(str(word), (FROM, TO), noun=say("operator")))
    before, after = (
        parser.test(field, said[word], scope, (*path, word)) if word in said else Every(()) for word in (FROM, TO)
    )
    return Changed(field, before, after)
