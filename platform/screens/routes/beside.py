"""From a record to its neighbours in the list that it was opened from."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.errors import Invalid, NotFound, say
from hanok.engine.records.neighbours import neighbour
from hanok.screens import filters, lists
from hanok.screens.reading import module_of
from hanok.screens.routes.lists import asked_of
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection

WAYS = ("previous", "next")
FIRST, LAST = say("This is the first record of the list."), say("This is the last record of the list.")


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_beside/<way>", endpoint="beside_go")(go)


@door("record", asks="view")
def go(module: str, id: UUID, way: str) -> AnyResponse:
    """Leads to the neighbour in the list of this address's question; at its end back to the record."""
    found = module_of(module, "view")
    if way not in WAYS:
        raise NotFound(say("There is nothing here"))
    asked = asked_of(found)
    checked = [filters.check(g.catalog, found, condition) for condition in asked.conditions]
    query = lists.query(found, asked, checked)
    forwards = way == "next"
    try:
        other = neighbour(connection(), g.catalog, g.actor, query, id, forwards=forwards)
    except Invalid:
        other = None
    if other is None:
        notify(LAST if forwards else FIRST)
    return redirect(f"/{module}/{other or id}", 303)
