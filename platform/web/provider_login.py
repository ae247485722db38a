"""Logging in by a provider, and linking one's account there to one's user here.

A login begins by a link and ends at the address that the provider was told. Linking begins with a form; a page between
leads on, for browsers let no form end at another site (`form-action` of the content security policy).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.accounts import identities, oidc
from hanok.engine.accounts.oidc import Away, Claims, Provider, Unusable
from hanok.engine.accounts.oidc.asking import refusal
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, HanokError, Message, NotFound, Refused, say
from hanok.web.doors import ANYBODY, door
from hanok.web.factor_letters import LINKED, UNLINKED, tell_factor
from hanok.web.forgot import COUNTERS, minutes_of, too_many
from hanok.web.login import browser, entered, is_secure, lifetime, own_path
from hanok.web.notices import notify
from hanok.web.providers import NO_ADDRESS, active, directory, onward_page, path_of, redirect_of
from hanok.web.proving import proved
from hanok.web.visit import connection, end, write

with_provider = Blueprint("with_provider", __name__)
COOKIE, PATH, MINUTES = "hanok_away", "/login/with", 10
#: How often logins may be begun from one network within an hour: a house full of people in the morning.
MOST = 1000
PAGE = "/me/identities"
#: An answer that is none of the protocol's is not read further than this.
LONGEST = 4000


# -- going ---------------------------------------------------------------------------------------------------------
@with_provider.get(f"{PATH}/<key>")
@door("entry", who=ANYBODY)
def begin(key: str) -> AnyResponse:
    onward = own_path(request.args.get("next", ""))
    if g.actor is not None:
        return redirect(onward)
    provider = _provider(key)
    try:
        return _leave(provider, onward, None, _redirected)
    except (Unusable, HanokError) as problem:
        return _problem(provider, problem)


@with_provider.post(f"{PAGE}/link")
@door("own")
@proved
def link() -> AnyResponse:
    provider = _provider(request.form.get("provider", ""))
    try:
        return _leave(provider, PAGE, g.actor.id, _onward(provider))
    except Unusable as problem:
        return _problem(provider, problem)


def _leave(provider: Provider, onward: str, user_id: UUID | None, made: Any) -> AnyResponse:
    """Sends this browser to the provider. Raises Unusable, and Refused where too many went."""
    redirect_uri = redirect_of(provider.key)
    if not redirect_uri:
        raise Refused(NO_ADDRESS)
    end()
    directory().metadata(provider.issuer)  # nothing is written down for a provider that is away
    now, known = datetime.now(UTC), request.cookies.get(COOKIE, "")
    going = write(lambda conn, _: _going(conn, provider, onward, user_id, known, now))
    errand = oidc.ask(directory(), provider, going, redirect=redirect_uri, language=g.language)
    answer: AnyResponse = made(errand.url)
    answer.set_cookie(COOKIE, going.browser, max_age=MINUTES * 60, path=PATH, httponly=True, secure=is_secure(),
                      samesite="Lax")  # fmt: skip
    return answer


def _going(
    conn: Connection, provider: Provider, onward: str, user_id: UUID | None, browser: str, now: datetime
) -> Away:
    network = accounts.network_of(request.remote_addr or "")
    counter = int.from_bytes(hashlib.sha256(network.encode()).digest()[:4], "big") % COUNTERS
    minutes = minutes_of(conn, f"oidc.from:{counter}", MOST)
    if minutes:
        raise Refused(too_many(minutes))
    return oidc.leave(conn, provider.id, onward=onward, now=now, browser=browser, user_id=user_id)


def _redirected(url: str) -> AnyResponse:
    return redirect(url)


def _onward(provider: Provider) -> Any:
    return lambda url: onward_page(url, provider.name)


# -- coming back ---------------------------------------------------------------------------------------------------
@with_provider.get(f"{PATH}/<key>/back")
@door("entry", who=ANYBODY)
def back(key: str) -> AnyResponse:
    provider = _provider(key)
    try:
        going = write(lambda conn, _: oidc.came_back(
            conn, provider.id, state=request.args.get("state", ""), browser=request.cookies.get(COOKIE, ""),
            now=datetime.now(UTC),
        ))  # fmt: skip
        claims = _claims(provider, going)
    except (Unusable, Refused) as problem:
        return _problem(provider, problem)
    try:
        return _linked(provider, going.user_id, claims) if going.user_id else _logged_in(provider, going, claims)
    except Denied as problem:
        came = {"address": request.remote_addr or "", "agent": request.user_agent.string[:200]}
        write(lambda conn, _: oidc.note_refused(conn, claims, **came, now=datetime.now(UTC)))
        return _problem(provider, problem)


def _claims(provider: Provider, going: Away) -> Claims:
    """Who came back. Raises Unusable."""
    said = {name: request.args.get(name, "")[:LONGEST] for name in ("code", "error", "error_description")}
    if said["error"] or not said["code"]:
        raise Unusable(refusal(said["error"]), said["error_description"])
    issuer = request.args.get("iss")
    return oidc.claims_of(
        directory(), provider, going, code=said["code"], issuer=issuer, redirect=redirect_of(provider.key)
    )


def _logged_in(provider: Provider, going: Away, claims: Claims) -> AnyResponse:
    token = write(lambda conn, catalog: _enter(conn, catalog, provider, claims))
    answer = entered(token, own_path(going.onward))
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, secure=is_secure(), samesite="Lax")
    return answer


def _enter(conn: Connection, catalog: Catalog, provider: Provider, claims: Claims) -> str:
    """The token of a new session of whom the provider means. Raises Denied."""
    now = datetime.now(UTC)
    known = identities.identity_at(conn, provider.id, claims.subject)
    user_id = oidc.user_of(conn, catalog, provider, claims, now=now)
    if known is None:
        tell_factor(conn, user_id, LINKED, provider.name)
    return accounts.enter(
        conn, catalog, user_id, means="oidc", **browser(), lifetime=lifetime(), now=now, vouched=claims.vouched,
        provider=str(provider.id),
    )  # fmt: skip


def _linked(provider: Provider, user_id: UUID, claims: Claims) -> AnyResponse:
    """Links the account to the user who went to link it, if she is still here herself."""
    if g.actor is None or g.actor.id != user_id or g.actor.by is not None:
        raise Denied(say("You have been logged out."))
    email = claims.email or claims.told_email

    def work(conn: Connection, _: Catalog) -> bool:
        her, there = (user_id, str(g.actor)), (provider.id, provider.name)
        made = identities.link_identity(
            conn, g.actor, her, there, claims.subject, issuer=provider.issuer, email=email, now=datetime.now(UTC)
        )
        if made:
            tell_factor(conn, user_id, LINKED, provider.name)
        return made

    made = write(work)
    notify(say("{name} is linked: from now on you can log in with it.", name=provider.name) if made
           else say("{name} was linked already.", name=provider.name))  # fmt: skip
    return redirect(PAGE, 303)


# -- one's own -----------------------------------------------------------------------------------------------------
@with_provider.get(PAGE)
@door("own")
def mine() -> str:
    return _mine()


def _mine(problem: Message | None = None) -> str:
    known = {one.provider: one for one in identities.identities_of(connection(), g.actor.id)}
    every = oidc.providers(connection(), g.live.catalog, active=False)
    shown = [(one, known.get(one.id)) for one in every if one.active or one.id in known]
    possible = bool(current_app.config["ADDRESS"])
    return render_template("me_identities.html", rows=shown, possible=possible, problem=problem)


@with_provider.post(f"{PAGE}/unlink")
@door("own")
@proved
def unlink() -> AnyResponse | tuple[str, int]:
    try:
        id = UUID(request.form.get("provider", ""))
    except ValueError:
        raise NotFound(say("There is no such login provider.")) from None
    names = {one.id: one.name for one in active()}
    called = {one.id: one.name for one in oidc.providers(connection(), g.live.catalog, active=False)}

    def work(conn: Connection, _: Catalog) -> None:
        identities.unlink_identity(conn, g.actor, (g.actor.id, str(g.actor)), id, names=names, keep=g.session.key)
        tell_factor(conn, g.actor.id, UNLINKED, called.get(id, str(id)))

    try:
        write(work)
    except Refused as refused:
        return _mine(refused.message), refused.status
    notify(say("The link was removed."))
    return redirect(PAGE, 303)


def _provider(key: str) -> Provider:
    found = oidc.provider_with(connection(), g.live.catalog, key)
    if found is None:
        raise NotFound(say("There is no such login provider."))
    return found


def _problem(provider: Provider, problem: Unusable | HanokError) -> AnyResponse:
    """A page for what went wrong; what the provider said more than that is for the log alone."""
    detail = "".join(sign for sign in getattr(problem, "detail", "")[:300] if sign.isprintable())
    status = problem.status if isinstance(problem, HanokError) else Refused.status
    current_app.logger.warning("login with %s: %s %s", provider.key, problem.message, detail)
    again = PAGE if g.actor is not None else path_of(provider.key)
    page = render_template("provider_problem.html", name=provider.name, message=problem.message, again=again)
    return make_response(page, status)
