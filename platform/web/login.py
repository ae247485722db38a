"""Coming and going: log in, log out, change the language.

These pages are open to strangers; everything else asks to log in first (`web.frame`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.errors import Denied, Message
from hanok.web import own_work
from hanok.web.doors import ANYBODY, door
from hanok.web.passkey_site import passkey_site
from hanok.web.providers import way_out
from hanok.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE, connection, offered_languages, write

entry = Blueprint("entry", __name__)
YEAR = 365 * 24 * 3600
DAY = 24 * 3600
NO_WAY_ON = ("/login", "/login/second", "/logout", "/language")
#: Holds the token of a browser in which the second step was done and that is remembered.
DEVICE_COOKIE = "hanok_device"


@entry.get("/login")
@door("entry", who=ANYBODY)
def login() -> AnyResponse | str:
    if g.actor is not None:
        return redirect(own_path(request.args.get("next", "")))
    return login_page(own_path(request.args.get("next", "")))


@entry.post("/login")
@door("entry", who=ANYBODY)
def log_in() -> AnyResponse | tuple[str, int]:
    username, onward = request.form.get("username", ""), own_path(request.form.get("next", ""))
    try:
        token, _ = accounts.log_in(
            g.live.store, g.catalog, username, request.form.get("password", ""), **browser(), lifetime=lifetime()
        )  # fmt: skip
    except Denied as refused:
        return login_page(onward, username=username, problem=refused.message), 403
    return entered(token, onward)


def login_page(onward: str, *, username: str = "", problem: Message | None = None) -> str:
    """The page to log in at, which leads to `onward`."""
    return render_template(
        "login.html", username=username, problem=problem, onward=onward, passkeys=passkey_site() is not None
    )


def browser() -> dict[str, Any]:
    """Who asks, as `accounts.enter` wants to know it."""
    return {"address": request.remote_addr or "", "agent": request.user_agent.string[:200],
            "device": request.cookies.get(DEVICE_COOKIE, "")}  # fmt: skip


def lifetime() -> timedelta:
    """How long a session lasts on this site."""
    return timedelta(days=int(current_app.config["SESSION_DAYS"]))


def enter(user_id: UUID, *, means: str, onward: str, vouched: bool = False) -> AnyResponse:
    """Lets a user in who proved by other means than a password who she is. Raises Denied where she may not come."""
    now = datetime.now(UTC)
    token = write(lambda conn, catalog: accounts.enter(
        conn, catalog, user_id, means=means, **browser(), lifetime=lifetime(), now=now, vouched=vouched
    ))  # fmt: skip
    return entered(token, onward)


def entered(token: str, onward: str) -> AnyResponse:
    """The answer to who has a new session: it goes on to `onward`, or to the second step where one is due."""
    pending = accounts.pending_of(connection(), g.catalog, token, now=datetime.now(UTC))
    _end_session()
    own_work.began()  # perhaps, elsewhere
    answer = redirect("/login/second?" + urlencode({"next": onward}) if pending else onward, 303)
    age = int((accounts.PENDING if pending else lifetime()).total_seconds())
    answer.set_cookie(SESSION_COOKIE, token, max_age=age, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


@entry.post("/logout")
@door("entry", who=ANYBODY)
def log_out() -> AnyResponse:
    onward = way_out(g.session)
    _end_session()
    answer = onward or redirect("/login", 303)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


@entry.post("/language")
@door("entry", who=ANYBODY)
def change_language() -> AnyResponse:
    answer = redirect(own_path(request.form.get("next", "")), 303)
    if request.form.get("language", "") in offered_languages():
        answer.set_cookie(
            LANGUAGE_COOKIE, request.form["language"], max_age=YEAR, httponly=True, secure=is_secure(), samesite="Lax"
        )
    return answer


def parts_of(address: str) -> SplitResult | None:
    """The parts of an address that a browser said; None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def own_path(target: str) -> str:
    """The path of this site that `target` names, else the start page: never another site, never the way out."""
    parts = parts_of(target)
    if parts is None or parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(sign) < 32 for sign in target) or parts.path in NO_WAY_ON:
        return "/"
    return target


def _end_session() -> None:
    """Ends whatever session this browser was in, on the server too, and its form session."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        g.live.write(lambda conn, catalog: accounts.log_out(conn, token))
    session.clear()


def is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure
