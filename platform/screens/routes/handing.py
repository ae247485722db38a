"""The hand-over wizard: its state is a draft in the database, and each step an address."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.errors import Denied, HanokError, Invalid, NotFound, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.jobs import handing as jobs
from hanok.engine.jobs.listing import people
from hanok.engine.records.handing import drafting, looking
from hanok.engine.records.handing.holdings import USER, holdings
from hanok.engine.records.handing.plan import BUT, DRAFT, LEAVER, ONLY, REASONS, Part, Plan, plan_of
from hanok.screens import picking
from hanok.screens.handing import wizard
from hanok.screens.handing.wizard import ADDRESS, PeoplePage, WhatPage, url_of
from hanok.screens.handing.words import REASONS as CARDS
from hanok.screens.handing.words import STEPS
from hanok.screens.reading import linked, write
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.proving import is_proved, to_page
from hanok.web.visit import connection

WORDS = 200


def add(to: Blueprint) -> None:
    to.get(ADDRESS, endpoint="handing_start")(start)
    to.post(ADDRESS, endpoint="handing_draw")(draw)
    to.get(f"{ADDRESS}/_pick", endpoint="handing_pick")(pick)
    to.get(f"{ADDRESS}/<uuid:id>/people", endpoint="handing_people")(show_people)
    to.post(f"{ADDRESS}/<uuid:id>/people", endpoint="handing_set_people")(set_people)
    to.get(f"{ADDRESS}/<uuid:id>/modules", endpoint="handing_modules")(show_modules)
    to.post(f"{ADDRESS}/<uuid:id>/modules", endpoint="handing_set_modules")(set_modules)
    to.get(f"{ADDRESS}/<uuid:id>/rows/<module>", endpoint="handing_rows")(show_rows)
    to.post(f"{ADDRESS}/<uuid:id>/rows/<module>", endpoint="handing_set_rows")(set_rows)
    to.get(f"{ADDRESS}/<uuid:id>/summary", endpoint="handing_summary")(show_summary)
    to.post(f"{ADDRESS}/<uuid:id>/start", endpoint="handing_begin")(begin)


# -- who -----------------------------------------------------------------------------------------------------------
@door("mass", asks="assign")
def start() -> AnyResponse:
    drafting.check_may(g.catalog, g.actor)
    reason = request.args.get("reason", LEAVER)
    found = PeoplePage(ADDRESS, reason if reason in REASONS else LEAVER, _user(request.args.get("from", "")), None)
    return _people(found)


@door("mass", asks="assign")
def draw() -> AnyResponse:
    drafting.check_may(g.catalog, g.actor)
    return _drawn(None, ADDRESS)


@door("mass", asks="assign")
def show_people(id: UUID) -> AnyResponse:
    plan = _draft(id)
    if plan.state != DRAFT:
        return redirect(url_of(plan))
    named = _titles(plan)
    giver = Linked(USER, plan.from_id, named.get(plan.from_id, ""))
    taker = Linked(USER, plan.to_id, named.get(plan.to_id, "")) if plan.to_id else None
    return _people(PeoplePage(url_of(plan, "people"), plan.reason, giver, taker))


@door("mass", asks="assign")
def set_people(id: UUID) -> AnyResponse:
    return _drawn(id, url_of(_draft(id), "people"))


@door("picker", asks="assign")
def pick() -> Response:
    """Users to choose from; `for=from` offers also those who may not log in any more, `for=to.<module>` only those who
    may be given records of this module."""
    drafting.check_may(g.catalog, g.actor)
    place, _, given = request.args.get("for", "").partition(".")
    module = g.catalog.module(USER)
    known = picking.knows(g.catalog, g.actor, module)
    words = (request.args.get("words") or "").strip()[:WORDS]
    query = picking.query(module, words, known=known)
    if place != "from":
        where = {"active": True} if query.where is None else {"all": [query.where, {"active": True}]}
        query = replace(query, where=where, assigned=given if given in holdings(g.catalog, g.actor) else "")
    page = records.page(connection(), g.catalog, g.actor if known else SYSTEM, query)
    items = picking.items(module, page.rows, g.formats, known=known)
    return jsonify(items=items, more=page.next is not None, hint="")


def _drawn(id: UUID | None, url: str) -> AnyResponse:
    """Draws the hand-over up and leads to the next step; what is wrong is said in the form."""
    reason = request.form.get("reason", "")
    giver, taker = _uuid(request.form.get("from", "")), _uuid(request.form.get("to", ""))
    try:
        if giver is None:
            raise Invalid({"from": [say("Choose whose records are handed over.")]})
        plan = write(lambda conn, catalog: drafting.draw_up(conn, catalog, g.actor, reason=reason, from_id=giver,
                                                            to_id=taker, id=id))  # fmt: skip
    except Invalid as wrong:
        named = {name: _user(request.form.get(name, "")) for name in ("from", "to")}
        known = reason if reason in REASONS else LEAVER
        return _people(PeoplePage(url, known, named["from"], named["to"], wrong.errors), 422)
    return redirect(url_of(plan, "modules"), 303)


def _people(view: PeoplePage, status: int = 200) -> AnyResponse:
    page = render_template("screens/handover_people.html", view=view, reasons=CARDS.values(), steps=STEPS, here=0)
    return make_response(page, status)


# -- what ----------------------------------------------------------------------------------------------------------
@door("mass", asks="assign")
def show_modules(id: UUID) -> AnyResponse:
    return _modules(_draft(id))


@door("mass", asks="assign")
def set_modules(id: UUID) -> AnyResponse:
    """Keeps what was chosen, and leads on: to the rows of a module, or to the last step."""
    plan = _draft(id)
    if plan.state != DRAFT:
        return redirect(url_of(plan), 303)
    form = request.form
    parts = [Part(key, _uuid(form.get(f"to.{key}", "")), BUT, f"closed.{key}" in form)
             for key in form.getlist("module")]  # fmt: skip
    onward = form.get("rows", "")
    if onward and onward not in form.getlist("module"):
        parts.append(Part(onward, _uuid(form.get(f"to.{onward}", "")), BUT, f"closed.{onward}" in form))
    try:
        plan = write(lambda conn, catalog: drafting.set_parts(
            conn, catalog, g.actor, id, parts, deactivate="deactivate" in form, team=_uuid(form.get("team", ""))
        ))  # fmt: skip
    except Invalid as wrong:
        return _modules(_unsaved(plan, parts), errors=wrong.errors, status=422)
    except (Denied, Refused) as no:
        return _modules(_unsaved(plan, parts), errors={"": [no.message]}, status=422)
    return redirect(url_of(plan, f"rows/{onward}" if onward in plan.parts else "summary"), 303)


def _unsaved(plan: Plan, parts: list[Part]) -> Plan:
    """The draft as the form that is shown again has it."""
    kept = {one.module: replace(one, mode=plan.parts[one.module].mode if one.module in plan.parts else BUT)
            for one in parts}  # fmt: skip
    return replace(plan, parts=kept, deactivate="deactivate" in request.form)


def _modules(plan: Plan, *, errors: wizard.Errors | None = None, status: int = 200) -> AnyResponse:
    if plan.state != DRAFT:
        return redirect(url_of(plan), 303)
    page = render_template("screens/handover_modules.html", view=_what(plan, errors), steps=STEPS, here=1,
                           selection=wizard.selection)  # fmt: skip
    return make_response(page, status)


def _what(plan: Plan, errors: wizard.Errors | None = None, *, only: str = "") -> WhatPage:
    conn = connection()
    held = looking.preview(conn, g.catalog, g.actor, plan.people, only=only)
    may = False
    if plan.reason == LEAVER:
        with suppress(NotFound):
            giver = records.get(conn, g.catalog, g.actor, USER, plan.from_id)
            may = giver.may_edit and bool(giver["active"])
    view = wizard.what(plan, held, looking.picked(conn, plan), _titles(plan), g.language, may_deactivate=may,
                       errors=errors)  # fmt: skip
    if plan.team is None:
        return view
    return replace(view, team=linked("team", str(plan.team)))


# -- which rows ----------------------------------------------------------------------------------------------------
@door("mass", asks="assign")
def show_rows(id: UUID, module: str) -> AnyResponse:
    plan = _draft(id)
    if plan.state != DRAFT:
        return redirect(url_of(plan))
    conn, holding, part = connection(), holdings(g.catalog, g.actor).get(module), plan.parts.get(module)
    if holding is None or part is None:
        return redirect(url_of(plan, "modules"))
    words = request.args.get("q", "").strip()[:WORDS]
    after, before = request.args.get("after"), request.args.get("before")
    try:
        page = looking.rows(conn, g.catalog, g.actor, plan, holding, part, words=words, after=after, before=before)
    except Invalid:
        return redirect(url_of(plan, f"rows/{module}"))
    row = next(iter(_what(plan, only=module).rows), None)
    if row is None:
        return redirect(url_of(plan, "modules"))
    marked = drafting.marks(conn, plan, module, [one.id for one in page.rows])
    view = wizard.rows_page(plan, row, holding, page, marked, words=words)
    return make_response(render_template("screens/handover_rows.html", view=view, steps=STEPS, here=1))


@door("mass", asks="assign")
def set_rows(id: UUID, module: str) -> AnyResponse:
    """Keeps what is ticked on this page, and leads to another one, to a search, or back."""
    plan, form = _draft(id), request.form
    here = url_of(plan, f"rows/{module}")
    if plan.state != DRAFT:
        return redirect(url_of(plan), 303)
    words, go = form.get("q", "").strip()[:WORDS], form.get("go", "")
    shown, ticked = _ids("shown"), _ids("ticked")

    def kept(conn: Connection, _: Any) -> None:
        drafting.pick(conn, g.actor, id, module, shown=shown, ticked=ticked)
        if go in ("all", "none"):
            drafting.set_mode(conn, g.actor, id, module, ONLY if go == "none" else BUT)

    write(kept)
    if go == "back":
        return redirect(url_of(plan, "modules"), 303)
    query = {"q": words} if words else {}
    if go in ("after", "before"):
        query[go] = form.get(go, "")
    return redirect(f"{here}?{urlencode(query)}" if query else here, 303)


# -- check and start -----------------------------------------------------------------------------------------------
@door("mass", asks="assign")
def show_summary(id: UUID) -> AnyResponse:
    return _summary(_draft(id))


@door("mass", asks="assign")
def begin(id: UUID) -> AnyResponse:
    """Begins it; sent twice, it leads to the one that has begun. A new team gives roles: that is proved first."""
    if _draft(id).team is not None and g.actor.by is None and not is_proved():
        return to_page()
    try:
        plan = write(lambda conn, catalog: jobs.begin(conn, catalog, g.actor, id))
    except (Denied, Refused) as no:
        return _summary(_draft(id), no)
    own_work.began()
    notify(say("The hand-over runs in the background. You may leave this page."))
    return redirect(url_of(plan), 303)


def _summary(plan: Plan, problem: HanokError | None = None) -> AnyResponse:
    if plan.state != DRAFT:
        return redirect(url_of(plan), 303)
    page = render_template("screens/handover_summary.html", view=_what(plan), steps=STEPS, here=2,
                           selection=wizard.selection, problem=problem.message if problem else None,
                           card=CARDS[plan.reason])  # fmt: skip
    return make_response(page, 409 if problem else 200)


# -- parts of it ---------------------------------------------------------------------------------------------------
def _draft(id: UUID) -> Plan:
    drafting.check_may(g.catalog, g.actor)
    return plan_of(connection(), g.actor, id)


def _titles(plan: Plan) -> Mapping[UUID, str]:
    ids = [plan.from_id, plan.to_id, *(part.to for part in plan.parts.values())]
    return people(connection(), g.catalog, ids)


def _user(text: str) -> Linked | None:
    id = _uuid(text)
    return drafting.person(connection(), g.catalog, g.actor, id) if id else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _ids(name: str) -> list[UUID]:
    return [id for text in request.form.getlist(name)[: looking.SIZE * 2] if (id := _uuid(text))]
