"""What a role says of single fields, module by module, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hanok.engine.access.explaining import in_yaml
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.model import Role
from hanok.engine.conditions import Node
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.screens.access.conditions import in_words
from hanok.screens.access.words import CONDITION, LEVELS, Level

VIEW, EDIT = "view", "edit"
NOTHING = ("none", "deny")
#: A page with more rules than these begins with its modules folded.
UNFOLDED = 12


@dataclass(frozen=True, slots=True)
class FieldCell:
    """In which records a field is seen, or changed; `words` and `condition` say a condition. What is not said follows
    from the record (`is_default`)."""

    level: Level
    words: Message | None
    condition: str
    place: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field, what is said of it, and what comes of it for who has this role alone."""

    key: str
    label: str
    view: FieldCell
    edit: FieldCell
    outcome: Message

    @property
    def is_denied(self) -> bool:
        """Whether the field is nowhere there for who has this role alone."""
        return self.view.level.key in NOTHING

    @property
    def is_fixed(self) -> bool:
        return not self.is_denied and self.edit.level.key in NOTHING


@dataclass(frozen=True, slots=True)
class FieldRules:
    """The rules of a module's fields."""

    key: str
    label: str
    icon: str
    lines: tuple[FieldLine, ...]

    @property
    def denied(self) -> tuple[FieldLine, ...]:
        return tuple(line for line in self.lines if line.is_denied)

    @property
    def fixed(self) -> tuple[FieldLine, ...]:
        return tuple(line for line in self.lines if line.is_fixed)


def rules_of(catalog: Catalog, role: Role, language: str) -> tuple[FieldRules, ...]:
    """The modules of which the role restricts fields, in the order of the catalog; fields as the module has them."""
    return tuple(
        FieldRules(key, in_language(module.plural, language), module.icon, lines)
        for key, module in catalog.every.items()
        if (lines := tuple(_lines(role, module, language)))
    )


def _lines(role: Role, module: Module, language: str) -> Iterator[FieldLine]:
    said = {key: levels for (owner, key), levels in role.fields.items() if owner == module.key}
    for key in sorted(said, key=list(module.fields).index):
        field = module.field(key)
        cells = {action: _cell(role, module.key, key, action) for action in (VIEW, EDIT)}
        yield FieldLine(
            key, field.label_in(language), cells[VIEW], cells[EDIT],
            outcome(role, module, field, cells[VIEW].level.key, cells[EDIT].level.key),
        )  # fmt: skip


def _cell(role: Role, module: str, field: str, action: str) -> FieldCell:
    said: str | Node = role.fields[module, field].get(action, "all")
    at = (f"{module}.{field}", action)
    place, written = role.places.get(at), role.written.get(at)
    level, words = (said, None) if isinstance(said, str) else (CONDITION, in_words(said))
    return FieldCell(
        LEVELS[level], words, in_yaml(written) if written is not None else "",
        f"{place.file}:{place.line}" if place else "", action not in role.fields[module, field],
    )  # fmt: skip


def outcome(role: Role, module: Module, field: Field, view: str, edit: str) -> Message:
    """What these two levels come to, beside the rights to the records themselves."""
    record = module.parent.module if module.parent else module.key
    rights = {action: role.level(record, action) for action in (VIEW, EDIT, "create")}
    if view == "deny":
        return say("It is not there, whatever other roles give.")
    if rights[VIEW] in NOTHING and rights["create"] in NOTHING:
        return say("It sees no such records anyway.")
    if view == "none":
        return say("It is not there, unless another role shows it.")
    if edit == "deny":
        return say("It is read only, whatever other roles give.")
    if edit == "none" or field.readonly or (rights[EDIT] in NOTHING and rights["create"] in NOTHING):
        return say("It is read only.") if view == "all" else say("It is read only, and empty where it is not seen.")
    if view == "all" and edit == "all":
        return say("It is as the record is.")
    if view == "all":
        return say("It is seen in every record, and changed in some.")
    return say("It is empty where it is not seen, and not changed there.")
