"""Asking people for an approval: the rows, and a notice for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.approving.waiting import ASKED, ESCALATED, OPEN, REJECTED, Approval
from hanok.engine.automation.run import Run
from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records.telling.kinds import APPROVAL
from hanok.engine.records.telling.notices import tell
from hanok.engine.store import new_id
from hanok.engine.store.approval_tables import approval, approver
from hanok.engine.store.moments import now

#: The fact of a notice that names the approval.
OF = "of_approval"
#: How many people are asked for one.
MOST = 100
WAITS = say("Your approval is asked for: {text}")


def ask(
    conn: sa.Connection, run: Run, key: UUID, about: Linked | None, text: Mapping[str, str], people: Sequence[UUID], *,
    need: int, due: datetime | None,
) -> UUID:  # fmt: skip
    """Asks these people; the id. Raises Refused where too few or too many are there."""
    if len(people) < need or not people:
        raise Refused(say("Of {need} who have to approve only {found} are there.", need=need, found=len(people)))
    if len(people) > MOST:
        raise Refused(say("At most {most} people are asked for one approval.", most=MOST))
    id, at = new_id(), now(conn)
    conn.execute(approval.insert().values(
        id=id, run=run.id, key=key, module=about.module if about else None, record=about.id if about else None,
        title=about.title if about else "", text=dict(text), need=need, state=OPEN, at=at, due=due,
    ))  # fmt: skip
    add(conn, id, text, people, ASKED, at)
    return id


def ask_others(conn: sa.Connection, one: Approval, people: Iterable[UUID]) -> tuple[UUID, ...]:
    """Asks further people, because those who were asked did not decide in time; who is new among them."""
    known = {voice.user for voice in one.voices}
    others = tuple(id for id in dict.fromkeys(people) if id not in known)
    conn.execute(approval.update().where(approval.c.id == one.id).values(due=None))
    add(conn, one.id, one.text, others, ESCALATED, now(conn))
    return others


def expire(conn: sa.Connection, one: Approval) -> None:
    """Nobody decided in time, and nobody else is asked: it counts as rejected."""
    ended = {"state": REJECTED, "ended": now(conn)}
    conn.execute(approval.update().where(approval.c.id == one.id, approval.c.state == OPEN).values(ended))


def add(
    conn: sa.Connection, id: UUID, text: Mapping[str, str], people: Iterable[UUID], how: str, at: datetime, *,
    by: UUID | None = None,
) -> None:  # fmt: skip
    """Writes who is asked, and tells them."""
    users = list(people)
    if users:
        conn.execute(approver.insert(), [
            {"approval": id, "user_id": user, "how": how, "by_id": by, "state": OPEN, "comment": "", "at": at}
            for user in users
        ])  # fmt: skip
    said = Message(WAITS.text, {"text": dict(text), OF: str(id)})
    tell(conn, users, APPROVAL, said, by=by, key=f"approval:{id}")
