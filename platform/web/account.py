"""One's own account: language and time zone, the password, sessions, and who tried to log in under one's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from uuid import UUID

from babel.dates import get_timezone_location
from flask import Blueprint, current_app, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import resets
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.records.deeds import tell
from hanok.web import own_choices
from hanok.web.account_letters import tell_changed
from hanok.web.devices import device_of
from hanok.web.doors import ANYBODY, Door, door
from hanok.web.forgot import faults_of, minutes_of, too_many
from hanok.web.i18n import LANGUAGES
from hanok.web.login import DAY, is_secure
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE, connection, end, offered_languages, write

CHOOSING = "/me/password"
account = Blueprint("account", __name__, url_prefix="/me")
#: Attempts to say the old password within an hour.
MOST_ATTEMPTS = 10
WRONG = say("This is not your password.")
REGIONS = ("Asia", "Africa", "America", "Antarctica", "Arctic", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Page = tuple[str, int] | str


# -- who I am ------------------------------------------------------------------------------------------------------
@account.get("")
@door("own")
def profile() -> str:
    return _profile(accounts.own_choices(connection(), g.catalog, g.actor))


@account.post("")
@door("own")
def save_profile() -> AnyResponse | Page:
    wanted = {key: request.form.get(key, "") for key in ("language", "time_zone")}
    if wanted["language"] and wanted["language"] not in offered_languages():
        return _profile(wanted, {"language": say("The site does not speak this language.")}), 422
    try:
        write(lambda conn, catalog: accounts.change_own(conn, catalog, g.actor, wanted))
    except Invalid as invalid:
        return _profile(wanted, {key: found[0] for key, found in invalid.errors.items()}), 422
    g.language = wanted["language"] or g.catalog.app.languages[0]
    notify(say("Your settings were saved."))
    answer = redirect("/me", 303)
    answer.delete_cookie(LANGUAGE_COOKIE, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


def _profile(choices: Mapping[str, str], faults: Mapping[str, Message] | None = None) -> str:
    app = g.catalog.app
    return render_template(
        "me_profile.html", person=resets.person_with(connection(), g.catalog, g.actor.id), choices=choices,
        faults=faults or {}, zones=zone_groups(g.language, choices["time_zone"]), site_zone=app.zone,
        site_language=LANGUAGES.get(app.languages[0], app.languages[0]), boxes=own_choices.boxes(connection()),
        ticks=own_choices.ticks(connection()),
    )  # fmt: skip


def zone_groups(language: str, chosen: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The time zones to choose from by region, as pairs of name and place; what is chosen is among them."""
    found = [(region, list(_zones(language, region))) for region in REGIONS]
    known = {name for _, zones in found for name, _ in zones}
    return found if not chosen or chosen in known else [("", [(chosen, chosen)]), *found]


@cache
def _zones(language: str, region: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_named(language, region), key=lambda zone: zone[1]))


def _named(language: str, region: str) -> Iterator[tuple[str, str]]:
    for name in accounts.zones():
        if name.startswith(region + "/"):
            yield name, f"{get_timezone_location(name, locale=language, return_city=True)} · {name}"


# -- the password --------------------------------------------------------------------------------------------------
def is_initial(here: Door | None) -> bool:
    """Whether she came with a password that the program made up, and is not about to choose her own."""
    if g.session is None or not g.session.initial or here is None or here.who == ANYBODY:
        return False
    return request.endpoint not in ("account.password", "account.change_password")


@account.get("/password")
@door("own")
def password() -> str:
    return _password()


@account.post("/password")
@door("own")
def change_password() -> AnyResponse | Page:
    minutes = write(lambda conn, _: minutes_of(conn, f"password:{g.actor.id}", MOST_ATTEMPTS))
    if minutes:
        return _password({"old_password": too_many(minutes)}), 429
    known = accounts.password_of(connection(), g.actor.id)
    person = resets.person_with(connection(), g.catalog, g.actor.id)
    end()  # hashing is slow
    if not accounts.check_password(known, request.form.get("old_password", "")):
        return _password({"old_password": WRONG}), 422
    faults = faults_of(g.actor.username, person.email if person else "")
    if faults:
        return _password(faults), 422
    hashed = accounts.hash_password(request.form["password"])
    token = write(lambda conn, _: _changed(conn, known, hashed))
    notify(say("Your password was changed. All other sessions were ended."))
    answer = redirect("/" if g.session is not None and g.session.initial else CHOOSING, 303)
    days = int(current_app.config["SESSION_DAYS"])
    answer.set_cookie(SESSION_COOKIE, token, max_age=days * DAY, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


def _changed(conn: Connection, known: str, hashed: str) -> str:
    """Sets the password; the token under which this session goes on. Raises Refused where somebody was quicker."""
    if accounts.password_of(conn, g.actor.id) != known:
        raise Refused(say("The password was changed meanwhile."))
    accounts.set_password(conn, g.actor.id, hashed, keep=_key())
    tell(conn, g.actor, "password", "changed", about=g.actor.id, title=g.actor.title)
    tell_changed(conn, g.actor.id)
    token = accounts.renew_session(conn, _key())
    if token is None:
        raise Refused(say("You have been logged out."))
    return token


def _password(faults: Mapping[str, Message] | None = None) -> str:
    shortest = current_app.config["PASSWORD_POLICY"].shortest
    initial = g.session is not None and g.session.initial
    return render_template("me_password.html", faults=faults or {}, shortest=shortest, initial=initial)


# -- sessions and logins -------------------------------------------------------------------------------------------
@account.get("/sessions")
@door("own")
def sessions() -> str:
    found = accounts.sessions_of(connection(), g.actor.id)
    here = _key()
    return render_template(
        "me_sessions.html", here=here, device_of=device_of, sessions=sorted(found, key=lambda one: one.key != here)
    )


@account.post("/sessions/end")
@door("own")
@proved
def end_one() -> AnyResponse:
    key = request.form.get("session", "")
    if key == _key():
        raise Refused(say("This is the session that you are in. Log out to end it."))
    if not write(lambda conn, _: _ended(conn, int(accounts.end_session(conn, g.actor.id, key)))):
        raise NotFound(say("This session has ended already."))
    notify(say("The session was ended."))
    return redirect("/me/sessions", 303)


@account.post("/sessions/end-others")
@door("own")
@proved
def end_others() -> AnyResponse:
    write(lambda conn, _: _ended(conn, accounts.end_sessions(conn, g.actor.id, keep=_key())))
    notify(say("All other sessions were ended."))
    return redirect("/me/sessions", 303)


def _ended(conn: Connection, count: int) -> int:
    """Tells of sessions that were ended, where any were."""
    if count:
        tell(conn, g.actor, "session", "ended", about=g.actor.id, title=g.actor.title,
             changes={"sessions": [count, 0]})  # fmt: skip
    return count


@account.get("/logins")
@door("own")
def logins() -> str:
    search = accounts.LoginSearch(user_id=g.actor.id, failed=request.args.get("failed") == "1")
    found = accounts.logins(connection(), g.catalog, search, after=_after())
    return render_template("me_logins.html", page=found, search=search, first=not _after(), device_of=device_of)


def _after() -> UUID | None:
    try:
        return UUID(request.args.get("after", ""))
    except ValueError:
        return None


def _key() -> str:
    """The key of the session that this request is in."""
    return accounts.session_key(request.cookies.get(SESSION_COOKIE, ""))
