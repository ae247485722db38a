"""Jobs for administrators: the list, one job, and what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import jobs as queue
from hanok.engine.errors import Message, NotFound, Refused, say
from hanok.engine.jobs import listing, overview
from hanok.engine.jobs.job import CANCELLED, FAILED, LIVING, RUNNING, WAITING, Job
from hanok.engine.records.deeds import tell
from hanok.engine.store.moments import now
from hanok.screens.admin import jobs
from hanok.screens.admin.asking import LATER, SOON, after, guarded, is_part, kinds
from hanok.screens.admin.words import STATES, kind_label
from hanok.screens.reading import write
from hanok.web.i18n import translate
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.visit import connection

LONGEST = 200


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/jobs", "admin_jobs", show)
    guarded(to, "POST", "/admin/jobs/retry", "admin_jobs_retry_all", retry_all)
    guarded(to, "POST", "/admin/jobs/delete", "admin_jobs_delete_all", delete_all)
    guarded(to, "GET", "/admin/jobs/<uuid:id>", "admin_jobs_show", one)
    guarded(to, "POST", "/admin/jobs/<uuid:id>/cancel", "admin_jobs_cancel", cancel)
    guarded(to, "POST", "/admin/jobs/<uuid:id>/retry", "admin_jobs_retry", retry)
    guarded(to, "POST", "/admin/jobs/<uuid:id>/delete", "admin_jobs_delete", delete)


# -- looking -------------------------------------------------------------------------------------------------------
def show() -> AnyResponse | str:
    state, kind, words = _state(), request.args.get("kind", "")[:64], request.args.get("q", "").strip()[:LONGEST]
    search = listing.Search(state, kind, words, _named(words) if words else ())
    try:
        found = listing.page(connection(), search, after=after())
    except NotFound as gone:
        notify(gone.message)
        return redirect(jobs.url_of(state, kind, words))
    template = "screens/admin_jobs_part.html" if is_part() else "screens/admin_jobs.html"
    return render_template(template, view=_page(search, found))


def _page(search: listing.Search, found: listing.Found) -> jobs.JobsPage:
    conn, known = connection(), kinds()
    state, kind, words = search.state, search.kind, search.words
    counts = overview.counts(conn, jobs.TABS, kind=kind)
    failed = overview.failed_by_kind(conn) if state == FAILED else None
    choices = jobs.choices_of(known, state, kind, words, failed)
    names, moment = listing.people(conn, g.catalog, (one.actor_id for one in found.jobs)), now(conn)
    rows = tuple(jobs.row_of(one, known, names, moment) for one in found.jobs)
    return jobs.JobsPage(
        tabs=jobs.tabs_of(counts, state, kind, words),
        state=STATES[state],
        kinds=choices,
        kind=next((one for one in choices if one.current), None),
        words=words,
        rows=rows,
        first=jobs.url_of(state, kind, words) if after() else "",
        following=jobs.url_of(state, kind, words, found.last) if found.last else "",
        bulk=(failed or {}).get(kind, 0),
        here=request.full_path.rstrip("?"),
        every=_rhythm(counts, rows),
        works=overview.is_anybody_working(conn),
        when=jobs.WHEN[state],
    )


def _rhythm(counts: Mapping[str, int], rows: Sequence[jobs.JobRow]) -> int:
    if counts[RUNNING] or any(row.state is STATES[WAITING] for row in rows):
        return SOON
    return LATER if counts[WAITING] else 0


def _state() -> str:
    state = request.args.get("state", WAITING)
    return state if state in STATES else WAITING


def _named(words: str) -> tuple[str, ...]:
    """The kinds whose names, in the reader's language, hold the words."""
    looked = words.casefold()
    return tuple(key for key, one in kinds().items() if looked in translate(one.label, g.language).casefold())


def one(id: UUID) -> str:
    conn = connection()
    found = queue.job_of(conn, id)
    names = listing.people(conn, g.catalog, (found.actor_id,))
    row = jobs.row_of(found, kinds(), names, now(conn))
    holder = next((each for each in overview.workers(conn) if each.id == found.worker), None) if found.worker else None
    every = SOON if found.state == RUNNING or found.due <= now(conn) else LATER
    view = jobs.page_of(found, row, every, f"{holder.host} · {holder.pid}" if holder else "")
    template = "screens/admin_job_part.html" if is_part() else "screens/admin_job.html"
    return render_template(template, view=view, works=found.state not in LIVING or overview.is_anybody_working(conn))


# -- acting on one -------------------------------------------------------------------------------------------------
def cancel(id: UUID) -> AnyResponse:
    try:
        found = write(lambda conn, _: _told(conn, queue.cancel(conn, id), "cancelled"))
    except Refused as refused:
        return _back(id, refused.message, kind="failed")
    if found.state == CANCELLED:
        notify(say("“{job}” was cancelled.", job=_name(found)), undo=f"/admin/jobs/{id}/retry",
               values={"next": _there(id)})  # fmt: skip
        return redirect(_there(id), 303)
    return _back(id, say("“{job}” ends at its next step.", job=_name(found)))


def retry(id: UUID) -> AnyResponse:
    try:
        found = write(lambda conn, _: _told(conn, queue.retry(conn, id), "retried"))
    except Refused as refused:
        return _back(id, refused.message, kind="failed")
    return _back(id, say("“{job}” waits in the queue again.", job=_name(found)))


def delete(id: UUID) -> AnyResponse:
    found = queue.job_of(connection(), id)
    try:
        write(lambda conn, _: _deleted(conn, found))
    except Refused as refused:
        return _back(id, refused.message, kind="failed")
    notify(say("“{job}” was deleted.", job=_name(found)))
    return redirect(jobs.url_of(found.state), 303)


def _told(conn: Connection, found: Job, action: str) -> Job:
    """Leaves the deed of what was done to a job."""
    tell(conn, g.actor, "job", action, about=found.id, title=str(found.title or kind_label(kinds(), found.kind)))
    return found


def _deleted(conn: Connection, found: Job) -> None:
    listing.delete_ended(conn, found.id)
    _told(conn, found, "deleted")


# -- acting on many ------------------------------------------------------------------------------------------------
def retry_all() -> AnyResponse:
    kind = _kind()
    count = write(lambda conn, _: _all(conn, kind, listing.retry_failed(conn, kind), "retried"))
    notify(say("{count} jobs “{kind}” wait in the queue again.", count=count, kind=kind_label(kinds(), kind)))
    return redirect(jobs.url_of(WAITING, kind) if count else jobs.url_of(FAILED), 303)


def delete_all() -> AnyResponse:
    kind = _kind()
    count = write(lambda conn, _: _all(conn, kind, listing.delete_failed(conn, kind), "deleted"))
    notify(say("{count} failed jobs “{kind}” were deleted.", count=count, kind=kind_label(kinds(), kind)))
    return redirect(jobs.url_of(FAILED), 303)


def _all(conn: Connection, kind: str, count: int, action: str) -> int:
    """Leaves the deed of what was done to all failed jobs of a kind."""
    if count:
        label = str(kind_label(kinds(), kind))
        tell(conn, g.actor, "job", action, about=kind, title=label, changes={"jobs": [None, count]})
    return count


def _kind() -> str:
    kind = request.form.get("kind", "")
    if not kind:
        raise NotFound(say("Say which kind of jobs is meant."))
    return kind


def _name(found: Job) -> Message | str:
    return found.title or kind_label(kinds(), found.kind)


def _there(id: UUID) -> str:
    return own_path(request.form.get("next") or f"{jobs.ADDRESS}/{id}")


def _back(id: UUID, said: Message, *, kind: str = "done") -> AnyResponse:
    notify(said, kind=kind)
    return redirect(_there(id), 303)
