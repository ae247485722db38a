"""The import wizard: each step an address, its state in the database, so going back and reloading change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import jobs as queue
from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.jobs import importing as jobs
from hanok.engine.jobs.exporting import TYPES
from hanok.engine.jobs.job import Job
from hanok.engine.records.importing import guessing, keeping, undoing
from hanok.engine.records.importing.keeping import ACTIONS, CHECKED, CHECKING, DRAFT, UNDONE, Import
from hanok.engine.records.writing import write_table
from hanok.screens import importing
from hanok.screens.importing import SIZE, STEPS, address
from hanok.screens.reading import is_fragment, write
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.i18n import translate
from hanok.web.notices import notify
from hanok.web.uploads import LIMIT, handed_over, kept_files
from hanok.web.visit import connection

BASE = "/<module>/_import"


def add(to: Blueprint) -> None:
    to.get(BASE, endpoint="import_start")(start)
    to.post(BASE, endpoint="import_take")(take)
    to.get(f"{BASE}/template", endpoint="import_template")(template)
    to.get(f"{BASE}/past", endpoint="import_past")(show_past)
    to.get(f"{BASE}/<uuid:id>/columns", endpoint="import_columns")(show_columns)
    to.post(f"{BASE}/<uuid:id>/columns", endpoint="import_check")(check)
    to.post(f"{BASE}/<uuid:id>/file", endpoint="import_read")(read_again)
    to.get(f"{BASE}/<uuid:id>", endpoint="import_show")(show)
    to.post(f"{BASE}/<uuid:id>/run", endpoint="import_run")(run)
    to.post(f"{BASE}/<uuid:id>/resume", endpoint="import_resume")(resume)
    to.post(f"{BASE}/<uuid:id>/undo", endpoint="import_undo")(undo)
    to.get(f"{BASE}/<uuid:id>/failed", endpoint="import_failed")(failed)


# -- the file ----------------------------------------------------------------------------------------------------------
@door("import", asks="import")
def start(module: str) -> AnyResponse:
    return _start(_module(module))


@door("import", asks="import")
def take(module: str) -> AnyResponse:
    """Takes the file in and leads to its columns; what is wrong with it is said in the form."""
    found, part = _module(module), request.files.get("file")
    if part is None or not part.filename:
        return _start(found, say("Choose a file first."))
    try:
        with closing(part):
            plan = _taken(module, part, part.filename)
    except Refused as no:
        return _start(found, no.message)
    return redirect(address(module, plan.id, "columns"), 303)


def _taken(module: str, part: FileStorage, name: str) -> Import:
    """Raises Refused for what is no table, or cut off because it is too large."""
    if getattr(part.stream, "is_over", False):
        raise Refused(say("“{name}” is larger than what may be uploaded.", name=name))
    most = current_app.config[LIMIT]
    return keeping.take(g.live.store, kept_files(), g.catalog, g.actor, module, part.stream, name=name, most=most)


def _start(module: Module, problem: Message | None = None) -> AnyResponse:
    page = render_template("screens/import_start.html", module=module, plural=in_language(module.plural, g.language),
                           steps=STEPS, here=0, url=address(module.key), problem=problem,
                           kinds=importing.kinds(g.catalog, module, g.language),
                           most=g.formats.size(current_app.config[LIMIT]))  # fmt: skip
    return make_response(page, 422 if problem else 200)


@door("import", asks="import")
def template(module: str) -> Response:
    """An empty table with the headings of all fields that a file may fill."""
    found = _module(module)
    fields = [one for one in guessing.offered(g.catalog, g.actor, module) if not (one.system or one.type.generated)]
    plural = in_language(found.plural, g.language)
    return _table(plural, [one.label_in(g.language) for one in fields], [], title=plural)


# -- its columns -------------------------------------------------------------------------------------------------------
@door("import", asks="import")
def show_columns(module: str, id: UUID) -> AnyResponse:
    """The mapping: as it was said, else as it was said the last time, else guessed."""
    found, plan = _module(module), _plan(module, id)
    if not _is_open(plan):
        return redirect(address(module, id))
    before = None if plan.mapping else keeping.remembered(connection(), g.actor, plan)
    if before:
        plan = replace(plan, mapping=_fitted(before, plan), key=before.key, skip_blank=before.skip_blank)
    elif not plan.mapping:
        guessed = guessing.guess(g.catalog, g.actor, module, plan.look.headings)
        plan = replace(plan, mapping=guessed, key=("id",) if "id" in guessed.values() else ())
    return _columns(found, plan, remembered=before is not None)


def _fitted(before: Import, plan: Import) -> Mapping[str, str]:
    """The mapping of the last time, under the headings as this file writes them."""
    known = {heading.casefold(): name for heading, name in before.mapping.items()}
    return {heading: known[heading.casefold()] for heading in plan.look.headings if known.get(heading.casefold())}


def _columns(module: Module, plan: Import, *, remembered: bool = False, errors: Any = None) -> AnyResponse:
    choices = guessing.choices(g.catalog, g.actor, module.key, g.language)
    view = importing.columns_page(module, plan, choices, g.language, remembered=remembered, errors=errors)
    page = render_template("screens/import_columns.html", view=view, steps=STEPS, here=1)
    return make_response(page, 422 if errors else 200)


@door("import", asks="import")
def check(module: str, id: UUID) -> AnyResponse:
    """Keeps the mapping and has every row looked at."""
    found, plan = _module(module), _plan(module, id)
    headings = plan.look.headings
    said = {heading: request.form.get(f"field.{place}", "") for place, heading in enumerate(headings) if heading}
    ticked = set(request.form.getlist("key"))
    key = [said[heading].partition(".")[0] for place, heading in enumerate(headings)
           if str(place) in ticked and said.get(heading)]  # fmt: skip
    plan = replace(plan, mapping={heading: name for heading, name in said.items() if name},
                   key=tuple(dict.fromkeys(key)), skip_blank=request.form.get("blank") != "empty")  # fmt: skip
    if not plan.mapping:
        return _columns(found, plan, errors={"": [say("Say what at least one column is.")]})
    try:
        write(lambda conn, catalog: jobs.begin_check(conn, catalog, g.actor, plan))
    except Invalid as wrong:
        return _columns(found, plan, errors=wrong.errors)
    except Refused as no:
        notify(no.message, kind="failed")
    return redirect(address(module, id), 303)


@door("import", asks="import")
def read_again(module: str, id: UUID) -> AnyResponse:
    """Reads another sheet of the file, or its cells with another sign between them."""
    _module(module)
    _plan(module, id)
    delimiter = {"tab": "\t"}.get(request.form.get("delimiter", ""), request.form.get("delimiter", ""))[:1]
    try:
        keeping.look_again(g.live.store, kept_files(), g.actor, id, sheet=request.form.get("sheet", ""),
                           delimiter=delimiter)  # fmt: skip
    except Refused as no:
        notify(no.message, kind="failed")
    return redirect(address(module, id, "columns"), 303)


# -- its rows ----------------------------------------------------------------------------------------------------------
@door("import", asks="import")
def show(module: str, id: UUID) -> AnyResponse | str:
    """What would become of the rows, how far it is, or what became of them."""
    found, plan = _module(module), _plan(module, id)
    if plan.state == DRAFT:
        return redirect(address(module, id, "columns"))
    conn, only = connection(), request.args.get("only", "")
    only = only if only in ACTIONS else ""
    lives = jobs.lives(conn, plan)
    after = int(request.args.get("after", "0")) if request.args.get("after", "0").isdecimal() else 0
    rows = () if lives else keeping.rows(conn, plan, after=after, size=SIZE, actions=(only,) if only else ())
    left = undoing.left(conn, plan) if plan.state == UNDONE else ()
    view = importing.course(found, plan, keeping.counts(conn, plan), rows, g.language, lives=lives, job=_job(plan),
                            only=only, left=left)  # fmt: skip
    part = "screens/import_part.html" if is_fragment() else "screens/import_show.html"
    return render_template(part, view=view, steps=STEPS, here=view.here)


def _job(plan: Import) -> Job | None:
    with suppress(NotFound):
        return queue.job_of(connection(), plan.job) if plan.job else None
    return None


@door("import", asks="import")
def run(module: str, id: UUID) -> AnyResponse:
    """Begins it; sent twice, it leads to the one that has begun."""
    leave_out = "leave_out" in request.form
    return _done(module, id, lambda conn, catalog: jobs.begin(conn, catalog, g.actor, id, leave_out=leave_out),
                 say("The import runs in the background. You may leave this page."))  # fmt: skip


@door("import", asks="import")
def undo(module: str, id: UUID) -> AnyResponse:
    return _done(module, id, lambda conn, catalog: jobs.begin_undo(conn, catalog, g.actor, id),
                 say("The import is undone in the background."))  # fmt: skip


@door("import", asks="import")
def resume(module: str, id: UUID) -> AnyResponse:
    """Goes on with one that was cut off, from where it had come to."""
    def on(conn: Connection, _: Any) -> None:
        plan = keeping.import_of(conn, g.actor, id, lock=True)
        if plan.job and not jobs.lives(conn, plan):
            queue.retry(conn, plan.job)

    return _done(module, id, on, say("The import goes on in the background."))


def _done(module: str, id: UUID, work: Callable[[Connection, Any], Any], told: Message) -> AnyResponse:
    _module(module)
    _plan(module, id)
    try:
        write(work)
    except Refused as no:
        notify(no.message, kind="failed")
    else:
        own_work.began()
        notify(told)
    return redirect(address(module, id), 303)


@door("import", asks="import")
def failed(module: str, id: UUID) -> Response:
    """The rows that are wrong, as they were, with the reason in one column more: mended, they are imported again."""
    _module(module)
    plan = _plan(module, id)
    rows = ([*row.cells, _reason(row.problems)] for row in keeping.failed_rows(connection(), plan))
    name = translate(say("{file}, wrong rows", file=PurePath(plan.name).stem), g.language)
    return _table(name, [*plan.look.headings, translate(say("Reason"), g.language)], rows)


def _reason(problems: Sequence[tuple[str, Message]]) -> str:
    said = [(heading, translate(message, g.language)) for heading, message in problems]
    return " ".join(f"{heading}: {text}" if heading else text for heading, text in said)


@door("import", asks="import")
def show_past(module: str) -> str:
    found = _module(module)
    rows = importing.past_rows(found, keeping.past(connection(), g.actor, module))
    return render_template("screens/import_past.html", module=found, plural=in_language(found.plural, g.language),
                           rows=rows, url=address(module))  # fmt: skip


# -- parts of it -------------------------------------------------------------------------------------------------------
def _module(key: str) -> Module:
    keeping.check_may(g.catalog, g.actor, key)
    found: Module = g.catalog.module(key)
    return found


def _plan(module: str, id: UUID) -> Import:
    plan = keeping.import_of(connection(), g.actor, id)
    if plan.module != module:
        raise NotFound(keeping.GONE)
    return plan


def _is_open(plan: Import) -> bool:
    """Whether its mapping may still be said otherwise."""
    return plan.state in (DRAFT, CHECKED) or (plan.state == CHECKING and not jobs.lives(connection(), plan))


def _table(name: str, headings: Sequence[str], rows: Any, *, title: str = "") -> Response:
    """A table as the address asks for it: a workbook, or CSV (`as=csv`)."""
    ending = ".csv" if request.args.get("as") == "csv" else ".xlsx"
    with TemporaryDirectory(prefix="hanok-import-") as folder:
        path = Path(folder) / f"table{ending}"
        write_table(path, headings, rows, title=title)
        return handed_over(BytesIO(path.read_bytes()), name=f"{name}{ending}", type=TYPES[ending])
