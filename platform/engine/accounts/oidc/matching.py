"""Who somebody is here that a provider sends: the one place where that is decided.

Whoever linked the account is always found, by the subject alone. Only where the provider's record says so, somebody is
found by an e-mail address that the provider verified, or made. Nobody becomes an administrator this way, and nobody who
was set inactive comes back by it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts.entering import INACTIVE, active_actor
from hanok.engine.accounts.identities import identity_at, link_identity, used
from hanok.engine.accounts.networks import network_of
from hanok.engine.accounts.oidc.asking import Claims
from hanok.engine.accounts.oidc.provider import CREATE, LINKED, Provider
from hanok.engine.accounts.people import UserColumns, create_user, find_user
from hanok.engine.accounts.sessions import kept_agent
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, Message, say
from hanok.engine.store import new_id
from hanok.engine.store.tables import login

#: How many numbers are tried behind a user name that is taken, and how long one is.
MOST_TRIES, LONGEST_NAME = 20, 60
LONGEST_SAID = 200
NOT_TAKEN = say("You could not be taken in as a new user. Ask an administrator.")


def user_of(conn: sa.Connection, catalog: Catalog, provider: Provider, claims: Claims, *, now: datetime) -> UUID:
    """The user whom the provider means, linked or made where its record says so. Raises Denied."""
    known = identity_at(conn, provider.id, claims.subject)
    if known is not None and known.issuer != provider.issuer:
        raise Denied(say("This account was linked when {name} was another provider. Ask an administrator to unlink it.",
                         name=provider.name))  # fmt: skip
    if known is not None:
        active_actor(conn, catalog, known.user_id)
        used(conn, known, now=now)
        return known.user_id
    if provider.matching == LINKED:
        raise Denied(say("Nobody here is linked to this account. Log in with your password, and link {name} under "
                         "“My account”.", name=provider.name))  # fmt: skip
    if not claims.email:
        raise Denied(say("{name} does not say that your e-mail address is verified, so nobody was looked for by it.",
                         name=provider.name))  # fmt: skip
    if not provider.takes(claims.email):
        raise Denied(_unknown(provider))
    found = _by_email(conn, catalog, claims.email)
    if found is None and provider.matching != CREATE:
        raise Denied(_unknown(provider))
    user = found or _made(conn, catalog, provider, claims)
    person = active_actor(conn, catalog, user)
    link_identity(conn, person, (user, str(person)), (provider.id, provider.name), claims.subject,
                  issuer=provider.issuer, email=claims.email, now=now)  # fmt: skip
    return user


def note_refused(conn: sa.Connection, claims: Claims, *, address: str, agent: str, now: datetime) -> None:
    """Writes down that somebody came who is nobody here: of no user, by the name that the provider said."""
    said = (claims.told_email or claims.subject)[:LONGEST_SAID].casefold()
    conn.execute(login.insert().values(
        id=new_id(), at=now, username=said, user_id=None, ok=False, means="oidc", address=network_of(address),
        agent=kept_agent(agent),
    ))  # fmt: skip


def _by_email(conn: sa.Connection, catalog: Catalog, email: str) -> UUID | None:
    """The one active user with this address. Raises Denied where it is not one, or one who may not log in."""
    user, field = UserColumns.of(catalog), catalog.module("user").field("email")
    column = user.id.table.c[field.columns[field.type.compared(field)]]
    same = sa.and_(column == field.type.comparable(field, email), user.deleted_at.is_(None))
    found = conn.execute(sa.select(user.id, user.active).where(same).limit(2)).all()
    if len(found) > 1:
        raise Denied(say("Several users here have your e-mail address. Ask an administrator."))
    if found and not found[0].active:
        raise Denied(INACTIVE)
    return found[0].id if found else None


def _made(conn: sa.Connection, catalog: Catalog, provider: Provider, claims: Claims) -> UUID:
    """A new user as the provider's record wants new people to be."""
    raw = {"username": _free_name(conn, catalog, claims.email), "email": claims.email,
           "last_name": claims.last_name[:LONGEST_NAME] or None,
           "first_name": claims.first_name[:LONGEST_NAME] or None}  # fmt: skip
    if provider.team is not None:
        raw["team"] = str(provider.team)
    if claims.locale in catalog.app.languages:
        raw["language"] = claims.locale
    by: Actor = replace(SYSTEM, username=provider.key, title=provider.name)
    try:
        return create_user(conn, catalog, by, raw, roles=[key for key in provider.roles if key in catalog.roles])
    except Invalid:
        raise Denied(NOT_TAKEN) from None


def _free_name(conn: sa.Connection, catalog: Catalog, email: str) -> str:
    """The address as a user name, with a number behind it where somebody is called so."""
    wanted = email.casefold()
    for number in range(1, MOST_TRIES):
        more = str(number) if number > 1 else ""
        name = wanted[: LONGEST_NAME - len(more)] + more
        if find_user(conn, catalog, name) is None:
            return name
    raise Denied(NOT_TAKEN)


def _unknown(provider: Provider) -> Message:
    return say("Nobody here has the e-mail address of your account at {name}.", name=provider.name)
