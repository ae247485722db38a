"""Who follows a record, and whom its texts may name."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.records import Record
from hanok.engine.records.telling import mentions
from hanok.engine.records.telling.followers import follow, followers, unfollow
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.web.doors import door
from hanok.web.visit import connection

#: Letters of a name that somebody types.
LONGEST = 60


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_followers", endpoint="following_show")(show)
    to.get("/<module>/_people", endpoint="following_people")(people)
    to.post("/<module>/<uuid:id>/follow", endpoint="following_mark")(mark)


@door("picker", asks="view")
def people(module: str) -> Response:
    """Whom a text of a record of this module may name, and the mark of each."""
    module_of(module, "view")
    words = request.args.get("words", "")[:LONGEST]
    found = mentions.people(connection(), g.catalog, g.actor, module, words)
    return jsonify([{"name": one.title, "mark": mentions.mark(one.title, one.id)} for one in found])


@door("record", asks="view")
def show(module: str, id: UUID) -> str:
    """The button and the faces in the head of the record; a page of its own without scripts."""
    module_of(module, "view")
    return _drawn(record_of(module, id))


@door("record", asks="view")
def mark(module: str, id: UUID) -> AnyResponse | str:
    """She follows it (`on=1`) or does not any more; the button as it stands then, or the way back to the record."""
    module_of(module, "view")
    record = record_of(module, id)
    if request.form.get("on") == "1":
        write(lambda conn, catalog: follow(conn, catalog, g.actor, module, id))
    else:
        write(lambda conn, _: unfollow(conn, g.actor, module, id))
    return _drawn(record) if is_fragment() else redirect(f"/{module}/{id}", 303)


def _drawn(record: Record) -> str:
    people = followers(connection(), g.catalog, record.module, record.id)
    facts = {"url": f"/{record.module}/{record.id}", "title": record.title, "people": people,
             "mine": any(one.id == g.actor.id for one in people)}  # fmt: skip
    return render_template("screens/followers.html" if is_fragment() else "screens/followers_page.html", **facts)
