"""Logging in as a user: asks why, and keeps it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts.impersonation import LONGEST_REASON, log_in_as
from hanok.engine.accounts.resets import person_with
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import write
from hanok.web.in_place import entered
from hanok.web.proving import proved
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/logins/<uuid:id>/as", "admin_as_ask", proved(ask))
    guarded(to, "POST", "/admin/logins/<uuid:id>/as", "admin_as_enter", proved(enter))


def ask(id: UUID) -> AnyResponse:
    return _page(id)


def enter(id: UUID) -> AnyResponse:
    try:
        token, _ = write(lambda conn, catalog: log_in_as(
            conn, catalog, g.actor, id, reason=request.form.get("reason", ""), address=request.remote_addr or "",
            agent=request.user_agent.string[:200],
        ))  # fmt: skip
    except Invalid as invalid:
        return _page(id, next(said for found in invalid.errors.values() for said in found), 422)
    except (Refused, Denied) as refused:
        return _page(id, refused.message, refused.status)
    return entered(token)


def _page(id: UUID, problem: Message | None = None, status: int = 200) -> AnyResponse:
    person = person_with(connection(), g.catalog, id, inactive=True)
    if person is None:
        raise NotFound(say("There is no such user."))
    reason = request.form.get("reason", "")
    page = render_template("screens/admin_as.html", person=person, problem=problem, reason=reason, most=LONGEST_REASON)
    return make_response(page, status)
