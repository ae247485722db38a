"""Merging records as jobs: what moves few things is done at once, the rest in the background, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say, written
from hanok.engine.fields import in_language
from hanok.engine.jobs.job import SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.merging import asked, run, undoing
from hanok.engine.records.merging.asked import BEGUN, DONE, FAILED, UNDOING, Merge, Wish
from hanok.engine.records.merging.counting import size

KEY, UNDO = "records.merge", "records.merge.undo"
#: Rows that move while somebody waits.
AT_ONCE = 500
TITLE = say("Merge: {module}")


def begin(conn: sa.Connection, catalog: Catalog, actor: Actor, wish: Wish) -> Merge:
    """Merges at once where little moves along, and puts it into the queue elsewhere (`job` is set then).

    Raises as `asked.begin` and `run.merge` do.
    """
    catalog = seen(catalog, actor)
    plan = asked.begin(conn, catalog, actor, wish)
    if size(conn, catalog, catalog.module(wish.module), wish.goes, cap=AT_ONCE) <= AT_ONCE:
        return run.merge(conn, catalog, actor, plan)
    return _queued(conn, actor, plan, KEY, _title(catalog, actor, plan))


def begin_undo(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Merge:
    """Takes it back at once, or in the background. Raises NotFound, Denied, and Refused where it cannot be."""
    catalog = seen(catalog, actor)
    plan = asked.begin_undo(conn, actor, id)
    if plan.moved <= AT_ONCE:
        return undoing.undo(conn, catalog, actor, plan)
    return _queued(conn, actor, plan, UNDO, say("Undo of: {what}", what=_title(catalog, actor, plan)))


def _queued(conn: sa.Connection, actor: Actor, plan: Merge, key: str, title: Message) -> Merge:
    job = enqueue(conn, key, {"merge": str(plan.id)}, priority=SOON, actor=actor, title=title)
    asked.mark(conn, plan, job=job)
    return replace(plan, job=job)


def merge(work: Work) -> None:
    _done(work, BEGUN)


def undo(work: Work) -> None:
    _done(work, UNDOING)


def _done(work: Work, state: str) -> None:
    """Does it in the transaction that ends the job; what stands against it is written down."""

    def last(conn: sa.Connection, catalog: Catalog) -> None:
        actor = work.actor(conn, catalog)
        plan = _plan(work, conn, actor, state)
        try:
            with conn.begin_nested():
                (run.merge if state == BEGUN else undoing.undo)(conn, seen(catalog, actor), actor, plan)
        except (Denied, Invalid, NotFound, Refused) as no:
            facts = {**plan.facts, "problem": written(_said(no))}
            asked.mark(conn, plan, facts, state=FAILED if state == BEGUN else DONE, ended=datetime.now(UTC))

    work.finish(last, result={"merge": work.payload["merge"]})


def _said(no: Any) -> Message:
    errors = no.errors if isinstance(no, Invalid) else {}
    found: Message = next((each for told in errors.values() for each in told), no.message)
    return found


def _plan(work: Work, conn: sa.Connection, actor: Actor, state: str) -> Merge:
    try:
        found = asked.merge_of(conn, actor, UUID(work.payload["merge"]), lock=True)
    except NotFound as missing:
        raise GiveUp(missing.message) from missing
    if found.state != state:
        raise GiveUp(say("This merge is not under way any more."))
    return found


def _title(catalog: Catalog, actor: Actor, plan: Merge) -> Message:
    language = actor.language or catalog.app.languages[0]
    return replace(TITLE, facts={"module": in_language(catalog.module(plan.wish.module).plural, language)})


KINDS = (
    Kind(KEY, say("Merge of records"), merge, attempts=3, long=True, own=True),
    Kind(UNDO, say("Undo of a merge"), undo, attempts=3, long=True, own=True),
)
