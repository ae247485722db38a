"""The rows of a hand-over: given to their new owners batch by batch, and given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say, written
from hanok.engine.records.handing.batch import Owned, give, held
from hanok.engine.records.handing.holdings import Holding, hers_to_give, holdings
from hanok.engine.records.handing.looking import chosen
from hanok.engine.records.handing.plan import (
    GIVEN_BACK,
    GONE,
    HANDED,
    KEPT,
    NOT_HANDED,
    ONLY,
    PICKED,
    Part,
    Plan,
    rows_of,
)
from hanok.engine.records.selection import alias_of
from hanok.engine.store.account_tables import handover_row

#: Records that one transaction changes.
BATCH = 200
NO_LONGER = say("It had another owner by then, or was finished or deleted.")
GIVEN_ON = say("It has another owner by now, who keeps it.")
DELETED = say("It was deleted meanwhile, or you may not see it any more.")
NOT_HERE = say("Records of this kind can no longer be handed over.")
#: The first of the rows that are still to be given back.
Place = tuple[str, UUID]


def following(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, part: Part, after: UUID | None
) -> Sequence[UUID]:
    """The next records of a module that the hand-over means."""
    holding = holdings(catalog, actor).get(part.module)
    if holding is None:
        return ()
    table = alias_of(holding.module, "r")
    asked = sa.select(table.c.id).where(chosen(catalog, actor, plan, part, holding, table))
    if after is not None:
        asked = asked.where(table.c.id > after)
    return conn.scalars(asked.order_by(table.c.id).limit(BATCH)).all()


def hand(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, part: Part, ids: Sequence[UUID]
) -> tuple[int, int]:
    """Gives these records to their new owners, as far as they are still meant; how many, and how many it could not."""
    holding = holdings(catalog, actor).get(part.module)
    if holding is None:
        return 0, 0
    table = alias_of(holding.module, "r")
    present = held(conn, catalog, actor, holding, ids, chosen(catalog, actor, plan, part, holding, table))
    ways = plan.ways(part)
    before = {id: {key: who for key, who in one.owners.items() if who in ways} for id, one in present.items()}
    wishes = {id: {key: ways[who] for key, who in hers.items() if who} for id, hers in before.items()}
    given = give(conn, catalog, actor, holding, wishes, present)
    rows = []
    for id, wish in wishes.items():
        problem = given.problems.get(id)
        for key, to in wish.items():
            rows.append({
                "handover": plan.id, "module": part.module, "record": id, "field": key, "before": before[id][key],
                "after": to, "version": given.versions.get(id), "state": NOT_HANDED if problem else HANDED,
                "problem": written(problem),
            })  # fmt: skip
    if rows:
        conn.execute(handover_row.insert(), rows)
    return len(given.versions), len(given.problems)


def note_gone(conn: sa.Connection, plan: Plan, part: Part) -> None:
    """After a module's last batch: of those that were picked, the ones that were hers no longer."""
    if part.mode != ONLY:
        return
    done = handover_row.alias()
    met = sa.exists(sa.select(sa.literal(1)).where(
        done.c.handover == plan.id, done.c.module == part.module, done.c.record == handover_row.c.record,
        done.c.state.in_((HANDED, NOT_HANDED)),
    ))  # fmt: skip
    mine = sa.and_(rows_of(plan, PICKED), handover_row.c.module == part.module, sa.not_(met))
    conn.execute(handover_row.update().where(mine).values(state=GONE, problem=written(NO_LONGER)))


# -- back ----------------------------------------------------------------------------------------------------------
def to_give_back(conn: sa.Connection, plan: Plan, after: Place | None) -> Sequence[Place]:
    """The next records that were handed over, of one module."""
    row = handover_row
    asked = sa.select(row.c.module, row.c.record).where(rows_of(plan, HANDED)).distinct()
    if after is not None:
        further = sa.and_(row.c.module == after[0], row.c.record > after[1])
        asked = asked.where(sa.or_(row.c.module > after[0], further))
    found = conn.execute(asked.order_by(row.c.module, row.c.record).limit(BATCH)).all()
    return [(module, record) for module, record in found if module == found[0].module]


def give_back(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, places: Sequence[Place]
) -> tuple[int, int]:
    """Gives records of one module back to whom they were before, as far as they still have the new owner."""
    module, ids = places[0][0], [id for _, id in places]
    row = handover_row
    asked = sa.select(row.c.record, row.c.field, row.c.before, row.c.after).where(
        rows_of(plan, HANDED), row.c.module == module, row.c.record.in_(ids)
    )
    rows = [dict(each) for each in conn.execute(asked).mappings()]
    holding = holdings(catalog, actor).get(module)
    if holding is None:
        return 0, _ended(conn, plan, module, [(each, NOT_HERE) for each in rows])[1]
    present = held(conn, catalog, actor, holding, ids)
    kept = {(each["record"], each["field"]): _why_kept(each, holding, present) for each in rows}
    wishes: dict[UUID, dict[str, UUID]] = {}
    for each in rows:
        if kept[each["record"], each["field"]] is None:
            wishes.setdefault(each["record"], {})[each["field"]] = each["before"]
    given = give(conn, catalog, actor, holding, wishes, present, back=True)
    ends = [(each, kept[each["record"], each["field"]] or given.problems.get(each["record"])) for each in rows]
    return _ended(conn, plan, module, ends)


def _why_kept(each: Mapping[str, Any], holding: Holding, present: Mapping[UUID, Owned]) -> Message | None:
    one = present.get(each["record"])
    if one is None:
        return DELETED
    if each["field"] not in holding.fields:
        return NOT_HERE
    return None if one.owners[each["field"]] == each["after"] else GIVEN_ON


def _ended(
    conn: sa.Connection, plan: Plan, module: str, ends: Sequence[tuple[Mapping[str, Any], Message | None]]
) -> tuple[int, int]:
    """Writes how each row ended; how many records were given back and how many not."""
    row = handover_row
    statement = row.update().where(
        row.c.handover == plan.id, row.c.module == module, row.c.record == sa.bindparam("b_record"),
        row.c.field == sa.bindparam("b_field"),
    ).values(state=sa.bindparam("b_state"), problem=sa.bindparam("b_problem"))  # fmt: skip
    conn.execute(statement, [
        {"b_record": each["record"], "b_field": each["field"], "b_state": KEPT if problem else GIVEN_BACK,
         "b_problem": written(problem)}
        for each, problem in ends
    ])  # fmt: skip
    kept = {each["record"] for each, problem in ends if problem}
    return len({each["record"] for each, _ in ends} - kept), len(kept)


def not_hers(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan) -> int:
    """How many of the records that still have their new owner the actor may not give back."""
    if actor.admin:
        return 0
    known, found, row = holdings(catalog, actor), 0, handover_row
    for part in plan.parts.values():
        mine = sa.and_(rows_of(plan, HANDED), row.c.module == part.module)
        holding = known.get(part.module)
        if holding is None:
            found += conn.scalar(sa.select(sa.func.count(sa.distinct(row.c.record))).where(mine)) or 0
            continue
        table = holding.module.table.alias()
        still = sa.or_(*(sa.and_(row.c.field == key, column == row.c.after)
                         for key, column in holding.columns(table).items()))  # fmt: skip
        tied = sa.select(sa.func.count(sa.distinct(row.c.record))).select_from(
            row.join(table, table.c.id == row.c.record)
        ).where(mine, still, table.c.deleted_at.is_(None))  # fmt: skip
        found += conn.scalar(tied.where(sa.not_(hers_to_give(catalog, actor, holding, table)))) or 0
    return found
