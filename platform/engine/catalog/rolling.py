"""Rollups as they are written: `{sum: lines.net, where: {optional: false}}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hanok.engine.catalog.derived import Hop, Read, Rollup
from hanok.engine.catalog.expressed import RecordScope, membership, to_end
from hanok.engine.catalog.model import End, Module
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.conditions import ConditionError, Node, parse
from hanok.engine.conditions.tree import Against, Changed, Every, Members, New, Not, Some, Test, Through, Under
from hanok.engine.errors import Message, say
from hanok.engine.expressions import accepts, kind_of
from hanok.engine.expressions.kinds import NUMBER
from hanok.engine.fields import Field
from hanok.engine.language import unknown

Wrong = Callable[[tuple[str | int, ...], Message], None]
COUNT, WHERE = "count", "where"
_ORDERED = frozenset({"number", "money", "date", "datetime"})
#: Kinds that each function takes.
TAKES: Mapping[str, frozenset[str]] = {
    "sum": frozenset({"number", "money"}), "avg": frozenset({"number", "money"}),
    "min": _ORDERED, "max": _ORDERED,
}  # fmt: skip
LINK, FIELD = say("link to many"), say("field")
_MOMENTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 6, 15, 12, tzinfo=UTC))


def rollup_of(
    module: Module, field: Field, modules: Mapping[str, Module], wrong: Wrong
) -> tuple[Rollup, tuple[Read, ...]] | None:
    """The rollup of a field and what it looks at; None when it is faulty, which `wrong` is told."""
    written = field.settings["rollup"]
    functions = [key for key in written if key != WHERE]
    if len(functions) != 1:
        wrong((), say("A rollup does one thing: sum, count, min, max or avg of a field at the other end."))
        return None
    function = functions[0]
    key, _, name = written[function].partition(".")
    ends = _ends(module, key)
    if not ends:
        wrong((function,), unknown(key, sorted({*module.ends, *_members(module)}), noun=LINK))
        return None
    if not _field_fits(function, name, field, ends, modules, wrong):
        return None
    where = _where(written.get(WHERE), module, ends, modules, wrong)
    if where is None:
        return None
    rollup = Rollup(function, tuple(end.key for end in ends), name, where)
    reads = dict.fromkeys(read for end in ends for read in _reads(module, end, name, where.get(end.key), modules))
    return rollup, tuple(reads)


def _members(module: Module) -> tuple[str, ...]:
    return tuple(key for key, field in module.fields.items() if field.members)


def _ends(module: Module, key: str) -> list[End]:
    """The end of this key; of links to several modules, all their ends."""
    if key in module.ends:
        end = module.ends[key]
        return list(end.ways) if end.kind == "union" else [end]
    return []


def _field_fits(
    function: str, name: str, field: Field, ends: list[End], modules: Mapping[str, Module], wrong: Wrong
) -> bool:
    if function == COUNT:
        if name:
            wrong((function,), say("Records are counted: “{end}” says it all.", end=ends[0].key))
        elif not accepts(field, NUMBER, lambda key: None):
            wrong((), say("A count is a number, which a field of type {type} cannot hold.", type=field.type.key))
        else:
            return True
        return False
    if len(ends) > 1:
        wrong((function,), say("Records of several modules can only be counted."))
        return False
    there = modules[ends[0].module]
    fields = {**there.fields, **there.system, **ends[0].own}
    found = fields.get(name)
    if found is None or found.type.apart or not found.columns:
        wrong((function,), unknown(name, [key for key, each in fields.items() if each.columns], noun=FIELD))
        return False
    kind = kind_of(found, lambda key: RecordScope(modules[key], modules))
    if kind.name not in TAKES[function] or not accepts(field, kind, lambda key: None):
        wrong((function,), say("The {function} of {kind} cannot stand in a field of type {type}.",
                               function=function, kind=kind.noun, type=field.type.key))  # fmt: skip
        return False
    return True


def _where(
    written: Any, module: Module, ends: list[End], modules: Mapping[str, Module], wrong: Wrong
) -> dict[str, Node] | None:
    """The condition, read for each end; None when it is faulty."""
    nodes: dict[str, Node] = {}
    for end in ends if written else ():
        scope = ModuleScope(modules[end.module], modules, end.own)
        try:
            nodes[end.key] = parse(written, scope)
        except ConditionError as error:
            for fault in error.faults:
                wrong((WHERE, *fault.path), fault.message)
            return None
        if not all(map(_lasts, _leaves(nodes[end.key]))):
            wrong((WHERE,), say("What changes by itself (today, $me, $record) cannot choose what is rolled up."))
            return None
    return nodes


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case Every(nodes) | Some(nodes):
            for each in nodes:
                yield from _leaves(each)
        case Not(inner) | Through(node=inner):
            yield from _leaves(inner)
        case _:
            yield node


def _lasts(node: Node) -> bool:
    """Whether a test gives the same answer tomorrow, to everybody."""
    if isinstance(node, Against | Changed | New | Members | Under):
        return False
    assert isinstance(node, Test)
    operands = node.operand if isinstance(node.operand, list | tuple) else (node.operand,)
    words = [operand for operand in operands if isinstance(operand, str)]
    if any(word.startswith("$") and not word.startswith("$$") for word in words):
        return False
    relative, field = node.field.type.relative, node.field
    return all(len({relative(field, word, now=now, zone="UTC") for now in _MOMENTS}) == 1 for word in words)


def _reads(
    module: Module, end: End, name: str, where: Node | None, modules: Mapping[str, Module]
) -> Iterator[Read]:
    hops = to_end((), module, end)
    yield from membership(hops, end)
    if name and name not in end.own:
        yield Read(hops, end.module, name)
    if where is not None:
        yield from _asked(where, hops, end.module)


def _asked(node: Node, hops: tuple[Hop, ...], module: str) -> Iterator[Read]:
    """The fields that a condition looks at; those of ties change with the membership."""
    match node:
        case Every(nodes) | Some(nodes):
            for each in nodes:
                yield from _asked(each, hops, module)
        case Not(inner):
            yield from _asked(inner, hops, module)
        case Through(field=field, node=inner):
            yield Read(hops, module, field.key)
            there = node.module or field.targets[0]
            yield from _asked(inner, (*hops, Hop(module, field.key, there)), there)
        case Test(field=field) if field.module == module:
            yield Read(hops, module, field.key.partition(".")[0])
