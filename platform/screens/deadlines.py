"""How far a record is: the field that it moves along, and whether it should have been done by now.

Nothing says so but the metadata: a module's options say which of its states are closed, and a saved filter of open
records with a date before today says which date is a deadline.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.engine.fields import Choice, Field
from hanok.engine.fields.period import Period
from hanok.engine.records import Record
from hanok.screens.words import Formats

PASSED = {"lt": "today"}
OPEN = {"closed": False}


def path_field(module: Module) -> Field | None:
    """The field that a record moves along: the first choice whose options say which of them are closed."""
    return next(
        (field for field in module.fields.values() if any("closed" in choice.attributes for choice in field.choices)),
        None,
    )


def is_end(choice: Choice) -> bool:
    """True for a state after which nothing is left to do."""
    return bool(choice.attributes.get("closed"))


def deadline(module: Module) -> Field | None:
    """The date that a saved filter calls passed: open records in which it is before today."""
    moving = path_field(module)
    if moving is None:
        return None
    found = (one.where for one in module.saved_filters.values() if one.where.get(moving.key) == OPEN)
    return next((module.field(key) for where in found for key, test in where.items() if test == PASSED), None)


def columns_to_ask(module: Module, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns, and the state too where a deadline is among them: only open records are late."""
    moving, due = path_field(module), deadline(module)
    return tuple(dict.fromkeys((*columns, moving.key))) if moving and due and due.key in columns else columns


def is_late(record: Record, moving: Field, due: Field, formats: Formats) -> bool:
    """True when the record is open and its deadline is over. False where the record was read without its state."""
    state, value = record.values.get(moving.key), record.values.get(due.key)
    choice = moving.choice(state) if state else None
    return choice is not None and value is not None and not is_end(choice) and _day(value, formats) < formats.today()


def _day(value: Any, formats: Formats) -> date:
    """The day of a value; of a period the one on which it begins, as conditions see it."""
    if isinstance(value, Period):
        value = value.start.date() if value.all_day else value.start
    found: date = formats.local(value).date() if isinstance(value, datetime) else value
    return found
