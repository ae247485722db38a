"""The steps that a change of a field's type takes: another column, and what becomes of each value on the way there.

Values that the new type takes are carried over, the others stay behind. A column that was live
before holds its values still: they come back exactly wherever nobody edited the field since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import is_derived
from hanok.engine.deploy.conversion import Conversion, Fault, convertible, examples, stem
from hanok.engine.deploy.ddl import AddColumn
from hanok.engine.deploy.keeping import kept_of
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import PREPARE, SWITCH, Plan, Step
from hanok.engine.deploy.renames import options_now
from hanok.engine.deploy.sides import Sides, place_of
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would become of the values of a field: how many stay as they were, are converted, are lost."""

    kept: int = 0
    carried: int = 0
    lost: int = 0
    faults: Sequence[Fault] = ()


def retyped(
    sides: Sides, before: Module, was: Field, module: Module, field: Field, missing: Sequence[sa.Column[Any]]
) -> Step:
    """The step from the field as it was to the field as it shall be; `missing` are columns that are not there yet."""
    adds = tuple(map(AddColumn, missing))
    rows = sides.values(before, was)
    facts: dict[str, Any] = {"field": place_of(field), "old": was.type.key, "new": field.type.key, "rows": rows}
    if is_derived(field):
        sentence = say("“{field}” changes from {old} to {new} and is calculated again.", **facts)
        return sides.step(SWITCH, "recalculate", place_of(field), sentence, *adds, rows=rows)
    conversion = conversion_between(sides.conn, sides.old, sides.new, before, was, module, field, fresh=bool(missing))
    if conversion is None:
        sentence = say("“{field}” changes from {old} to {new}; values not carried over: {rows}.", **facts)
        return sides.step(SWITCH, "replace", place_of(field), sentence, *adds, rows=rows, loses=rows > 0)
    outcome = rehearsed(sides, conversion) if sides.rehearse else Outcome(carried=rows)
    sentence = _sentence(conversion, outcome, facts)
    return sides.step(PREPARE, "convert", place_of(field), sentence, *adds, rows=rows, loses=outcome.lost > 0)


def _sentence(conversion: Conversion, outcome: Outcome, facts: dict[str, Any]) -> Message:
    told = {
        **facts, "rows": outcome.carried, "kept": outcome.kept, "lost": outcome.lost,
        "examples": ", ".join(f"{value}" for value in examples(outcome.faults)),
    }  # fmt: skip
    if conversion.kept is None and not outcome.lost:
        return say("“{field}” changes from {old} to {new}; values carried over: {rows}.", **told)
    if conversion.kept is None:
        return say(
            "“{field}” changes from {old} to {new}; values carried over: {rows}; "
            "values that the new type refuses: {lost}, such as {examples}.", **told,
        )  # fmt: skip
    if not outcome.lost:
        return say(
            "“{field}” goes back from {old} to {new}; values as they were before: {kept}, "
            "carried over since they were edited: {rows}.", **told,
        )  # fmt: skip
    return say(
        "“{field}” goes back from {old} to {new}; values as they were before: {kept}, carried over since they were "
        "edited: {rows}; values that the former type refuses: {lost}, such as {examples}.", **told,
    )  # fmt: skip


def conversion_between(
    conn: sa.Connection, old: Catalog | None, new: Catalog, before: Module, was: Field, module: Module, field: Field, *,
    fresh: bool,
) -> Conversion | None:  # fmt: skip
    """How the values get there; None where they stay behind. `fresh`: the new column is not there yet."""
    kept = None
    if not fresh:
        audited = was.audit and field.audit
        kept = kept_of(conn, module.table.name, stem(field), present=stem(was), audited=audited)
    if kept is None and not convertible(was, field):
        return None
    keys = options_now(old, new, was, field) if old else {}
    return Conversion(was, field, before.table, module.table, new.app.languages[0], kept, keys)


def rehearsed(sides: Sides, conversion: Conversion) -> Outcome:
    """What would happen, by trying it on every row without writing."""
    kept = carried = lost = 0
    faults: list[Fault] = []
    for batch in conversion.batches(sides.conn, write=False):
        kept, carried, lost = kept + batch.kept, carried + batch.carried, lost + len(batch.faults)
        faults += batch.faults[: EXAMPLES - len(faults)]
    return Outcome(kept, carried, lost, faults)


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that would not come along: the field, the record with its title, the value as text, and why."""

    field: str
    record: str
    title: str
    value: str
    reason: Message


def lost_values(conn: sa.Connection, plan: Plan) -> Iterator[Lost]:
    """Every value that this plan would lose, record by record."""
    for step in plan.steps:
        if step.kind in ("convert", "replace"):
            for batch in conversion_of(conn, plan, step).batches(conn, write=False):
                yield from (_lost(step.key, fault) for fault in batch.faults)


def conversion_of(conn: sa.Connection, plan: Plan, step: Step) -> Conversion:
    """What a step of kind "convert" does to the values; for one of kind "replace", what it leaves behind."""
    assert plan.old is not None, "only a field that was there has values"
    key, name = step.key.rpartition(".")[::2]
    old, _, former = plan.new.names.before(step.key).rpartition(".")
    before, after = modules_of(plan.old)[old], modules_of(plan.new)[key]
    was, field = before.fields[former], after.fields[name]
    found = conversion_between(conn, plan.old, plan.new, before, was, after, field, fresh=bool(step.statements))
    return found or Conversion(was, field, before.table, after.table, plan.new.app.languages[0])


def _found(catalog: Catalog, place: str) -> tuple[Module, Field]:
    home, _, key = place.rpartition(".")
    module = modules_of(catalog)[home]
    return module, module.fields[key]


def _lost(field: str, fault: Fault) -> Lost:
    return Lost(field, str(fault.id), fault.title, str(fault.value), fault.reason)
