"""Changes of many records at once: which ones, what they get, what became of each, and all of it taken back once.

Each record is changed as its own save would change it, by the rights that the actor has then. What may not be changed
is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor, may, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Denied, Invalid, Message, NotFound, Refused, message_of, say, written
from hanok.engine.fields import Field
from hanok.engine.records.bulk_ties import tie_back, tie_each, tied_by, wanted_of
from hanok.engine.records.changing import change_many, hold, why_fixed
from hanok.engine.records.delete import delete, restore
from hanok.engine.records.exporting import Listed, rows_of_list
from hanok.engine.records.filters import with_filter
from hanok.engine.records.query import Query, Record
from hanok.engine.records.read import count, page
from hanok.engine.store import new_id
from hanok.engine.store.desk_tables import bulk, bulk_row

SET, ASSIGN, TIE, DELETE = ACTIONS = ("set", "assign", "tie", "delete")
#: The right of the module that each of them wants.
RIGHTS: Mapping[str, str] = {SET: "massupdate", ASSIGN: "assign", TIE: "massupdate", DELETE: "delete"}
BEGUN, DONE, UNDOING, UNDONE = "begun", "done", "undoing", "undone"
#: What became of a record.
CHANGED, SAME, NOT_CHANGED, TAKEN_BACK, KEPT = "changed", "same", "refused", "undone", "kept"
#: Records that one transaction changes, ids that a choice names, and how many are counted before it is "more than".
BATCH, MOST_IDS, CAP = 200, 2000, 10_000
GONE = say("There is no such change, or it is not yours.")
NOT_TOGETHER = say("You may not change this record together with others.")
NOT_YOURS = say("You may not give this record to somebody else.")
SINCE = say("Somebody changed it since; it stays as it is.")
BACK_ALREADY = say("This was taken back already.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which records: these ids, or the rows of a list without some."""

    ids: tuple[UUID, ...] = ()
    listed: Listed | None = None
    but: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulk:
    """One change of many records. `change` holds raw values by field; `counts` how many came to each end."""

    id: UUID
    user_id: UUID
    module: str
    action: str
    chosen: Chosen
    change: Mapping[str, Any]
    state: str
    counts: Mapping[str, int]
    job: UUID | None

    @property
    def changed(self) -> int:
        return self.counts.get(CHANGED, 0)


#: Where a walk over the chosen records stands: how many ids are behind it, or the cursor of the list's last page.
Place = int | str | None


# -- before ------------------------------------------------------------------------------------------------------------
def fields_for(catalog: Catalog, actor: Actor, module: Module) -> tuple[Field, ...]:
    """The fields that many records may be given a value of at once, by an actor whose catalog this is."""
    if not may(catalog, actor, module.key, RIGHTS[SET]):
        return ()
    return tuple(found for key, found in module.fields.items() if _takes(module, found) and key not in module.owners)


def _takes(module: Module, found: Field) -> bool:
    kept_out = found.type.apart or found.type.generated or found.settings.get("formula") or found.settings.get("rollup")
    return found.massupdated and not kept_out and bool(found.columns)


def owner_of(module: Module) -> str:
    """The field that says whose a record is, "" where no one field does."""
    return next((key for key in module.owners if "" in module.field(key).columns), "")


def actions_for(catalog: Catalog, actor: Actor, module: Module) -> tuple[str, ...]:
    """What this actor may do to many records of a module at once."""
    found = {
        SET: bool(fields_for(catalog, actor, module)),
        ASSIGN: bool(owner_of(module)) and may(catalog, actor, module.key, "assign"),
        TIE: tied_by(catalog, actor, module) is not None,
        DELETE: may(catalog, actor, module.key, "delete"),
    }
    return tuple(action for action in ACTIONS if found[action])


def size_of(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, chosen: Chosen) -> int:
    """How many records are meant, counted up to one more than CAP."""
    if chosen.listed is None:
        return len(chosen.ids)
    found = count(conn, catalog, actor, _query(conn, catalog, actor, module, chosen), cap=CAP)
    return max(0, found - len(chosen.but)) if found <= CAP else found


def begin(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, action: str, chosen: Chosen,
    change: Mapping[str, Any],
) -> Bulk:  # fmt: skip
    """Writes down what will be done; no record changes yet. Raises NotFound, Denied, and Refused for what cannot be."""
    found = catalog.module(module)
    if action not in actions_for(catalog, actor, found) or actor.id is None:
        raise Denied(say("You may not do this to several records at once."))
    known = _known(catalog, actor, found, action)
    if action != DELETE and (not change or set(change) - known or (action == TIE and not wanted_of(change))):
        raise Refused(say("Choose what the records shall have."))
    if len(chosen.ids) > MOST_IDS or len(chosen.but) > MOST_IDS or not (chosen.ids or chosen.listed):
        raise Refused(say("Choose at most {most} records one by one, or all of the list.", most=MOST_IDS))
    made = Bulk(new_id(), actor.id, module, action, chosen, {} if action == DELETE else dict(change), BEGUN, {}, None)
    said = {"ids": [str(id) for id in chosen.ids], "but": [str(id) for id in chosen.but],
            "listed": asdict(chosen.listed) if chosen.listed else None}  # fmt: skip
    conn.execute(bulk.insert().values(
        id=made.id, at=datetime.now(UTC), user_id=actor.id, module=module, action=action, chosen=said,
        change=made.change, state=BEGUN, counts={},
    ))  # fmt: skip
    return made


def _known(catalog: Catalog, actor: Actor, module: Module, action: str) -> set[str]:
    """The fields that an action may change."""
    if action == SET:
        return {one.key for one in fields_for(catalog, actor, module)}
    tied = tied_by(catalog, actor, module) if action == TIE else None
    return {tied.key if tied else owner_of(module)}


def bulk_of(conn: sa.Connection, actor: Actor, id: UUID, *, lock: bool = False) -> Bulk:
    """What the actor asked for under this id. Raises NotFound."""
    asked = sa.select(bulk).where(bulk.c.id == id, bulk.c.user_id == actor.id)
    row = conn.execute(asked.with_for_update() if lock else asked).mappings().first()
    if row is None:
        raise NotFound(GONE)
    said = row["chosen"]
    listed = Listed(**{**said["listed"], "sort": tuple(said["listed"]["sort"])}) if said["listed"] else None
    chosen = Chosen(tuple(map(UUID, said["ids"])), listed, tuple(map(UUID, said["but"])))
    return Bulk(row["id"], row["user_id"], row["module"], row["action"], chosen, row["change"], row["state"],
                row["counts"], row["job"])  # fmt: skip


def mark(conn: sa.Connection, id: UUID, **values: Any) -> None:
    """Writes how far it is: `state`, `job`."""
    conn.execute(bulk.update().where(bulk.c.id == id).values(**values))


# -- the change --------------------------------------------------------------------------------------------------------
def following(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, place: Place
) -> tuple[Sequence[UUID], Place]:
    """The next records that are meant, and where the walk then stands; None at the end."""
    if plan.chosen.listed is None:
        here = place if isinstance(place, int) else 0
        ids = plan.chosen.ids[here : here + BATCH]
        return ids, here + BATCH if here + BATCH < len(plan.chosen.ids) else None
    query = replace(_query(conn, catalog, actor, catalog.module(plan.module), plan.chosen), size=BATCH, columns=("id",))
    found = page(conn, catalog, actor, replace(query, after=place if isinstance(place, str) else None))
    left_out = frozenset(plan.chosen.but)
    return [row.id for row in found.rows if row.id not in left_out], found.next


def apply(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]) -> Mapping[str, int]:
    """Does it to these records; how many came to each end. A record that is not there any more counts for nothing."""
    if not ids:
        return {}
    doing = {DELETE: _deleted, TIE: _tied}.get(plan.action, _changed)
    rows = doing(conn, catalog, actor, plan, ids)
    for row in rows:
        row["bulk"] = plan.id
    if rows:
        conn.execute(bulk_row.insert(), rows)
    return _counted(conn, plan, [row["state"] for row in rows])


def _changed(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    module = catalog.module(plan.module)
    present = hold(conn, catalog, actor, module, ids)
    fits = _fitting(conn, catalog, actor, module, plan, present)
    why = {id: _why_not(plan, record, id in fits) for id, record in present.items()}
    done = change_many(conn, catalog, actor, module, dict.fromkeys(present, plan.change), present,
                       why_not=lambda record: why[record.id])  # fmt: skip
    rows = []
    for id in present:
        problem, changes = done.problems.get(id), done.changes.get(id)
        state = NOT_CHANGED if problem else CHANGED if changes else SAME
        before = {key: pair[0] for key, pair in changes.items() if key in plan.change} if changes else None
        rows.append({"record": id, "state": state, "version": done.versions.get(id), "before": before,
                     "problem": written(problem) if problem else None})  # fmt: skip
    return rows


def _tied(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    module = catalog.module(plan.module)
    present = hold(conn, catalog, actor, module, ids)
    fits = _fitting(conn, catalog, actor, module, plan, present)
    why = {id: _why_not(plan, record, id in fits) for id, record in present.items()}
    (key,) = plan.change
    return [
        {"record": id, "state": NOT_CHANGED if problem else CHANGED if changed else SAME, "version": None,
         "before": {key: changed} if changed else None, "problem": written(problem) if problem else None}
        for id, (changed, problem) in tie_each(conn, catalog, actor, module, plan.change, present, why).items()
    ]  # fmt: skip


def _fitting(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, plan: Bulk, present: Mapping[UUID, Record]
) -> frozenset[UUID]:
    """Those for which the right to change many at once holds; handing over asks each record for its own."""
    if plan.action == ASSIGN:
        return frozenset(present)
    table = module.table.alias()
    rule = predicate(catalog, actor, module, RIGHTS[plan.action], table)
    return frozenset(conn.scalars(sa.select(table.c.id).where(table.c.id.in_(list(present)), rule)))


def _why_not(plan: Bulk, record: Record, fits: bool) -> Message | None:
    if plan.action == ASSIGN and record.may_edit and not record.may_assign:
        return NOT_YOURS
    return why_fixed(record) or (None if fits else NOT_TOGETHER)


def _deleted(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    rows = []
    for id in ids:
        row: dict[str, Any] = {"record": id, "state": CHANGED, "version": None, "before": None, "problem": None}
        try:
            with conn.begin_nested():
                delete(conn, catalog.whole, actor, plan.module, id)
        except NotFound:
            continue
        except (Conflict, Denied, Refused) as no:
            row |= {"state": NOT_CHANGED, "problem": written(no.message)}
        rows.append(row)
    return rows


def _counted(conn: sa.Connection, plan: Bulk, states: Sequence[str]) -> Mapping[str, int]:
    known = dict(conn.scalar(sa.select(bulk.c.counts).where(bulk.c.id == plan.id)) or {})
    for state in states:
        known[state] = known.get(state, 0) + 1
    mark(conn, plan.id, counts=known)
    return known


def finish(conn: sa.Connection, plan: Bulk, state: str = DONE) -> None:
    """It is over."""
    mark(conn, plan.id, state=state, ended=datetime.now(UTC))


def problems(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, *, most: int = 100
) -> tuple[tuple[UUID, str, Message], ...]:
    """The records that were left as they were, with their titles and the reason; those that the actor still sees."""
    table = catalog.module(plan.module).table.alias()
    asked = (
        sa.select(table.c.id, table.c.title, bulk_row.c.problem)
        .join(table, table.c.id == bulk_row.c.record)
        .where(bulk_row.c.bulk == plan.id, bulk_row.c.state.in_((NOT_CHANGED, KEPT)))
        .where(predicate(catalog, actor, catalog.module(plan.module), "list", table))
        .order_by(table.c.id).limit(most)
    )  # fmt: skip
    return tuple((row.id, row.title, message_of(row.problem) or SINCE) for row in conn.execute(asked))


# -- back --------------------------------------------------------------------------------------------------------------
def begin_undo(conn: sa.Connection, actor: Actor, id: UUID) -> Bulk:
    """Marks it as being taken back. Raises NotFound, and Refused where it was or is under way."""
    plan = bulk_of(conn, actor, id, lock=True)
    if plan.state in (UNDOING, UNDONE):
        raise Refused(BACK_ALREADY)
    if plan.state != DONE:
        raise Refused(say("This change is still under way."))
    mark(conn, id, state=UNDOING)
    return replace(plan, state=UNDOING)


def to_take_back(conn: sa.Connection, plan: Bulk) -> Sequence[UUID]:
    """The next records that still have what they were given."""
    asked = sa.select(bulk_row.c.record).where(bulk_row.c.bulk == plan.id, bulk_row.c.state == CHANGED)
    return conn.scalars(asked.order_by(bulk_row.c.record).limit(BATCH)).all()


def take_back(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]) -> None:
    """Gives these records what they had, or takes them out of the bin; what somebody changed since stays."""
    back = {DELETE: _restored, TIE: _untied}.get(plan.action, _given_back)
    problems = back(conn, catalog, actor, plan, ids)
    for id in ids:
        problem = problems.get(id)
        values = {"state": KEPT if problem else TAKEN_BACK, "problem": written(problem) if problem else None}
        conn.execute(bulk_row.update().where(bulk_row.c.bulk == plan.id, bulk_row.c.record == id).values(**values))
    _counted(conn, plan, [KEPT if id in problems else TAKEN_BACK for id in ids])


def _restored(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> dict[UUID, Message]:
    problems: dict[UUID, Message] = {}
    for id in ids:
        try:
            with conn.begin_nested():
                restore(conn, catalog.whole, actor, plan.module, id)
        except NotFound:
            problems[id] = SINCE
        except (Denied, Invalid, Refused) as no:
            problems[id] = no.message
    return problems


def _untied(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> dict[UUID, Message]:
    mine = sa.and_(bulk_row.c.bulk == plan.id, bulk_row.c.record.in_(list(ids)))
    rows = {row.record: row.before for row in conn.execute(sa.select(bulk_row.c.record, bulk_row.c.before).where(mine))}
    return tie_back(conn, catalog, actor, catalog.module(plan.module), rows)


def _given_back(
    conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk, ids: Sequence[UUID]
) -> dict[UUID, Message]:
    module = catalog.module(plan.module)
    mine_of = sa.and_(bulk_row.c.bulk == plan.id, bulk_row.c.record.in_(list(ids)))
    asked = sa.select(bulk_row.c.record, bulk_row.c.version, bulk_row.c.before).where(mine_of)
    rows = {row.record: row for row in conn.execute(asked)}
    present = hold(conn, catalog, actor, module, ids)
    mine = {id: record for id, record in present.items() if record.version == rows[id].version}
    wishes = {id: {key: raw_of(module, key, value) for key, value in rows[id].before.items() if module.has(key)}
              for id in mine}  # fmt: skip
    judge = SYSTEM if plan.action == ASSIGN else None  # former owners are not asked whether they may be it today
    done = change_many(conn, catalog, actor, module, wishes, mine, judge=judge)
    return {id: done.problems.get(id, SINCE) for id in ids if id not in mine or id in done.problems}


def raw_of(module: Module, key: str, before: Any) -> Any:
    """A former value, as the trail keeps it, as a save takes it."""
    if isinstance(before, dict) and "title" in before:
        return before["id"] if len(module.field(key).targets) == 1 else f"{before['module']}:{before['id']}"
    return before


def _query(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, chosen: Chosen) -> Query:
    assert chosen.listed is not None, "only a list is asked for"
    module = with_filter(conn, catalog, actor, module, chosen.listed.saved)
    return rows_of_list(module, replace(chosen.listed, sort=("id",)))
