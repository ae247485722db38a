"""Runs of workflows: the list of all (the process audit), one, those of a record, and what can be done about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.automation import exporting, listing, steering
from hanok.engine.automation.run import Run, run_of
from hanok.engine.automation.versions import version_of
from hanok.engine.errors import HanokError, Message, NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.records.auditing import CHANGES
from hanok.engine.store.moments import now
from hanok.screens.admin.asking import LATER, SOON, guarded, is_part
from hanok.screens.audit.asking import CUSTOM, PERIODS
from hanok.screens.audit.asking import Asked as Log
from hanok.screens.automation import run as one
from hanok.screens.automation.asking import STATES, Asked, read
from hanok.screens.automation.eyes import Eyes
from hanok.screens.automation.pages import FlowShown, flow_of
from hanok.screens.automation.rows import RunRow, row_of, rows_of
from hanok.screens.automation.triggers import KINDS
from hanok.screens.automation.words import STATES as STATE_WORDS
from hanok.screens.exporting import FORMATS
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.screens.routes.audit import PROCESSES, TITLES, tabs_of
from hanok.screens.words import shortened
from hanok.web import own_work
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.visit import connection

COUNTED = 1000
#: Steps that the page of a run shows at once.
STEPS = 200


@dataclass(frozen=True, slots=True)
class RunsPage:
    """A page of the process audit, with what it can be narrowed by."""

    asked: Asked
    rows: tuple[RunRow, ...]
    previous: str
    next: str
    workflows: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, Message], ...]
    triggers: tuple[tuple[str, Message], ...]
    periods: Mapping[str, tuple[Message, int]]
    record: str
    every: int
    tabs: tuple[tuple[str, Message, str], ...]


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/runs", "runs", show)
    guarded(to, "GET", "/admin/runs/_count", "runs_count", count)
    guarded(to, "GET", "/admin/runs/_export", "runs_export_ask", export_ask)
    guarded(to, "POST", "/admin/runs/_export", "runs_export", export)
    guarded(to, "GET", "/admin/runs/<uuid:id>", "runs_show", moved)
    guarded(to, "POST", "/run/<uuid:id>/cancel", "run_cancel", cancel)
    guarded(to, "POST", "/run/<uuid:id>/again", "run_again", again)
    to.get("/run/<uuid:id>", endpoint="run")(show_one)
    to.get("/<module>/<uuid:id>/runs", endpoint="record_runs")(of_record)
    to.add_app_template_global(is_automated, "is_automated")


def is_automated(module: str) -> bool:
    """Whether there are workflows about records of a module."""
    return any(one.module == module for one in g.catalog.workflows.values())


# -- all of them ---------------------------------------------------------------------------------------------------
@door("history", who=ADMINISTRATOR)
def show() -> AnyResponse | str:
    asked, conn = asked_here(), connection()
    try:
        found = listing.page(conn, asked.search(g.catalog), after=asked.after, before=asked.before)
    except NotFound as gone:
        notify(gone.message)
        return redirect(asked.url())
    rows = rows_of(found.runs, g.catalog, g.language, now=now(conn), base="/run")
    view = RunsPage(
        asked=asked, rows=rows, previous=asked.url(before=found.previous) if found.previous else "",
        next=asked.url(after=found.next) if found.next else "", workflows=_workflows(asked), modules=_modules(),
        states=tuple((key, STATE_WORDS[key].label) for key in STATES), triggers=tuple(KINDS.items()), periods=PERIODS,
        record=rows[0].title if asked.record and rows else "", every=_rhythm(rows, asked), tabs=_tabs(asked),
    )  # fmt: skip
    template = "screens/runs_part.html" if is_part() else "screens/runs.html"
    return render_template(template, view=view, custom=CUSTOM)


@door("history", who=ADMINISTRATOR)
def count() -> str:
    """How many runs there are, as a fragment."""
    found = listing.count(connection(), asked_here().search(g.catalog), cap=COUNTED)
    return render_template("screens/runs_count.html", total=min(found, COUNTED), more=found > COUNTED)


def _tabs(asked: Asked) -> tuple[tuple[str, Message, str], ...]:
    """The other logs, for the same time."""
    return tabs_of(Log(log=CHANGES, zone=asked.zone, today=asked.today, when=asked.when, first=asked.first,
                       last=asked.last))  # fmt: skip


def asked_here() -> Asked:
    return read(g.catalog, request.args, zone=g.formats.zone, today=g.formats.today())


def _rhythm(rows: tuple[RunRow, ...], asked: Asked) -> int:
    """How often the first page looks again: what came before it does not change."""
    if asked.after or asked.before:
        return 0
    return SOON if any(row.lives and row.due is None for row in rows) else LATER


def _workflows(asked: Asked) -> tuple[tuple[str, str], ...]:
    known = {key: in_language(found.label, g.language) for key, found in g.catalog.workflows.items()}
    if asked.workflow and asked.workflow not in known:
        known[asked.workflow] = asked.workflow
    return tuple(sorted(known.items(), key=lambda pair: pair[1]))


def _modules() -> tuple[tuple[str, str], ...]:
    keys = {found.module for found in g.catalog.workflows.values()}
    named = ((key, in_language(g.catalog.every[key].plural, g.language)) for key in keys if key in g.catalog.every)
    return tuple(sorted(named, key=lambda pair: pair[1]))


@door("export", who=ADMINISTRATOR)
def export_ask() -> str:
    template = "screens/audit_export_ask.html" if is_fragment() else "screens/audit_export.html"
    return render_template(template, asked=asked_here(), title=TITLES[PROCESSES], formats_=tuple(FORMATS.items()))


@door("export", who=ADMINISTRATOR)
def export() -> AnyResponse:
    asked, sent = asked_here(), request.form.get("format", "")
    ending = sent if sent in FORMATS else next(iter(FORMATS))
    wish = exporting.Wish(search=asked.search(g.catalog), language=g.language, ending=ending)
    write(lambda conn, _: exporting.ask(conn, g.actor, wish))
    own_work.began()
    notify(say("The export runs in the background. You find it at the top of the page, also when it is done."))
    return redirect(asked.url(), 303)


# -- one -----------------------------------------------------------------------------------------------------------
@door("history", who=ADMINISTRATOR)
def moved(id: UUID) -> AnyResponse:
    return redirect(f"/run/{id}", 308)


@door("history", asks="view")
def show_one(id: UUID) -> str:
    """A run, for administrators and for whoever may view the record that it is about."""
    view = _page(id)
    template = "screens/run_part.html" if is_part() else "screens/run.html"
    return render_template(template, view=view)


def _page(id: UUID) -> one.RunPage:
    conn, run = connection(), seen_run(id)
    after = _number(request.args.get("after", ""))
    steps, more = listing.trace(conn, id, after=after, size=STEPS)
    eyes = Eyes.of(conn, g.catalog, g.actor, g.formats, [run.cause, *(step.told for step in steps)])
    moment = now(conn)
    whole = eyes.whole
    return one.page_of(
        run, row_of(run, g.catalog, g.language, now=moment, base="/run"), steps, eyes,
        more=f"/run/{id}?after={steps[-1].number}" if more else "",
        children=rows_of(listing.begun_by(conn, id), g.catalog, g.language, now=moment, base="/run") if whole else (),
        parent=_parent(run) if whole else None, flow=_flow(run) if whole else None,
        every=SOON if run.due is None or run.due <= moment else LATER,
    )  # fmt: skip


def seen_run(id: UUID) -> Run:
    """The run. Raises NotFound where the reader is no administrator and may not view the record that it is about."""
    try:
        run = run_of(connection(), id)
        if not g.actor.governs:
            _of_record(run)
    except NotFound:
        raise NotFound(one.GONE) from None
    return run


def _of_record(run: Run) -> None:
    """Raises NotFound for what the reader may not view."""
    if run.record is None or run.module not in g.catalog.modules or not may(g.catalog, g.actor, run.module, "view"):
        raise NotFound(one.GONE)
    try:
        record_of(run.module, run.record)
    except NotFound:
        records.get(connection(), g.catalog, g.actor, run.module, run.record, deleted=True)


def _parent(run: Run) -> RunRow | None:
    if run.parent is None:
        return None
    try:
        found = run_of(connection(), run.parent)
    except NotFound:
        return None
    return row_of(found, g.catalog, g.language, now=now(connection()), base="/run")


def _flow(run: Run) -> FlowShown | None:
    """The drawing of the version that it began with, None where that fits the modules of today no more."""
    try:
        return flow_of(g.catalog, version_of(connection(), g.catalog, run), g.formats)
    except (HanokError, KeyError):
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


# -- of a record ---------------------------------------------------------------------------------------------------
@door("history", asks="view")
def of_record(module: str, id: UUID) -> str:
    """What workflows did for a record, for whoever may view it."""
    found, record = module_of(module, "view"), record_of(module, id)
    conn = connection()
    page = listing.of_record(conn, g.catalog, module, record.id)
    rows = rows_of(page.runs, g.catalog, g.language, now=now(conn), base="/run", whole=g.actor.governs)
    more = f"/admin/runs?module={module}&record={id}" if page.next and g.actor.governs else ""
    return render_template(
        "screens/record_runs.html", rows=rows, more=more, record=record, module=found,
        plural=in_language(found.plural, g.language), every=SOON if any(row.lives for row in rows) else 0,
    )  # fmt: skip


# -- acting --------------------------------------------------------------------------------------------------------
@door("admin", who=ADMINISTRATOR)
def cancel(id: UUID) -> AnyResponse:
    try:
        run = write(lambda conn, _: steering.cancel(conn, g.actor, id))
    except Refused as refused:
        notify(refused.message, kind="failed")
        return redirect(f"/run/{id}", 303)
    notify(say("The run for “{title}” was cancelled.", title=shortened(run.title)))
    return redirect(f"/run/{id}", 303)


@door("admin", who=ADMINISTRATOR)
def again(id: UUID) -> AnyResponse:
    """From where it failed, or all of it anew, which makes a run of its own."""
    resumes = request.form.get("from") == "here"
    work = steering.resume if resumes else steering.repeat
    try:
        there = write(lambda conn, catalog: work(conn, catalog, g.actor, id))
    except Refused as refused:
        notify(refused.message, kind="failed")
        return redirect(f"/run/{id}", 303)
    notify(say("The run goes on from where it ended.") if resumes else say("A new run begins from the start."))
    return redirect(f"/run/{there}", 303)
