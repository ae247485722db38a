"""A new record is saved once, however often its form is sent.

The form carries a token; the first save keeps it with the session, in the same transaction as the record. Whoever sends
the same form again is led to the record that it made.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import Connection

from hanok.engine import accounts, records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog

KEPT = 20
#: Signs of a token: what is longer is none of ours, and would be carried along by every request of the session.
LONGEST = 40


def new_token() -> str:
    return secrets.token_urlsafe(12)


def made_before(conn: Connection, catalog: Catalog, actor: Actor, session: str, token: str) -> UUID | None:
    """The record that this form made already, or None. Two at a time wait for each other on the user's row."""
    if not _is_token(token) or actor.id is None:
        return None
    records.get(conn, catalog, SYSTEM, "user", actor.id, lock=True)
    found = accounts.session_of(conn, catalog, session)
    made = dict(found.data.get("made", ())) if found else {}
    return UUID(made[token]) if token in made else None


def remember(conn: Connection, catalog: Catalog, session: str, token: str, made: UUID) -> None:
    """Keeps what this form made, with the session's other data."""
    found = accounts.session_of(conn, catalog, session)
    if not _is_token(token) or found is None:
        return
    kept = [*found.data.get("made", ()), [token, str(made)]][-KEPT:]
    accounts.set_session_data(conn, found.key, {**found.data, "made": kept})


def _is_token(text: str) -> bool:
    return 0 < len(text) <= LONGEST
