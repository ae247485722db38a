"""`hanok token` and `hanok address`: tokens of programs, and the way back in where rules keep somebody out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, complain, dump, shown, site_option, tell, words
from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import addresses, tokens
from hanok.engine.accounts.acting import actor_named
from hanok.engine.accounts.addresses import Rule, read_network
from hanok.engine.accounts.token_list import tokens as page_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say

AT_ONCE = 10_000


@click.group()
def token() -> None:
    """API tokens: what there is, make and revoke them."""


@token.command("list")
@click.option("--user", default="", help="Tokens of users whose name begins so.")
@click.option("--state", type=click.Choice(["living", "expired", "unused"]), default=None, help="Only those.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_tokens(folder: Path, user: str, state: str | None, plain: bool) -> None:
    """Show the tokens of all users, never the tokens themselves."""
    with live_of(opened(folder)).read() as (conn, catalog):
        found = page_of(conn, catalog, words=user, state=state or "", size=AT_ONCE).tokens
    if plain:
        dump([
            {"id": str(one.token.id), "user": one.username, "name": one.token.name, "hint": one.token.hint,
             "scopes": one.token.scopes or list(tokens.EVERYTHING), "created": one.token.created,
             "expires": one.token.expires, "used": one.token.used, "address": one.token.address,
             "works": one.active and one.token.expires > datetime.now(UTC)}
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        used = f"{one.token.used:%Y-%m-%d}" if one.token.used else words(say("never"))
        scopes = ",".join(one.token.scopes or tokens.EVERYTHING)
        tell(f"{one.token.id}  {one.username:<16} {one.token.hint}…  {scopes:<24} {one.token.expires:%Y-%m-%d}  "
             f"{used:<10}  {shown(one.token.name)}")  # fmt: skip
    if not found:
        tell(say("No API tokens"))


@token.command()
@click.argument("username")
@click.option("--name", required=True, help="What it is for.")
@click.option("--days", default=tokens.USUAL, show_default=True, help="How long it works; at most a year.")
@click.option("--scope", "scopes", multiple=True, help="read, write, MODULE:read or MODULE:write; may be given several "
              "times. Without it the token carries all rights of its user.")  # fmt: skip
@site_option
@command
def make(folder: Path, username: str, name: str, days: int, scopes: tuple[str, ...]) -> None:
    """Make a token by which a program acts for a user; it is shown once."""

    def made(conn: sa.Connection, catalog: Catalog) -> str:
        user = actor_named(conn, catalog, username)
        text, _ = tokens.make(conn, catalog, SYSTEM, name=name, days=days, scopes=scopes or None, user=user.id,
                              title=str(user))  # fmt: skip
        return text

    click.echo(live_of(opened(folder)).write(made))


@token.command()
@click.argument("id", type=click.UUID, required=False)
@click.option("--user", default="", help="All tokens of this user.")
@site_option
@command
def revoke(folder: Path, id: UUID | None, user: str) -> None:
    """End a token by its ID, or all of a user."""
    if (id is None) == (not user):
        complain(say("Give an ID or --user."))
        raise SystemExit(2)

    def work(conn: sa.Connection, catalog: Catalog) -> int:
        if id is not None:
            tokens.revoke(conn, SYSTEM, id)
            return 1
        found = accounts.find_user(conn, catalog, user)
        if found is None:
            raise NotFound(say("There is no user {username}.", username=user))
        return tokens.revoke_all(conn, SYSTEM, found)

    tell(say("{count} tokens were revoked.", count=live_of(opened(folder)).write(work)))


@click.group()
def address() -> None:
    """Address rules: from where people may come; also the way back in."""


@address.command("list")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_rules(folder: Path, plain: bool) -> None:
    """Show the rules."""
    with live_of(opened(folder)).read() as (conn, _):
        rules = addresses.rules_of(conn)
    if plain:
        dump([{"network": str(rule.network), "role": rule.role, "note": rule.note, "created": rule.created,
               "created_by": rule.created_by} for rule in rules])  # fmt: skip
        return
    for rule in rules:
        tell(f"{rule.network!s:<44} {rule.role or words(say('Everybody')):<24} {shown(rule.note)}")
    if not rules:
        tell(say("There are no rules: everybody may come from anywhere."))


@address.command()
@click.argument("network")
@click.option("--role", default="", help="For whoever has this role; without it for everybody.")
@click.option("--note", default="", help="What the network is.")
@site_option
@command
def add(folder: Path, network: str, role: str, note: str) -> None:
    """Let people come from a NETWORK (203.0.113.0/24, 2001:db8::/32) or an address."""
    made = live_of(opened(folder)).write(
        lambda conn, catalog: addresses.add(conn, catalog, SYSTEM, network=network, role=role, note=note)
    )
    tell(say("People may come from {network}.", network=str(made.network)))


@address.command()
@click.argument("network", required=False)
@click.option("--role", default=None, help="Only the rule for this role.")
@click.option("--all", "every", is_flag=True, help="All rules: everybody may come from anywhere again.")
@site_option
@command
def remove(folder: Path, network: str | None, role: str | None, every: bool) -> None:
    """Remove the rules with a NETWORK, or all of them."""
    if every == bool(network):
        complain(say("Give a NETWORK or --all."))
        raise SystemExit(2)
    wanted = read_network(network) if network else None

    def work(conn: sa.Connection, _: Catalog) -> list[Rule]:
        found = [rule for rule in addresses.rules_of(conn)
                 if wanted in (None, rule.network) and role in (None, rule.role)]  # fmt: skip
        if not found:
            raise NotFound(say("There is no such rule; perhaps it was removed already."))
        return [addresses.remove(conn, SYSTEM, rule.id) for rule in found]

    for rule in live_of(opened(folder)).write(work):
        tell(say("The rule with {network} was removed.", network=str(rule.network)))
