"""Prove that it is you: views that change what somebody logs in with ask again after ten minutes.

`@proved` stands under `@door`. Whoever logged in, or proved it, within the last ten minutes passes; everybody else
comes to a small page that asks for the password (or a second factor, or a passkey) and leads back to where she was:
to the same address, or to the page whose form she sent. What she typed there is kept on the small page, never in the
database, and sent again from it. An administrator who is logged in as somebody else never passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import factors, second, totp
from hanok.engine.accounts.passwords import NOBODY
from hanok.engine.errors import Denied, Message, say
from hanok.engine.fields.keys import Keys
from hanok.web.doors import door
from hanok.web.faults import wants_json
from hanok.web.forgot import minutes_of, too_many
from hanok.web.login import own_path, parts_of
from hanok.web.visit import SAFE_METHODS, connection, end, write

proving = Blueprint("proving", __name__)
LASTS = timedelta(minutes=10)
#: Attempts to say the password within an hour, here and where it is changed.
MOST_ATTEMPTS = 10
WRONG = say("This is not your password.")
WRONG_CODE = second.WRONG[factors.TOTP]
IN_HER_PLACE = say("You are logged in as somebody else: what this person logs in with is hers alone.")
#: Where a form is sent again after the proof, and what stands before the names of its fields meanwhile.
RESENT, KEPT = "resend", "kept."
#: What a page's script looks for in an answer: it sends its form as a page would, and comes to the proof.
HEADER = "Hanok-Prove"
Fields = Sequence[tuple[str, str]]
View = TypeVar("View", bound=Callable[..., Any])


def proved(view: View) -> View:
    """Has a view served only to who proved a short time ago that it is her."""

    @wraps(view)
    def asked(*values: Any, **named: Any) -> Any:
        if g.actor.by is not None:
            raise Denied(IN_HER_PLACE)
        return view(*values, **named) if is_proved() else to_page()

    return cast(View, asked)


def is_proved() -> bool:
    """Whether it was proved within the last ten minutes; logging in is a proof."""
    said: str = g.session.data.get("proved", "")
    at: datetime = max(datetime.fromisoformat(said), g.session.created) if said else g.session.created
    return datetime.now(UTC) - at < LASTS


def mark_proved() -> None:
    """It was proved in this session, just now."""
    keep_in_session(proved=datetime.now(UTC).isoformat())


def keep_in_session(**facts: str) -> None:
    """Keeps facts in this session beside those that it has."""
    data = {**g.session.data, **facts}
    write(lambda conn, _: accounts.set_session_data(conn, g.session.key, data))
    g.session = replace(g.session, data=data)


@proving.get("/me/prove")
@door("own")
def ask() -> AnyResponse | str:
    onward = own_path(request.args.get("next", ""))
    return redirect(onward) if is_proved() else page(onward)


@proving.post("/me/prove")
@door("own")
def answer() -> AnyResponse | str | tuple[str, int]:
    onward = own_path(request.form.get("next", ""))
    if g.actor.by is not None:
        raise Denied(IN_HER_PLACE)
    refused = None if is_proved() else _tried(onward)
    if refused:
        return refused
    mark_proved()
    if RESENT in request.form:
        return render_template("proved.html", resend=own_path(request.form[RESENT]), kept=_kept_here(), onward=onward)
    return redirect(onward, 303)


def _tried(onward: str) -> tuple[str, int] | None:
    """None where the right password or code came, else the page with what is wrong."""
    minutes = write(lambda conn, _: minutes_of(conn, f"password:{g.actor.id}", MOST_ATTEMPTS))
    if minutes:
        return page(onward, too_many(minutes)), 429
    known = accounts.password_of(connection(), g.actor.id)
    end()  # hashing is slow
    good = _is_code() if known == NOBODY else accounts.check_password(known, request.form.get("password", ""))
    return None if good else (page(onward, WRONG_CODE if known == NOBODY else WRONG), 422)


def _is_code() -> bool:
    """Whether a code of her authenticator app came: who has no password proves it by that."""
    code, now = request.form.get("code", "")[:20], datetime.now(UTC)
    return write(lambda conn, _: totp.take_code(conn, site_keys(), g.actor.id, code, now=now))


def site_keys() -> Keys:
    """The keys of this site, with which secrets are locked."""
    found = getattr(g.live.types.get("encrypted"), "keys", None)
    return found if isinstance(found, Keys) else Keys()


def page(onward: str, problem: Message | None = None, *, resend: str = "", kept: Fields = ()) -> str:
    """The page that asks; a form that waits for the proof stands in it."""
    conn = connection()
    has_password = accounts.password_of(conn, g.actor.id) != NOBODY
    kinds = factors.kinds_of(conn, g.actor.id)
    return render_template(
        "prove.html", onward=onward, problem=problem, has_password=has_password, kinds=kinds,
        resend=resend or own_path(request.form[RESENT]) if resend or RESENT in request.form else "",
        kept=kept or _kept_here(), prefix=KEPT,
    )  # fmt: skip


def _kept_here() -> Fields:
    """The fields of the waiting form, as the small page sent them on."""
    every = request.form.items(multi=True)
    return [(key.removeprefix(KEPT), value) for key, value in every if key.startswith(KEPT)]


def to_page() -> AnyResponse:
    """The answer to whoever has to prove it first."""
    there = "/me/prove?" + urlencode({"next": _back()})
    if "HX-Request" in request.headers:
        found = make_response("", 401)
        found.headers[HEADER if request.method not in SAFE_METHODS else "HX-Redirect"] = there
        return found
    if wants_json():
        return make_response(jsonify(to=there), 401)
    kept = [(key, value) for key, value in request.form.items(multi=True) if key != "csrf_token"]
    if kept and request.method not in SAFE_METHODS:
        return make_response(page(_back(), resend=request.full_path.rstrip("?"), kept=kept), 401)
    return redirect(there, 303)


def _back() -> str:
    """The address that was asked for, or the page of this site whose form was sent."""
    if request.method in SAFE_METHODS and "HX-Request" not in request.headers:
        return request.full_path.rstrip("?")
    said = parts_of(request.headers.get("HX-Current-URL") or request.referrer or "")
    if said is None or said.netloc != request.host:
        return "/me/security"
    return own_path(said.path + (f"?{said.query}" if said.query else ""))
