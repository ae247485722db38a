"""A hand-over after its start: how far it is, what came of it, its undoing, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import jobs as queue
from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.jobs import handing as jobs
from hanok.engine.jobs.exporting import TYPES
from hanok.engine.jobs.listing import people
from hanok.engine.records.handing import looking
from hanok.engine.records.handing.past import past
from hanok.engine.records.handing.plan import DRAFT, Plan, plan_of
from hanok.engine.records.writing import write_table
from hanok.screens.admin.asking import after, is_part
from hanok.screens.handing.course import Course, course, past_row
from hanok.screens.handing.wizard import ADDRESS, url_of
from hanok.screens.reading import write
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.i18n import translate
from hanok.web.notices import notify
from hanok.web.uploads import handed_over
from hanok.web.visit import connection

#: Rows of a file that one statement reads.
BATCH = 500


def add(to: Blueprint) -> None:
    to.get(f"{ADDRESS}/past", endpoint="handing_past")(show_past)
    to.get(f"{ADDRESS}/<uuid:id>", endpoint="handing_show")(show)
    to.get(f"{ADDRESS}/<uuid:id>/left", endpoint="handing_left")(left)
    to.post(f"{ADDRESS}/<uuid:id>/stop", endpoint="handing_stop")(stop)
    to.post(f"{ADDRESS}/<uuid:id>/resume", endpoint="handing_resume")(resume)
    to.post(f"{ADDRESS}/<uuid:id>/undo", endpoint="handing_undo")(undo)


@door("mass", asks="assign")
def show_past() -> str:
    """Hand-overs, the latest first: all of them for administrators, else one's own."""
    conn, place = connection(), after()
    found = past(conn, g.actor, after=place)
    ids = [id for one in found.plans for id in (one.from_id, one.to_id, one.actor_id)]
    titles = people(conn, g.catalog, ids)
    known = jobs.jobs_for(conn, found.plans)
    rows = [past_row(one, known.get(one.id), titles) for one in found.plans]
    return render_template("screens/handover_past.html", rows=rows, last=found.last, first=place is None)


@door("mass", asks="assign")
def show(id: UUID) -> AnyResponse | str:
    plan = plan_of(connection(), g.actor, id)
    if plan.state == DRAFT:
        return redirect(url_of(plan, "modules"))
    template = "screens/handover_part.html" if is_part() else "screens/handover.html"
    return render_template(template, view=_course(plan))


def _course(plan: Plan) -> Course:
    conn = connection()
    titles = people(conn, g.catalog, (plan.from_id, plan.to_id, plan.actor_id))
    return course(
        g.catalog, plan, jobs.job_for(conn, plan), looking.outcome(conn, plan),
        looking.left(conn, g.catalog, g.actor, plan), titles, g.language,
        why_not_undone=jobs.why_not_undone(conn, plan),
    )  # fmt: skip


@door("mass", asks="assign")
def left(id: UUID) -> Response:
    """All that was not handed over or not given back, as a file."""
    plan = plan_of(connection(), g.actor, id)
    said = [translate(text, g.language) for text in (say("Module"), say("Record"), say("ID"), say("Reason"))]
    with TemporaryDirectory(prefix="hanok-handover-") as folder:
        path = Path(folder) / "left.csv"
        write_table(path, said, _lines(plan))
        return handed_over(path.open("rb"), name=translate(say("Not handed over.csv"), g.language), type=TYPES[".csv"])


def _lines(plan: Plan) -> Iterator[list[str]]:
    place: tuple[str, UUID] | None = None
    while rows := looking.left(connection(), g.catalog, g.actor, plan, after=place, size=BATCH):
        for one in rows:
            module = g.catalog.modules.get(one.module)
            label = in_language(module.plural, g.language) if module else one.module
            yield [label, one.title, str(one.id), translate(one.problem, g.language) if one.problem else ""]
        place = rows[-1].module, rows[-1].id


@door("mass", asks="assign")
def stop(id: UUID) -> AnyResponse:
    """Ends it at its next step; what is handed over stays so, until it is undone."""
    def ended(conn: Connection, _: Any) -> None:
        plan = plan_of(conn, g.actor, id)
        if plan.job:
            queue.cancel(conn, plan.job)

    return _done(id, ended, say("The hand-over stops at its next step."))


@door("mass", asks="assign")
def resume(id: UUID) -> AnyResponse:
    """Goes on with one that was stopped or failed, from where it had come to."""
    def on(conn: Connection, _: Any) -> None:
        plan = plan_of(conn, g.actor, id, lock=True)
        if plan.job:
            queue.retry(conn, plan.job)

    return _done(id, on, say("The hand-over goes on in the background."))


@door("mass", asks="assign")
def undo(id: UUID) -> AnyResponse:
    answer = _done(id, lambda conn, catalog: jobs.begin_undo(conn, catalog, g.actor, id),
                   say("The hand-over is undone in the background."))  # fmt: skip
    own_work.began()
    return answer


def _done(id: UUID, work: Callable[[Connection, Any], Any], said: Message) -> AnyResponse:
    try:
        write(work)
    except Refused as no:
        notify(no.message, kind="failed")
    else:
        notify(said)
    return redirect(f"{ADDRESS}/{id}", 303)
