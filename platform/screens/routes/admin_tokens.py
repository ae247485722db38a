"""The API tokens of all users for administrators: who has which, when it was used, and revoking."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts import tokens
from hanok.engine.accounts.resets import person_with
from hanok.engine.accounts.token_list import EXPIRED, LIVING, UNUSED
from hanok.engine.accounts.token_list import tokens as page_of
from hanok.engine.errors import Message, NotFound, say
from hanok.screens.admin.asking import after, guarded
from hanok.screens.reading import write
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.token_pages import scopes_in_words
from hanok.web.visit import connection

ADDRESS, LONGEST = "/admin/tokens", 100
STATES: dict[str, Message] = {
    "": say("All"), LIVING: say("Living"), UNUSED: say("Unused for a month"), EXPIRED: say("Expired"),
}  # fmt: skip


def add(to: Blueprint) -> None:
    guarded(to, "GET", ADDRESS, "admin_tokens", show)
    guarded(to, "POST", f"{ADDRESS}/<uuid:id>/revoke", "admin_tokens_revoke", revoke)
    guarded(to, "POST", f"{ADDRESS}/of/<uuid:user>/revoke", "admin_tokens_revoke_all", revoke_all)


def show() -> str:
    words, state = request.args.get("q", "").strip()[:LONGEST], request.args.get("state", "")
    state = state if state in STATES else ""
    found = page_of(connection(), g.catalog, words=words, state=state, after=after())
    return render_template(
        "screens/admin_tokens.html", page=found, words=words, state=state, states=STATES, url_of=url_of,
        first=after() is None, scopes_of=scopes_in_words, now=datetime.now(UTC), here=request.full_path.rstrip("?"),
    )  # fmt: skip


def revoke(id: UUID) -> AnyResponse:
    gone = write(lambda conn, _: tokens.revoke(conn, g.actor, id))
    notify(say("The token “{name}” was revoked. Programs that use it are refused at once.", name=gone.name))
    return redirect(own_path(request.form.get("next") or ADDRESS), 303)


def revoke_all(user: UUID) -> AnyResponse:
    person = person_with(connection(), g.catalog, user, inactive=True)
    if person is None:
        raise NotFound(say("There is no such user."))
    count = write(lambda conn, _: tokens.revoke_all(conn, g.actor, user))
    notify(say("{count} tokens of {name} were revoked.", count=count, name=person.title))
    return redirect(own_path(request.form.get("next") or ADDRESS), 303)


def url_of(words: str = "", state: str = "", after: UUID | None = None) -> str:
    """The address of the list."""
    query = urlencode({key: value for key, value in (("q", words), ("state", state), ("after", after)) if value})
    return f"{ADDRESS}?{query}" if query else ADDRESS
