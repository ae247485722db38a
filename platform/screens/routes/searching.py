"""Search over all modules, and what the combobox of a link offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, render_template, request

from hanok.engine import records
from hanok.engine.access import SYSTEM, may
from hanok.engine.catalog import Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.conditions import Every
from hanok.engine.errors import say
from hanok.engine.fields import in_language
from hanok.engine.records.favourites import favourites
from hanok.engine.records.recent import recently_viewed
from hanok.screens import composing, palette, picking, searching
from hanok.screens.address import WORDS_LENGTH
from hanok.screens.reading import openings, title_of_link
from hanok.screens.routes.quick import PICKS
from hanok.screens.routes.quick import WORDS as FOUND_BY
from hanok.screens.told import sent
from hanok.screens.words import in_text
from hanok.web.doors import door
from hanok.web.i18n import translate
from hanok.web.menu import Frame
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    to.get("/search", endpoint="searching_search")(search)
    to.get("/search/quick", endpoint="searching_quick")(quick)
    to.get("/<module>/_pick", endpoint="searching_pick")(pick)


@door("search", asks="view")
def search() -> str:
    return render_template("screens/search.html", view=_found(searching.WHOLE))


@door("search", asks="view")
def quick() -> str:
    """What the palette offers while one types: a fragment."""
    return render_template("screens/quick.html", view=_palette(_words()))


def _palette(words: str) -> palette.Palette:
    known = _places()
    stars = favourites(connection(), g.catalog, g.actor)
    if not words:
        seen = recently_viewed(connection(), g.catalog, g.actor, openings().of(g.actor.id), size=2 * palette.EMPTY)
        return palette.empty(g.catalog, stars, seen, known, g.language)
    hits = records.search(connection(), g.catalog, g.actor, words, size=searching.QUICK)
    starred = frozenset((one.module, one.id) for one in stars)
    return palette.found(g.catalog, words, hits, starred, known, g.language)


def _places() -> tuple[palette.Place, ...]:
    frame = Frame()
    listed = [entry for menu in frame.menus for entry in menu.entries]
    made = frozenset(one.key for one in frame.creatable)
    importable = frozenset(key for key in made if may(g.catalog, g.actor, key, "import"))
    return palette.places(g.catalog, listed, frame.creatable, g.language, importable=importable,
                          governs=g.actor.governs)  # fmt: skip


def _found(size: int) -> searching.Found:
    words = _words()
    hits = records.search(connection(), g.catalog, g.actor, words, size=size) if words else ()
    return searching.build(g.catalog, words, hits, g.language)


@door("picker", asks="view")
def pick(module: str) -> Response:
    """Records to link to: `for` says which field asks, `at.…` what stands in the boxes that its limit looks at."""
    found = g.catalog.module(module)
    known = picking.knows(g.catalog, g.actor, found)
    query, limit = picking.query(found, _words(), known=known), _limit()
    query = limit.put(g.catalog, g.actor, query) if limit else query
    page = records.page(connection(), g.catalog, g.actor if known else SYSTEM, query)
    items = picking.items(found, page.rows, g.formats, known=known)
    hint = _hint(found, limit) if limit and query.limit not in (None, Every(())) else ""
    return jsonify(items=items, more=page.next is not None, hint=hint, make=_make(found, limit))


def _make(module: Module, limit: picking.Limit | None) -> dict[str, str] | None:
    """Where a record is made that is not there yet, as the limit wants it; None where she may make none."""
    if not may(g.catalog, g.actor, module.key, "create") or not composing.asks(module.views.quick):
        return None
    words, same = _words(), limit.of(module.key) if limit else None
    given = {same[1]: str(limit.values.get(same[0]) or "")} if limit and same else {}
    label = in_text(in_language(module.label, g.language), g.language)
    said = say("New {record} “{words}”", record=label, words=words) if words else say("New {record}", record=label)
    asked = urlencode({PICKS: 1, **({FOUND_BY: words} if words else {}), **given})
    return {"url": f"/{module.key}/_quick?{asked}", "text": translate(said, g.language)}


def _limit() -> picking.Limit | None:
    """The limit of the field that asks; None where it has none, or does not ask for a record at hand."""
    key, _, field = request.args.get("for", "").rpartition(".")
    module = g.catalog.every.get(key)
    pick = module.picks.get(field) if module and "limited" in request.args else None
    if module is None or pick is None:
        return None
    stored = _stored(module, pick.depends)
    typed = {name: text for name in pick.depends if (text := request.args.get(f"at.{name}")) is not None}
    return picking.Limit(module, field, {**stored, **typed})


def _stored(module: Module, keys: Sequence[str]) -> Mapping[str, Any]:
    """What is stored of the record at hand; of a line, the record that it stands in."""
    id = request.args.get("record", "")
    if not id:
        return {}
    if module.parent is not None:
        return {PARENT: id}
    values = records.get(connection(), g.catalog, g.actor, module.key, id).values
    found = {key: module.field(key) for key in keys if module.has(key) and values.get(key) is not None}
    return {key: sent(field.type.dump(field, values[key])) for key, field in found.items()}


def _hint(target: Module, limit: picking.Limit) -> str:
    """What is said above the records, in the reader's language."""
    same = limit.of(target.key)
    text = str(limit.values.get(same[0], "")) if same else ""
    if same and not text:
        return ""
    field = limit.module.field(same[0]) if same else None
    title = title_of_link(field, text) if field is not None and field.targets else ""
    return translate(picking.hint(target, title, g.language), g.language)


def _words() -> str:
    return (request.args.get("words") or request.args.get("q") or "").strip()[:WORDS_LENGTH]
