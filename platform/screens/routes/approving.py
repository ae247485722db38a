"""Approvals that wait for the reader: the list of them, a yes or a no, and somebody else in her place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access import SYSTEM
from hanok.engine.automation.approving import decide, delegate
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.records import Record
from hanok.screens import approving, picking
from hanok.screens.approving import PAGE
from hanok.screens.reading import write
from hanok.web.doors import door
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.visit import connection

#: People that may be chosen among without typing.
PEOPLE = 200
Errors = Mapping[str, Sequence[Message]]


def add(to: Blueprint) -> None:
    to.get(PAGE, endpoint="mine_approvals")(show)
    to.post(f"{PAGE}/<uuid:id>", endpoint="mine_approvals_decide")(say_so)
    to.post(f"{PAGE}/<uuid:id>/delegate", endpoint="mine_approvals_delegate")(give)


@door("own")
def show() -> str:
    return _page()


@door("own")
def say_so(id: UUID) -> AnyResponse:
    yes, comment = request.form.get("say") == "yes", request.form.get("comment", "")
    try:
        found = write(lambda conn, catalog: decide(conn, catalog, g.actor, id, yes, comment))
    except Invalid as wrong:
        return make_response(_page(id, wrong.errors), 422)
    except Refused as refused:
        return _leads(refused.message, kind="failed")
    text = in_language(found.text, g.language)
    return _leads(say("Approved: {what}", what=text) if yes else say("Rejected: {what}", what=text))


@door("own")
def give(id: UUID) -> AnyResponse:
    sent, comment = request.form.get("to", ""), request.form.get("comment", "")
    try:
        to = UUID(sent)
    except ValueError:
        return make_response(_page(id, {"to": [say("Choose somebody.")]}), 422)
    try:
        found = write(lambda conn, catalog: delegate(conn, catalog, g.actor, id, to, comment))
    except Invalid as wrong:
        return make_response(_page(id, wrong.errors), 422)
    except Refused as refused:
        return _leads(refused.message, kind="failed")
    name = next((voice.name for voice in found.voices if voice.user == to), "")
    return _leads(say("{name} decides now.", name=name))


def _page(wrong: UUID | None = None, errors: Errors | None = None) -> str:
    found = approving.waiting(connection(), g.catalog, g.actor, g.language)
    return render_template(
        "screens/approvals.html", found=found, people=_people() if found else (), wrong=wrong, errors=errors or {},
        typed=request.form.get("comment", ""), next=request.form.get("next", ""), page=PAGE,
    )  # fmt: skip


def _people() -> tuple[Record, ...]:
    """Who may decide in the reader's place: her colleagues by name."""
    found = picking.choices(connection(), g.catalog, SYSTEM, g.catalog.whole.module("user"), size=PEOPLE)
    return tuple(one for one in found if one.id != g.actor.id and one.values.get("active", True))


def _leads(said: Message, *, kind: str = "done") -> AnyResponse:
    notify(said, kind=kind)
    return redirect(own_path(request.form.get("next") or PAGE), 303)
