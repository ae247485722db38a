"""Whose value each field takes: which fields there are to choose, what differs, and the best guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, context_of
from hanok.engine.access.assigning import owner_keys
from hanok.engine.catalog import Catalog, Module
from hanok.engine.conditions import holds
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.around import Around
from hanok.engine.records.fielding import fixed_keys
from hanok.engine.records.lines import lines
from hanok.engine.records.merging.asked import ALL, MINE, MOST
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.trail import kept


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of which the records hold different values; `guess` is the id of the record whose value is offered.

    `fixed`: the one that stays keeps its own, whatever it is.
    """

    field: Field
    values: Mapping[UUID, Any]
    guess: UUID
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A field of lines, with how many each record has; `guess` as in `Wish.lines`."""

    field: Field
    counts: Mapping[UUID, int]
    guess: str


def several(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, ids: Sequence[UUID]
) -> tuple[Record, ...]:
    """The records that somebody wants to merge, as she sees them. Raises NotFound and Denied."""
    wanted = tuple(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= MOST:
        raise NotFound(say("Choose two to {most} records to merge.", most=MOST))
    return tuple(get(conn, catalog, actor, module, id) for id in wanted)


def check_each(records: Sequence[Record], stays: UUID) -> None:
    """Raises Denied where the actor may not change the one that stays, or delete one that goes."""
    for one in records:
        if one.id == stays and not one.may_edit:
            raise Denied(say("You may not change “{title}”, so it cannot be the one that stays.", title=one.title))
        if one.id != stays and not one.may_delete:
            raise Denied(say("You may not delete “{title}”, so it cannot go.", title=one.title))


def stays_best(records: Sequence[Record]) -> UUID:
    """The one to keep, if nobody says: that which tells most, then the oldest. One that may not go stays."""
    may_stay = [one for one in records if one.may_edit] or list(records)
    bound = [one for one in may_stay if not one.may_delete]
    found = min(bound or may_stay, key=lambda one: (-_told(one), one.values["created_at"], str(one.id)))
    return found.id


def _told(record: Record) -> int:
    return sum(value not in (None, "", [], (), False) for value in record.values.values())


def fields_of(catalog: Catalog, module: Module) -> tuple[Field, ...]:
    """The fields whose value may be another's: all that people write and that are no secret. What the actor sees in
    some records only is none of them: merging must not carry a value where she may see it."""
    return tuple(
        found for key, found in module.fields.items()
        if found.columns and not (found.readonly or found.live or found.type.apart or found.type.secret)
        and (module.key, key) not in catalog.masks and not _may_be_fixed(module, key)
    )  # fmt: skip


def _may_be_fixed(module: Module, key: str) -> bool:
    said = module.dynamic.get(key)
    return said is not None and said.readonly is not None


def choices(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, records: Sequence[Record], stays: UUID
) -> tuple[Choice, ...]:
    """The fields in which they differ. Files are put together and are not to choose."""
    kept_one = next(one for one in records if one.id == stays)
    fixed = set(fixed_keys(conn, catalog, actor, module, kept_one.values))
    if not kept_one.may_assign:
        fixed |= set(owner_keys(module))
    others = {one.id for one in records}
    found = []
    for field in fields_of(catalog, module):
        values = {one.id: one.values.get(field.key) for one in records}
        if is_several(values.values()) or not _differ(field, list(values.values())):
            continue
        guess = stays if field.key in fixed else _guess(field, records, stays, others)
        found.append(Choice(field, values, guess, field.key in fixed))
    return tuple(found)


def is_several(values: Any) -> bool:
    """Whether these are several files each: they are put together."""
    return any(isinstance(value, tuple) and value and hasattr(value[0], "written") for value in values)


def _differ(field: Field, values: Sequence[Any]) -> bool:
    compared = [_compared(kept(field, value)) for value in values]
    return any(one != compared[0] for one in compared)


def _compared(dumped: Any) -> Any:
    if isinstance(dumped, dict) and "title" in dumped:
        return dumped["id"]
    return None if dumped in ("", [], ()) else dumped


def _guess(field: Field, records: Sequence[Record], stays: UUID, others: set[UUID]) -> UUID:
    """The newest value that is not empty; a link from one of these records to another of them is none."""
    newest = sorted(records, key=lambda one: (one.values["updated_at"], one.id == stays), reverse=True)
    for one in newest:
        value = one.values.get(field.key)
        if value not in (None, "", [], ()) and not (isinstance(value, Linked) and value.id in others):
            return one.id
    return stays


def own_lines(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, kept_one: Record
) -> frozenset[str]:
    """The fields of lines that this actor, or nobody, may change in the record that stays: it keeps its own."""
    whole = catalog.whole.module(module.key)
    told = [(key, said.readonly) for key, said in whole.dynamic.items()
            if said.readonly is not None and _has_lines(whole.fields[key])]  # fmt: skip
    values = get(conn, catalog.whole, actor, module.key, kept_one.id).values if told else {}
    around, context = Around(conn, catalog.whole), replace(context_of(actor, catalog.whole), before=values)
    locked = {key for key, node in told
              if holds(node, values, context, follow=around.follow, members=around.members)}  # fmt: skip
    return fixed_keys(conn, catalog, actor, whole, kept_one.values) | locked


def _has_lines(field: Field) -> bool:
    return field.type.embedded(field.settings) is not None


def line_choices(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, records: Sequence[Record], stays: UUID
) -> tuple[LineChoice, ...]:
    """The fields of lines that any of these records fills, and that the actor may change in the one that stays."""
    found = []
    fixed = own_lines(conn, catalog, actor, module, next(one for one in records if one.id == stays))
    for field in module.fields.values():
        if not _has_lines(field) or field.key in fixed:
            continue
        counts = {one.id: len(lines(conn, catalog, module, one.id, field.key)) for one in records}
        having = [id for id, count in counts.items() if count]
        if having and having != [stays]:
            guess = MINE if counts[stays] else str(having[0]) if len(having) == 1 else ALL
            found.append(LineChoice(field, counts, guess))
    return tuple(found)
