"""Attempts to log in for administrators, and what they may do about one user: end sessions, send a link."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import identities, oidc
from hanok.engine.accounts.factors import factors_of
from hanok.engine.accounts.recovery import codes_left
from hanok.engine.accounts.resets import Person, person_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.records import deeds
from hanok.screens.admin.asking import after, guarded
from hanok.screens.reading import write
from hanok.screens.routes import admin_factors
from hanok.web.account_letters import NO_ADDRESS, invite
from hanok.web.devices import device_of
from hanok.web.factor_letters import UNLINKED, tell_factor
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import SESSION_COOKIE, connection

LONGEST = 100
ADDRESS = "/admin/logins"
#: Attempts of one user on her page.
FEW = 20


def add(to: Blueprint) -> None:
    guarded(to, "GET", ADDRESS, "admin_logins", show)
    guarded(to, "GET", f"{ADDRESS}/<uuid:id>", "admin_logins_of", show_one)
    guarded(to, "POST", f"{ADDRESS}/end", "admin_logins_end_all", end_all)
    guarded(to, "POST", f"{ADDRESS}/<uuid:id>/end", "admin_logins_end", end)
    guarded(to, "POST", f"{ADDRESS}/<uuid:id>/send", "admin_logins_send", send)
    guarded(to, "POST", f"{ADDRESS}/<uuid:id>/unlink", "admin_logins_unlink", proved(unlink))
    admin_factors.add(to)


def show() -> str:
    search = accounts.LoginSearch(
        words=request.args.get("q", "").strip()[:LONGEST], address=request.args.get("address", "").strip()[:LONGEST],
        failed=request.args.get("failed") == "1",
    )  # fmt: skip
    found = accounts.logins(connection(), g.catalog, search, after=after())
    return render_template(
        "screens/admin_logins.html", page=found, search=search, url_of=_url(search), first=after() is None,
        device_of=device_of,
    )  # fmt: skip


def show_one(id: UUID) -> str:
    person, names = _person(connection(), g.catalog, id), _providers()
    linked = [one for one in identities.identities_of(connection(), id) if one.provider in names]
    found = accounts.logins(connection(), g.catalog, accounts.LoginSearch(user_id=id), size=FEW)
    return render_template(
        "screens/admin_logins_of.html", person=person, sessions=accounts.sessions_of(connection(), id), page=found,
        may_send=bool(person.active and person.email and current_app.config["ADDRESS"]), device_of=device_of,
        factors=factors_of(connection(), id), left=codes_left(connection(), id), providers=names, linked=linked,
    )  # fmt: skip


def end(id: UUID) -> AnyResponse:
    person = _person(connection(), g.catalog, id)
    keep = accounts.session_key(request.cookies.get(SESSION_COOKIE, ""))  # one's own goes on

    def ended(conn: Connection, catalog: Catalog) -> int:
        count = accounts.end_sessions(conn, id, keep=keep)
        deeds.tell(conn, g.actor, "session", "ended", about=id, title=person.title, changes={"sessions": [count, 0]})
        return count

    count = write(ended)
    notify(say("{count} sessions of {name} were ended.", count=count, name=person.title))
    return redirect(f"{ADDRESS}/{id}", 303)


def end_all() -> AnyResponse:
    """Everybody logs in again, but for whoever asks so."""
    keep = accounts.session_key(request.cookies.get(SESSION_COOKIE, ""))

    def ended(conn: Connection, catalog: Catalog) -> int:
        count = accounts.end_all_sessions(conn, keep=keep)
        deeds.tell(conn, g.actor, "session", "ended", about="", changes={"sessions": [count, 0]})
        return count

    notify(say("{count} sessions were ended. Their users log in again.", count=write(ended)))
    return redirect(ADDRESS, 303)


def send(id: UUID) -> AnyResponse:
    if not current_app.config["ADDRESS"]:
        raise Refused(NO_ADDRESS)
    person = write(lambda conn, catalog: invite(conn, catalog, id, g.actor))
    notify(say("A link to set a password goes to {address}.", address=person.email))
    return redirect(f"{ADDRESS}/{id}", 303)


def unlink(id: UUID) -> AnyResponse:
    """Takes an account at a login provider from a user; what was begun by it ends."""
    person, names = _person(connection(), g.catalog, id), _providers()
    wanted = next((one for one in names if str(one) == request.form.get("provider")), None)
    if wanted is None:
        raise NotFound(say("There is no such login provider."))
    keep = accounts.session_key(request.cookies.get(SESSION_COOKIE, ""))

    def work(conn: Connection, _: Catalog) -> None:
        identities.unlink_identity(conn, g.actor, (id, person.title), wanted, names=names, keep=keep)
        tell_factor(conn, id, UNLINKED, names[wanted])

    write(work)
    notify(say("{name} is not linked to this user any more.", name=names[wanted]))
    return redirect(f"{ADDRESS}/{id}", 303)


def _providers() -> dict[UUID, str]:
    """The names of all login providers, in use or not."""
    return {one.id: one.name for one in oidc.providers(connection(), g.live.catalog, active=False)}


def _person(conn: Connection, catalog: Catalog, id: UUID) -> Person:
    found = person_with(conn, catalog, id, inactive=True)
    if found is None:
        raise NotFound(say("There is no such user."))
    return found


def _url(search: accounts.LoginSearch) -> Callable[..., str]:
    """The address of the list with some of what it is asked for changed."""

    def url(**changes: str) -> str:
        asked = {"q": search.words, "address": search.address, "failed": "1" if search.failed else "", **changes}
        query = urlencode({key: value for key, value in asked.items() if value})
        return f"{ADDRESS}?{query}" if query else ADDRESS

    return url
