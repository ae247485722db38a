"""`hanok role` and `hanok why`: who has which role, and why somebody may do something to a record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, complain, dump, language, shown, site_option, tell, words
from hanok.engine import accounts
from hanok.engine.access import SYSTEM, role_labels
from hanok.engine.access.explaining import in_yaml
from hanok.engine.accounts.acting import actor_named
from hanok.engine.accounts.explaining import Explanation, Reason, explain
from hanok.engine.accounts.grants import GROUP, TEAM, USER, held, keyed
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.schemas import ACTIONS
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.language import unknown

Change = Callable[[sa.Connection, Catalog, Any, str, UUID, str], bool]


@click.group()
def role() -> None:
    """Roles: what there is, who has them, give and take them."""


@role.command("list")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_command(folder: Path, plain: bool) -> None:
    """Show all roles, and how many users, teams and groups have each."""
    with live_of(opened(folder)).read() as (conn, catalog):
        labels, holders = role_labels(catalog), held(conn, catalog)
    rows = [
        {"role": key, "label": in_language(labels[key], language()) if key in labels else "",
         **{module: [one.module for one in holders.get(key, ())].count(module) for module in (USER, TEAM, GROUP)}}
        for key in (*labels, *sorted(set(holders) - set(labels)))
    ]  # fmt: skip
    if plain:
        dump(rows)
        return
    for row in rows:
        counts = say("users {users}, teams {teams}, groups {groups}", users=row[USER], teams=row[TEAM],
                     groups=row[GROUP])  # fmt: skip
        tell(f"{row['role']:<24} {words(counts)}  {row['label'] or words(say('no longer there'))}")


@role.command()
@click.argument("key", metavar="ROLE")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def show(folder: Path, key: str, plain: bool) -> None:
    """Show what a role says, and who has it."""
    with live_of(opened(folder)).read() as (conn, catalog):
        found = catalog.roles.get(key)
        if found is None and key not in role_labels(catalog):
            raise NotFound(unknown(key, role_labels(catalog), noun=say("role")))
        holders = held(conn, catalog, role=key).get(key, ())
    said: dict[str, dict[str, Any]] = {"": dict(found.default)} if found else {}
    for module, levels in found.modules.items() if found else ():
        said[module] = {
            action: level if isinstance(level, str) else found.written[module, action]  # type: ignore[union-attr]
            for action, level in levels.items()
        }
    for (module, field), levels in found.fields.items() if found else ():
        said[f"{module}.{field}"] = {
            action: level if isinstance(level, str) else "condition" for action, level in levels.items()
        }
    if plain:
        people = [{"module": one.module, "id": str(one.id), "title": one.title} for one in holders]
        dump({"role": key, "default": said.pop("", {}), "modules": said, "holders": people})
        return
    if found is None:
        tell(say("Administrators may do everything with every record."))
    for module, every in said.items():
        told = ", ".join(f"{name} {_said(level)}" for name, level in every.items())
        tell(f"{module or words(say('default'))}: {told}")
    for one in holders:
        tell(f"{one.module:<16} {one.title}")


def _holder(work: Callable[..., None]) -> Callable[..., None]:
    """Whose roles are meant: one user, team or group."""
    for name, text in (("group", "The key of a security group."), ("team", "The key of a team."),
                       ("user", "A user name.")):  # fmt: skip
        work = click.option(f"--{name}", default="", help=text)(work)
    return work


@role.command()
@click.argument("key", metavar="ROLE")
@_holder
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def grant(folder: Path, key: str, user: str, team: str, group: str, plain: bool) -> None:
    """Give a role to a user, a team or a security group."""
    changed = _change(folder, accounts.give, key, user=user, team=team, group=group)
    if plain:
        dump({"role": key, "user": user, "team": team, "group": group, "changed": changed})
    elif changed:
        tell(say("{who} has the role {role} now.", who=user or team or group, role=key))
    else:
        tell(say("{who} had the role {role} already.", who=user or team or group, role=key))


@role.command()
@click.argument("key", metavar="ROLE")
@_holder
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def revoke(folder: Path, key: str, user: str, team: str, group: str, plain: bool) -> None:
    """Take a role away from a user, a team or a security group."""
    changed = _change(folder, accounts.revoke, key, user=user, team=team, group=group)
    if plain:
        dump({"role": key, "user": user, "team": team, "group": group, "changed": changed})
    elif changed:
        tell(say("{who} no longer has the role {role}.", who=user or team or group, role=key))
    else:
        tell(say("{who} does not have the role {role} as its own.", who=user or team or group, role=key))


def _change(folder: Path, change: Change, key: str, **names: str) -> bool:
    given = {name: text for name, text in names.items() if text}
    if len(given) != 1:
        complain(say("Give one of --user, --team and --group."))
        raise SystemExit(2)
    ((kind, name),) = given.items()

    def work(conn: sa.Connection, catalog: Catalog) -> bool:
        module = {"user": USER, "team": TEAM, "group": GROUP}[kind]
        return change(conn, catalog, SYSTEM, module, _id(conn, catalog, module, name), key)

    return live_of(opened(folder)).write(work)


def _id(conn: sa.Connection, catalog: Catalog, module: str, name: str) -> UUID:
    """The record of this user name or key. Raises NotFound."""
    id = accounts.find_user(conn, catalog, name) if module == USER else keyed(conn, catalog, module, name)
    if id is None:
        raise NotFound(say("There is no {module} {name}.", module=catalog.module(module).label, name=name))
    return id


@click.command()
@click.option("--user", required=True, help="A user name.")
@click.option("--module", required=True, help="The key of a module.")
@click.option("--record", required=True, type=click.UUID, help="The id of a record.")
@click.option("--action", type=click.Choice(list(ACTIONS)), default="view", show_default=True, help="What is asked.")
@click.option("--field", default="", help="A field of it: may it be seen (--action view) or changed (edit)?")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def why(folder: Path, user: str, module: str, record: UUID, action: str, field: str, plain: bool) -> None:
    """Say why a user may do something to a record or a field, or may not: role by role, with file and line."""
    with live_of(opened(folder)).read() as (conn, catalog):
        if module not in catalog.modules:
            raise Refused(unknown(module, catalog.modules, noun=say("module")))
        fields = catalog.modules[module].fields
        if field and field not in fields:
            raise Refused(unknown(field, fields, noun=say("field")))
        if field and action not in ("view", "edit"):
            raise Refused(say("A field is seen or changed: ask for view or edit."))
        told = explain(conn, catalog, actor_named(conn, catalog, user), module, record, action, field)
    if plain:
        dump(_as_json(told))
        return
    facts = {"who": str(told.actor), "record": told.record.title, "action": told.action}
    tell(say("Yes: {who}, {action}, “{record}”", **facts) if told.allowed else
         say("No: {who}, {action}, “{record}”", **facts))  # fmt: skip
    if told.actor.admin:
        tell(say("Administrators may do everything with every record."))
    elif not told.actor.roles:
        tell(say("Neither this user, nor the team, nor a group has a role."))
    for right in told.rights:
        for one in right.reasons:
            tell("  " + (f"{module}.{right.field}: " if right.field else "") + _line(one))


def _said(level: Any) -> str:
    return level if isinstance(level, str) else f"{{{in_yaml(level)}}}"


def _line(one: Reason) -> str:
    said, place = one.said, one.said.place
    level = said.level if said.written is None else f"{{{in_yaml(said.written)}}}"
    whence = ", ".join(f"{who.module} {who.title}" for who in one.holders)
    mark = words(say("holds")) if one.holds else words(say("does not hold"))
    where = f"{place.file}:{place.line}" if place else ""
    return shown(f"{said.action} · {said.role} ({whence}): {level} · {mark} · {where}")


def _as_json(told: Explanation) -> dict[str, Any]:
    return {
        "allowed": told.allowed, "user": told.actor.username, "module": told.record.module, "id": str(told.record.id),
        "action": told.action, "administrator": told.actor.admin, "deleted": told.is_deleted,
        "owners": [{"field": key, "id": str(who.id), "title": who.title} for key, who in told.owners],
        "groups": [{"id": str(one.group.id), "title": one.group.title, "via": one.vias,
                    "shared": one in told.shared} for one in told.groups],
        "reasons": [
            {"action": one.said.action, "field": right.field, "role": one.said.role,
             "level": one.said.level, "condition": one.said.written,
             "holds": one.holds, "place": f"{one.said.place.file}:{one.said.place.line}" if one.said.place else "",
             "from": [{"module": who.module, "title": who.title} for who in one.holders]}
            for right in told.rights for one in right.reasons
        ],
    }  # fmt: skip
