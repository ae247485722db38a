"""The one way into a session, whatever somebody came with: a password, a passkey, a login provider.

Where a second factor is due, the session is pending: nobody is logged in by it, and it ends after ten minutes. The
second step (`second`) replaces it by another one with another token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.addresses import check as check_address
from hanok.engine.accounts.factors import has_factor, is_remembered
from hanok.engine.accounts.membership import membership_of
from hanok.engine.accounts.networks import network_of
from hanok.engine.accounts.people import UserColumns, actor_from, folded_username
from hanok.engine.accounts.sessions import LIFETIME, forget_expired, kept_agent, open_session, session_key
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, say
from hanok.engine.store import new_id
from hanok.engine.store.tables import login, session

#: How long somebody may take for the second step.
PENDING = timedelta(minutes=10)
#: How a login that wants a second step is called in the list of logins: the first step was right.
FIRST_STEP = "first"
INACTIVE = say("This user may not log in.")


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whose first step was right. `key` is the stored hash of the token, `means` what she came with."""

    key: str
    actor: Actor
    means: str
    created: datetime
    provider: str = ""


def enter(
    conn: sa.Connection, catalog: Catalog, user_id: UUID, *, means: str, address: str, agent: str, now: datetime,
    lifetime: timedelta = LIFETIME, device: str = "", vouched: bool = False, attempt: UUID | None = None,
    by: UUID | None = None, provider: str = "",
) -> str:  # fmt: skip
    """The token of a new session of this user; a pending one where a second factor is due (`pending_of` tells).

    `device` is the token of a remembered browser; `vouched` says that whoever sent her has seen a second factor
    already; `attempt` is the row of `hanok_login` that was written before; `provider` the id of the login provider that
    sent her. Raises Denied for who may not log in, or not from there.
    """
    actor = active_actor(conn, catalog, user_id)
    check_address(conn, actor, address)
    second = _second(conn, user_id, means, device, vouched=vouched, now=now)
    due = not second and by is None and has_factor(conn, user_id)
    told = FIRST_STEP if due else means
    if attempt is None:
        write_login(conn, catalog, actor, means=told, ok=True, address=address, agent=agent, now=now)
    else:
        conn.execute(login.update().where(login.c.id == attempt).values(ok=True, means=told))
    forget_expired(conn, now=now)
    return open_session(
        conn, user_id, address=address, agent=agent, now=now, lifetime=PENDING if due else lifetime, means=means,
        pending=due, by=by, data=said_of({"second": second, "provider": provider}),
    )  # fmt: skip


def pending_of(conn: sa.Connection, catalog: Catalog, token: str, *, now: datetime) -> Pending | None:
    """Whose second step is waited for under this token; None where nobody's is."""
    columns = (session.c.user_id, session.c.means, session.c.created, session.c.data)
    mine = sa.and_(session.c.token == session_key(token), session.c.pending, session.c.expires > now)
    row = conn.execute(sa.select(*columns).where(mine)).first()
    if row is None:
        return None
    try:
        actor = active_actor(conn, catalog, row.user_id)
    except Denied:
        return None
    return Pending(session_key(token), actor, row.means, row.created, row.data.get("provider", ""))


def said_of(facts: Mapping[str, str]) -> Mapping[str, str]:
    """What a session keeps of how it began: those of the facts that say something."""
    return {name: said for name, said in facts.items() if said}


def active_actor(conn: sa.Connection, catalog: Catalog, user_id: UUID) -> Actor:
    """The actor of a user. Raises Denied where she may not log in (any more)."""
    user = UserColumns.of(catalog)
    columns = (user.id.label("id"), user.username.label("username"), user.title.label("title"),
               user.language.label("language"), user.zone.label("zone"))  # fmt: skip
    row = conn.execute(sa.select(*columns).where(user.id == user_id, user.present)).mappings().first()
    if row is None:
        raise Denied(INACTIVE)
    return actor_from(catalog, dict(row), membership_of(conn, catalog, user_id))


def write_login(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, means: str, ok: bool, address: str, agent: str,
    now: datetime,
) -> UUID:  # fmt: skip
    """Writes down that somebody known came, or tried to; the row's id."""
    id = new_id()
    conn.execute(login.insert().values(
        id=id, at=now, username=folded_username(catalog, actor.username), user_id=actor.id, ok=ok, means=means,
        address=network_of(address), agent=kept_agent(agent),
    ))  # fmt: skip
    return id


def _second(
    conn: sa.Connection, user_id: UUID, means: str, device: str, *, vouched: bool, now: datetime
) -> str:
    """What stands for the second factor already, "" where nothing does; a passkey with its PIN or finger is both."""
    if means == "passkey":
        return "passkey"
    if vouched:
        return "provider"
    return "device" if is_remembered(conn, user_id, device, now=now) else ""
