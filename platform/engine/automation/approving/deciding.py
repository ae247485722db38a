"""Deciding: a yes or a no, or somebody else in one's place. What was decided has the run go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER
from hanok.engine.automation.approving.asking import add
from hanok.engine.automation.approving.waiting import (
    APPROVED,
    DELEGATED,
    NO,
    NONE_SUCH,
    OPEN,
    REJECTED,
    YES,
    Approval,
    approval_of,
)
from hanok.engine.automation.beginning import wake
from hanok.engine.automation.run import LIVING, run_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound, Refused, say
from hanok.engine.store.approval_tables import approval, approver
from hanok.engine.store.moments import now

#: Signs of one comment.
LONGEST = 2000
DECIDED = say("This was decided meanwhile.")


def decide(
    conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID, yes: bool, comment: str = ""
) -> Approval:
    """Gives the actor's voice; the approval as it is then.

    Raises NotFound where it does not wait for her, Refused where it was decided meanwhile, Denied where somebody acts
    in her place, and Invalid for a rejection without a word.
    """
    one = _mine(conn, catalog, actor, id)
    said = _comment(comment)
    if not yes and not said:
        raise Invalid({"comment": [say("Say why you reject it.")]})
    _keep(conn, one, actor, {"state": YES if yes else NO, "comment": said})
    return _settled(conn, approval_of(conn, catalog, id))


def delegate(
    conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID, to: UUID, comment: str = ""
) -> Approval:
    """Has somebody else decide in the actor's place. Raises as `decide` does, and Invalid for whom it cannot be."""
    one = _mine(conn, catalog, actor, id)
    if any(voice.user == to for voice in one.voices):
        raise Invalid({"to": [say("This person is asked already.")]})
    user = catalog.whole.module(USER)
    users = user.table
    living = sa.and_(users.c.id == to, users.c.deleted_at.is_(None), users.c[user.field("active").columns[""]])
    if conn.scalar(sa.select(users.c.id).where(living)) is None:
        raise Invalid({"to": [say("Nobody active is meant.")]})
    _keep(conn, one, actor, {"state": DELEGATED, "comment": _comment(comment)})
    add(conn, id, one.text, [to], DELEGATED, now(conn), by=actor.id)
    return approval_of(conn, catalog, id)


def _mine(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Approval:
    """An approval that waits for the actor, held to the end of the transaction."""
    if actor.by is not None:
        raise Denied(say("Nobody decides in somebody else's place: she has to log in herself, or to delegate."))
    one = approval_of(conn, catalog, id, lock=True)
    if actor.id is None or not any(voice.user == actor.id for voice in one.voices):
        raise NotFound(NONE_SUCH)
    if not one.waits_for(actor.id) or run_of(conn, one.run).state not in LIVING:
        raise Refused(DECIDED)
    return one


def _keep(conn: sa.Connection, one: Approval, actor: Actor, values: dict[str, Any]) -> None:
    mine = sa.and_(approver.c.approval == one.id, approver.c.user_id == actor.id)
    conn.execute(approver.update().where(mine).values(at=now(conn), **values))


def _settled(conn: sa.Connection, one: Approval) -> Approval:
    """Ends it where enough of them approved, or too few are left who could; the run goes on then."""
    agreed = len(one.agreed)
    state = APPROVED if agreed >= one.need else REJECTED if agreed + len(one.awaited) < one.need else OPEN
    if state == OPEN:
        return one
    conn.execute(approval.update().where(approval.c.id == one.id).values(state=state, ended=now(conn)))
    wake(conn, one.run)
    return replace(one, state=state)


def _comment(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if len(said) > LONGEST:
        raise Invalid({"comment": [say("At most {most} characters fit.", most=LONGEST)]})
    return said
