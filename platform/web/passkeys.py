"""Passkeys between browser and server: what to sign, and the answer, as JSON for `js/hk-passkey.js`.

A challenge waits in the signed cookie of the browser's form session, and in the database until it is used; the site
that a key is for stands in `passkey_site`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request, session
from sqlalchemy import Connection
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import challenges, factors, passkeys, second
from hanok.engine.accounts.challenges import LOGIN, NEW, PROVE, REFUSED, SECOND
from hanok.engine.accounts.entering import write_login
from hanok.engine.accounts.passkeys import Json, Known, Site
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Refused, say
from hanok.web.doors import ANYBODY, door
from hanok.web.forgot import minutes_of, too_many
from hanok.web.i18n import translate
from hanok.web.login import browser, entered, lifetime, own_path
from hanok.web.notices import notify
from hanok.web.passkey_site import passkey_site
from hanok.web.proving import keep_in_session, mark_proved, proved
from hanok.web.second import added, from_here, passed, waiting
from hanok.web.visit import connection, write

keyring = Blueprint("passkeys", __name__)
#: Challenges that one network (of so many that are told apart) may ask for within an hour.
MOST, COUNTERS = 1000, 1024
COOKIE_KEY = "passkey"
NO_SITE = say("Passkeys need the address of this site. Put it into the setting `address`, like "
              "https://crm.example.com.")  # fmt: skip
NAME = say("Passkey")


# -- logging in ----------------------------------------------------------------------------------------------------
@keyring.post("/login/passkey/ask")
@door("entry", who=ANYBODY)
def ask_login() -> Response:
    return _ask(LOGIN, None)


@keyring.post("/login/passkey")
@door("entry", who=ANYBODY)
def log_in() -> Response:
    known, counter = _checked(LOGIN, None)
    now = datetime.now(UTC)

    def enter(conn: Connection, catalog: Catalog) -> str:
        passkeys.note_use(conn, known, counter, now=now)
        return accounts.enter(
            conn, catalog, known.user_id, means="passkey", **browser(), lifetime=lifetime(), now=now
        )

    return _told(entered(write(enter), own_path(_said("next"))))


@keyring.post("/login/second/passkey/ask")
@door("entry", who=ANYBODY)
def ask_second() -> Response:
    pending = waiting()
    if pending is None:
        raise Denied(second.OVER)
    return _ask(SECOND, pending.actor.id)


@keyring.post("/login/second/passkey")
@door("entry", who=ANYBODY)
def take_second() -> Response:
    pending = waiting()
    if pending is None:
        raise Denied(second.OVER)
    known, counter = _checked(SECOND, pending.actor.id)
    now = datetime.now(UTC)

    def finish(conn: Connection, catalog: Catalog) -> str:
        passkeys.note_use(conn, known, counter, now=now)
        here = from_here()
        write_login(conn, catalog, pending.actor, means="passkey", ok=True, address=here.address, agent=here.agent,
                    now=now)  # fmt: skip
        return second.finish(conn, pending, "passkey", browser=here, now=now, lifetime=lifetime())

    return _told(passed(pending, write(finish), own_path(_said("next")), remember=_said("remember") == "1"))


# -- proving that it is you ----------------------------------------------------------------------------------------
@keyring.post("/me/prove/passkey/ask")
@door("own")
def ask_proof() -> Response:
    return _ask(PROVE, g.actor.id)


@keyring.post("/me/prove/passkey")
@door("own")
def prove() -> Response:
    if g.actor.by is not None:
        raise Denied(REFUSED)
    known, counter = _checked(PROVE, g.actor.id)
    write(lambda conn, _: passkeys.note_use(conn, known, counter, now=datetime.now(UTC)))
    mark_proved()
    return jsonify(to=own_path(_said("next")))


# -- a new one -----------------------------------------------------------------------------------------------------
@keyring.post("/me/security/passkeys/ask")
@door("own")
@proved
def ask_new() -> Response:
    site = _site()
    return _asked(lambda conn: passkeys.registration(conn, site, g.actor, now=datetime.now(UTC)))


@keyring.post("/me/security/passkeys")
@door("own")
@proved
def register() -> Response:
    site, asked, now = _site(), _challenge(), datetime.now(UTC)
    name = factors.named(_said("name")) or translate(NAME, g.language)
    write(lambda conn, _: challenges.take_challenge(conn, NEW, g.actor.id, asked, now=now))

    def keep(conn: Connection, _: Catalog) -> None:
        first = not factors.has_factor(conn, g.actor.id)
        added(conn, passkeys.register(conn, site, g.actor, _answer(), asked, name, now=now), first=first)

    write(keep)
    keep_in_session(second=factors.PASSKEY)
    notify(say("“{name}” was added.", name=name))
    return jsonify(to="/me/security")


# -- the challenge, the answer -------------------------------------------------------------------------------------
def _site() -> Site:
    found = passkey_site()
    if found is None:
        raise Refused(NO_SITE)
    return found


def _ask(purpose: str, user_id: UUID | None) -> Response:
    site = _site()
    minutes = write(lambda conn, _: minutes_of(conn, f"passkey.from:{_counter()}", MOST))
    if minutes:
        raise Denied(too_many(minutes))
    return _asked(lambda conn: passkeys.authentication(conn, site, purpose, user_id, now=datetime.now(UTC)))


def _asked(make: Callable[[Connection], tuple[Json, bytes]]) -> Response:
    options, asked = write(lambda conn, _: make(conn))
    session[COOKIE_KEY] = bytes_to_base64url(asked)
    return jsonify(options)


def _counter() -> int:
    network = accounts.network_of(request.remote_addr or "")
    return int.from_bytes(hashlib.sha256(network.encode()).digest()[:4], "big") % COUNTERS


def _challenge() -> bytes:
    """The challenge that waits in this browser, which is taken out of it. Raises Denied where none does."""
    said = str(session.pop(COOKIE_KEY, ""))
    if not said:
        raise Denied(REFUSED)
    return base64url_to_bytes(said)


def _checked(purpose: str, user_id: UUID | None) -> tuple[Known, int]:
    """The key that signed this browser's challenge, and its counter. Raises Denied."""
    site, asked, now = _site(), _challenge(), datetime.now(UTC)
    write(lambda conn, _: challenges.take_challenge(conn, purpose, user_id, asked, now=now))
    known = passkeys.known_key(connection(), _answer(), user_id)
    return known, passkeys.verify(site, known, _answer(), asked, names_user=user_id is None)


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > passkeys.LONGEST:
        raise Denied(REFUSED)
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}


def _answer() -> Json:
    found = _body().get("answer")
    return found if isinstance(found, dict) else {}


def _said(name: str) -> str:
    found = _body().get(name)
    return found if isinstance(found, str) else ""


def _told(found: AnyResponse) -> Response:
    """A redirect as JSON, with its cookies."""
    told = jsonify(to=found.location)
    for cookie in found.headers.getlist("Set-Cookie"):
        told.headers.add("Set-Cookie", cookie)
    return told
