"""Logging in as somebody else: an administrator sees what a user sees, for an hour, and everybody can read who it was.

It is a second session beside the administrator's own and worth nothing without that: with the end of her own session,
her right or her account it ends too. Whatever is done in it leaves both names.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.entering import active_actor, write_login
from hanok.engine.accounts.sessions import Session, open_session, session_key, session_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store.tables import login, session

MEANS = "as"
LIFETIME = timedelta(hours=1)
LONGEST_REASON = 500


def log_in_as(
    conn: sa.Connection, catalog: Catalog, actor: Actor, user_id: UUID, *, reason: str, address: str, agent: str,
    now: datetime | None = None,
) -> tuple[str, Actor]:  # fmt: skip
    """The token of a session of the actor in the place of a user, and that user. Raises Denied, Invalid and Refused."""
    now, reason = now or datetime.now(UTC), reason.strip()
    if not actor.governs or actor.id is None:
        raise Denied(say("Only administrators log in as somebody else, each in her own session."))
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid({"reason": [say("Say why, in at most {most} characters. The reason is kept.",
                                      most=LONGEST_REASON)]})  # fmt: skip
    if user_id == actor.id:
        raise Refused(say("This is your own account."))
    person = active_actor(conn, catalog, user_id)
    if person.admin:
        raise Refused(say("Nobody logs in as another administrator."))
    token = open_session(
        conn, user_id, address=address, agent=agent, now=now, lifetime=LIFETIME, means=MEANS, by=actor.id
    )
    row = write_login(conn, catalog, person, means=MEANS, ok=True, address=address, agent=agent, now=now)
    conn.execute(login.update().where(login.c.id == row).values(by_name=str(actor)))
    tell(conn, actor, "as", "begun", about=user_id, title=str(person), changes={"reason": [None, reason]}, at=now)
    return token, person


def in_her_place(
    conn: sa.Connection, catalog: Catalog, own: Session, token: str, *, now: datetime | None = None
) -> Session | None:
    """The session of this token that was opened in the `own` one; None where it ended, or belongs to another."""
    found = session_of(conn, catalog, token, now=now)
    if found is None or found.actor.by is None or found.actor.by.id != own.actor.id or found.created < own.created:
        return None
    return found if own.actor.governs and not found.actor.admin else None


def come_back(conn: sa.Connection, actor: Actor, token: str) -> bool:
    """Ends the actor's session in somebody's place; whether there was one."""
    mine = sa.and_(session.c.token == session_key(token), session.c.by_id == actor.id)
    user_id = conn.scalar(sa.select(session.c.user_id).where(mine))
    if user_id is None:
        return False
    conn.execute(session.delete().where(mine))
    tell(conn, actor, "as", "ended", about=user_id)
    return True
