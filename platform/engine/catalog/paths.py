"""Dotted paths: through links to one record (`account.owner.title`) and into parts of values (`billing.city`).

What a path leads to is shown, sorted and asked for like a field of the module itself; nobody writes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Labels, in_language
from hanok.engine.language import unknown

if TYPE_CHECKING:
    from hanok.engine.catalog.model import Module

DEEPEST = 5
FIELD = say("field")
SEPARATOR = " › "
#: What is said of a field where it stands, not where it is shown.
ITS_OWN = frozenset((
    "required", "readonly", "visible", "where", "default", "unique", "search", "index", "suggest", "formula", "rollup",
))

#: The fields of a module by key, own and system.
Fields = Callable[[str], Mapping[str, Field]]


class PathError(ValueError):
    """The path leads nowhere; `message` says where it breaks off."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Path:
    """`links` are the links that are followed, `last` is the field (or the part) at the end as it stands there.

    `field` is what is shown: `last` with the path as its key and with a label that says the way; nobody writes it.
    """

    text: str
    links: tuple[Field, ...]
    last: Field
    field: Field


def path_of(text: str, module: str, fields: Fields) -> Path:
    """The path that begins at this module. Raises PathError, with the nearest name of what is unknown."""
    links: list[Field] = []
    known, steps = fields(module), text.split(".")
    if len(steps) > DEEPEST:
        raise PathError(say("A path has at most {most} steps.", most=DEEPEST))
    for place, step in enumerate(steps):
        found = known.get("title" if step == "$title" else step)
        if found is None:
            raise PathError(unknown(step, known, noun=FIELD))
        rest = steps[place + 1 :]
        if not rest:
            return _path(text, links, found)
        part = found.type.part_field(found, rest[0]) if len(rest) == 1 else None
        if part is not None:
            return _path(text, links, part)
        if len(found.targets) != 1:
            raise PathError(say("“{field}” has no “{part}”.", field=found.key, part=rest[0]))
        links.append(found)
        known = fields(found.targets[0])
    raise PathError(say("“{field}” has no “{part}”.", field=text, part=""))


def find_path(text: str, module: Module, modules: Mapping[str, Module]) -> Path | None:
    """The path from a module of a catalog, one that no view names too; None where it leads nowhere."""
    if text in module.paths:
        return module.paths[text]
    try:
        return path_of(text, module.key, lambda key: {**modules[key].fields, **modules[key].system})
    except PathError:
        return None


def _path(text: str, links: list[Field], last: Field) -> Path:
    settings = {key: said for key, said in last.settings.items() if key not in ITS_OWN} | {"readonly": True}
    shown = replace(last, key=text, label=_label([*links, last]), settings=settings)
    return Path(text, tuple(links), last, shown)


def _label(fields: list[Field]) -> Labels:
    languages = dict.fromkeys(language for field in fields for language in field.label)
    return {language: SEPARATOR.join(in_language(field.label, language) for field in fields) for language in languages}
