"""Roles as a module that mirrors the catalog: what there are, what each allows, who has it and from whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts
from hanok.engine.access import role_labels
from hanok.engine.accounts.grants import bearers, held
from hanok.engine.errors import Denied, Message, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.fields.link import Link
from hanok.screens.access import roles
from hanok.screens.access.words import ACTION_WORDS, LEVELS
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import is_fragment, write
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import connection

LONGEST = 200


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/role", "roles", show_roles)
    guarded(to, "GET", "/role/<key>", "role", show_role)
    guarded(to, "POST", "/role/<key>/give", "role_give", proved(give))
    guarded(to, "POST", "/role/<key>/take", "role_take", proved(take))
    guarded(to, "GET", "/admin/roles", "admin_roles", moved)
    guarded(to, "GET", "/admin/roles/<key>", "admin_role", moved)


@door("access", who=ADMINISTRATOR)
def moved(key: str = "") -> AnyResponse:
    """Where roles stood before they were a module."""
    return redirect(roles.url_of(key) if key else "/role", 308)


@door("access", who=ADMINISTRATOR)
def show_roles() -> str:
    words = request.args.get("q", "").strip()[:LONGEST]
    rows = roles.rows_of(g.catalog, held(connection(), g.catalog), g.language)
    return render_template("screens/roles.html", rows=roles.matching(rows, words), words=words)


@door("access", who=ADMINISTRATOR)
def show_role(key: str) -> str:
    return _page(key)


@door("access", who=ADMINISTRATOR)
def give(key: str) -> AnyResponse:
    """Gives the role to the user, team or group that was picked."""
    return _changed(key, accounts.give)


@door("access", who=ADMINISTRATOR)
def take(key: str) -> AnyResponse:
    return _changed(key, accounts.revoke)


def _changed(key: str, change: Callable[..., bool]) -> AnyResponse:
    problem = None
    module, _, written = request.form.get("holder", "").rpartition(":")
    try:
        id = UUID(written)
        write(lambda conn, catalog: change(conn, catalog, g.actor, module or "user", id, key))
    except ValueError:
        problem = say("Choose a record first.")
    except (Denied, NotFound, Refused) as refused:
        problem = refused.message
    if is_fragment():
        return make_response(_page(key, problem))
    if problem:
        notify(problem, kind="failed")
    return redirect(roles.url_of(key), 303)


def _page(key: str, problem: Message | None = None) -> str:
    if key not in role_labels(g.catalog):
        raise NotFound(say("There is no role {role}.", role=key))
    holders = held(connection(), g.catalog, role=key).get(key, ())
    view = roles.page_of(g.catalog, key, holders, g.language)
    view = replace(view, bearers=bearers(connection(), g.catalog, key), problem=problem)
    picker = Field(view.takers[0], "holder", Link(), {}, {"to": list(view.takers)}, targets=view.takers)
    template = "screens/role_holders.html" if is_fragment() else "screens/role.html"
    return render_template(template, view=view, picker=picker, actions=ACTION_WORDS, levels=LEVELS.values())
