"""The administrator's overview, schedules and workers."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.jobs import listing, overview
from hanok.engine.jobs.job import FAILED, RUNNING, WAITING
from hanok.engine.records.deeds import tell
from hanok.engine.store.moments import now
from hanok.screens.admin import jobs, tending
from hanok.screens.admin.asking import LATER, SOON, guarded, is_part, kinds
from hanok.screens.admin.overview import PERIODS, Overview, chart_of
from hanok.screens.reading import write
from hanok.screens.routes import admin_addresses, admin_as, admin_tokens, admin_triggers
from hanok.web.notices import notify
from hanok.web.visit import connection

#: Jobs that run, on the overview.
SHOWN = 8


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin", "admin_overview", show)
    guarded(to, "GET", "/admin/workers", "admin_workers", workers)
    guarded(to, "GET", "/admin/schedules", "admin_schedules", schedules)
    guarded(to, "POST", "/admin/schedules/<key>/active", "admin_schedules_active", switch)
    guarded(to, "POST", "/admin/schedules/<key>/run", "admin_schedules_run", run)
    for room in (admin_tokens, admin_addresses, admin_as, admin_triggers):
        room.add(to)


def show() -> str:
    conn = connection()
    period = PERIODS.get(request.args.get("span", ""), PERIODS["hour"])
    queue = overview.queue(conn, (WAITING, RUNNING, FAILED))
    running = listing.page(conn, listing.Search(RUNNING), size=SHOWN).jobs if queue.counts[RUNNING] else ()
    names = listing.people(conn, g.catalog, (one.actor_id for one in running))
    alive = [one for one in overview.workers(conn) if one.alive]
    moment = now(conn)
    failed = overview.failed_by_kind(conn) if queue.counts[FAILED] else {}
    view = Overview(
        queue=queue,
        works=bool(alive),
        workers=len(alive),
        threads=sum(one.threads for one in alive),
        schedules=overview.planned(conn),
        mails=overview.mails(conn, ("waiting", "sending", "failed", "bounced")),
        chart=chart_of(period, overview.throughput(conn, spans=period.spans, each=period.each)),
        failed=jobs.choices_of(kinds(), FAILED, "", "", failed),
        running=tuple(jobs.row_of(one, kinds(), names, moment) for one in running),
        every=rhythm(queue),
    )
    template = "screens/admin_overview_part.html" if is_part() else "screens/admin_overview.html"
    return render_template(template, view=view, periods=PERIODS.values(), here=request.full_path.rstrip("?"))


def rhythm(queue: overview.Queue) -> int:
    """How soon to look again: not at all where nothing can change by itself."""
    if queue.counts[RUNNING] or queue.oldest:
        return SOON
    return LATER if queue.counts[WAITING] else 0


def workers() -> str:
    conn = connection()
    found = overview.workers(conn)
    names = listing.people(conn, g.catalog, (job.actor_id for one in found for job in one.running))
    view = tending.workers_of(found, kinds(), names, now(conn))
    template = "screens/admin_workers_part.html" if is_part() else "screens/admin_workers.html"
    return render_template(template, view=view, every=SOON if any(one.running for one in found) else LATER)


def schedules() -> str:
    conn = connection()
    works = overview.is_anybody_working(conn)
    view = tuple(tending.schedule_of(one, kinds()) for one in overview.planned(conn))
    return render_template("screens/admin_schedules.html", view=view, works=works)


def switch(key: str) -> AnyResponse:
    active = request.form.get("active") == "1"

    def switched(conn: Connection, _: Catalog) -> overview.Planned:
        found = overview.set_active(conn, key, active=active)
        done = "switched_on" if active else "switched_off"
        tell(conn, g.actor, "schedule", done, about=key, title=str(found.label or key))
        return found

    found = write(switched)
    said = say("“{schedule}” goes on.", schedule=found.label or key)
    rests = say("“{schedule}” rests.", schedule=found.label or key)
    values = {"active": "" if active else "1"}
    notify(said if active else rests, undo=f"/admin/schedules/{key}/active", values=values)
    return redirect("/admin/schedules", 303)


def run(key: str) -> AnyResponse:
    known = {one.key: one for one in overview.planned(connection())}
    if key not in known:
        raise NotFound(say("There is no such schedule."))

    def begun(conn: Connection, _: Catalog) -> UUID:
        tell(conn, g.actor, "schedule", "run", about=key, title=str(known[key].label or key))
        return overview.run_now(conn, key, g.actor)

    id = write(begun)
    notify(say("“{schedule}” was put into the queue.", schedule=known[key].label or key))
    return redirect(f"{jobs.ADDRESS}/{id}", 303)
