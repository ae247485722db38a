"""What somebody decides about a mail: to try it again, to cancel it. And what is forgotten by the clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import Refused, say
from hanok.engine.jobs.housekeeping import BATCH, DAYS, in_batches
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail import folder
from hanok.engine.jobs.mail.posting import TOPIC, call, let_go
from hanok.engine.jobs.mail.rows import BOUNCED, CANCELLED, SENDING, SENT, WAITING, Mail, mail_of, moved
from hanok.engine.jobs.outbox import tell
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Work
from hanok.engine.store.job_tables import mail
from hanok.engine.store.moments import now as now_of


def mails(conn: sa.Connection, *, states: Collection[str] = (), most: int = 100) -> list[Mail]:
    """The latest mails in these states (empty: in any)."""
    found = sa.select(mail).order_by(mail.c.created_at.desc(), mail.c.id.desc()).limit(most)
    if states:
        found = found.where(mail.c.state.in_(sorted(states)))
    return [Mail.of(dict(row)) for row in conn.execute(found).mappings()]


def cancel(conn: sa.Connection, id: UUID) -> Mail:
    """Cancels a mail that waits. Raises NotFound, and Refused for one that is on its way or has ended."""
    one = mail_of(conn, id, lock=True)
    if one.state != WAITING:
        raise Refused(say("This mail does not wait any more."))
    gone = {"letter": None} if one.private else {}
    conn.execute(mail.update().where(mail.c.id == id).values(state=CANCELLED, **gone))
    if one.private:
        let_go(conn, [id])
    moved(conn, one)
    return mail_of(conn, id)


def retry(conn: sa.Connection, id: UUID) -> Mail:
    """Sends a mail again to whom it did not reach: now, whatever it waits for. Raises NotFound and Refused."""
    one = mail_of(conn, id, lock=True)
    letter = one.content()
    if letter is None:
        raise Refused(say("What this mail said is gone; it cannot be sent again."))
    if one.state == SENDING:
        raise Refused(say("This mail is being sent just now."))
    back = {address for address, said in one.refused.items() if said.get("bounced")}
    only_written = (one.via or "").startswith(f"{folder.NAME}/")
    reached = [] if only_written else [address for address in one.reached if address not in back]
    if set(letter.recipients()) <= set(reached):
        raise Refused(say("This mail has reached everybody."))
    now = now_of(conn)
    anew = {"state": WAITING, "due": now, "tries": 0, "reached": reached, "refused": {}, "error": None, "via": None}
    conn.execute(mail.update().where(mail.c.id == id).values(anew))
    tell(conn, TOPIC, {"account": str(one.account) if one.account else None, "due": now.isoformat()})
    moved(conn, one)
    return mail_of(conn, id)


# -- by the clock --------------------------------------------------------------------------------------------------
def forget(work: Work) -> dict[str, int]:
    """Deletes mails that left long ago. Those that failed stay until somebody decides."""
    before = datetime.now(UTC) - timedelta(days=int(work.surroundings.settings.get("jobs_days", DAYS)))

    def some(conn: sa.Connection) -> int:
        left = sa.func.coalesce(mail.c.sent_at, mail.c.created_at)
        old = sa.select(mail.c.id).where(
            mail.c.state.in_((SENT, BOUNCED, CANCELLED)), mail.c.created_at < before, left < before
        )
        ids: Sequence[UUID] = conn.execute(old.limit(BATCH)).scalars().all()
        let_go(conn, ids)
        return conn.execute(mail.delete().where(mail.c.id.in_(ids))).rowcount

    return {"mails": in_batches(work, some), "files": folder.forget(work.surroundings.folder, before)}


def wake(work: Work) -> None:
    """Has delivered what waits although nobody works on it: its job was cancelled, or the site was restored."""

    def effect(conn: sa.Connection) -> None:
        due = sa.select(mail.c.account).distinct().where(
            mail.c.state.in_((WAITING, SENDING)), mail.c.due <= now_of(conn)
        )  # fmt: skip
        for account in conn.execute(due).scalars().all():
            call(conn, account)

    work.finish(lambda conn, _: effect(conn))


KINDS = (
    Kind("mail.forget", say("Forget old mail"), forget),
    Kind("mail.wake", say("Look for mail that waits"), wake),
)
SCHEDULES = (
    Schedule("mail.forget", "mail.forget", say("Forget old mail"), "40 3 * * *"),
    Schedule("mail.wake", "mail.wake", say("Look for mail that waits"), "*/10 * * * *"),
)
