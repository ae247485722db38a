"""What is stored and yet follows from other values (formulas, rollups, titles, search), and when it must be redone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import Derivation, Read
from hanok.engine.deploy.conversion import stem
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import FINISH, Step
from hanok.engine.deploy.sides import Sides
from hanok.engine.errors import say


def derived_steps(sides: Sides) -> Iterator[Step]:
    """A step for each module whose formulas, rollups or titles are worked out in another way now, or of other values.

    Then one for each whose search entries are. What follows from values that are worked out again follows by itself.
    """
    known = {key: module for key, module in modules_of(sides.new).items() if not sides.is_new(module.table.name)}
    for key, module in known.items():
        before = sides.before(module)
        was = signature(sides.old, before) if sides.old and before else ()
        if was != signature(sides.new, module):
            sentence = say("Formulas and titles of “{module}” are calculated again.", module=key)
            yield sides.step(FINISH, "derive", key, sentence, module=key)
    for key, module in known.items():
        before = sides.before(module)
        if before is None or _searched(before) != _searched(module):
            sentence = say("Titles and search of “{module}” are brought up to date.", module=key)
            yield sides.step(FINISH, "refresh", key, sentence, module=key)


def signature(catalog: Catalog, module: Module) -> tuple[Any, ...]:
    """What the derived values of a module are made of; another one means that they have to be made again."""
    return tuple(
        (found.key, *_how(module, found), tuple(_used(catalog, read) for read in found.reads))
        for found in catalog.derived.stored.get(module.key, ())
    )


def _how(module: Module, found: Derivation) -> tuple[str, str]:
    """How a field is worked out, and the column that holds the result."""
    field = module.fields.get(found.key)
    if field is None:
        return module.title.source, "title"
    return repr([field.settings.get("formula"), field.settings.get("rollup")]), stem(field)


def _used(catalog: Catalog, read: Read) -> tuple[Any, ...]:
    module = modules_of(catalog)[read.module]
    if read.key in module.ends and not module.has(read.key):
        ties = (each.through.name if each.through is not None else each.field for each in module.ends[read.key].each())
        return str(read), *ties
    field = module.field(read.key)
    return str(read), field.type.key, stem(field), field.choices


def _searched(module: Module) -> tuple[object, ...]:
    shown = [module.fields[name] for name in sorted(module.title.names) if name in module.fields]
    return (module.title.source, *((field.key, field.type.key, stem(field), field.choices) for field in shown),
            *((field.key, stem(field), field.choices) for field in module.searched))  # fmt: skip
