"""Who comes with a request: somebody by the cookie of her session, an administrator in somebody's place, a program.

A cookie is never looked at where programs come, a token nowhere else. `g.session` is the session of whoever acts,
`g.own` the administrator's own beside it, `g.program` the token. Who may not come from her address is nobody, and her
session ends.
"""

from __future__ import annotations

from flask import g, request

from hanok.engine import accounts
from hanok.engine.access import seen
from hanok.engine.accounts.addresses import Known, allows
from hanok.engine.accounts.impersonation import in_her_place
from hanok.engine.accounts.sessions import Session
from hanok.engine.accounts.token_list import Uses
from hanok.engine.errors import Denied, HanokError, say
from hanok.web import visit
from hanok.web.pace import Pace
from hanok.web.programs import MOST_WRONG, WINDOW, Gate, is_for_programs

#: Holds the token of the session in somebody's place; the administrator's own stays in its cookie.
AS_COOKIE = "hanok_as"


class Coming:
    """Tells who comes, and notes for later when each was seen."""

    def __init__(self, *, a_minute: int) -> None:
        self.sightings, self.uses, self.known = accounts.Sightings(), Uses(), Known()
        self.gate = Gate(self.known, self.uses, Pace(a_minute), Pace(MOST_WRONG, seconds=WINDOW))

    def recognise(self) -> HanokError | None:
        """Fills `g`; why whoever came is nobody here, where that has to be said."""
        g.actor = g.session = g.own = g.program = None
        if is_for_programs():
            return self._program()
        token = request.cookies.get(visit.SESSION_COOKIE, "")
        found = accounts.session_of(visit.connection(), g.catalog, token) if token else None
        if found is None or found.actor.by is not None:
            return None
        here = request.remote_addr or ""
        if not allows(self.known.of(visit.connection(), found.rules), found.actor.roles, here):
            return _turned_away(token, here)
        self.sightings.note(found)
        g.session, g.own = self._in_place(found), found
        g.actor = g.session.actor
        g.catalog = seen(g.catalog, g.actor)
        return None

    def _program(self) -> HanokError | None:
        found = self.gate.enter()
        if isinstance(found, HanokError):
            return found
        g.program, g.actor = found, found.actor
        g.catalog = seen(g.catalog, g.actor)
        return None

    def _in_place(self, own: Session) -> Session:
        """The session in somebody's place where she has one, else her own."""
        token = request.cookies.get(AS_COOKIE, "")
        found = in_her_place(visit.connection(), g.catalog, own, token) if token else None
        if found is None:
            return own
        self.sightings.note(found)
        return found


def _turned_away(token: str, here: str) -> HanokError:
    visit.write(lambda conn, _: accounts.log_out(conn, token))
    return Denied(say("You were logged out: your account may not be used from this address ({address}). Ask an "
                      "administrator.", address=here))  # fmt: skip
