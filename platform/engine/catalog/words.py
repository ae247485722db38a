"""The words that stand for records and answers in actions: `$record.account`, `$ask.list.members`, `$me`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.language import unknown

FIELD, WORD, QUESTION = say("field"), say("word"), say("question")
#: What may stand at the beginning of a reference; `$row` is the record of a subpanel's row.
WORDS = ("$record", "$row", "$ask", "$me")
MINE = ("team", "groups")


def is_reference(value: Any) -> bool:
    """Whether a text refers to something; `$$` begins a plain text with a dollar."""
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


def reference_fault(
    word: str, module: Module, modules: Mapping[str, Module], asked: Mapping[str, Field], row: Module | None = None
) -> Message | None:
    """What is wrong with a reference, or None. `row` is the module of `$row`, where there is one."""
    head, _, rest = word.partition(".")
    if head == "$record":
        return path_fault(rest, module, modules)
    if head == "$row" and row is not None:
        return path_fault(rest, row, modules)
    if head == "$me":
        if rest in ("", *MINE):
            return None
        return path_fault(rest, modules["user"], modules) if "user" in modules else None
    if head == "$ask":
        return _asked_fault(rest, modules, asked)
    return unknown(head, [known for known in WORDS if known != "$row" or row], noun=WORD)


def _asked_fault(rest: str, modules: Mapping[str, Module], asked: Mapping[str, Field]) -> Message | None:
    key, _, onward = rest.partition(".")
    if key not in asked:
        return unknown(key, asked, noun=QUESTION)
    if not onward:
        return None
    targets = asked[key].targets
    if len(targets) != 1 or targets[0] not in modules:
        return say("“{field}” has no “{part}”.", field=key, part=onward)
    return path_fault(onward, modules[targets[0]], modules)


def path_fault(path: str, module: Module, modules: Mapping[str, Module]) -> Message | None:
    """What is wrong with a dotted path from a record of the module: through links, into a part, or to an end."""
    steps = path.split(".") if path else []
    for place, step in enumerate(steps):
        rest = steps[place + 1 :]
        if step in module.ends and not rest:
            return None
        field = module.field(step) if step in module.fields or step in module.system else None
        if field is None:
            return unknown(step, [*module.fields, *module.ends, *module.system], noun=FIELD)
        if not rest or (len(rest) == 1 and _part(field, rest[0])):
            return None
        if len(field.targets) != 1 or field.targets[0] not in modules:
            return say("“{field}” has no “{part}”.", field=step, part=rest[0])
        module = modules[field.targets[0]]
    return None


def _part(field: Field, part: str) -> bool:
    known = field.type.part_field(field, part) is not None or part in field.columns
    return known or any(part in choice.attributes for choice in field.choices)
