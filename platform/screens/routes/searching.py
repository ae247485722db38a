"""Search over all modules, and what the combobox of a link offers."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, render_template, request

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.screens import picking, searching
from hanok.screens.address import WORDS_LENGTH
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    to.get("/search", endpoint="searching_search")(search)
    to.get("/search/quick", endpoint="searching_quick")(quick)
    to.get("/<module>/_pick", endpoint="searching_pick")(pick)


def search() -> str:
    return render_template("screens/search.html", view=_found(searching.WHOLE))


def quick() -> str:
    """The first hits of each module while one types: a fragment for the top bar."""
    return render_template("screens/quick.html", view=_found(searching.QUICK))


def _found(size: int) -> searching.Found:
    words = _words()
    hits = records.search(connection(), g.catalog, g.actor, words, size=size) if words else ()
    return searching.build(g.catalog, words, hits, g.language)


def pick(module: str) -> Response:
    """Records to link to."""
    found = g.catalog.module(module)
    known = picking.knows(g.catalog, g.actor, found)
    query = picking.query(found, _words(), known=known)
    page = records.page(connection(), g.catalog, g.actor if known else SYSTEM, query)
    return jsonify(items=picking.items(found, page.rows, g.formats, known=known), more=page.next is not None)


def _words() -> str:
    return (request.args.get("words") or request.args.get("q") or "").strip()[:WORDS_LENGTH]
