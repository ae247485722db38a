"""The head of a record: at most six facts, and the path of its stages."""

from __future__ import annotations

from dataclasses import dataclass

from hanok.engine.catalog.model import Module
from hanok.engine.fields import Choice, Field, in_language
from hanok.engine.records import Record
from hanok.screens.cells import Shown
from hanok.screens.deadlines import deadline, is_end, is_late, path_field
from hanok.screens.words import Formats
from hanok.web.cells import is_empty

MOST_FACTS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One stage. `state` is "done", "current" or "" (still ahead); `color` is set where an end was reached."""

    key: str
    label: str
    color: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """The way of a record: its open stages in order, and the first end as the goal.

    `ends` are the other ends; a record at one of them has it as its last step. `next` is where it goes from here.
    """

    field: Field
    label: str
    steps: tuple[Step, ...]
    ends: tuple[Step, ...]
    next: Step | None
    ended: bool


def path(module: Module, record: Record, language: str) -> Path | None:
    field = path_field(module)
    if field is None or field.hidden or field.key not in record.values:
        return None
    here = field.choice(record.values[field.key] or "")
    offered = [choice for choice in field.choices if not choice.retired or choice is here]
    ends = [choice for choice in offered if is_end(choice)]
    last = here if here in ends else ends[0] if ends else None
    stages = [choice for choice in offered if not is_end(choice)] + [choice for choice in ends if choice is last]
    at = stages.index(here) if here in stages else -1
    astray = here in ends[1:]
    steps = tuple(_step(choice, place, at, astray, language) for place, choice in enumerate(stages))
    return Path(
        field,
        field.label_in(language),
        steps,
        tuple(
            Step(choice.key, in_language(choice.label, language), choice.color) for choice in ends if choice is not last
        ),
        None if here in ends else next(iter(steps[at + 1 :]), None),
        here in ends,
    )


def _step(choice: Choice, place: int, at: int, astray: bool, language: str) -> Step:
    """Whoever ended elsewhere than at the goal did not go all the way."""
    state = "current" if place == at else "done" if place < at and not astray else ""
    return Step(
        choice.key, in_language(choice.label, language), choice.color if is_end(choice) and place == at else "", state
    )


def _fits(field: Field) -> bool:
    """Long texts and secrets stand further down."""
    return field.type.cell(field).width != "long" and not field.type.secret


def facts(module: Module, record: Record, formats: Formats) -> tuple[Shown, ...]:
    """The list's columns that say something about this record, without its own name and its path."""
    moving, due = path_field(module), deadline(module)
    skipped = {"title", module.views.list.columns[0], moving.key if moving else ""}
    late = due.key if moving and due and is_late(record, moving, due, formats) else ""
    keys = [key for key in module.views.list.columns if key not in skipped and not is_empty(record.values.get(key))]
    keys = [key for key in keys if _fits(module.field(key))]
    return tuple(Shown(module.field(key), record.values.get(key), key == late) for key in keys[:MOST_FACTS])
