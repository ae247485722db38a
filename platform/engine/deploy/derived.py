"""What is stored and yet follows from other values (formulas, rollups, titles, search), and when it must be redone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hanok.engine.catalog import Module
from hanok.engine.deploy.conversion import stem
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import FINISH, Step
from hanok.engine.deploy.sides import Sides
from hanok.engine.errors import say
from hanok.engine.fields import Field

#: Keys of a field's settings that say what its stored value follows from.
SOURCES = ("formula", "rollup")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def is_derived(field: Field) -> bool:
    """Whether the engine makes the stored value out of others."""
    return any(field.settings.get(key) is not None for key in SOURCES)


def derived_steps(sides: Sides) -> Iterator[Step]:
    """One step for each module whose stored formulas, rollups or titles are made in another way now, sources first.

    Then one for each whose search entries are.
    """
    modules = modules_of(sides.new)
    known = {key: module for key, module in modules.items() if not sides.is_new(module.table.name)}
    stale = {key for key, module in known.items() if _is_stale(sides, module)}
    while more := {key for key, module in known.items() if _derives(module) and reads(module) & stale} - stale:
        stale |= more
    for key in _in_order(modules, stale):
        sentence = say("Formulas and titles of “{module}” are calculated again.", module=key)
        yield sides.step(FINISH, "derive", key, sentence, module=key)
    for key, module in known.items():
        before = sides.before(module)
        if before is None or _searched(before) != _searched(module):
            sentence = say("Titles and search of “{module}” are brought up to date.", module=key)
            yield sides.step(FINISH, "refresh", key, sentence, module=key)


def signature(module: Module, modules: Mapping[str, Module]) -> tuple[Any, ...]:
    """What the derived values of a module are made of; another one means that they have to be made again."""
    own = [(field.key, field.type.key, stem(field), _source(field)) for field in _derived_of(module)]
    words = {word for *_, source in own for word in NAME.findall(source)} | set(module.title.names)
    read = [module, *(modules[key] for key in sorted(reads(module)) if key in modules)] if own else [module]
    used = [
        (found.key, field.key, stem(field), field.choices)
        for found in read
        for field in found.fields.values()
        if field.key in words
    ]
    return (module.title.source, own, used)


def reads(module: Module) -> frozenset[str]:
    """Other modules whose values its formulas and rollups name."""
    words = {word for field in _derived_of(module) for word in NAME.findall(_source(field))}
    linked = {target for key in words & set(module.fields) for target in module.fields[key].targets}
    ends = {end.module for key, end in module.ends.items() if key in words}
    return frozenset(linked | ends)


def _is_stale(sides: Sides, module: Module) -> bool:
    before = sides.before(module)
    if before is None:
        return _derives(module)
    return signature(before, sides.old_modules) != signature(module, modules_of(sides.new))


def _in_order(modules: Mapping[str, Module], stale: set[str]) -> list[str]:
    """What others read comes before them; where modules read each other, in their own order."""
    placed: list[str] = []

    def place(key: str, above: frozenset[str]) -> None:
        if key in placed or key in above or key not in stale:
            return
        for source in sorted(reads(modules[key])):
            place(source, above | {key})
        placed.append(key)

    for key in modules:
        place(key, frozenset())
    return placed


def _derived_of(module: Module) -> list[Field]:
    return [field for field in module.fields.values() if is_derived(field)]


def _derives(module: Module) -> bool:
    return bool(_derived_of(module))


def _source(field: Field) -> str:
    return repr([field.settings.get(key) for key in SOURCES])


def _searched(module: Module) -> tuple[object, ...]:
    shown = [module.fields[name] for name in sorted(module.title.names) if name in module.fields]
    return (module.title.source, *((field.key, field.type.key, stem(field), field.choices) for field in shown),
            *((field.key, stem(field), field.choices) for field in module.searched))  # fmt: skip
