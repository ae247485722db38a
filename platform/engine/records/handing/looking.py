"""What somebody has: counted by module, and row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, predicate, seen
from hanok.engine.catalog import Catalog
from hanok.engine.conditions import Not
from hanok.engine.errors import Message, message_of, say
from hanok.engine.records.handing.holdings import Holding, hers_to_give, holdings
from hanok.engine.records.handing.plan import GONE, KEPT, NOT_HANDED, ONLY, PICKED, Part, Plan, rows_of
from hanok.engine.records.query import Page, Query, Record
from hanok.engine.records.read import page
from hanok.engine.records.selection import alias_of
from hanok.engine.store.account_tables import handover_row

SIZE = 50
FIXED = say("You may see this record but not change it.")
#: Ends of rows that are listed with a reason.
LISTED = (NOT_HANDED, GONE, KEPT)
NOT_YOURS = say("You may not give this record to somebody else.")


@dataclass(frozen=True, slots=True)
class Count:
    """How many records of a module are somebody's: `open` ones and `past` ones, and how many of each are not the
    actor's to give (`open_fixed`, `past_fixed`)."""

    open: int = 0
    past: int = 0
    open_fixed: int = 0
    past_fixed: int = 0

    @property
    def all(self) -> int:
        return self.open + self.past

    @property
    def fixed(self) -> int:
        return self.open_fixed + self.past_fixed


@dataclass(frozen=True, slots=True)
class Held:
    """A module and what each of the people has there."""

    holding: Holding
    counts: Mapping[UUID, Count]


def preview(
    conn: sa.Connection, catalog: Catalog, actor: Actor, people: Sequence[UUID], *, only: str = ""
) -> tuple[Held, ...]:
    """What these people own, as far as the actor sees it in lists, of one module or of all; a statement for each."""
    known = [one for key, one in holdings(catalog, actor).items() if only in ("", key)]
    found = (Held(one, _counts(conn, catalog, actor, one, people)) for one in known)
    return tuple(one for one in found if any(count.all for count in one.counts.values()))


def _counts(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holding: Holding, people: Sequence[UUID]
) -> dict[UUID, Count]:
    table = alias_of(holding.module, "r")
    past, open_ = holding.is_past(catalog, actor, table), holding.is_open(catalog, actor, table)
    fixed = sa.not_(hers_to_give(catalog, actor, holding, table))
    columns = []
    for person in people:
        mine = holding.owned(table, (person,))
        each = (sa.and_(mine, open_), sa.and_(mine, past), sa.and_(mine, open_, fixed),
                sa.and_(mine, past, fixed))  # fmt: skip
        columns += [sa.func.count(sa.case((one, 1))) for one in each]
    shown = predicate(catalog, actor, holding.module, "list", table)
    numbered = [column.label(f"c{number}") for number, column in enumerate(columns)]
    row = conn.execute(sa.select(*numbered).select_from(table).where(holding.owned(table, people), shown)).one()
    return {person: Count(*row[place * 4 : place * 4 + 4]) for place, person in enumerate(people)}


def total(plan: Plan, held: Sequence[Held], picked: Mapping[str, int]) -> int:
    """About how many rows will be looked at."""
    found = 0
    for one in held:
        part = plan.parts.get(one.holding.module.key)
        if part is None:
            continue
        if part.mode == ONLY:
            found += picked.get(part.module, 0)
            continue
        counts = one.counts.values()
        found += sum(count.all if part.closed else count.open for count in counts) - picked.get(part.module, 0)
    return max(found, 0)


def chosen(
    catalog: Catalog, actor: Actor, plan: Plan, part: Part, holding: Holding, table: Any
) -> ColumnElement[bool]:
    """The rows of a module's table that the hand-over means."""
    mark = handover_row.alias()
    marked = sa.exists(sa.select(sa.literal(1)).where(
        mark.c.handover == plan.id, mark.c.module == part.module, mark.c.record == table.c.id, mark.c.state == PICKED,
    ))  # fmt: skip
    return sa.and_(
        holding.owned(table, plan.people), predicate(catalog, actor, holding.module, "list", table),
        sa.true() if part.closed else holding.is_open(catalog, actor, table),
        marked if part.mode == ONLY else sa.not_(marked),
    )  # fmt: skip


def rows(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, holding: Holding, part: Part, *, words: str = "",
    after: str | None = None, before: str | None = None, size: int = SIZE,
) -> Page:  # fmt: skip
    """A page of what may be picked: hers, open ones unless the part takes finished ones along; by title."""
    people = [str(id) for id in plan.people]
    columns = ("title", "updated_at", *holding.fields, *((holding.state,) if holding.state else ()))
    query = Query(
        module=holding.module.key, where={"any": [{key: people} for key in holding.fields]}, words=words,
        columns=columns, sort=("title",), size=size, after=after, before=before, record={},
        limit=Not(holding.past) if holding.past is not None and not part.closed else None,
    )  # fmt: skip
    return page(conn, seen(catalog, actor), actor, query)


def why_not(record: Record) -> Message | None:
    """Why the actor may not hand the record over, None where she may."""
    if not record.may_edit:
        return FIXED
    return None if record.may_assign else NOT_YOURS


def picked(conn: sa.Connection, plan: Plan) -> dict[str, int]:
    """How many records were picked, or left out, by module."""
    counted = sa.select(handover_row.c.module, sa.func.count()).where(rows_of(plan, PICKED))
    return {row[0]: row[1] for row in conn.execute(counted.group_by(handover_row.c.module))}


def outcome(conn: sa.Connection, plan: Plan) -> dict[str, dict[str, int]]:
    """By module, how many records came to each end."""
    count = sa.func.count(sa.distinct(handover_row.c.record))
    asked = sa.select(handover_row.c.module, handover_row.c.state, count).where(
        handover_row.c.handover == plan.id, handover_row.c.state != PICKED
    )
    found: dict[str, dict[str, int]] = {}
    for module, state, number in conn.execute(asked.group_by(handover_row.c.module, handover_row.c.state)):
        found.setdefault(module, {})[state] = number
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """A record that did not come where it should have, and why. `title` is "" where the reader may not see it."""

    module: str
    id: UUID
    title: str
    state: str
    problem: Message | None


def left(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, *, after: tuple[str, UUID] | None = None,
    size: int = SIZE,
) -> tuple[Left, ...]:  # fmt: skip
    """The next records that were not handed over, or not given back, by module and id."""
    row = handover_row
    asked = sa.select(row.c.module, row.c.record, row.c.state, row.c.problem).where(rows_of(plan, *LISTED))
    if after is not None:
        further = sa.and_(row.c.module == after[0], row.c.record > after[1])
        asked = asked.where(sa.or_(row.c.module > after[0], further))
    found = conn.execute(asked.order_by(row.c.module, row.c.record, row.c.field).limit(size)).all()
    titles: dict[tuple[str, UUID], str] = {}
    for key in {each.module for each in found} & catalog.modules.keys():
        table = catalog.modules[key].table.alias()
        shown = predicate(catalog, actor, catalog.modules[key], "list", table)
        wanted = table.c.id.in_([each.record for each in found if each.module == key])
        rows = conn.execute(sa.select(table.c.id, table.c.title).where(wanted, shown, table.c.deleted_at.is_(None)))
        titles |= {(key, each.id): each.title for each in rows}
    return tuple(Left(each.module, each.record, titles.get((each.module, each.record), ""), each.state,
                      message_of(each.problem)) for each in found)  # fmt: skip
