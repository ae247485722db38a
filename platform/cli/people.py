"""Commands about users."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from hanok.app import live_of, opened
from hanok.cli.console import command, site_option, tell
from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.errors import Invalid, say


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
    faults = accounts.password_faults(password) if password else ()
    if faults:
        raise Invalid({"password": faults})
    chosen = password or secrets.token_urlsafe(9)
    hashed = accounts.hash_password(chosen)
    raw = {"username": username, "last_name": name or username, "first_name": first_name, "email": email}
    live = live_of(opened(folder))
    live.write(lambda conn, catalog: accounts.create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=roles))
    if password:
        tell(say("{username} can log in now.", username=username))
    else:
        tell(say("{username} can log in now with the password {password}", username=username, password=chosen))
