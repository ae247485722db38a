"""The second step of a login: a code of an app, a recovery code, or a passkey, and then another session.

Five wrong attempts of a user within a quarter of an hour make her wait. After a hundred wrong codes of the app in a
row only a recovery code, a passkey or a new password helps (NIST SP 800-63B-4, 3.2.2). Only who knows the password
comes this far, so nobody is locked out by somebody who does not. An attempt is written down as failed before the code
is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts.addresses import check as check_address
from hanok.engine.accounts.entering import Pending, said_of, write_login
from hanok.engine.accounts.factors import PASSKEY, TOTP
from hanok.engine.accounts.recovery import hashed_code, salt_of, take_recovery
from hanok.engine.accounts.sessions import LIFETIME, open_session
from hanok.engine.accounts.totp import take_code
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, say
from hanok.engine.fields.keys import Keys
from hanok.engine.store import Store
from hanok.engine.store.account_tables import factor
from hanok.engine.store.tables import credential, login, session

RECOVERY = "recovery"
SECOND_STEPS = (TOTP, RECOVERY)
WINDOW, MOST_FAILURES, MOST_IN_A_ROW = timedelta(minutes=15), 5, 100
WRONG = {
    TOTP: say("This code is not right, or it was used already. Wait for the next one in the app."),
    RECOVERY: say("This recovery code is not right, or it was used already."),
}
GUESSED = say("Too many wrong codes. Use a recovery code or a passkey, or set a new password.")
OVER = say("This took too long. Log in again.")


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody comes, and with what."""

    address: str
    agent: str


def second_step(
    store: Store, catalog: Catalog, keys: Keys, pending: Pending, means: str, code: str, *, browser: Browser,
    now: datetime, lifetime: timedelta = LIFETIME,
) -> str:  # fmt: skip
    """The token of the session that takes the place of the pending one. `means` is totp or recovery.

    Raises Denied for a wrong code, after too many of them, and when the pending session is over.
    """
    assert means in SECOND_STEPS and pending.actor.id is not None
    with store.write() as conn:
        attempt = _begin(conn, catalog, pending, means, browser, now)
        salt = salt_of(conn, pending.actor.id)
    hashed = hashed_code(code, salt) if means == RECOVERY else ""
    with store.write() as conn:
        if means == TOTP:
            good = take_code(conn, keys, pending.actor.id, code, now=now)
        else:
            good = take_recovery(conn, pending.actor, hashed, now=now)
        if good:
            conn.execute(login.update().where(login.c.id == attempt).values(ok=True))
            return finish(conn, pending, means, browser=browser, now=now, lifetime=lifetime)
    raise Denied(WRONG[means])


def finish(
    conn: sa.Connection, pending: Pending, means: str, *, browser: Browser, now: datetime,
    lifetime: timedelta = LIFETIME,
) -> str:  # fmt: skip
    """Ends the pending session and opens the one that it waited for; its token. Raises Denied where it is over, or
    she may not come from there."""
    assert pending.actor.id is not None
    check_address(conn, pending.actor, browser.address)
    waiting = sa.and_(session.c.token == pending.key, session.c.pending, session.c.expires > now)
    if not conn.execute(session.delete().where(waiting)).rowcount:
        raise Denied(OVER)
    return open_session(
        conn, pending.actor.id, address=browser.address, agent=browser.agent, now=now, lifetime=lifetime,
        means=pending.means, data=said_of({"second": means, "provider": pending.provider}),
    )  # fmt: skip


def failures(conn: sa.Connection, user_id: UUID, *, now: datetime) -> int:
    """How many wrong codes count now."""
    return len(_failed(conn, user_id, now))


def _failed(conn: sa.Connection, user_id: UUID, now: datetime) -> Sequence[datetime]:
    failed = sa.and_(login.c.user_id == user_id, login.c.means.in_(SECOND_STEPS), sa.not_(login.c.ok))
    recent = sa.select(login.c.at).where(failed, login.c.at > now - WINDOW).order_by(login.c.at.desc())
    return conn.scalars(recent.limit(MOST_FAILURES)).all()


def _in_a_row(conn: sa.Connection, user_id: UUID) -> int:
    """How many wrong codes of the app there were since a right second step, and since the password is what it is."""
    mine = login.c.user_id == user_id
    good = sa.select(sa.func.max(login.c.at)).where(mine, login.c.ok, login.c.means.in_((*SECOND_STEPS, PASSKEY)))
    changed = sa.select(credential.c.changed).where(credential.c.user_id == user_id)
    wrong = sa.select(sa.func.count()).where(mine, sa.not_(login.c.ok), login.c.means == TOTP)
    for since in (conn.scalar(good), conn.scalar(changed)):
        wrong = wrong.where(login.c.at > since) if since else wrong
    return conn.scalar(wrong) or 0


def _begin(
    conn: sa.Connection, catalog: Catalog, pending: Pending, means: str, browser: Browser, now: datetime
) -> UUID:
    """Writes the attempt down as failed. The rows of the factors are locked: attempts side by side count too."""
    assert pending.actor.id is not None
    conn.execute(sa.select(factor.c.id).where(factor.c.user_id == pending.actor.id).with_for_update()).all()
    times = _failed(conn, pending.actor.id, now)
    if len(times) == MOST_FAILURES:
        wait = times[-1] + WINDOW - now
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        raise Denied(say("Too many failed attempts. Minutes to wait: {minutes}.", minutes=minutes))
    if means == TOTP and _in_a_row(conn, pending.actor.id) >= MOST_IN_A_ROW:
        raise Denied(GUESSED)
    return write_login(conn, catalog, pending.actor, means=means, ok=False, address=browser.address,
                       agent=browser.agent, now=now)  # fmt: skip
