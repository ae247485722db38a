"""A hand-over while somebody makes it up: who, which modules, which rows. It changes no record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records.around import Around
from hanok.engine.records.guarding import has_administrator
from hanok.engine.records.handing.holdings import USER, holdings
from hanok.engine.records.handing.looking import preview
from hanok.engine.records.handing.plan import (
    BUT,
    DRAFT,
    LEAVER,
    MOVED,
    ONLY,
    PICKED,
    REASONS,
    SWAP,
    Part,
    Plan,
    facts_of,
    plan_of,
    rows_of,
)
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import handover, handover_row
from hanok.engine.store.tables import grant

#: Drafts of the same person that are older go when she begins another.
STALE = timedelta(days=1)
NOBODY = say("There is no such active user, or you may not see them.")
SAME = say("Choose somebody else: these records are this person's already.")
LAST = say("This is the last administrator; make somebody else one first.")


def check_may(catalog: Catalog, actor: Actor) -> None:
    """Raises Denied for whoever may give no record to somebody else."""
    if not holdings(catalog, actor):
        raise Denied(say("You may not give records to somebody else."))


def person(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID, *, active: bool = False) -> Linked | None:
    """A user whom the actor sees, None where there is none; `active` ones only for those who get something."""
    try:
        found = records.get(conn, catalog, actor, USER, id)
    except NotFound:
        return None
    return None if active and not found["active"] else Linked(USER, found.id, found.title)


def draw_up(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, reason: str, from_id: UUID, to_id: UUID | None,
    id: UUID | None = None,
) -> Plan:  # fmt: skip
    """A new draft, or the people of the draft `id` anew. Raises Denied and Invalid (by reason, from, to)."""
    check_may(catalog, actor)
    _check_people(conn, catalog, actor, reason, from_id, to_id)
    if id is not None:
        plan = _draft(conn, actor, id)
        if (plan.from_id, plan.reason) == (from_id, reason) and (reason != SWAP or plan.to_id == to_id):
            conn.execute(handover.update().where(handover.c.id == id).values(to_id=to_id))
            return plan_of(conn, actor, id)
        _remove(conn, [id])
    _sweep(conn, actor)
    people = [from_id, to_id] if reason == SWAP and to_id else [from_id]
    held = [one.holding.module.key for one in preview(conn, catalog, actor, people)]
    parts = {} if reason == MOVED else {key: Part(key) for key in held}
    now = datetime.now(UTC)
    row = {"id": id or new_id(now), "at": now, "actor_id": actor.id, "from_id": from_id, "to_id": to_id,
           "reason": reason, "state": DRAFT, "facts": facts_of(parts, deactivate=False, team=None)}  # fmt: skip
    conn.execute(handover.insert().values(row))
    return Plan.of({**row, "job": None, "ended": None, "undone": None})


def _check_people(
    conn: sa.Connection, catalog: Catalog, actor: Actor, reason: str, from_id: UUID, to_id: UUID | None
) -> None:
    errors: dict[str, list[Message]] = {}
    if reason not in REASONS:
        errors["reason"] = [say("Choose why the records are handed over.")]
    if person(conn, catalog, actor, from_id) is None:
        errors["from"] = [say("There is no such user, or you may not see them.")]
    if to_id == from_id:
        errors["to"] = [SAME]
    elif to_id is not None and person(conn, catalog, actor, to_id, active=True) is None:
        errors["to"] = [NOBODY]
    elif to_id is None and reason == SWAP:
        errors["to"] = [say("Choose with whom.")]
    if errors:
        raise Invalid(errors)


def set_parts(
    conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID, parts: Sequence[Part], *, deactivate: bool = False,
    team: UUID | None = None,
) -> Plan:  # fmt: skip
    """Says what is handed over. Raises NotFound, Refused, and Invalid by the module whose new owner is wrong."""
    plan = _draft(conn, actor, id)
    known, errors = holdings(catalog, actor), dict[str, list[Message]]()
    around = Around(conn, catalog)
    for part in parts:
        to = part.to or plan.to_id
        if to is None:
            errors[part.module] = [say("Choose to whom the records go.")]
        elif to == plan.from_id:
            errors[part.module] = [SAME]
        elif part.to and plan.reason != SWAP and person(conn, catalog, actor, part.to, active=True) is None:
            errors[part.module] = [NOBODY]
        elif part.module in known and (problem := _why_not_to(around, catalog, actor, plan, part)):
            errors[part.module] = [problem]
    if errors:
        raise Invalid(errors)
    kept = {part.module: Part(part.module, None if plan.reason == SWAP else part.to, plan.parts[part.module].mode
                              if part.module in plan.parts else part.mode, part.closed)
            for part in parts if part.module in known}  # fmt: skip
    if deactivate and plan.reason == LEAVER:
        check_leaving(conn, catalog, actor, plan.from_id)
    facts = facts_of(kept, deactivate=deactivate and plan.reason == LEAVER, team=team if plan.reason == MOVED else None)
    conn.execute(handover.update().where(handover.c.id == id).values(facts=facts))
    return plan_of(conn, actor, id)


def _why_not_to(around: Around, catalog: Catalog, actor: Actor, plan: Plan, part: Part) -> Message | None:
    """Why somebody may not be given records of a module, None where everybody may who shall be."""
    for to in plan.ways(part).values() if actor.id is not None else ():
        if not around.may_be_given(to, part.module):
            who = records.get(around.conn, catalog, SYSTEM, USER, to).title
            return say("{who} may not be given records of this kind: no role lets them see any.", who=who)
    return None


def set_mode(conn: sa.Connection, actor: Actor, id: UUID, module: str, mode: str) -> Plan:
    """All but those that are picked from now on, or only those; what was picked before is forgotten."""
    plan = _draft(conn, actor, id)
    conn.execute(handover_row.delete().where(rows_of(plan, PICKED), handover_row.c.module == module))
    old = plan.parts.get(module) or Part(module)
    parts = {**plan.parts, module: Part(module, old.to, ONLY if mode == ONLY else BUT, old.closed)}
    conn.execute(handover.update().where(handover.c.id == id).values(facts=_with(plan, parts)))
    return plan_of(conn, actor, id)


def pick(
    conn: sa.Connection, actor: Actor, id: UUID, module: str, *, shown: Collection[UUID], ticked: Collection[UUID]
) -> Plan:
    """Takes over which of the rows that were shown are handed over; what is on other pages stays as it was."""
    plan = _draft(conn, actor, id)
    part = plan.parts.get(module)
    if part is None:
        raise Refused(say("Nothing of this kind is handed over."))
    here = list(shown)
    mine = sa.and_(rows_of(plan, PICKED), handover_row.c.module == module, handover_row.c.record.in_(here))
    conn.execute(handover_row.delete().where(mine))
    marked = [one for one in here if (one in ticked) == (part.mode == ONLY)]
    row = {"handover": id, "module": module, "field": "", "before": plan.from_id, "after": plan.from_id,
           "state": PICKED}  # fmt: skip
    if marked:
        conn.execute(handover_row.insert(), [{**row, "record": one} for one in dict.fromkeys(marked)])
    return plan


def marks(conn: sa.Connection, plan: Plan, module: str, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these records that were picked, or left out."""
    asked = sa.select(handover_row.c.record).where(
        rows_of(plan, PICKED), handover_row.c.module == module, handover_row.c.record.in_(list(ids))
    )
    return frozenset(conn.scalars(asked)) if ids else frozenset()


def check_leaving(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> None:
    """Raises Denied where the actor may not set this user inactive, Refused for the last administrator."""
    if not records.get(conn, catalog, actor, USER, id).may_edit:
        raise Denied(say("You may not set this user inactive."))
    held = sa.select(grant.c.holder).where(grant.c.holder == id, grant.c.role == ADMINISTRATOR)
    if conn.execute(held).first() and not has_administrator(conn, catalog, but=id):
        raise Refused(LAST)


def _with(plan: Plan, parts: Mapping[str, Part]) -> dict[str, Any]:
    return facts_of(parts, deactivate=plan.deactivate, team=plan.team)


def _draft(conn: sa.Connection, actor: Actor, id: UUID) -> Plan:
    plan = plan_of(conn, actor, id, lock=True)
    if plan.state != DRAFT:
        raise Refused(say("This hand-over has begun already; what it takes along can no longer be changed."))
    return plan


def _sweep(conn: sa.Connection, actor: Actor) -> None:
    """Takes away drafts that nobody finished."""
    old = sa.select(handover.c.id).where(
        handover.c.state == DRAFT, handover.c.actor_id == actor.id, handover.c.at < datetime.now(UTC) - STALE
    )
    _remove(conn, list(conn.scalars(old.limit(100))))


def _remove(conn: sa.Connection, ids: Sequence[UUID]) -> None:
    conn.execute(handover_row.delete().where(handover_row.c.handover.in_(ids)))
    conn.execute(handover.delete().where(handover.c.id.in_(ids)))
