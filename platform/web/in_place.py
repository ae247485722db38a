"""In somebody's place: the cookie of an administrator who is logged in as somebody else, and the way back."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts.impersonation import LIFETIME, come_back
from hanok.engine.errors import say
from hanok.web.coming import AS_COOKIE
from hanok.web.doors import door
from hanok.web.login import is_secure
from hanok.web.notices import notify
from hanok.web.visit import write

in_place = Blueprint("in_place", __name__, url_prefix="/as")


@in_place.post("/end")
@door("own")
def end() -> AnyResponse:
    """Back to one's own account; one's own session was there all the time."""
    person, own, token = g.actor, g.own.actor, request.cookies.get(AS_COOKIE, "")
    ended = bool(token) and write(lambda conn, _: come_back(conn, own, token))
    if ended and person.by is not None:
        notify(say("You are back in your own account."))
    there = f"/admin/logins/{person.id}" if person.by is not None else "/"
    answer = redirect(there, 303)
    answer.delete_cookie(AS_COOKIE, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


def entered(token: str) -> AnyResponse:
    """The answer to an administrator who is logged in as somebody else now: her start page."""
    answer = redirect("/", 303)
    age = int(LIFETIME.total_seconds())
    answer.set_cookie(AS_COOKIE, token, max_age=age, httponly=True, secure=is_secure(), samesite="Lax")
    return answer
