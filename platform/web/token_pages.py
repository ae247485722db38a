"""One's own API tokens: the list, making one, which is shown once, and revoking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access import may
from hanok.engine.accounts import tokens
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.fields import in_language
from hanok.web.doors import door
from hanok.web.factor_letters import TOKEN, tell_factor
from hanok.web.notices import notify
from hanok.web.programs import ROOT
from hanok.web.proving import proved
from hanok.web.visit import connection, write

own_tokens = Blueprint("tokens", __name__, url_prefix="/me/tokens")
#: How long a token may live, in days, as it is offered.
DAYS = (1, 7, 30, 90, 180, 365)
ALL, READ, SOME = "all", "read", "some"
#: The start of the name of a box that says what the token may do in one module.
SCOPE = "scope."
Page = tuple[str, int] | str


@own_tokens.get("")
@door("own")
def show() -> str:
    found = tokens.tokens_of(connection(), g.actor.id)
    return render_template("me_tokens.html", tokens=found, now=datetime.now(UTC), scopes_of=scopes_in_words)


@own_tokens.get("/new")
@door("own")
@proved
def ask() -> str:
    return _form({})


@own_tokens.post("/new")
@door("own")
@proved
def make() -> Page:
    form = request.form
    try:
        text, made = write(lambda conn, catalog: _made(conn, catalog, form))
    except Invalid as invalid:
        return _form({key: found[0] for key, found in invalid.errors.items()}), 422
    except Refused as refused:
        return _form({"": refused.message}), 409
    return render_template("me_token.html", text=text, made=made, scopes_of=scopes_in_words, root=ROOT)


def _made(conn: Connection, catalog: Catalog, form: Mapping[str, str]) -> tuple[str, tokens.Token]:
    """A new token, of which word is sent: a thief who made one stays in by it."""
    days = form.get("days", "")
    text, made = tokens.make(
        conn, catalog, g.actor, name=form.get("name", ""), scopes=_scopes(form),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
    )  # fmt: skip
    tell_factor(conn, g.actor.id, TOKEN, made.name)
    return text, made


@own_tokens.post("/<uuid:id>/revoke")
@door("own")
def revoke(id: UUID) -> AnyResponse:
    gone = write(lambda conn, _: tokens.revoke(conn, g.actor, id))
    notify(say("The token “{name}” was revoked. Programs that use it are refused at once.", name=gone.name))
    return redirect("/me/tokens", 303)


def _form(faults: Mapping[str, Message]) -> str:
    return render_template(
        "me_token_new.html", faults=faults, typed=request.form, days=DAYS, usual=tokens.USUAL,
        longest_name=tokens.LONGEST_NAME,
        modules=sorted(_modules(), key=lambda one: one[1].casefold()), kind=request.form.get("kind", ALL), SCOPE=SCOPE,
    )  # fmt: skip


def _modules() -> Iterator[tuple[str, str]]:
    """The modules of which she may see something, with their names."""
    for key, module in g.catalog.modules.items():
        if may(g.catalog, g.actor, key, "list") or may(g.catalog, g.actor, key, "create"):
            yield key, in_language(module.plural, g.language)


def _scopes(form: Any) -> list[str] | None:
    """What was chosen: None for all rights."""
    kind = form.get("kind", "")
    if kind == ALL:
        return None
    if kind == READ:
        return [tokens.READ]
    chosen = ((key.removeprefix(SCOPE), value) for key, value in form.items() if key.startswith(SCOPE) and value)
    return [f"{module}:{right}" for module, right in chosen]


def scopes_in_words(one: tokens.Token) -> list[Message]:
    """What a token may do, as sentences' parts."""
    if one.scopes is None or tokens.WRITE in one.scopes:
        return [say("Everything that the user may do")]
    return [_in_words(scope) for scope in one.scopes]


def _in_words(scope: str) -> Message:
    if scope == tokens.READ:
        return say("Read everything")
    key, _, right = scope.rpartition(":")
    module = g.catalog.modules.get(key)
    called = module.plural if module else {"en": key}
    return say("{module}: read", module=called) if right == tokens.READ else say("{module}: read and write",
                                                                                 module=called)  # fmt: skip
