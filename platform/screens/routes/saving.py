"""Filters of one's own: the menu of them, saving a view under a name, changing and deleting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.records import filters as engine
from hanok.screens import filters, lists, saving
from hanok.screens.leading import leads
from hanok.screens.reading import kept_of, module_of, write
from hanok.screens.routes.lists import asked_of
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    to.get("/<module>/_filters", endpoint="saving_menu")(menu)
    to.get("/<module>/_filters/new", endpoint="saving_ask")(ask)
    to.post("/<module>/_filters", endpoint="saving_keep")(keep)
    to.get("/<module>/_filters/<uuid:id>", endpoint="saving_show")(show)
    to.post("/<module>/_filters/<uuid:id>", endpoint="saving_change")(change)


@door("list", asks="list")
def menu(module: str) -> str:
    """What stands below the module's own filters in the menu: a fragment."""
    found = module_of(module)
    own = engine.filters_of(connection(), g.catalog, g.actor, found)
    view = saving.menu(found, asked_of(found), own, g.language, kept_of(found).opening)
    return render_template("screens/filters_menu.html", view=view)


@door("list", asks="list")
def ask(module: str) -> str:
    """The dialog that asks for a name, for the view of this address."""
    found = module_of(module)
    return _form(found, asked_of(found).url("/_filters"), "", shared=False)


@door("list", asks="list")
def keep(module: str) -> AnyResponse:
    found = module_of(module)
    asked = asked_of(found)
    checked = [filters.check(g.catalog, found, condition) for condition in asked.conditions]
    if any(one.problem for one in checked):
        raise Refused(say("A condition of this list cannot be read. Mend it first."))
    document = saving.document(found, asked, lists.own_condition(checked))
    name, shared = request.form.get("name", ""), request.form.get("shared") == "1"
    try:
        id = write(lambda conn, _: engine.keep(conn, g.actor, found, name, document, shared=shared))
    except (Invalid, Refused) as wrong:
        return make_response(_form(found, asked.url("/_filters"), name, shared=shared, problem=_said(wrong)), 422)
    notify(say("The view was saved as “{name}”.", name=name.strip()))
    return leads(f"/{module}?filter={id}")


@door("list", asks="list")
def show(module: str, id: UUID) -> str:
    """The dialog to rename, share and delete a filter of one's own."""
    found = module_of(module)
    own = engine.own_filter(connection(), g.catalog, g.actor, found, id)
    return _form(found, f"/{module}/_filters/{id}", own.label["en"], shared=own.shared, known=True)


@door("list", asks="list")
def change(module: str, id: UUID) -> AnyResponse:
    found = module_of(module)
    name, shared = request.form.get("name", ""), request.form.get("shared") == "1"
    if request.form.get("do") == "delete":
        write(lambda conn, _: engine.remove(conn, g.actor, found, id))
        notify(say("The filter was deleted."))
        return leads(f"/{module}?filter=all")
    try:
        write(lambda conn, _: engine.change(conn, g.actor, found, id, name, shared=shared))
    except Invalid as wrong:
        there = f"/{module}/_filters/{id}"
        return make_response(_form(found, there, name, shared=shared, problem=_said(wrong), known=True), 422)
    return leads(f"/{module}?filter={id}")


def _said(wrong: Invalid | Refused) -> Message:
    found: Mapping[str, Sequence[Any]] = wrong.errors if isinstance(wrong, Invalid) else {}
    return next((messages[0] for messages in found.values()), wrong.message)


def _form(
    module: Module, url: str, name: str, *, shared: bool, problem: Message | None = None, known: bool = False
) -> str:
    return render_template("screens/filter_form.html", url=url, name=name, shared=shared, problem=problem, known=known,
                           may_share=g.actor.governs, most=engine.LONGEST_NAME, module=module)  # fmt: skip
