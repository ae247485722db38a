"""Second factors for administrators: which ones a user has, and their removal where her device is lost."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import factors
from hanok.engine.accounts.resets import Person, person_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import write
from hanok.web.factor_letters import CLEARED, tell_factor
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import SESSION_COOKIE


def add(to: Blueprint) -> None:
    guarded(to, "POST", "/admin/logins/<uuid:id>/factors/remove", "admin_factors_remove", proved(remove))


def remove(id: UUID) -> AnyResponse:
    keep = accounts.session_key(request.cookies.get(SESSION_COOKIE, ""))  # one's own goes on
    person, count = write(lambda conn, catalog: _removed(conn, catalog, id, keep))
    notify(say("{count} second factors of {name} were removed.", count=count, name=person.title))
    return redirect(f"/admin/logins/{id}", 303)


def _removed(conn: Connection, catalog: Catalog, id: UUID, keep: str) -> tuple[Person, int]:
    person = person_with(conn, catalog, id, inactive=True)
    if person is None:
        raise NotFound(say("There is no such user."))
    found = factors.remove_all(conn, g.actor, id, title=person.title)
    if found:
        accounts.end_sessions(conn, id, keep=keep)
        tell_factor(conn, id, CLEARED)
    return person, len(found)
