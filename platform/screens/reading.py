"""What the views of this room ask of the request: its module, its record, the titles of links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy import Connection

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records import Record, preferences
from hanok.engine.records.filters import GONE, OwnFilter, is_own, with_filter
from hanok.engine.records.recent import Openings
from hanok.screens import keeping
from hanok.screens.address import Asked
from hanok.screens.keeping import Kept
from hanok.web.notices import notify
from hanok.web.visit import connection, end

Found = TypeVar("Found")


def module_of(key: str, action: str = "list") -> Module:
    """The module of the address. Raises NotFound, and Denied where the actor may do this with none of its records."""
    if key not in g.catalog.modules:
        raise NotFound(say("There is no module {module}.", module=key))
    module: Module = g.catalog.modules[key]
    if not may(g.catalog, g.actor, key, action):
        raise Denied(
            say("You may not see records of this kind.")
            if action != "create"
            else say("You may not create records of this kind.")
        )
    saved = request.args.get("filter", "")
    return with_filter(connection(), g.catalog, g.actor, module, saved) if saved else module


def tell_left_out(module: Module) -> None:
    """Says so where the personal filter of the address is gone, or some of it."""
    key = request.args.get("filter", "")
    saved = module.saved_filters.get(key)
    if isinstance(saved, OwnFilter) and saved.left_out:
        notify(say("Some of this filter is no longer there and was left out."), kind="failed")
    elif saved is None and is_own(key):
        notify(GONE, kind="failed")


def kept_of(module: Module) -> Kept:
    """How the reader keeps the list of a module; asked once a request."""
    known: dict[str, Kept] = g.setdefault("kept_lists", {})
    if module.key not in known:
        chosen = preferences.of(connection(), g.actor.id, preferences.LIST + module.key)
        known[module.key] = keeping.read(module, {"density": g.look.get("density", ""), **chosen})
    return known[module.key]


def opens_with(module: Module, asked: Asked) -> str | None:
    """The filter that she lets the list open with, where the address asks for nothing: "" for all, None for none."""
    key = kept_of(module).opening
    if not key or "filter" in request.args or asked.conditions or asked.words:
        return None
    if key == keeping.ALL:
        return "" if asked.saved else None
    known = with_filter(connection(), g.catalog, g.actor, module, key)
    return key if key in known.saved_filters and key != asked.saved else None


def record_of(module: str, id: UUID) -> Record:
    """The record of the address. Raises NotFound, also when the actor may not see it."""
    return records.get(connection(), g.catalog, g.actor, module, id)


def whole_record(module: str, id: UUID) -> Record:
    """The same with what stands in other tables, its ties and its lines, but for what no form shows."""
    found, fields = record_of(module, id), g.catalog.every[module].fields
    keys = tuple(key for key, one in fields.items() if one.type.apart and not one.hidden)
    beside = records.related(connection(), g.catalog, g.actor, found, keys=keys) if keys else {}
    return replace(found, values={**found.values, **beside}) if beside else found


def linked(module: str, id: str) -> Linked | None:
    """A record as the value of a link, None when the actor may not see it."""
    try:
        found = records.get(connection(), g.catalog, g.actor, module, id)
    except NotFound:
        return None
    return Linked(module, found.id, found.title)


def title_of_link(field: Field, text: str) -> str:
    """The title of a linked record by its id as text, "" when nothing can be said."""
    if text == "$me" or not text:
        return ""
    if text == str(g.actor.id):
        return str(g.actor.title)
    module, _, id = text.rpartition(":")
    found = (linked(target, id) for target in ([module] if module in field.targets else field.targets))
    return next((one.title for one in found if one), "")


def write(work: Callable[[Connection, Catalog], Found]) -> Found:
    """One transaction of a save, on the live catalog. What is read afterwards sees it."""
    end()
    found: Any = g.live.write(work)
    return found  # type: ignore[no-any-return]


def is_fragment() -> bool:
    """True when htmx asks for a part of a page, not for the page."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def openings() -> Openings:
    """What was opened and is not written yet."""
    found: Openings = current_app.extensions["hanok.openings"]
    return found
