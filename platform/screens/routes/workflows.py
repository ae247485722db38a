"""Workflows as a module that mirrors the catalog: what there are, what each does, and whether it is switched on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from time import monotonic
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.automation import listing, rehearsing, switching
from hanok.engine.automation.trying import Period, dry_run
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import NotFound, say
from hanok.engine.fields import Linked, in_language
from hanok.engine.jobs.job import DONE
from hanok.engine.jobs.listing import own_job, people
from hanok.engine.store.moments import now
from hanok.screens.admin.asking import guarded, is_part
from hanok.screens.audit.asking import begin_of, day_of
from hanok.screens.automation import dry, pages
from hanok.screens.automation.eyes import Eyes
from hanok.screens.automation.rows import rows_of
from hanok.screens.reading import write
from hanok.web import own_work
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.visit import connection, end

LONGEST = 200
#: Triggers of which the trail tells when they would have begun a run.
OF_EVENTS = ("created", "changed", "saved", "deleted", "linked", "unlinked")
#: Runs that the page of a workflow shows.
LATELY = 8


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/workflow", "workflows", show_all)
    guarded(to, "GET", "/workflow/<key>", "workflow", show)
    guarded(to, "POST", "/workflow/<key>/active", "workflow_active", switch)
    guarded(to, "GET", "/workflow/<key>/dry", "workflow_dry", dry_form)
    guarded(to, "POST", "/workflow/<key>/dry", "workflow_try", dry_try)
    guarded(to, "GET", "/workflow/<key>/dry/<uuid:id>", "workflow_tried", dry_tried)
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


# -- dry runs ------------------------------------------------------------------------------------------------------
@door("admin", who=ADMINISTRATOR)
def dry_form(key: str) -> str:
    """What is to be tried."""
    return render_template("screens/workflow_dry.html", view=_dry(workflow_of(key)))


@door("admin", who=ADMINISTRATOR)
def dry_try(key: str) -> AnyResponse | str:
    """Tries it: the real steps, taken back again; what is long in the background."""
    workflow = workflow_of(key)
    view = _dry(workflow)
    if request.form.get("long") and view.over == dry.PAST:
        period = _period(view)
        job = write(lambda conn, catalog: rehearsing.ask(conn, catalog, g.actor, workflow, period))
        own_work.began()
        return redirect(f"{pages.url_of(key)}/dry/{job}", 303)
    over = _period(view) if view.over == dry.PAST else _newest(workflow, view.newest)
    end()
    began = monotonic()
    outcome = dry_run(g.live, workflow, over, catalog=g.catalog.whole)
    took = monotonic() - began
    eyes = Eyes.of(connection(), g.catalog, g.actor, g.formats, dry.told_in(outcome))
    view = replace(
        view, rows=dry.rows_of_outcome(outcome, workflow.module, eyes), tallies=dry.tallies_of(outcome),
        cut=outcome.cut, seconds=f"{took:.1f}",
    )  # fmt: skip
    return render_template("screens/workflow_dry.html", view=view)


@door("admin", who=ADMINISTRATOR)
def dry_tried(key: str, id: UUID) -> AnyResponse:
    """What came of a dry run in the background, or how far it is. Raises NotFound for somebody else's."""
    workflow = workflow_of(key)
    found = own_job(connection(), g.actor.id, [rehearsing.KEY], id)
    since, until = (datetime.fromisoformat(found.payload[name]) for name in ("since", "until"))
    days = (g.formats.local(since).date(), g.formats.local(until - timedelta(seconds=1)).date())
    view = replace(_dry(workflow), first=days[0], last=days[1])
    if found.state != DONE:
        template = "screens/workflow_dry_live.html" if is_part() else "screens/workflow_dry.html"
        return make_response(render_template(template, view=replace(view, lives=found)))
    if is_part():  # it came to its end: the page is another one now
        return make_response("", 204, {"HX-Redirect": request.path})
    outcome = rehearsing.restored(found.result)
    eyes = Eyes.of(connection(), g.catalog, g.actor, g.formats, dry.told_in(outcome))
    view = replace(
        view, rows=dry.rows_of_outcome(outcome, workflow.module, eyes), cut=outcome.cut,
        tallies=dry.tallies_of(outcome, found.result["counts"]),
    )  # fmt: skip
    return make_response(render_template("screens/workflow_dry.html", view=view))


def _dry(workflow: Workflow) -> dry.DryPage:
    """What was asked for: by the trail of a month, or the newest records where no event begins it."""
    sent, today_is = request.form, g.formats.today()
    past = workflow.trigger.kind in OF_EVENTS
    over = sent.get("over", "") if past else dry.RECORDS
    newest = int(sent["newest"]) if sent.get("newest", "") in map(str, dry.NEWEST) else dry.NEWEST[0]
    return dry.DryPage(
        workflow=pages.row_of(g.catalog, workflow, None, listing.Tally(), g.language), past=past,
        over=dry.RECORDS if over == dry.RECORDS else dry.PAST, newest=newest,
        first=day_of(sent.get("from", "")) or today_is - timedelta(days=29),
        last=day_of(sent.get("to", "")) or today_is,
    )  # fmt: skip


def _period(view: dry.DryPage) -> Period:
    since, until = begin_of(view.first, g.formats.zone), begin_of(view.last + timedelta(days=1), g.formats.zone)
    assert since is not None and until is not None, "a day begins"
    return Period(since, until)


def _newest(workflow: Workflow, most: int) -> list[Linked]:
    """The newest records of its module."""
    query = records.Query(module=workflow.module, sort=("-created_at",), size=most)
    rows = records.page(connection(), g.catalog, g.actor, query).rows
    return [Linked(one.module, one.id, one.title) for one in rows]
