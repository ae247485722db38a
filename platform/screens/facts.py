"""The head of a record: at most six facts, and the path of its stages."""

from __future__ import annotations

from dataclasses import dataclass

from hanok.engine.catalog.model import Module
from hanok.engine.fields import Choice, Field, in_language
from hanok.engine.records import Record
from hanok.screens.cells import Shown, is_empty

MOST_FACTS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One stage. `state` is "done", "current" or "" (still ahead)."""

    key: str
    label: str
    color: str
    state: str


@dataclass(frozen=True, slots=True)
class Path:
    """The way of a record: the open stages in order (and the end where it stands), the ends, and what comes next."""

    field: Field
    label: str
    steps: tuple[Step, ...]
    ends: tuple[Step, ...]
    next: Step | None
    ended: bool


def path_field(module: Module) -> Field | None:
    """The field that a record moves along: the first choice whose options say which of them are closed."""
    return next(
        (field for field in module.fields.values() if any("closed" in choice.attributes for choice in field.choices)), None
    )


def path(module: Module, record: Record, language: str) -> Path | None:
    field = path_field(module)
    if field is None or field.hidden or field.key not in record.values:
        return None
    here = record.values[field.key]
    offered = [choice for choice in field.choices if not choice.retired or choice.key == here]
    stages = [choice for choice in offered if not _ends(choice) or choice.key == here]
    at = next((place for place, choice in enumerate(stages) if choice.key == here), -1)
    ended = at >= 0 and _ends(stages[at])
    steps = tuple(_step(choice, place, at, language) for place, choice in enumerate(stages))
    ends = tuple(_step(choice, 0, -1, language) for choice in offered if _ends(choice) and choice.key != here)
    return Path(field, field.label_in(language), steps, ends, None if ended else next(iter(steps[at + 1 :]), None), ended)


def _step(choice: Choice, place: int, at: int, language: str) -> Step:
    state = "current" if place == at else "done" if place < at else ""
    return Step(choice.key, in_language(choice.label, language), choice.color, state)


def _ends(choice: Choice) -> bool:
    return bool(choice.attributes.get("closed"))


def facts(module: Module, record: Record) -> tuple[Shown, ...]:
    """The list's columns that say something about this record, without its own name and its path."""
    moving = path_field(module)
    skipped = {"title", module.views.list.columns[0], moving.key if moving else ""}
    keys = [key for key in module.views.list.columns if key not in skipped]
    return tuple(Shown(module.field(key), record.values.get(key)) for key in keys if not is_empty(record.values.get(key)))[:MOST_FACTS]
