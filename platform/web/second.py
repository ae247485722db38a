"""The second step of a login, and who must have one: nothing else is reachable until it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import factors, second
from hanok.engine.accounts.entering import Pending
from hanok.engine.accounts.recovery import codes_left
from hanok.engine.errors import Denied, Message, Refused, say
from hanok.web.devices import device_of
from hanok.web.doors import ANYBODY, Door, door
from hanok.web.factor_letters import ADDED, GUESSED, RECOVERY, tell_factor
from hanok.web.i18n import translate
from hanok.web.login import DEVICE_COOKIE, entered, is_secure, lifetime, login_page, own_path
from hanok.web.proving import site_keys
from hanok.web.visit import SESSION_COOKIE, connection, end, write

stepping = Blueprint("stepping", __name__)
ADDRESS, NEEDED_AT = "/login/second", "/me/security"
#: The ways of the second step.
WAYS = (factors.TOTP, factors.PASSKEY, second.RECOVERY)
WHO = (factors.NOBODY, factors.ADMINISTRATORS, factors.EVERYONE)
#: Views that who lacks a second factor still reaches, besides those for strangers.
OPEN_TO_ALL = ("security.", "proving.", "passkeys.")


# -- the second step -----------------------------------------------------------------------------------------------
@stepping.get(ADDRESS)
@door("entry", who=ANYBODY)
def ask() -> AnyResponse | str:
    pending, onward = waiting(), own_path(request.args.get("next", ""))
    if pending is None:
        return redirect("/login?" + urlencode({"next": onward}))
    return _page(pending, onward, request.args.get("by", ""))


@stepping.post(ADDRESS)
@door("entry", who=ANYBODY)
def answer() -> AnyResponse | tuple[str, int]:
    pending, onward = waiting(), own_path(request.form.get("next", ""))
    means = request.form.get("by", "")
    if pending is None:
        return _too_late(onward)
    if means not in second.SECOND_STEPS:
        raise Refused(say("There is no such second step."))
    end()  # hashing is slow
    try:
        token = second.second_step(
            g.live.store, g.catalog, site_keys(), pending, means, request.form.get("code", "")[:100],
            browser=from_here(), now=datetime.now(UTC), lifetime=lifetime(),
        )  # fmt: skip
    except Denied as refused:
        return _denied(pending, onward, means, refused.message), 403
    if means == second.RECOVERY:
        write(lambda conn, _: tell_factor(conn, _id(pending), RECOVERY))
    return passed(pending, token, onward, remember=bool(request.form.get("remember")))


def waiting() -> Pending | None:
    """Whose second step this browser is at."""
    token = request.cookies.get(SESSION_COOKIE, "")
    return accounts.pending_of(connection(), g.catalog, token, now=datetime.now(UTC)) if token else None


def passed(pending: Pending, token: str, onward: str, *, remember: bool) -> AnyResponse:
    """The answer to who has done the second step; this browser is remembered where she wants it."""
    found = entered(token, onward)
    if remember:
        known = write(lambda conn, _: _remember(conn, pending))
        age = int(factors.REMEMBERED.total_seconds())
        found.set_cookie(DEVICE_COOKIE, known, max_age=age, path="/login", httponly=True, secure=is_secure(),
                         samesite="Lax")  # fmt: skip
    return found


def from_here() -> second.Browser:
    """The browser of this request."""
    return second.Browser(request.remote_addr or "", request.user_agent.string[:200])


def _remember(conn: Connection, pending: Pending) -> str:
    name = translate(device_of(request.user_agent.string).name, g.language)
    facts = {"address": request.remote_addr or ""}
    return factors.remember_device(conn, _id(pending), name, facts, now=datetime.now(UTC))


def _denied(pending: Pending, onward: str, means: str, said: Message) -> str:
    """The page again; the fifth wrong code is told to whose it would be."""
    now = datetime.now(UTC)
    if said in second.WRONG.values() and second.failures(connection(), _id(pending), now=now) >= second.MOST_FAILURES:
        write(lambda conn, _: tell_factor(conn, _id(pending), GUESSED))
    return _page(pending, onward, means, said)


def _page(pending: Pending, onward: str, by: str, problem: Message | None = None) -> str:
    conn = connection()
    kinds = factors.kinds_of(conn, _id(pending))
    ways = [way for way in WAYS if way in kinds or (way == second.RECOVERY and codes_left(conn, _id(pending)))]
    by = by if by in ways else (ways or [""])[0]
    return render_template("second.html", ways=ways, by=by, onward=onward, problem=problem, who_is=str(pending.actor),
                           days=factors.REMEMBERED.days)  # fmt: skip


def _too_late(onward: str) -> tuple[str, int]:
    return login_page(onward, problem=second.OVER), 403


def _id(pending: Pending) -> Any:
    return pending.actor.id


def added(conn: Connection, name: str, *, first: bool) -> None:
    """Has word sent of a new factor of the actor; sessions that came without one end with the first."""
    tell_factor(conn, g.actor.id, ADDED, name)
    if first:
        accounts.end_sessions(conn, g.actor.id, keep=g.session.key)


# -- who must have one ---------------------------------------------------------------------------------------------
def wanted_of(settings: Mapping[str, Any]) -> str:
    """Who must have a second factor, as the setting says it. Raises Refused for another word."""
    said = str(settings.get("second_factor", "") or factors.NOBODY)
    if said not in WHO:
        raise Refused(say("The setting second_factor is one of {words}, not “{value}”.", words=", ".join(WHO),
                          value=said))  # fmt: skip
    return said


def is_needed() -> bool:
    """Whether the site asks this person for a second factor."""
    return factors.must_have(current_app.config["SECOND_FACTOR"], g.actor)


def is_missing() -> bool:
    """Whether she has none in this session though the site asks for one; nobody acts in her place to make one."""
    return g.session is not None and g.actor.by is None and is_needed() and not g.session.data.get("second")


def leads_elsewhere(here: Door | None) -> bool:
    """Whether a request goes to the page of second factors instead of where it was sent; a password of her own, where
    she has to choose one, comes first."""
    if here is None or here.who == ANYBODY or not is_missing() or g.session.initial:
        return False
    return not (request.endpoint or "").startswith(OPEN_TO_ALL)
