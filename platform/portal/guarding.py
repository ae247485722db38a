"""What keeps machines from filling in forms: a field that nobody sees, a form that is sent too soon, too many of them.

And who may send a form at all: its own page, or a page of a site that the workflow lists.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from hanok.engine.accounts.networks import network_of
from hanok.engine.errors import Denied, HanokError, Message, say
from hanok.web.pace import Pace

#: Nobody sees it, so nobody fills it in; and when the form was shown. No field of a module is called like these.
POT, SHOWN = "_homepage", "_shown"
#: Seconds within which nobody has read and filled in a form, and after which it is shown anew.
SOONEST, LATEST = 2, 24 * 3600
#: Of one form from one network within an hour.
MOST, HOUR = 30, 3600
PACE = "hanok.forms"
TOO_SOON = say("Please look at what you wrote, then send it once more.")


class TooMany(HanokError):
    """Forms, or requests, that come too often."""

    code = "too_many_requests"
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(say("Too many requests. Seconds to wait: {seconds}.", seconds=seconds))
        self.seconds = seconds


def count(key: str) -> None:
    """Counts one form from whoever sends it. Raises TooMany."""
    pace: Pace = current_app.extensions.setdefault(PACE, Pace(MOST, seconds=HOUR))
    seconds = pace.take(f"{key} {network_of(request.remote_addr or '')}")
    if seconds:
        raise TooMany(seconds)


def stamp(key: str, *, at: float | None = None) -> str:
    """Says when a form was shown, signed."""
    return str(_signer().dumps([key, int(time.time() if at is None else at)]))


def hurried(key: str) -> Message | None:
    """What to say to whoever sends a form that was shown a moment ago, or never."""
    try:
        form, at = _signer().loads(request.form.get(SHOWN, ""))
    except (BadSignature, ValueError, TypeError):
        return TOO_SOON
    fits = form == key and SOONEST <= time.time() - at <= LATEST
    return None if fits else TOO_SOON


def is_trapped() -> bool:
    """Whether the field was filled in that nobody sees."""
    sent = sent_json() if request.is_json else request.form
    return bool(isinstance(sent, dict) and sent.get(POT))


def sent_json() -> Any:
    """What was sent as JSON; None for what is none, or so deep that nobody means it."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def origin() -> str:
    """The other site whose page sends this; "" for our own pages, and for what is no browser."""
    said = request.headers.get("Origin", "")
    try:
        own = not said or urlsplit(said).netloc == request.host
    except ValueError:  # no address at all
        return said
    return "" if own else said


def check_origin(allowed: Sequence[str]) -> None:
    """Raises Denied for a site that the form does not list."""
    if origin() and origin() not in allowed:
        raise Denied(say("This form does not take anything from {site}.", site=origin()[:100]))


def check_own() -> None:
    """What a browser sends with cookies of ours carries the token of the form, too. Raises CSRFError."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        current_app.extensions["csrf"].protect()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="hanok.portal.forms")
