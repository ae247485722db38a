"""Changes of many records as jobs: batch by batch, each record once, and taken back once.

A batch commits with what became of its records and with how far the job came. A choice of up to AT_ONCE records is
changed while its reader waits, by the same steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, say
from hanok.engine.fields import in_language
from hanok.engine.jobs.job import SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.telling import told_bulk
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records import bulk
from hanok.engine.records.bulk import BEGUN, UNDOING, UNDONE, Bulk, Chosen

KEY, UNDO = "records.bulk", "records.bulk.undo"
AT_ONCE = 100
TITLES: Mapping[str, Message] = {
    bulk.SET: say("Mass update: {module}"),
    bulk.ASSIGN: say("Assign many: {module}"),
    bulk.TIE: say("Tag many: {module}"),
    bulk.DELETE: say("Delete many: {module}"),
}


def begin(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, action: str, chosen: Chosen,
    change: Mapping[str, Any],
) -> Bulk:  # fmt: skip
    """Changes few records at once, and puts more into the queue (`job` is set then). Raises as `bulk.begin` does."""
    catalog = seen(catalog, actor)
    size = bulk.size_of(conn, catalog, actor, catalog.module(module), chosen)
    plan = bulk.begin(conn, catalog, actor, module, action, chosen, change)
    if size > AT_ONCE:
        job = enqueue(conn, KEY, {"bulk": str(plan.id), "total": size}, priority=SOON, actor=actor,
                      title=_title(catalog, actor, plan))  # fmt: skip
        bulk.mark(conn, plan.id, job=job)
        return bulk.bulk_of(conn, actor, plan.id)
    place: bulk.Place = None
    while True:
        ids, place = bulk.following(conn, catalog, actor, plan, place)
        bulk.apply(conn, catalog, actor, plan, ids)
        if place is None:
            bulk.finish(conn, plan)
            told_bulk(conn, catalog, actor, plan)
            return bulk.bulk_of(conn, actor, plan.id)


def begin_undo(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Bulk:
    """Takes few records back at once, and puts more into the queue. Raises NotFound, and Refused where it cannot be."""
    catalog = seen(catalog, actor)
    plan = bulk.begin_undo(conn, actor, id)
    if plan.changed > AT_ONCE:
        title = say("Undo of: {what}", what=_title(catalog, actor, plan))
        job = enqueue(conn, UNDO, {"bulk": str(id), "total": plan.changed}, priority=SOON, actor=actor, title=title)
        bulk.mark(conn, id, job=job)
        return bulk.bulk_of(conn, actor, id)
    while ids := bulk.to_take_back(conn, plan):
        bulk.take_back(conn, catalog, actor, plan, ids)
    bulk.finish(conn, plan, UNDONE)
    return bulk.bulk_of(conn, actor, id)


def run(work: Work) -> dict[str, int]:
    """The checkpoint is [where the walk stands, records done]."""
    place, done = work.checkpoint or (None, 0)
    while True:
        with work.read() as (conn, catalog):
            actor = work.actor(conn, catalog)
            plan = _plan(work, conn, actor)
            ids, further = bulk.following(conn, seen(catalog, actor), actor, plan, place)

        def step(conn: sa.Connection, catalog: Catalog, ids: Sequence[UUID] = ids) -> None:
            actor = work.actor(conn, catalog)
            bulk.apply(conn, seen(catalog, actor), actor, _plan(work, conn, actor, BEGUN), ids)

        done += len(ids)
        work.progress(done, max(done, work.payload["total"]))
        if further is None:
            break
        work.write(step, checkpoint=[further, done])
        place = further

    def last(conn: sa.Connection, catalog: Catalog) -> None:
        step(conn, catalog)
        bulk.finish(conn, plan)
        told_bulk(conn, catalog, work.actor(conn, catalog), plan)

    work.finish(last, result={"bulk": work.payload["bulk"], "rows": done})
    return {"rows": done}


def undo(work: Work) -> None:
    """What is still to be taken back says itself how far it came."""
    done = work.checkpoint or 0
    while True:
        with work.read() as (conn, catalog):
            plan = _plan(work, conn, work.actor(conn, catalog))
            ids = bulk.to_take_back(conn, plan)
        if not ids:
            break

        def step(conn: sa.Connection, catalog: Catalog, ids: Sequence[UUID] = ids) -> None:
            actor = work.actor(conn, catalog)
            bulk.take_back(conn, seen(catalog, actor), actor, _plan(work, conn, actor, UNDOING), ids)

        done += len(ids)
        work.write(step, checkpoint=done)
        work.progress(done, max(done, work.payload["total"]))
    work.finish(lambda conn, _: bulk.finish(conn, plan, UNDONE), result={"bulk": work.payload["bulk"], "rows": done})


def _plan(work: Work, conn: sa.Connection, actor: Actor, state: str = "") -> Bulk:
    """What was asked for; held until the transaction ends where it is to be in a `state`. Raises GiveUp."""
    try:
        found = bulk.bulk_of(conn, actor, UUID(work.payload["bulk"]), lock=bool(state))
    except NotFound as missing:
        raise GiveUp(missing.message) from missing
    if state and found.state != state:
        raise GiveUp(say("This change is not under way any more."))
    return found


def _title(catalog: Catalog, actor: Actor, plan: Bulk) -> Message:
    language = actor.language or catalog.app.languages[0]
    return replace(TITLES[plan.action], facts={"module": in_language(catalog.module(plan.module).plural, language)})


KINDS = (
    Kind(KEY, say("Change of many records"), run, attempts=3, long=True, own=True),
    Kind(UNDO, say("Undo of a change of many records"), undo, attempts=3, long=True, own=True),
)
