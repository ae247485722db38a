"""Changes of many records of a list: what is asked, done, told and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.jobs import bulk as jobs
from hanok.engine.records import bulk as engine
from hanok.engine.records.bulk import ACTIONS, ASSIGN, BEGUN, DELETE, TIE, UNDOING, Chosen
from hanok.engine.records.bulk_ties import ADD, REMOVE, tied_by
from hanok.engine.records.exporting import Listed
from hanok.engine.records.values import Loading
from hanok.screens import bulk, filters, lists
from hanok.screens.leading import leads
from hanok.screens.reading import module_of, record_of, write
from hanok.screens.routes.lists import asked_of
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.i18n import translate
from hanok.web.notices import notify
from hanok.web.visit import connection
from hanok.web.widgets import read_form


def add(to: Blueprint) -> None:
    to.post("/<module>/_bulk/ask", endpoint="bulk_ask")(ask)
    to.get("/<module>/_bulk/field", endpoint="bulk_field")(field)
    to.post("/<module>/_bulk", endpoint="bulk_run")(run)
    to.get("/<module>/_bulk/<uuid:id>", endpoint="bulk_show")(show)
    to.post("/<module>/_bulk/<uuid:id>/undo", endpoint="bulk_undo")(undo)


@door("mass", asks="massupdate")
def ask(module: str) -> str:
    """The dialog, for the records that were chosen in the list of this address."""
    found = module_of(module)
    action = _action(found)
    shown = [found.field(engine.owner_of(found))] if action == ASSIGN else _ties(found) if action == TIE else []
    return _form(found, action, shown, {})


@door("mass", asks="massupdate")
def field(module: str) -> str:
    """The input of one more field: a fragment."""
    found = module_of(module)
    key = request.args.get("key", "")
    known = {one.key: one for one in engine.fields_for(g.catalog, g.actor, found)}
    if key not in known:
        raise NotFound(say("There is no field {field}.", field=key))
    return render_template("screens/bulk_field.html", field=known[key])


@door("mass", asks="massupdate")
def run(module: str) -> AnyResponse:
    found = module_of(module)
    action, chosen = _action(found), _chosen(found)
    fields = _sent(found, action)
    change = _change(found, action, read_form(fields, request.form, g.formats))
    errors = _errors(found, action, chosen, change)
    if errors:
        return make_response(_form(found, action, fields, errors), 422)
    try:
        plan = write(lambda conn, catalog: jobs.begin(conn, catalog, g.actor, module, action, chosen, change))
    except Refused as refused:
        if action == DELETE:
            notify(refused.message, kind="failed")
            return leads(_back(found))
        return make_response(_form(found, action, fields, {"": [refused.message]}), 422)
    return leads(_told(found, plan))


@door("mass", asks="massupdate")
def show(module: str, id: UUID) -> str:
    found = module_of(module)
    plan = engine.bulk_of(connection(), g.actor, id)
    if plan.module != module:
        raise NotFound(engine.GONE)
    left = engine.problems(connection(), g.catalog, g.actor, plan)
    view = bulk.outcome_of(plan, found, left, g.language, lives=plan.state in (BEGUN, UNDOING))
    return render_template("screens/bulk.html", view=view)


@door("mass", asks="massupdate")
def undo(module: str, id: UUID) -> AnyResponse:
    found = module_of(module)
    try:
        plan = write(lambda conn, catalog: jobs.begin_undo(conn, catalog, g.actor, id))
    except Refused as refused:
        notify(refused.message, kind="failed")
        return redirect(f"/{module}", 303)
    return redirect(_told(found, plan), 303)


def _told(module: Module, plan: engine.Bulk) -> str:
    """Says what happened; where that leads."""
    message, kind = bulk.said(plan)
    there = f"/{module.key}/_bulk/{plan.id}"
    if plan.job is not None:
        own_work.began()
    undo = f"{there}/undo" if plan.state == engine.DONE and plan.changed else ""
    notify(message, kind=kind, undo=undo)
    return there if kind == "failed" else _back(module)


def _form(
    module: Module, action: str, shown: Sequence[Field], errors: Mapping[str, Sequence[Message]]
) -> str:
    chosen = _chosen(module)
    view = bulk.form_of(
        module, action, g.language, url=asked_of(module).url("/_bulk"), field_url=f"/{module.key}/_bulk/field",
        hidden=_hidden(chosen, action), count=engine.size_of(connection(), g.catalog, g.actor, module, chosen),
        fields=engine.fields_for(g.catalog, g.actor, module), shown=shown, errors=errors,
    )  # fmt: skip
    return render_template("screens/bulk_form.html", view=view, typed=request.form if shown and errors else None)


def _action(module: Module) -> str:
    wanted = request.form.get("action", "")
    if wanted not in ACTIONS or wanted not in engine.actions_for(g.catalog, g.actor, module):
        raise NotFound(say("You may not do this to several records at once."))
    return wanted


def _chosen(module: Module) -> Chosen:
    """What the list's page said: these ids, or all that match its address but some."""
    if request.form.get("all") != "1":
        return Chosen(ids=_ids("id"))
    asked = asked_of(module)
    checked = [filters.check(g.catalog, module, condition) for condition in asked.conditions]
    if any(one.problem for one in checked):  # the list leaves it out; what is changed must not be more than was meant
        raise Refused(say("A condition of this list cannot be read. Mend it first, or choose the rows one by one."))
    listed = Listed(saved=asked.saved, asked=lists.own_condition(checked), words=asked.words)
    return Chosen(listed=listed, but=_ids("but"))


def _ids(name: str) -> tuple[UUID, ...]:
    try:
        return tuple(dict.fromkeys(UUID(text) for text in request.form.getlist(name)))
    except ValueError:
        raise Invalid({"": [say("Choose a record first.")]}) from None


def _hidden(chosen: Chosen, action: str) -> list[tuple[str, str]]:
    if chosen.listed is None:
        return [("action", action), *(("id", str(id)) for id in chosen.ids)]
    return [("action", action), ("all", "1"), *(("but", str(id)) for id in chosen.but)]


def _ties(module: Module) -> list[Field]:
    """Which ones are tied, and which are taken away: the field of the ties, twice."""
    found = tied_by(g.catalog, g.actor, module)
    if found is None:
        return []
    words = ((ADD, say("Tags to add")), (REMOVE, say("Tags to take away")))
    return [replace(found, key=key, label={g.language: translate(word, g.language)}) for key, word in words]


def _change(module: Module, action: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was sent, by the field that it changes."""
    found = tied_by(g.catalog, g.actor, module) if action == TIE else None
    if found is None:
        return sent
    wanted = {key: list(ids) for key, ids in sent.items() if ids}
    return {found.key: wanted} if wanted else {}


def _sent(module: Module, action: str) -> list[Field]:
    """The fields whose inputs stood on the form."""
    if action == ASSIGN:
        return [module.field(engine.owner_of(module))]
    if action == TIE:
        return _ties(module)
    known = engine.fields_for(g.catalog, g.actor, module)
    return [one for one in known if one.key in request.form.getlist("field")] if action != DELETE else []


def _errors(
    module: Module, action: str, chosen: Chosen, change: Mapping[str, Any]
) -> Mapping[str, Sequence[Message]]:
    """What is wrong with the values by themselves, said before any record is touched."""
    if action == DELETE:
        return {}
    if not change:
        return {"": [say("Choose what the records shall have.")]}
    if action == ASSIGN and not change[engine.owner_of(module)]:
        return {engine.owner_of(module): [say("Choose to whom the records go.")]}
    if action == TIE:
        return {}
    first = next(iter(chosen.ids), None)
    try:
        current = record_of(module.key, first) if first else None
    except NotFound:
        current = None
    loading = Loading(g.catalog, g.actor, module, change, current)
    loading.load(connection())
    return {key: messages for key, messages in loading.errors.items() if key in change}


def _back(module: Module) -> str:
    return asked_of(module).url()
