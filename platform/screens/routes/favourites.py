"""The star of a record: put on and taken off."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.errors import Refused
from hanok.engine.records import favourites
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.web.doors import door
from hanok.web.notices import notify


def add(to: Blueprint) -> None:
    to.post("/<module>/<uuid:id>/star", endpoint="favourites_mark")(mark)


@door("record", asks="view")
def mark(module: str, id: UUID) -> AnyResponse:
    """The star is put on (`on=1`) or taken off; the button as it stands then, or the way back to the record."""
    module_of(module, "view")
    record, wanted = record_of(module, id), request.form.get("on") == "1"
    try:
        if wanted:
            write(lambda conn, catalog: favourites.star(conn, catalog, g.actor, module, id))
        else:
            write(lambda conn, catalog: favourites.unstar(conn, g.actor, module, id))
    except Refused as refused:
        notify(refused.message, kind="failed")
        wanted = False
    there = f"/{module}/{id}"
    if not is_fragment():
        return redirect(there, 303)
    return make_response(render_template("screens/star.html", url=there, title=record.title, starred=wanted))
