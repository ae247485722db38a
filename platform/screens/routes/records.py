"""One record: its page, its history, deleting and restoring, one step along its path."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may, role_labels
from hanok.engine.access.levels import owners
from hanok.engine.catalog import Module, Subpanel
from hanok.engine.errors import Conflict, Invalid, NotFound, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.records.favourites import is_favourite
from hanok.engine.records.merging.asked import went_into
from hanok.engine.records.timelines import origins
from hanok.screens import approving, details, timeline
from hanok.screens.access.panels import panels_of
from hanok.screens.conditional import Present, present
from hanok.screens.reading import module_of, openings, record_of, whole_record, write
from hanok.screens.routes.actions import buttons_of
from hanok.screens.routes.forms import edit_form
from hanok.screens.words import shortened
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection
from hanok.web.widgets import read_form


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>", endpoint="records_show")(show)
    to.get("/<module>/<uuid:id>/history", endpoint="records_history")(history)
    to.post("/<module>/<uuid:id>/set", endpoint="records_step")(step)
    to.post("/<module>/<uuid:id>/delete", endpoint="records_delete")(delete)
    to.post("/<module>/<uuid:id>/restore", endpoint="records_restore")(restore)


@door("record", asks="view")
def show(module: str, id: UUID) -> AnyResponse:
    found = module_of(module, "view" if may(g.catalog, g.actor, module, "view") else "list")
    try:
        record = whole_record(module, id)
    except NotFound:
        return elsewhere(found, id) or closed(found, id)
    panels = tuple(one for one in found.subpanels.values() if _seen(one))
    view = details.build(_present(found, record), record, panels, g.formats)
    view = replace(view, subpanels=(*panels_of(record, g.actor, g.language), *view.subpanels))
    _note(record)
    return make_response(render_template(
        "screens/record.html", view=view, acts=buttons_of(found, record, path=view.path.field.key if view.path else ""),
        starred=is_favourite(connection(), g.actor, module, record.id),
        writes=bool(origins(g.catalog, g.actor, found)),
        approvals=approving.here(connection(), g.catalog, g.actor, found, record, g.language),
    ))  # fmt: skip


def _note(record: Record) -> None:
    """Remembers that the reader opened it; an administrator in her place leaves no trace on her desk."""
    if g.actor.by is None:
        openings().note(g.actor.id, record.module, record.id)


def elsewhere(module: Module, id: UUID) -> AnyResponse | None:
    """Where a record is now that was merged into another one which the reader sees; None for all others."""
    passed, there = {id}, went_into(connection(), module.key, id)
    while there is not None and there not in passed:
        try:
            record_of(module.key, there)
        except NotFound:
            passed.add(there)
            there = went_into(connection(), module.key, there)
        else:
            notify(say("The record that you looked for was merged into this one."))
            return redirect(f"/{module.key}/{there}")
    return None


def closed(module: Module, id: UUID) -> AnyResponse:
    """The page of a record that the reader has in lists and may not open. Raises NotFound where she has not."""
    record = records.get(connection(), g.catalog, g.actor, module.key, id, action="list")
    whose = [record.values.get(key) for key in owners(module)]
    names = ", ".join(one.title for one in whose if isinstance(one, Linked) and one.title)
    return make_response(render_template("screens/closed.html", module=module, title=record.title, owner=names), 403)


def _seen(panel: Subpanel) -> bool:
    """Whether the actor may see records of a subpanel, of one of its modules at least."""
    return any(may(g.catalog, g.actor, each.module, "list") for each in panel.panels or (panel,))


def _present(module: Module, record: Record) -> Present:
    return present(connection(), g.catalog, g.actor, module, record.values)


@door("history", asks="view")
def history(module: str, id: UUID) -> str:
    """Everything that happened, as a fragment of the record's page or as a page of its own."""
    found = module_of(module, "view")
    record = _of_history(module, id)
    view = details.build(_present(found, record), record, (), g.formats)
    template = "screens/timeline.html" if "HX-Request" in request.headers else "screens/history.html"
    return render_template(template, view=view, history=_timeline(found, record, timeline.EVERYTHING))


def _of_history(module: str, id: UUID) -> Record:
    """The record of the address, also one that was merged into another: its history stays to be read."""
    try:
        return record_of(module, id)
    except NotFound:
        if went_into(connection(), module, id) is None:
            raise
        return records.get(connection(), g.catalog, g.actor, module, id, deleted=True)


def _timeline(module: Module, record: Record, size: int) -> timeline.Timeline:
    entries = records.history(
        connection(), g.catalog, g.actor, module.key, record.id, size=size + 1, record=record
    )
    more = f"/{module.key}/{record.id}/history" if len(entries) > size and size < timeline.EVERYTHING else ""
    log = f"/audit/changes?module={module.key}&record={record.id}"
    return timeline.build(module, entries[:size], g.language, more=more, log=log, roles=role_labels(g.catalog))


@door("save", asks="edit")
def step(module: str, id: UUID) -> AnyResponse:
    """Changes what the form names, and nothing else: a step along the path. What it lacks is asked for in the form."""
    found = module_of(module, "view")
    there = f"/{module}/{id}"
    raw = read_form((one for one in found.fields.values() if not one.readonly), request.form, g.formats)
    try:
        write(lambda conn, catalog: records.update(conn, catalog, g.actor, module, id, raw, version=_version() or 0))
    except Conflict:
        notify(
            say("Somebody else changed this record meanwhile. Look at it again, then repeat your change."),
            kind="failed",
        )
    except Invalid as wrong:
        return make_response(edit_form(found, whole_record(module, id), wrong=wrong, typed=request.form), 422)
    return redirect(there, 303)


@door("delete", asks="delete")
def delete(module: str, id: UUID) -> AnyResponse:
    module_of(module, "view")
    record = record_of(module, id)
    try:
        write(lambda conn, catalog: records.delete(conn, catalog, g.actor, module, id, version=_version()))
    except (Conflict, Refused) as refused:
        said = say("Somebody else changed this record meanwhile. Look at it again before you delete it.")
        notify(refused.message if isinstance(refused, Refused) else said, kind="failed")
        return redirect(f"/{module}/{id}", 303)
    notify(say("“{title}” was deleted.", title=shortened(record.title)), undo=f"/{module}/{id}/restore")
    return redirect(f"/{module}", 303)


@door("delete", asks="delete")
def restore(module: str, id: UUID) -> AnyResponse:
    module_of(module, "view")
    record = write(lambda conn, catalog: records.restore(conn, catalog, g.actor, module, id))
    notify(say("“{title}” is back.", title=shortened(record.title)))
    return redirect(f"/{module}/{id}", 303)


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
