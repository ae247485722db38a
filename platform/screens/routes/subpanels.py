"""Subpanels: fragments of a record's page, and linking and unlinking in them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Subpanel
from hanok.engine.errors import Conflict, Denied, Invalid, Message, NotFound, say
from hanok.engine.records import Record
from hanok.screens import subpanels
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.web.notices import notify
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_sub/<key>", endpoint="subpanels_show")(show)
    to.post("/<module>/<uuid:id>/_sub/<key>/link", endpoint="subpanels_link")(link)
    to.post("/<module>/<uuid:id>/_sub/<key>/unlink", endpoint="subpanels_unlink")(unlink)


def show(module: str, id: UUID, key: str) -> str:
    panel = _panel(module, key)
    return _render(panel, record_of(module, id))


def link(module: str, id: UUID, key: str) -> AnyResponse | str:
    """Points an existing record at this one."""
    return _changed(module, id, key, "link", str(id))


def unlink(module: str, id: UUID, key: str) -> AnyResponse | str:
    """Takes a record out of the subpanel; the record itself stays."""
    return _changed(module, id, key, "unlink", None)


def _changed(module: str, id: UUID, key: str, action: str, target: str | None) -> AnyResponse | str:
    panel, parent = _panel(module, key), record_of(module, id)
    if action not in panel.actions:
        raise NotFound(say("There is no such subpanel."))
    other = request.form.get("id", "")
    problem = _point(panel, other, target, parent) if panel.field else _tie(panel, other, action, parent)
    if is_fragment():
        return _render(panel, parent, problem)
    if problem:
        notify(problem, kind="failed")
    return redirect(f"/{module}/{id}#sub-{key}", 303)


def _point(panel: Subpanel, other: str, target: str | None, parent: Record) -> Message | None:
    """Changes the link of the other record; the problem if it cannot be."""
    if not other:
        return say("Choose a record first.")
    try:
        found = records.get(connection(), g.catalog, g.actor, panel.module, other)
        present = found.values.get(panel.field)
        if target is None and str(getattr(present, "id", "")) != str(parent.id):
            return None
        several = len(g.catalog.module(panel.module).field(panel.field).targets) > 1
        raw = {panel.field: f"{parent.module}:{target}" if several and target else target}
        write(
            lambda conn, catalog: records.update(
                conn, catalog, g.actor, panel.module, found.id, raw, version=found.version
            )
        )
    except (Conflict, Denied, NotFound) as refused:
        return refused.message
    except Invalid as wrong:
        return next(message for said in wrong.errors.values() for message in said)
    return None


def _tie(panel: Subpanel, other: str, action: str, parent: Record) -> Message | None:
    """Ties the other record to this one, or unties it; the problem if it cannot be."""
    if not other:
        return say("Choose a record first.")
    work = records.link if action == "link" else records.unlink
    try:
        write(lambda conn, catalog: work(conn, catalog, g.actor, parent.module, parent.id, panel.end, other))
    except (Denied, NotFound) as refused:
        return refused.message
    return None


def _panel(module: str, key: str) -> Subpanel:
    """The subpanel of this key that the actor may see. Raises NotFound."""
    found = module_of(module, "view").subpanels.get(key)
    if found is None or not may(g.catalog, g.actor, found.module, "list"):
        raise NotFound(say("There is no such subpanel."))
    return found


def _render(panel: Subpanel, parent: Record, problem: Message | None = None) -> str:
    module, home = g.catalog.every[panel.module], g.catalog.modules[parent.module]
    turned = {key: request.args.get(key, "") for key in ("after", "before")}
    query = subpanels.query(panel, module, parent, **turned)
    page = records.page(connection(), g.catalog, g.actor, query)
    paged = page.next or page.previous
    total = records.count(connection(), g.catalog, g.actor, query, cap=subpanels.COUNT_CAP) if paged else len(page.rows)
    view = subpanels.build(
        panel,
        module,
        parent,
        page,
        total,
        formats=g.formats,
        problem=problem,
        home=home,
        may_create=may(g.catalog, g.actor, panel.module, "create"),
        may_edit=may(g.catalog, g.actor, panel.module, "edit"),
    )
    template = "screens/subpanel.html" if "HX-Request" in request.headers else "screens/subpanel_page.html"
    return render_template(template, panel=view, parent=parent)
