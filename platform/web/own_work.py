"""Whether this browser's reader began long work: a mark in a cookie, so that no page asks the database for it.

Whoever puts work of his own into the queue calls `began`; so does logging in, for work that was begun elsewhere. While
the mark is there, the frame shows the place of the indicator, which asks for `/mine/jobs` by itself; when nothing is
left to tell, that answer takes the mark away. The cookie also keeps what the reader put away.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import after_this_request, current_app, request
from werkzeug.wrappers import Response as AnyResponse

COOKIE = "hanok_work"
BEGUN = "1"
#: What was put away and is remembered; older ones are no news any more.
MOST = 20


def is_begun() -> bool:
    """True while there may be something to tell."""
    return COOKIE in request.cookies


def began() -> None:
    """The reader asked for long work, in this request."""
    _keep(put_away())


def end() -> None:
    """Nothing is left to tell."""
    after_this_request(_without)


def put_away() -> tuple[UUID, ...]:
    """The jobs that the reader does not want to see any more."""
    said = request.cookies.get(COOKIE, "").split(".")[1 : MOST + 1]
    return tuple(UUID(text) for text in said if len(text) == 32 and set(text) <= set("0123456789abcdef"))


def put_this_away(id: UUID) -> None:
    """The reader does not want to see this one any more."""
    _keep((id, *put_away()))


def _keep(ids: Iterable[UUID]) -> None:
    text = ".".join((BEGUN, *(id.hex for id in list(dict.fromkeys(ids))[:MOST])))
    after_this_request(lambda answer: _marked(answer, text))


def _marked(answer: AnyResponse, text: str) -> AnyResponse:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure
    answer.set_cookie(COOKIE, text, httponly=True, secure=secure, samesite="Lax")
    return answer


def _without(answer: AnyResponse) -> AnyResponse:
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return answer
