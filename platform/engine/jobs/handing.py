"""Hand-overs as jobs: begun once, done batch by batch, each row once, and undone once.

A batch commits with its rows in `hanok_handover_row` and with how far the job came, so a worker that dies hands nothing
over twice. The rights are those that its actor has when the batch is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.accounts.sessions import end_sessions
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, HanokError, Invalid, Message, NotFound, Refused, say, written
from hanok.engine.jobs.job import ENDED, SOON, Job
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue, job_of
from hanok.engine.jobs.telling import told_handover
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.deeds import tell
from hanok.engine.records.handing import moving
from hanok.engine.records.handing.drafting import NOBODY, check_leaving, person
from hanok.engine.records.handing.holdings import USER
from hanok.engine.records.handing.looking import outcome, picked, preview, total
from hanok.engine.records.handing.plan import (
    BEGUN,
    DONE,
    DRAFT,
    SWAP,
    UNDOING,
    UNDONE,
    Part,
    Plan,
    plan_of,
)
from hanok.engine.store.account_tables import handover
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of

KEY, UNDO = "records.handover", "records.handover.undo"
OVER = say("This hand-over is not under way any more.")
ONCE = say("This hand-over was undone already; it can be undone only once.")
RUNNING = say("This hand-over is still under way; stop it, or wait for its end.")


def begin(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Plan:
    """Puts the hand-over into the queue; begun already, it is left as it is. Raises NotFound, Refused and Denied."""
    plan = plan_of(conn, actor, id, lock=True)
    if plan.state != DRAFT:
        return plan
    if not plan.parts and not (plan.deactivate or plan.team):
        raise Refused(say("Choose what is handed over."))
    takers = {to for part in plan.parts.values() for giver, to in plan.ways(part).items() if giver == plan.from_id}
    if not all(person(conn, catalog, actor, to, active=True) for to in takers):
        raise Refused(NOBODY)
    if plan.deactivate:
        check_leaving(conn, catalog, actor, plan.from_id)
    count = total(plan, preview(conn, catalog, actor, plan.people), picked(conn, plan))
    title = say("Hand-over: {people}", people=_people(conn, catalog, plan))
    made = enqueue(conn, KEY, {"handover": str(id), "total": count}, priority=SOON, actor=actor, title=title)
    conn.execute(handover.update().where(handover.c.id == id).values(state=BEGUN, job=made, at=datetime.now(UTC)))
    _told(conn, catalog, actor, plan, "begun")
    return plan_of(conn, actor, id)


def begin_undo(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Plan:
    """Puts the undoing into the queue. Raises NotFound, and Refused where it cannot be undone, or not by this actor."""
    plan = plan_of(conn, actor, id, lock=True)
    why = why_not_undone(conn, plan)
    if why is not None:
        raise Refused(why)
    count = moving.not_hers(conn, catalog, actor, plan)
    if count:
        told = say("{count} of these records are no longer yours to give back; ask an administrator.", count=count)
        raise Refused(told)
    done = outcome(conn, plan)
    rows = sum(ends.get("done", 0) for ends in done.values())
    title = say("Undo of a hand-over: {people}", people=_people(conn, catalog, plan))
    made = enqueue(conn, UNDO, {"handover": str(id), "total": rows}, priority=SOON, actor=actor, title=title)
    conn.execute(handover.update().where(handover.c.id == id).values(state=UNDOING, job=made))
    return plan_of(conn, actor, id)


def why_not_undone(conn: sa.Connection, plan: Plan) -> Message | None:
    """Why it cannot be undone now, None where it can. One that was stopped or failed halfway can be."""
    if plan.state in (UNDOING, UNDONE):
        return ONCE
    if plan.state == DRAFT:
        return say("This hand-over has not begun.")
    return RUNNING if plan.state == BEGUN and not has_stopped(job_for(conn, plan)) else None


def job_for(conn: sa.Connection, plan: Plan) -> Job | None:
    """The job of the hand-over, or of its undoing; None when it was cleared away."""
    if plan.job is None:
        return None
    with suppress(NotFound):
        return job_of(conn, plan.job)
    return None


def jobs_for(conn: sa.Connection, plans: Sequence[Plan]) -> Mapping[UUID, Job]:
    """The jobs of many hand-overs, by the id of the hand-over."""
    asked = sa.select(job).where(job.c.id.in_([plan.job for plan in plans if plan.job]))
    found = {row["id"]: Job.of(dict(row)) for row in conn.execute(asked).mappings()}
    return {plan.id: found[plan.job] for plan in plans if plan.job in found}


def has_stopped(found: Job | None) -> bool:
    """Whether the job goes on no more by itself."""
    return found is None or found.state in ENDED


# -- the work ------------------------------------------------------------------------------------------------------
def run(work: Work) -> None:
    """Hands over module by module. The checkpoint is [module, last id, done]."""
    with work.read() as (conn, catalog):
        plan = _plan(work, conn, work.actor(conn, catalog))
    done = work.checkpoint[2] if work.checkpoint else 0
    for part, ids in _batches(work, plan):

        def hand(conn: sa.Connection, catalog: Catalog, part: Part = part, ids: Sequence[UUID] = ids) -> None:
            actor = work.actor(conn, catalog)
            moving.hand(conn, catalog, actor, _still(conn, actor, plan, BEGUN), part, ids)

        done += len(ids)
        work.write(hand, checkpoint=[part.module, str(ids[-1]), done])
        work.progress(done, max(done, work.payload["total"]))
    work.finish(lambda conn, catalog: _finish(work, conn, catalog, plan))


def _batches(work: Work, plan: Plan) -> Iterator[tuple[Part, Sequence[UUID]]]:
    """What is still to be handed over; each batch is looked for when the one before it is written."""
    keys = list(plan.parts)
    module, last, _ = work.checkpoint or (keys[0] if keys else "", None, 0)
    after = UUID(last) if last else None
    for key in keys[keys.index(module) if module in keys else 0 :]:
        while ids := _following(work, plan, plan.parts[key], after):
            yield plan.parts[key], ids
            after = ids[-1]
        after = None


def _following(work: Work, plan: Plan, part: Part, after: UUID | None) -> Sequence[UUID]:
    with work.read() as (conn, catalog):
        return moving.following(conn, catalog, work.actor(conn, catalog), plan, part, after)


def _finish(work: Work, conn: sa.Connection, catalog: Catalog, plan: Plan) -> None:
    """The person last: whoever hands her own records over acts until then."""
    actor = work.actor(conn, catalog)
    plan = _still(conn, actor, plan, BEGUN)
    for part in plan.parts.values():
        moving.note_gone(conn, plan, part)
    result: dict[str, Any] = {"modules": outcome(conn, plan)}
    result |= _change_person(conn, catalog, actor, plan)
    values = {"state": DONE, "ended": now_of(conn), "facts": {**plan.facts, "result": result}}
    conn.execute(handover.update().where(handover.c.id == plan.id).values(values))
    told_handover(conn, catalog, actor, plan)
    _told(conn, catalog, actor, plan, "done", rows=_sum(result, "done"), refused=_sum(result, "refused"))


def _change_person(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan) -> dict[str, Any]:
    """Sets her inactive or puts her into the new team: what of it was done, or why not."""
    if not (plan.deactivate or plan.team):
        return {}
    try:
        with conn.begin_nested():
            giver = records.get(conn, catalog, actor, USER, plan.from_id)
            raw = {"active": False} if plan.deactivate else {"team": str(plan.team)}
            before = {key: giver[key] for key in raw}
            records.update(conn, catalog, actor, USER, giver.id, raw, version=giver.version)
            if plan.deactivate:
                end_sessions(conn, giver.id)
    except (Denied, Invalid, NotFound, Refused) as error:
        return {"problem": written(_sentence(error))}
    team = before.get("team")
    return {"deactivated": bool(plan.deactivate and before.get("active")),
            "team_before": str(team.id) if team else None, "team_changed": bool(plan.team)}  # fmt: skip


def undo(work: Work) -> None:
    """Gives back what still has its new owner. The checkpoint is [module, last id, done]."""
    with work.read() as (conn, catalog):
        plan = _plan(work, conn, work.actor(conn, catalog))
    if work.checkpoint is None:
        work.write(lambda conn, catalog: _restore_person(conn, catalog, work.actor(conn, catalog), plan),
                   checkpoint=["", None, 0])  # fmt: skip
    module, last, done = work.checkpoint
    place = (module, UUID(last)) if last else None
    while places := _to_give_back(work, plan, place):

        def back(conn: sa.Connection, catalog: Catalog, places: Sequence[moving.Place] = places) -> None:
            actor = work.actor(conn, catalog)
            moving.give_back(conn, catalog, actor, _still(conn, actor, plan, UNDOING), places)

        place, done = places[-1], done + len(places)
        work.write(back, checkpoint=[place[0], str(place[1]), done])
        work.progress(done, max(done, work.payload["total"]))
    work.finish(lambda conn, catalog: _undone(work, conn, catalog, plan))


def _to_give_back(work: Work, plan: Plan, place: moving.Place | None) -> Sequence[moving.Place]:
    with work.read() as (conn, _):
        return moving.to_give_back(conn, plan, place)


def _restore_person(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan) -> None:
    """Whom the hand-over set inactive may log in again, whom it put into a team is in her former one."""
    raw: dict[str, Any] = {"active": True} if plan.result.get("deactivated") else {}
    if plan.result.get("team_changed"):
        raw["team"] = plan.result.get("team_before")
    if not raw:
        return
    plan = plan_of(conn, actor, plan.id, lock=True)
    try:
        with conn.begin_nested():
            giver = records.get(conn, catalog, actor, USER, plan.from_id)
            if "team" in raw and getattr(giver["team"], "id", None) != plan.team:
                return  # somebody put her elsewhere since
            records.update(conn, catalog, actor, USER, giver.id, raw, version=giver.version)
    except (Denied, Invalid, NotFound, Refused) as error:
        result = {**plan.result, "undo_problem": written(_sentence(error))}
        facts = {**plan.facts, "result": result}
        conn.execute(handover.update().where(handover.c.id == plan.id).values(facts=facts))


def _undone(work: Work, conn: sa.Connection, catalog: Catalog, plan: Plan) -> None:
    actor = work.actor(conn, catalog)
    plan = _still(conn, actor, plan, UNDOING)
    found = outcome(conn, plan)
    result = {**plan.result, "modules": found}
    values = {"state": UNDONE, "undone": now_of(conn), "facts": {**plan.facts, "result": result}}
    conn.execute(handover.update().where(handover.c.id == plan.id).values(values))
    _told(conn, catalog, actor, plan, "undone", rows=_sum(result, "undone"), kept=_sum(result, "kept"))


# -- parts of it ---------------------------------------------------------------------------------------------------
def _plan(work: Work, conn: sa.Connection, actor: Actor) -> Plan:
    try:
        return plan_of(conn, actor, UUID(work.payload["handover"]))
    except NotFound as missing:
        raise GiveUp(missing.message) from missing


def _still(conn: sa.Connection, actor: Actor, plan: Plan, state: str) -> Plan:
    """The hand-over, held until the transaction ends. Raises GiveUp where it is in another state by now."""
    found = plan_of(conn, actor, plan.id, lock=True)
    if found.state != state:
        raise GiveUp(OVER)
    return found


def _sum(result: Mapping[str, Any], state: str) -> int:
    return sum(ends.get(state, 0) for ends in result["modules"].values())


def _sentence(error: HanokError) -> Message:
    found = (each for messages in error.errors.values() for each in messages) if isinstance(error, Invalid) else ()
    return next(iter(found), error.message)


def _people(conn: sa.Connection, catalog: Catalog, plan: Plan) -> str:
    """From whom to whom, as a title says it."""
    table = catalog.whole.module(USER).table
    ids = [id for id in (plan.from_id, plan.to_id) if id]
    rows = conn.execute(sa.select(table.c.id, table.c.title).where(table.c.id.in_(ids)))
    titles = {row.id: row.title for row in rows}
    sign = " ↔ " if plan.reason == SWAP else " → "
    return sign.join(titles.get(id, "?") for id in ids) + ("" if plan.to_id else f"{sign}…")


def _told(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan, action: str, **counts: int) -> None:
    changes = {word: [None, count] for word, count in counts.items()}
    tell(conn, actor, "handover", action, about=plan.id, title=_people(conn, catalog, plan), changes=changes)


KINDS = (
    Kind(KEY, say("Hand-over"), run, attempts=3, long=True, own=True),
    Kind(UNDO, say("Undo of a hand-over"), undo, attempts=3, long=True, own=True),
)
