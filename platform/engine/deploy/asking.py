"""What a plan asks before it runs: whether a key that goes beside a new one of the same type was renamed."""

from __future__ import annotations

from collections.abc import Iterator

from hanok.engine.catalog import Module
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.sides import Sides, place_of
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

#: Of so many fields that two modules share, at least this part makes them alike.
ALIKE = 0.6


def questions(sides: Sides) -> Iterator[Message]:
    """One for each pair; with the YAML to write. Nothing is guessed: without it one goes and the other is new."""
    for module in modules_of(sides.new).values():
        before = sides.before(module)
        if before is not None:
            yield from _fields(sides, module, before)
    yield from _modules(sides)
    yield from _options(sides)


def _fields(sides: Sides, module: Module, before: Module) -> Iterator[Message]:
    gone = [field for field in before.fields.values() if sides.field_now(field) is None]
    fresh = [field for field in module.fields.values() if sides.field_before(field) is None]
    for old in gone:
        for new in fresh:
            if _alike(old, new):
                yield say(
                    "“{old}” goes and “{new}” is new, of the same type. Renamed? Then write: {yaml}",
                    old=place_of(old), new=place_of(new), yaml=f"{new.key}: {{type: {new.type.key}, was: [{old.key}]}}",
                )  # fmt: skip


def _alike(old: Field, new: Field) -> bool:
    return (old.type.key, old.targets, old.settings.get("options")) == (
        new.type.key, new.targets, new.settings.get("options"),
    )  # fmt: skip


def _modules(sides: Sides) -> Iterator[Message]:
    known = modules_of(sides.new)
    kept = {sides.new.names.before(key) for key in known}
    gone = [module for key, module in sides.old_modules.items() if key not in kept and module.parent is None]
    fresh = [module for module in known.values() if sides.before(module) is None and module.parent is None]
    for old in gone:
        for new in fresh:
            shared = {key for key in old.fields if key in new.fields and _alike(old.fields[key], new.fields[key])}
            if old.fields and len(shared) >= ALIKE * max(len(old.fields), len(new.fields)):
                yield say(
                    "The module “{old}” goes and “{new}” is new, with nearly the same fields. Renamed? Then write in "
                    "{file}: {yaml}",
                    old=old.key, new=new.key, file=f"modules/{new.key}.yaml", yaml=f"was: [{old.key}]",
                )  # fmt: skip


def _options(sides: Sides) -> Iterator[Message]:
    for key, now in sides.new.options.items():
        was = sides.old.options.get(key) if sides.old else None
        if was is None:
            continue
        renamed = sides.new.renames.sets.get(key, {})
        before, after = [choice.key for choice in was.choices], [choice.key for choice in now.choices]
        gone = [old for old in before if old not in after and old not in renamed]
        fresh = [new for new in after if new not in before and new not in renamed.values()]
        if len(gone) == len(fresh) == 1:
            yield say(
                "The option “{old}” of “{set}” goes and “{new}” is new. Renamed? Then write: {yaml}",
                old=gone[0], new=fresh[0], set=key, yaml=f"{fresh[0]}: {{was: [{gone[0]}]}}",
            )  # fmt: skip
