"""What stands beside a to-one link: fields of the linked record, `is_a`, `under`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hanok.engine.conditions.faults import Path
from hanok.engine.conditions.operands import OperandError, check_operand
from hanok.engine.conditions.references import reference, refers
from hanok.engine.conditions.tree import Every, Node, Scope, Some, Test, Through, Under
from hanok.engine.errors import say
from hanok.engine.fields import Field
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.conditions.parse import Parser

IS_A, UNDER = "is_a", "under"
WORDS_OF_LINKS = (IS_A, UNDER)
MODULE = say("module")
#: The part of a link to several modules that says which one it is.
PART = "module"


def linked(parser: Parser, field: Field, said: Mapping[str, Any], scope: Scope, path: Path) -> Node:
    """The test of a link: a map without operators."""
    rest = {key: test for key, test in said.items() if key not in WORDS_OF_LINKS}
    nodes = []
    modules: Sequence[str] = field.targets
    if IS_A in said:
        modules = _modules(parser, field, said[IS_A], (*path, IS_A))
        nodes.append(_is_a(field, modules))
    if UNDER in said:
        nodes.append(_under(parser, field, said[UNDER], scope, (*path, UNDER)))
    if rest:
        nodes.append(_through(parser, field, modules, rest, scope, path, chosen=IS_A in said))
    return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))


def _modules(parser: Parser, field: Field, said: Any, path: Path) -> Sequence[str]:
    listed = said if isinstance(said, list) else [said]
    if not listed or not all(isinstance(each, str) for each in listed):
        parser.wrong(path, say("“is_a” takes a module, or a list of modules."))
        return ()
    for module in listed:
        if module not in field.targets:
            parser.wrong(path, unknown(module, field.targets, noun=MODULE))
    return [module for module in listed if module in field.targets]


def _is_a(field: Field, modules: Sequence[str]) -> Node:
    if PART in field.columns:
        return Test(field, "in", list(modules), PART)
    return Test(field, "empty", False) if modules else Some(())


def _through(
    parser: Parser, field: Field, modules: Sequence[str], rest: Mapping[str, Any], scope: Scope, path: Path, *,
    chosen: bool,
) -> Node:  # fmt: skip
    """Fields of the linked record. Of a link to several modules `is_a` says which; it may say more than one."""
    if len(field.targets) > 1 and not chosen:
        return parser.wrong(
            (*path, next(iter(rest))), say("“{field}” links to several modules; say which with is_a.", field=field.key)
        )
    steps = []
    for module in modules:
        there = scope.follow(field, module)
        if there is not None:
            named = module if len(field.targets) > 1 else ""
            steps.append(Through(field, there, parser.every(rest, there, path), named))
    return steps[0] if len(steps) == 1 else Some(tuple(steps))


def _under(parser: Parser, field: Field, said: Any, scope: Scope, path: Path) -> Node:
    there = scope.follow(field)
    tree = None if there is None else _tree(field, there)
    if there is None or tree is None:
        return parser.wrong(path, say("“{field}” links to no tree.", field=field.key))
    if refers(said):
        if parser.record is None:
            return parser.wrong(path, say("“under” needs a record that is known: an id, or $record of another one."))
        return Under(field, there, tree, reference(parser, said, path) or said)
    try:
        check_operand(field, "eq", said)
    except OperandError as error:
        return parser.wrong(path, error.message)
    return Under(field, there, tree, said)


def _tree(field: Field, there: Scope) -> Field | None:
    """The link that makes a tree of the records there: the field itself, or the first one of theirs."""
    found = (there.find(key) for key in there.names())
    own = [each for each in found if each is not None and each.settings.get("tree") and len(each.targets) == 1]
    itself = (each for each in own if (each.module, each.key) == (field.module, field.key))
    return next(itself, own[0] if own else None)
