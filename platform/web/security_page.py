"""One's own second factors: authenticator apps, passkeys, recovery codes, browsers that are remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts import factors, totp
from hanok.engine.accounts.recovery import codes_left, new_codes, store_codes
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.web.doors import door
from hanok.web.factor_letters import CODES, REMOVED, tell_factor
from hanok.web.i18n import translate
from hanok.web.notices import notify
from hanok.web.passkey_site import passkey_site
from hanok.web.proving import keep_in_session, proved, site_keys
from hanok.web.second import added, is_missing, is_needed
from hanok.web.visit import connection, end, write

security = Blueprint("security", __name__, url_prefix="/me/security")
APP = say("Authenticator app")
WRONG = say("This is not the code of now. Look whether the clock of the device is right, then type the next one.")
Page = tuple[str, int] | str


@security.get("")
@door("own")
def show() -> str:
    conn, now = connection(), datetime.now(UTC)
    return render_template(
        "me_security.html", factors=factors.factors_of(conn, g.actor.id), left=codes_left(conn, g.actor.id),
        devices=factors.devices_of(conn, g.actor.id, now=now), has_keys=bool(site_keys()),
        has_site=passkey_site() is not None, needed=is_needed(), base=_base(), lasts=factors.REMEMBERED,
    )  # fmt: skip


# -- an authenticator app ------------------------------------------------------------------------------------------
@security.post("/app")
@door("own")
@proved
def begin_app() -> AnyResponse:
    name = translate(APP, g.language)
    id = write(lambda conn, _: totp.begin_totp(conn, site_keys(), g.actor.id, name, now=datetime.now(UTC)))
    return redirect(f"/me/security/app/{id}", 303)


@security.get("/app/<uuid:id>")
@door("own")
@proved
def show_app(id: UUID) -> str:
    return _app(id, translate(APP, g.language))


@security.post("/app/<uuid:id>")
@door("own")
@proved
def confirm_app(id: UUID) -> AnyResponse | Page:
    name, code, now = request.form.get("name", ""), request.form.get("code", "")[:20], datetime.now(UTC)
    name = factors.named(name) or translate(APP, g.language)

    def confirm(conn: Connection) -> bool:
        first = not factors.has_factor(conn, g.actor.id)
        good = totp.confirm_totp(conn, site_keys(), g.actor, id, code, name, now=now)
        if good:
            added(conn, name, first=first)
        return good

    if not write(lambda conn, _: confirm(conn)):
        return _app(id, name, WRONG), 422
    keep_in_session(second=factors.TOTP)
    if codes_left(connection(), g.actor.id) is None:
        return _make_codes()
    notify(say("“{name}” was added.", name=name))
    return redirect("/me/security", 303)


def _app(id: UUID, name: str, problem: Message | None = None) -> str:
    secret = totp.waiting_secret(connection(), site_keys(), g.actor.id, id, now=datetime.now(UTC))
    import segno  # only this page draws with it

    uri = totp.uri_of(secret, username=g.actor.username, site=in_language(g.catalog.app.name, g.language))
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("me_app.html", id=id, name=name, secret=grouped, picture=picture, uri=uri, problem=problem,
                           base=_base())  # fmt: skip


# -- one factor ----------------------------------------------------------------------------------------------------
@security.get("/<uuid:id>")
@door("own")
def show_one(id: UUID) -> str:
    return _one(id)


@security.post("/<uuid:id>")
@door("own")
@proved
def rename(id: UUID) -> AnyResponse | Page:
    try:
        write(lambda conn, _: factors.rename(conn, g.actor, id, request.form.get("name", "")))
    except Invalid as invalid:
        return _one(id, invalid.errors["name"][0]), 422
    notify(say("The name was changed."))
    return redirect("/me/security", 303)


@security.post("/<uuid:id>/remove")
@door("own")
@proved
def remove(id: UUID) -> AnyResponse:
    def removed(conn: Connection) -> factors.Factor:
        found = factors.remove(conn, g.actor, id, needed=is_needed())
        if found.kind in factors.FACTORS:
            tell_factor(conn, g.actor.id, REMOVED, found.name)
        return found

    found = write(lambda conn, _: removed(conn))
    if not factors.has_factor(connection(), g.actor.id):
        keep_in_session(second="")
    notify(say("“{name}” was removed.", name=found.name))
    return redirect("/me/security", 303)


def _one(id: UUID, problem: Message | None = None) -> str:
    found = next((one for one in factors.factors_of(connection(), g.actor.id) if one.id == id), None)
    if found is None:
        raise NotFound(factors.GONE)
    return render_template("me_factor.html", one=found, problem=problem, base=_base())


# -- recovery codes ------------------------------------------------------------------------------------------------
@security.post("/codes")
@door("own")
@proved
def make_codes() -> str:
    if not factors.has_factor(connection(), g.actor.id):
        raise Refused(say("Recovery codes stand in for a second factor. Add one first."))
    return _make_codes()


def _make_codes() -> str:
    end()  # hashing is slow
    codes, now = new_codes(), datetime.now(UTC)

    def store(conn: Connection) -> bool:
        again = codes_left(conn, g.actor.id) is not None
        store_codes(conn, g.actor, codes, now=now)
        if again:
            tell_factor(conn, g.actor.id, CODES)
        return again

    again = write(lambda conn, _: store(conn))
    return render_template("me_codes.html", codes=codes.shown, again=again, base=_base())


def _base() -> str:
    """The page around: the frame, or the bare one while nothing else is reachable."""
    return "me_alone.html" if is_missing() else "me_base.html"
