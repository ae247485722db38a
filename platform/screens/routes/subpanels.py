"""Subpanels: fragments of a record's page, and linking and unlinking in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Subpanel
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Conflict, Denied, Invalid, Message, NotFound, say
from hanok.engine.fields import Field
from hanok.engine.records import Page, Record
from hanok.engine.records.acting.giving import given
from hanok.engine.records.acting.looking import Words
from hanok.screens import subpanels
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.screens.subpanels import Place
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection
from hanok.web.widgets import read_form


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_sub/<key>", endpoint="subpanels_show")(show)
    to.post("/<module>/<uuid:id>/_sub/<key>/link", endpoint="subpanels_link")(link)
    to.post("/<module>/<uuid:id>/_sub/<key>/unlink", endpoint="subpanels_unlink")(unlink)


@door("subpanel", asks="view")
def show(module: str, id: UUID, key: str) -> str:
    panel = _panel(module, key)
    return _render(panel, record_of(module, id))


@door("link", asks="edit")
def link(module: str, id: UUID, key: str) -> AnyResponse | str:
    """Ties an existing record to this one, or points it at this one."""
    return _changed(module, id, key, "link")


@door("link", asks="edit")
def unlink(module: str, id: UUID, key: str) -> AnyResponse | str:
    """Takes a record out of the subpanel; the record itself stays."""
    return _changed(module, id, key, "unlink")


def _changed(module: str, id: UUID, key: str, action: str) -> AnyResponse | str:
    panel, parent = _panel(module, key), record_of(module, id)
    wanted, _, other = request.form.get("id", "").rpartition(":")
    places = [each for each in _places(panel, parent) if wanted in ("", each.module.key)]
    if action not in panel.actions or not places or not places[0].direct:
        raise NotFound(say("There is no such subpanel."))
    work = _link if action == "link" else _unlink
    problem = work(places[0], other, parent) if other else say("Choose a record first.")
    if is_fragment():
        return _render(panel, parent, problem)
    if problem:
        notify(problem, kind="failed")
    return redirect(f"/{module}/{id}#sub-{key}", 303)


def _link(at: Place, other: str, parent: Record) -> Message | None:
    if at.tying is not None:
        return _tie(at, other, "link", parent)
    return _point(at, at.pointing, other, parent, away=False) if at.pointing else None


def _unlink(at: Place, other: str, parent: Record) -> Message | None:
    """Out of every way by which the record stands here."""
    problem = _tie(at, other, "unlink", parent) if at.tying is not None else None
    return problem or (_point(at, at.pointing, other, parent, away=True) if at.pointing else None)


def _point(at: Place, field: Field, other: str, parent: Record, *, away: bool) -> Message | None:
    """Changes the link of the other record; the problem if it cannot be."""
    module = at.module.key
    try:
        found = records.get(connection(), g.catalog, g.actor, module, other)
        if away and str(getattr(found.values.get(field.key), "id", "")) != str(parent.id):
            return None
        target = None if away else f"{parent.module}:{parent.id}" if len(field.targets) > 1 else str(parent.id)
        raw = {field.key: target}
        write(
            lambda conn, catalog: records.update(conn, catalog, g.actor, module, found.id, raw, version=found.version)
        )
    except (Conflict, Denied, NotFound) as refused:
        return refused.message
    except Invalid as wrong:
        return next(message for said in wrong.errors.values() for message in said)
    return None


def _tie(at: Place, other: str, action: str, parent: Record) -> Message | None:
    """Ties the other record to this one, or unties it; the problem if it cannot be."""
    end = at.panel.end
    try:
        if action == "unlink":
            write(lambda conn, catalog: records.unlink(conn, catalog, g.actor, parent.module, parent.id, end, other))
            return None
        asked = [one for one in at.end.own.values() if not (one.readonly or one.hidden)]
        own = read_form(asked, request.form, g.formats)
        write(lambda conn, catalog: records.link(
            conn, catalog, g.actor, parent.module, parent.id, end, other, own=own))  # fmt: skip
    except (Denied, NotFound) as refused:
        return refused.message
    except ma.ValidationError as wrong:
        return first_message(wrong.messages)
    return None


def _panel(module: str, key: str) -> Subpanel:
    """The subpanel of this key, if the actor may see records of it. Raises NotFound."""
    found = module_of(module, "view").subpanels.get(key)
    if found is None or not any(may(g.catalog, g.actor, each.module, "list") for each in found.panels or (found,)):
        raise NotFound(say("There is no such subpanel."))
    return found


def _places(panel: Subpanel, parent: Record) -> list[Place]:
    """The ends that the actor may see records of."""
    home = g.catalog.modules[parent.module]
    return [
        subpanels.place(
            g.catalog, home, each,
            may_create=may(g.catalog, g.actor, each.module, "create"),
            may_edit=may(g.catalog, g.actor, each.module, "edit"),
        )
        for each in panel.panels or (panel,)
        if may(g.catalog, g.actor, each.module, "list")
    ]  # fmt: skip


def _render(panel: Subpanel, parent: Record, problem: Message | None = None) -> str:
    places = _places(panel, parent)
    size = subpanels.MORE if "more" in request.args and len(places) > 1 else panel.size
    turned = {key: request.args.get(key, "") for key in ("after", "before")} if len(places) == 1 else {}
    sort = subpanels.sorted_by(places[0], request.args.get("sort", "")) if len(places) == 1 else ()
    queries = [subpanels.query(each, parent, size=size, sort=sort, **turned) for each in places]
    pages: Sequence[Page] = [records.page(connection(), g.catalog, g.actor, query) for query in queries]
    total = 0
    for query, page in zip(queries, pages, strict=True):
        paged = page.next or page.previous
        cap = subpanels.COUNT_CAP
        total += records.count(connection(), g.catalog, g.actor, query, cap=cap) if paged else len(page.rows)
    makes = [(at, _values(panel, at, parent)) for at in places if subpanels.creatable(at, parent)]
    view = subpanels.build(
        panel, places, parent, pages, total, formats=g.formats, creates=makes, size=size, sort=sort, problem=problem
    )
    template = "screens/subpanel.html" if "HX-Request" in request.headers else "screens/subpanel_page.html"
    return render_template(template, panel=view, parent=parent)


def _values(panel: Subpanel, at: Place, parent: Record) -> Mapping[str, str]:
    """What a new record begins with, as an address says it; what cannot be said there is left out."""
    words = Words(connection(), g.catalog, g.actor, parent)
    found = {}
    for key, written in panel.create.items():
        field = at.module.fields.get(key)
        raw: Any = None if field is None else given(words, field, written)
        if isinstance(raw, str | int | float | bool):
            found[key] = str(raw).lower() if isinstance(raw, bool) else str(raw)
    return found
