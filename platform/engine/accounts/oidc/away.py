"""Who went away to a provider and has not come back yet.

What comes back must come to the browser that went, once, within ten minutes: the address carries `state`, a cookie of
that browser another secret, and only hashes of both are stored. Nonce and verifier (PKCE, RFC 7636) come from the two
together, so that the database alone is good for nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts.sessions import session_key
from hanok.engine.errors import Refused, say
from hanok.engine.store.account_tables import away

LIFETIME = timedelta(minutes=10)
LONGEST = 200
GONE = say("This login took too long, or was begun in another browser. Begin again.")


@dataclass(frozen=True, slots=True)
class Away:
    """One errand. `user_id` is of whom the identity is to be linked to, None where somebody logs in; `onward` the
    path of this site to go on to."""

    provider: UUID
    state: str
    browser: str
    onward: str
    user_id: UUID | None = None

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    def _derived(self, name: str) -> str:
        made = hmac.digest(self.browser.encode(), f"{name}:{self.state}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def leave(
    conn: sa.Connection, provider: UUID, *, onward: str, now: datetime, browser: str = "", user_id: UUID | None = None
) -> Away:
    """Writes down that a browser goes away. `browser` is the secret in its cookie, where it has one already."""
    known = browser if 40 <= len(browser) <= LONGEST else secrets.token_urlsafe(32)
    going = Away(provider, secrets.token_urlsafe(32), known, onward, user_id)
    conn.execute(away.delete().where(away.c.created <= now - LIFETIME))
    conn.execute(away.insert().values(
        state=session_key(going.state), browser=session_key(going.browser), provider=provider, user_id=user_id,
        onward=onward, created=now,
    ))  # fmt: skip
    return going


def came_back(conn: sa.Connection, provider: UUID, *, state: str, browser: str, now: datetime) -> Away:
    """The errand that ends now; it cannot end twice. Raises Refused where there is none of this browser.

    What comes back to another browser ends nothing: nobody is kept from coming back by somebody else.
    """
    mine = sa.and_(
        away.c.state == session_key(state[:LONGEST]), away.c.browser == session_key(browser[:LONGEST]),
        away.c.provider == provider, away.c.created > now - LIFETIME,
    )  # fmt: skip
    row = conn.execute(sa.select(away.c.onward, away.c.user_id).where(mine).with_for_update()).first()
    if row is None or not conn.execute(away.delete().where(mine)).rowcount:
        raise Refused(GONE)
    return Away(provider, state, browser, row.onward, row.user_id)
