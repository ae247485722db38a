"""What somebody chooses once for the list of a module: columns in an order, the height of rows, the first filter."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.catalog import Module
from hanok.engine.errors import say
from hanok.engine.records import preferences
from hanok.screens import keeping
from hanok.screens.keeping import Kept
from hanok.screens.reading import kept_of, module_of, write
from hanok.screens.routes.lists import asked_of
from hanok.web.doors import door
from hanok.web.notices import notify


def add(to: Blueprint) -> None:
    to.post("/<module>/_columns", endpoint="keeping_arrange")(arrange)
    to.post("/<module>/_opening", endpoint="keeping_open")(open_with)


@door("list", asks="list")
def arrange(module: str) -> AnyResponse:
    """Keeps the columns in the order in which they were sent, and how high rows are."""
    found = module_of(module)
    kept, there = kept_of(found), asked_of(found).url(columns=())
    if request.form.get("reset"):
        _keep(found, replace(kept, columns=(), compact=False))
        notify(say("The list looks as it was made."))
        return redirect(there, 303)
    columns = keeping.arranged(found, request.form.getlist("show"))
    dense = request.form.get("density", keeping.COMPACT if kept.compact else "")
    _keep(found, replace(kept, columns=columns, compact=dense == keeping.COMPACT))
    return redirect(there, 303)


@door("list", asks="list")
def open_with(module: str) -> AnyResponse:
    """From now on the list opens with the filter of this address, or as the module says."""
    found = module_of(module)
    asked = asked_of(found)
    opening = "" if request.form.get("usual") else asked.saved or keeping.ALL
    _keep(found, replace(kept_of(found), opening=opening))
    notify(say("The list opens with this from now on.") if opening else say("The list opens as it was made."))
    return redirect(asked.url(), 303)


def _keep(module: Module, kept: Kept) -> None:
    """An administrator in her place looks at her desk and moves nothing on it."""
    if g.actor.by is None:
        write(lambda conn, _: preferences.put(
            conn, g.actor.id, preferences.LIST + module.key, keeping.document(kept, g.look.get("density", ""))
        ))  # fmt: skip
