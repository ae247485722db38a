"""Workflows as a module that mirrors the catalog: what there are, what each does, and whether it is switched on."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.automation import listing, switching
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import NotFound, say
from hanok.engine.fields import in_language
from hanok.engine.jobs.listing import people
from hanok.engine.store.moments import now
from hanok.screens.admin.asking import guarded
from hanok.screens.automation import pages
from hanok.screens.automation.rows import rows_of
from hanok.screens.reading import write
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.visit import connection

LONGEST = 200
#: Runs that the page of a workflow shows.
LATELY = 8


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/workflow", "workflows", show_all)
    guarded(to, "GET", "/workflow/<key>", "workflow", show)
    guarded(to, "POST", "/workflow/<key>/active", "workflow_active", switch)
    guarded(to, "GET", "/admin/workflows", "admin_workflows", moved)
    guarded(to, "GET", "/admin/workflows/<key>", "admin_workflow", moved)


@door("admin", who=ADMINISTRATOR)
def moved(key: str = "") -> AnyResponse:
    return redirect(pages.url_of(key) if key else pages.HOME, 308)


@door("admin", who=ADMINISTRATOR)
def show_all() -> str:
    words = request.args.get("q", "").strip()[:LONGEST]
    conn = connection()
    tallies = listing.tallies(conn, g.catalog.workflows, today())
    rows = pages.rows_of(g.catalog, switching.switches(conn), tallies, g.language)
    return render_template("screens/workflows.html", rows=pages.matching(rows, words), words=words, any=bool(rows))


@door("admin", who=ADMINISTRATOR)
def show(key: str) -> str:
    workflow, conn = workflow_of(key), connection()
    said = switching.switches(conn).get(key)
    tally = listing.tallies(conn, [key], today())[key]
    found = listing.page(conn, listing.Search(workflow=key), size=LATELY)
    by = people(conn, g.catalog, [said.user]).get(said.user, "") if said and said.user else ""
    view = pages.WorkflowPage(
        row=pages.row_of(g.catalog, workflow, said, tally, g.language),
        help=pages.help_of(workflow, g.language),
        flow=pages.flow_of(g.catalog, workflow, g.formats),
        runs=rows_of(found.runs, g.catalog, g.language, now=now(conn), base="/run"),
        more=found.next is not None,
        switch=said,
        switched_by=by,
        in_file=workflow.active,
        version=workflow.hash[:12],
    )
    return render_template("screens/workflow.html", view=view)


@door("admin", who=ADMINISTRATOR)
def switch(key: str) -> AnyResponse:
    """Switches it on or off on this site, without a deploy."""
    workflow, active = workflow_of(key), request.form.get("active") == "1"
    done = write(lambda conn, catalog: switching.switch(conn, catalog, g.actor, key, active=active))
    name = in_language(workflow.label, g.language)
    if done:
        told = say("“{workflow}” is switched on.", workflow=name) if active else say(
            "“{workflow}” is switched off. Runs that began go on to their end.", workflow=name)  # fmt: skip
        undo = {"active": "" if active else "1"}
        notify(told, undo=f"{pages.url_of(key)}/active", values=undo)
    there = request.form.get("next", "")
    return redirect(pages.HOME if there == pages.HOME else pages.url_of(key), 303)


def workflow_of(key: str) -> Workflow:
    """The workflow of the address. Raises NotFound."""
    found: Workflow | None = g.catalog.workflows.get(key)
    if found is None:
        raise NotFound(say("There is no workflow {workflow}.", workflow=key))
    return found


def today() -> datetime:
    """When the reader's day began."""
    return datetime.combine(g.formats.today(), time(), ZoneInfo(g.formats.zone))
