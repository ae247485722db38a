"""A forgotten password: asking for a link, and setting a new password by it. Open to strangers.

The link carries its token behind the #, which no server is sent. A script of the page moves it into a form at once;
the answer keeps it in a cookie of these pages alone, so that no address, log or history of the browser has it.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, current_app, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import resets
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, Refused, say
from hanok.engine.jobs import rates
from hanok.web import visit
from hanok.web.account_letters import ask_reset, tell_changed
from hanok.web.doors import ANYBODY, door
from hanok.web.login import is_secure
from hanok.web.visit import write

forgotten = Blueprint("forgotten", __name__)
COOKIE, PATH = "hanok_reset", "/reset"
#: How often links may be asked for within an hour: from one address, and in all.
FROM_AN_ADDRESS, IN_ALL = 20, 1000
#: Addresses share so many counters, so that nobody fills the table of limits.
COUNTERS = 4096
DIFFERENT = say("The two passwords differ.")
Page = tuple[str, int] | str


@forgotten.get("/forgot")
@door("entry", who=ANYBODY)
def ask() -> str:
    return _ask()


@forgotten.post("/forgot")
@door("entry", who=ANYBODY)
def send() -> AnyResponse | Page:
    username, email = request.form.get("username", "").strip(), request.form.get("email", "").strip()
    if not current_app.config["ADDRESS"]:
        return _ask(), 409
    if not username or not email:
        return _ask(username, email, say("Enter your user name and your e-mail address.")), 422
    minutes = write(lambda conn, _: _asked(conn, username, email))
    if minutes:
        return _ask(username, email, too_many(minutes)), 429
    return redirect("/forgot/sent", 303)


@forgotten.get("/forgot/sent")
@door("entry", who=ANYBODY)
def sent() -> str:
    return render_template("forgot_sent.html")


@forgotten.get("/reset")
@door("entry", who=ANYBODY)
def open_link() -> str:
    return render_template("reset_link.html", problem=None)


@forgotten.post("/reset")
@door("entry", who=ANYBODY)
def take_link() -> AnyResponse | Page:
    token = request.form.get("link", "").strip().rpartition("#")[2]
    try:
        resets.whose_reset(visit.connection(), g.catalog, token)
    except Refused as refused:
        return render_template("reset_link.html", problem=refused.message), 409
    answer = redirect("/reset/new", 303)
    answer.set_cookie(
        COOKIE, token, max_age=int(resets.LIFETIME.total_seconds()), path=PATH, httponly=True, secure=is_secure(),
        samesite="Strict",
    )  # fmt: skip
    return answer


@forgotten.get("/reset/new")
@door("entry", who=ANYBODY)
def choose() -> Page:
    try:
        person = resets.whose_reset(visit.connection(), g.catalog, _token())
    except Refused as refused:
        return render_template("reset_link.html", problem=refused.message), 409
    return _choose(person)


@forgotten.post("/reset/new")
@door("entry", who=ANYBODY)
def change() -> AnyResponse | Page:
    password, token = request.form.get("password", ""), _token()
    try:
        person = resets.whose_reset(visit.connection(), g.catalog, token)
        faults = faults_of(person.username, person.email)
        if faults:
            return _choose(person, faults), 422
        visit.end()  # hashing is slow
        hashed = accounts.hash_password(password)
        write(lambda conn, catalog: _changed(conn, catalog, token, hashed))
    except Refused as refused:
        return render_template("reset_link.html", problem=refused.message), 409
    answer = redirect("/reset/done", 303)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, secure=is_secure(), samesite="Strict")
    return answer


@forgotten.get("/reset/done")
@door("entry", who=ANYBODY)
def done() -> str:
    return render_template("reset_done.html")


def faults_of(username: str, email: str) -> dict[str, Message]:
    """What is wrong with the new password of the form, by its fields `password` and `again`."""
    password = request.form.get("password", "")
    words = accounts.words_about(g.catalog, username, email)
    found = accounts.password_faults(password, current_app.config["PASSWORD_POLICY"], words=words)
    if found:
        return {"password": found[0]}
    return {} if password == request.form.get("again", "") else {"again": DIFFERENT}


def too_many(minutes: int) -> Message:
    return say("Too many attempts. Minutes to wait: {minutes}.", minutes=minutes)


def minutes_of(conn: Connection, key: str, most: int) -> int:
    """Takes one of a limit; how many minutes there are to wait where none is left, else 0."""
    given, wait = rates.take(conn, key, most=most)
    return 0 if given else max(1, -(-int(wait.total_seconds()) // 60))


def _asked(conn: Connection, username: str, email: str) -> int:
    """Asks for a link, the same way whoever is named; how many minutes to wait where too many asked."""
    network = accounts.network_of(request.remote_addr or "")
    counter = int.from_bytes(hashlib.sha256(network.encode()).digest()[:4], "big") % COUNTERS
    minutes = minutes_of(conn, f"reset.from:{counter}", FROM_AN_ADDRESS) or minutes_of(conn, "reset", IN_ALL)
    if not minutes:
        ask_reset(conn, username, email)
    return minutes


def _changed(conn: Connection, catalog: Catalog, token: str, hashed: str) -> None:
    tell_changed(conn, resets.use_reset(conn, catalog, token, hashed).id)


def _ask(username: str = "", email: str = "", problem: Message | None = None) -> str:
    possible = bool(current_app.config["ADDRESS"])
    return render_template("forgot.html", username=username, email=email, problem=problem, possible=possible)


def _choose(person: resets.Person, faults: dict[str, Message] | None = None) -> str:
    shortest = current_app.config["PASSWORD_POLICY"].shortest
    return render_template("reset_new.html", person=person, faults=faults or {}, shortest=shortest)


def _token() -> str:
    return request.cookies.get(COOKIE, "")
