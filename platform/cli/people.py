"""Commands about users."""

from __future__ import annotations

import secrets
from pathlib import Path

import click
from sqlalchemy import Connection

from hanok.app import live_of, opened
from hanok.cli.console import command, site_option, tell
from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import factors as second_factors
from hanok.engine.accounts import resets
from hanok.engine.accounts.recovery import codes_left
from hanok.engine.catalog import Catalog
from hanok.engine.deploy.telling import person_here
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.records.deeds import tell as tell_deed
from hanok.web.account_letters import NO_ADDRESS, address_of, invite, link_to
from hanok.web.factor_letters import CLEARED, tell_factor


@click.group()
def user() -> None:
    """Users of the site."""


@user.command()
@click.argument("username")
@click.option("--name", default="", help="Last name (or the whole name).")
@click.option("--first-name", default="", help="First name.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--role", "roles", multiple=True, help="A role; may be given several times. `administrator` may do all.")
@click.option(
    "--password", envvar="HANOK_PASSWORD", default="", help="Password (or HANOK_PASSWORD); else a new one is made."
)
@site_option
@command
def add(
    folder: Path, username: str, name: str, first_name: str, email: str, roles: tuple[str, ...], password: str
) -> None:
    """Add a user who can log in."""
    site = opened(folder)
    live = live_of(site)
    words = accounts.words_about(live.catalog, username, email)
    faults = accounts.password_faults(password, accounts.policy_of(site.settings), words=words) if password else ()
    if faults:
        raise Invalid({"password": faults})
    chosen = password or secrets.token_urlsafe(9)
    hashed = accounts.hash_password(chosen)
    raw = {"username": username, "last_name": name or username, "first_name": first_name, "email": email}
    live.write(lambda conn, catalog: accounts.create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=roles))
    if password:
        tell(say("{username} can log in now.", username=username))
    else:
        tell(say("{username} can log in now with the password {password}", username=username, password=chosen))


@user.command()
@click.argument("username")
@click.option("--mail", is_flag=True, help="Send the link to the user's e-mail address instead of printing it.")
@site_option
@command
def reset(folder: Path, username: str, mail: bool) -> None:
    """Make a link by which a user sets a new password."""
    site = opened(folder)
    address = address_of(site.settings)
    live = live_of(site)
    if mail and not address:
        raise Refused(NO_ADDRESS)

    def made(conn: Connection, catalog: Catalog) -> Message:
        person = _person(conn, catalog, username)
        if mail:
            invite(conn, catalog, person.id, SYSTEM)
            return say("A link to set a password goes to {address}.", address=person.email)
        token = resets.open_reset(conn, person, sent=False)
        tell_deed(conn, person_here(), "password", "invited", about=person.id, title=person.title)
        here = address or f"http://{site.settings['host']}:{site.settings['port']}"
        return say("With this link {username} sets a new password, once and within an hour: {link}",
                   username=person.username, link=link_to(here, token))  # fmt: skip

    tell(live.write(made))


@user.command()
@click.argument("username")
@click.option("--remove", is_flag=True, help="Remove them all, for who lost the device; all sessions are ended.")
@site_option
@command
def factors(folder: Path, username: str, remove: bool) -> None:
    """Show which second factors a user has, or remove them."""
    live = live_of(opened(folder))
    if remove:
        return tell(live.write(lambda conn, catalog: _cleared(conn, catalog, username)))
    with live.read() as (conn, catalog):
        person = _person(conn, catalog, username)
        found, left = second_factors.factors_of(conn, person.id), codes_left(conn, person.id)
    for one in found:
        tell(say("{kind}  {name}  since {when}", kind=one.kind, name=one.name, when=f"{one.created:%Y-%m-%d}"))
    if not found:
        return tell(say("{username} has no second factor.", username=person.username))
    return tell(say("Recovery codes left: {count}", count=left or 0))


def _cleared(conn: Connection, catalog: Catalog, username: str) -> Message:
    person = _person(conn, catalog, username)
    found = second_factors.remove_all(conn, SYSTEM, person.id, title=person.title)
    if found:
        accounts.end_sessions(conn, person.id)
        tell_factor(conn, person.id, CLEARED)
    return say("{count} second factors of {name} were removed.", count=len(found), name=person.username)


def _person(conn: Connection, catalog: Catalog, username: str) -> resets.Person:
    person = resets.person_named(conn, catalog, username)
    if person is None:
        raise NotFound(say("There is no active user {username}.", username=username))
    return person
